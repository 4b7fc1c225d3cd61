// The phone's secrets: in files that no backup takes, wrapped by a key that never leaves the phone's key store.
//
// Invariant: a secret is on the disk, whole, before `save` returns; a file that was copied to another phone opens nowhere.
package bibtrail.app

import android.content.Context
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import android.system.Os
import bibtrail.core.KeyStore
import java.io.File
import java.io.FileOutputStream
import java.security.KeyStore as SystemKeys
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

private const val STORE = "AndroidKeyStore"
private const val ALIAS = "bibtrail"
private const val CIPHER = "AES/GCM/NoPadding"
private const val NONCE_BYTES = 12
private const val TAG_BITS = 128

/** Keeps secrets for the core. */
class WrappedKeys(context: Context, private val alias: String = ALIAS) : KeyStore {
    private val folder = File(context.noBackupFilesDir, "keys")

    @Synchronized
    override fun load(name: String): ByteArray? {
        val file = File(folder, name)
        if (!file.exists()) return null
        // Whoever resets a phone's key store takes this key, and what it wrapped, for ever: the core begins a new log then.
        val key = wrapping() ?: return null
        val kept = file.readBytes()
        if (kept.size <= NONCE_BYTES) return null
        return try {
            val cipher = Cipher.getInstance(CIPHER)
            cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, kept, 0, NONCE_BYTES))
            // The name is sealed in: one secret cannot be put in another's place.
            cipher.updateAAD(name.toByteArray())
            cipher.doFinal(kept, NONCE_BYTES, kept.size - NONCE_BYTES)
        } catch (_: AEADBadTagException) {
            // It was wrapped by a key that is gone.
            null
        }
    }

    @Synchronized
    override fun save(name: String, secret: ByteArray) {
        val cipher = Cipher.getInstance(CIPHER)
        cipher.init(Cipher.ENCRYPT_MODE, wrapping() ?: made())
        cipher.updateAAD(name.toByteArray())
        val sealed = cipher.iv + cipher.doFinal(secret)
        check(folder.isDirectory || folder.mkdirs()) { "the folder of keys cannot be made" }
        val fresh = File(folder, "$name.new")
        FileOutputStream(fresh).use {
            it.write(sealed)
            it.fd.sync()
        }
        Os.rename(fresh.path, File(folder, name).path)
    }

    /** The key of this phone, if there is one. */
    private fun wrapping(): SecretKey? = SystemKeys.getInstance(STORE).apply { load(null) }.getKey(alias, null) as? SecretKey

    /** A new one. It needs no unlocking: recording goes on while the screen is locked. */
    private fun made(): SecretKey {
        val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
        val spec = KeyGenParameterSpec.Builder(alias, purposes)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .build()
        return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, STORE).apply { init(spec) }.generateKey()
    }
}
