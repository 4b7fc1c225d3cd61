// On a device or emulator: the library loads, its checksums hold, failures arrive as errors, keys survive, and one whose
// wrapping is gone is no error.
package bibtrail.app

import androidx.test.ext.junit.runners.AndroidJUnit4
import androidx.test.platform.app.InstrumentationRegistry
import bibtrail.core.CoreException
import bibtrail.core.coreVersion
import bibtrail.core.failOnPurpose
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import java.security.KeyStore

private const val ALIAS = "bibtrail.test"

@RunWith(AndroidJUnit4::class)
class OnDeviceTest {
    private val context = InstrumentationRegistry.getInstrumentation().targetContext
    private val secret = ByteArray(32) { it.toByte() }

    /** By a wrapping of their own: the phone may have a race. */
    private fun keys() = WrappedKeys(context, ALIAS)

    @Test
    fun theLibraryLoadsAndFailsAsItShould() {
        assertTrue(coreVersion().isNotEmpty())
        assertThrows(CoreException.Panic::class.java) { failOnPurpose(true) }
        assertThrows(CoreException.Invalid::class.java) { failOnPurpose(false) }
    }

    @Test
    fun aSecretIsThereAgain() {
        keys().save("test-one", secret)
        assertArrayEquals(secret, keys().load("test-one"))
    }

    @Test
    fun aSecretWhoseWrappingIsGoneIsNone() {
        keys().save("test-one", secret)
        KeyStore.getInstance("AndroidKeyStore").apply { load(null) }.deleteEntry(ALIAS)
        assertNull(keys().load("test-one"))
        keys().save("test-other", secret)
        assertNull("a new wrapping does not open the old", keys().load("test-one"))
        assertArrayEquals(secret, keys().load("test-other"))
    }
}
