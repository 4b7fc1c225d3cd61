// What the system asks the volunteer before phones are shared with, and before this one is a hotspot.
package bibtrail.app

import android.Manifest
import android.os.Build

/** Android 17, the first that asks for the local network. */
private const val ASKS_FOR_LOCAL_NETWORK = 37

/** The permissions that sharing needs on this phone. */
fun sharingPermissions(): List<String> = buildList {
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) {
        add(Manifest.permission.POST_NOTIFICATIONS)
    }
    // By its name: the constant is newer than what we compile against.
    if (Build.VERSION.SDK_INT >= ASKS_FOR_LOCAL_NETWORK) add("android.permission.ACCESS_LOCAL_NETWORK")
}

/** The permission that a hotspot needs; before Android 13 that of the place, which the app does not look at. */
fun hotspotPermissions(): List<String> = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) {
    listOf(Manifest.permission.NEARBY_WIFI_DEVICES)
} else {
    // Android 12 gives the second only beside the first.
    listOf(Manifest.permission.ACCESS_COARSE_LOCATION, Manifest.permission.ACCESS_FINE_LOCATION)
}
