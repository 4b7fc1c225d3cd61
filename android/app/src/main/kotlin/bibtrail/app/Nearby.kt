// Phones of the race on the same Wi-Fi or hotspot: found by the system's service discovery, met over TCP.
//
// Invariant: what is announced names the phone and nothing of any runner; the core proves who is who when they meet.
package bibtrail.app

import android.content.Context
import android.net.nsd.NsdManager
import android.net.nsd.NsdServiceInfo
import android.net.wifi.WifiManager
import bibtrail.screens.Near
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.suspendCancellableCoroutine
import java.net.Inet6Address
import java.net.ServerSocket
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.coroutines.resume

private const val KIND = "_bibtrail._tcp"

/** The system asks for one address at a time; who did not answer is asked for again so often, after so long. */
private const val TRIES = 3
private const val AGAIN_MS = 2_000L

/** Announces this phone and finds others. */
class Nearby(context: Context) {
    private val nsd = context.getSystemService(NsdManager::class.java)
    private val wifi = context.getSystemService(WifiManager::class.java)

    /** Announces [name] at [server]'s port until the flow is no longer collected. */
    fun announced(name: String, server: ServerSocket): Flow<Unit> = callbackFlow {
        val info = NsdServiceInfo().apply {
            serviceName = name
            serviceType = KIND
            port = server.localPort
        }
        val isOn = AtomicBoolean(true)
        val listener = object : NsdManager.RegistrationListener {
            override fun onServiceRegistered(info: NsdServiceInfo) = Unit
            override fun onServiceUnregistered(info: NsdServiceInfo) = isOn.set(false)
            // Nobody finds us by name then; who knows the address meets us all the same.
            override fun onRegistrationFailed(info: NsdServiceInfo, error: Int) = isOn.set(false)
            override fun onUnregistrationFailed(info: NsdServiceInfo, error: Int) = Unit
        }
        nsd.registerService(info, NsdManager.PROTOCOL_DNS_SD, listener)
        // What failed to begin cannot be ended: the system throws.
        awaitClose { if (isOn.get()) nsd.unregisterService(listener) }
    }

    /** Who is near but [own], again after each change, until the flow is no longer collected. */
    fun found(own: String): Flow<List<Near>> = callbackFlow {
        val known = sortedMapOf<String, Near>()
        val asked = Channel<NsdServiceInfo>(Channel.UNLIMITED)
        val isOn = AtomicBoolean(true)
        val change = { work: (MutableMap<String, Near>) -> Unit ->
            trySend(synchronized(known) { known.also(work).values.toList() })
        }
        val listener = object : NsdManager.DiscoveryListener {
            override fun onServiceFound(info: NsdServiceInfo) {
                if (info.serviceName != own) asked.trySend(info)
            }

            override fun onServiceLost(info: NsdServiceInfo) {
                change { it.remove(info.serviceName) }
            }

            override fun onDiscoveryStarted(kind: String) = Unit
            override fun onDiscoveryStopped(kind: String) = isOn.set(false)
            override fun onStartDiscoveryFailed(kind: String, error: Int) = isOn.set(false)
            override fun onStopDiscoveryFailed(kind: String, error: Int) = Unit
        }
        trySend(emptyList())
        // Without it some phones hear no answer while their screen is dark.
        val lock = wifi.createMulticastLock("bibtrail").apply { setReferenceCounted(false) }
        lock.acquire()
        nsd.discoverServices(KIND, NsdManager.PROTOCOL_DNS_SD, listener)
        launch {
            for (info in asked) {
                resolved(info)?.let { near -> change { it[near.name] = near } }
            }
        }
        awaitClose {
            if (isOn.get()) nsd.stopServiceDiscovery(listener)
            lock.release()
        }
    }

    /** Where somebody is. The system resolves one at a time: the others wait. */
    private suspend fun resolved(info: NsdServiceInfo): Near? {
        repeat(TRIES) {
            asked(info)?.let { return it }
            delay(AGAIN_MS)
        }
        return null
    }

    // The newer call needs Android 14; this one works on all that we support.
    @Suppress("DEPRECATION")
    private suspend fun asked(info: NsdServiceInfo): Near? = suspendCancellableCoroutine { answer ->
        val listener = object : NsdManager.ResolveListener {
            override fun onServiceResolved(info: NsdServiceInfo) = answer.resume(near(info))

            override fun onResolveFailed(info: NsdServiceInfo, error: Int) = answer.resume(null)
        }
        nsd.resolveService(info, listener)
    }

    @Suppress("DEPRECATION")
    private fun near(info: NsdServiceInfo): Near? {
        val host = info.host ?: return null
        val text = host.hostAddress.orEmpty().substringBefore('%')
        // An address of version 6 stands in brackets, with the number of the link that it belongs to.
        val shown = when {
            host !is Inet6Address -> text
            host.scopeId == 0 -> "[$text]"
            else -> "[$text%${host.scopeId}]"
        }
        return Near(info.serviceName, "$shown:${info.port}")
    }
}
