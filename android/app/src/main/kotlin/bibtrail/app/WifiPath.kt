// The way over the Wi-Fi, where that leads to no internet and Android would rather take the mobile network.
//
// Invariant: only meetings with phones near by go this way, one at a time, and afterwards the phone is as it was.
package bibtrail.app

import android.content.Context
import android.net.ConnectivityManager
import android.net.Network
import android.net.NetworkCapabilities
import android.net.NetworkRequest
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock

/** Finds the Wi-Fi, and leads sockets over it. */
class WifiPath(context: Context) {
    private val networks = context.getSystemService(ConnectivityManager::class.java)
    private val turn = Mutex()

    @Volatile
    private var wifi: Network? = null

    /** Knows the Wi-Fi until it is cancelled. */
    suspend fun hold() {
        // Whether it leads to the internet is all the same.
        val any = NetworkRequest.Builder()
            .addTransportType(NetworkCapabilities.TRANSPORT_WIFI)
            .removeCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET)
            .build()
        val callback = object : ConnectivityManager.NetworkCallback() {
            override fun onAvailable(network: Network) {
                wifi = network
            }

            override fun onLost(network: Network) {
                if (wifi == network) wifi = null
            }
        }
        networks.registerNetworkCallback(any, callback)
        try {
            awaitCancellation()
        } finally {
            networks.unregisterNetworkCallback(callback)
            wifi = null
        }
    }

    /** Does [work], of which the sockets go over the Wi-Fi if there is one. */
    suspend fun <T> through(work: suspend () -> T): T = turn.withLock {
        // The core opens the socket: it takes the network of the process.
        val isBound = wifi?.let { networks.bindProcessToNetwork(it) } ?: false
        try {
            work()
        } finally {
            if (isBound) networks.bindProcessToNetwork(null)
        }
    }
}
