// Phones of the race on the same Wi-Fi or hotspot: found by the system's service discovery, met over TCP.
//
// Invariant: what is announced names the race's short name and nothing of any runner; the core proves who is who when
// they meet.
package bibtrail.app

import android.content.Context
import android.net.nsd.NsdManager
import android.net.nsd.NsdServiceInfo
import bibtrail.screens.Near
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import java.net.ServerSocket

private const val KIND = "_bibtrail._tcp"

/** Announces this phone and finds others. */
class Nearby(context: Context) {
    private val nsd = context.getSystemService(NsdManager::class.java)

    /** Announces [name] at [server]'s port until the flow is no longer collected. */
    fun announced(name: String, server: ServerSocket): Flow<Unit> = callbackFlow {
        val info = NsdServiceInfo().apply {
            serviceName = name
            serviceType = KIND
            port = server.localPort
        }
        val listener = object : NsdManager.RegistrationListener {
            override fun onServiceRegistered(info: NsdServiceInfo) = Unit
            override fun onServiceUnregistered(info: NsdServiceInfo) = Unit
            // Nobody finds us by name then; the address on the screen still works.
            override fun onRegistrationFailed(info: NsdServiceInfo, error: Int) = Unit
            override fun onUnregistrationFailed(info: NsdServiceInfo, error: Int) = Unit
        }
        nsd.registerService(info, NsdManager.PROTOCOL_DNS_SD, listener)
        awaitClose { nsd.unregisterService(listener) }
    }

    /** Who is near, again after each change, until the flow is no longer collected. */
    fun found(own: String): Flow<List<Near>> = callbackFlow {
        val known = sortedMapOf<String, Near>()
        val listener = object : NsdManager.DiscoveryListener {
            override fun onServiceFound(info: NsdServiceInfo) {
                if (info.serviceName != own) resolve(info) { near ->
                    synchronized(known) { known[near.name] = near }
                    trySend(synchronized(known) { known.values.toList() })
                }
            }

            override fun onServiceLost(info: NsdServiceInfo) {
                synchronized(known) { known.remove(info.serviceName) }
                trySend(synchronized(known) { known.values.toList() })
            }

            override fun onDiscoveryStarted(kind: String) = Unit
            override fun onDiscoveryStopped(kind: String) = Unit
            override fun onStartDiscoveryFailed(kind: String, error: Int) = Unit
            override fun onStopDiscoveryFailed(kind: String, error: Int) = Unit
        }
        trySend(emptyList())
        nsd.discoverServices(KIND, NsdManager.PROTOCOL_DNS_SD, listener)
        awaitClose { nsd.stopServiceDiscovery(listener) }
    }

    // The newer call needs Android 14; this one works on all that we support.
    @Suppress("DEPRECATION")
    private fun resolve(info: NsdServiceInfo, then: (Near) -> Unit) {
        val listener = object : NsdManager.ResolveListener {
            override fun onServiceResolved(info: NsdServiceInfo) {
                val host = info.host?.hostAddress ?: return
                // An address of version 6 stands in brackets, without the name of the link.
                val shown = if (':' in host) "[${host.substringBefore('%')}]" else host
                then(Near(info.serviceName, "$shown:${info.port}"))
            }

            override fun onResolveFailed(info: NsdServiceInfo, error: Int) = Unit
        }
        nsd.resolveService(info, listener)
    }
}
