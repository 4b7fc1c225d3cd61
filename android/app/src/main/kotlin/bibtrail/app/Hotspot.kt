// This phone as the Wi-Fi of its checkpoint, where there is none.
//
// Invariant: the hotspot is gone when nobody collects it; it leads to no internet.
package bibtrail.app

import android.annotation.SuppressLint
import android.content.Context
import android.net.wifi.WifiManager
import android.os.Build
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow

/** What another phone needs to come in, as the text of a QR code that every camera knows; nothing while it is off. */
class Hotspot(context: Context) {
    private val wifi = context.getSystemService(WifiManager::class.java)

    /** On while it is collected. */
    @SuppressLint("MissingPermission") // Asked for by the screen that offers it; without it the system says no, below.
    fun codes(): Flow<String?> = callbackFlow {
        var held: WifiManager.LocalOnlyHotspotReservation? = null
        val callback = object : WifiManager.LocalOnlyHotspotCallback() {
            override fun onStarted(reservation: WifiManager.LocalOnlyHotspotReservation) {
                held = reservation
                trySend(code(reservation))
            }

            override fun onStopped() {
                trySend(null)
            }

            override fun onFailed(reason: Int) {
                trySend(null)
            }
        }
        try {
            wifi.startLocalOnlyHotspot(callback, null)
        } catch (_: SecurityException) {
            trySend(null)
        } catch (_: IllegalStateException) {
            // Another app has it on.
            trySend(null)
        }
        awaitClose { held?.close() }
    }

    // Before Android 11 there is only the older form, from there on it may be empty; the name as text is older than 13.
    @Suppress("DEPRECATION")
    private fun code(reservation: WifiManager.LocalOnlyHotspotReservation): String? =
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
            reservation.softApConfiguration.let { code(it.ssid, it.passphrase) }
        } else {
            reservation.wifiConfiguration?.let { code(it.SSID, it.preSharedKey) }
        }

    private fun code(name: String?, secret: String?): String? =
        if (name.isNullOrEmpty()) null else "WIFI:T:WPA;S:${escaped(name)};P:${escaped(secret)};;"
}

/** A text inside such a code: what separates its fields is marked. */
private fun escaped(text: String?): String =
    text.orEmpty().removeSurrounding("\"").replace(Regex("""([\\;,":])"""), """\\$1""")
