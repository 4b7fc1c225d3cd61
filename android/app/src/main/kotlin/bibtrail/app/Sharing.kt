// Sharing with other phones: announced, found, met, while the volunteer wants it.
//
// Invariant: it goes on while the phone is in a pocket, and ends whole: no port, no announcement and no notification stay.
package bibtrail.app

import android.content.Context
import android.os.SystemClock
import bibtrail.core.CoreException
import bibtrail.core.SyncState
import bibtrail.core.SyncTarget
import bibtrail.core.Tone
import bibtrail.core.Wording
import bibtrail.phone.Phone
import bibtrail.phone.Retries
import bibtrail.screens.Meeting
import bibtrail.screens.Near
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.io.IOException
import java.net.ServerSocket

/** How often it is looked who is due, in milliseconds. */
private const val LOOK_MS = 1_000L

/** How addresses begin that hotspots and Wi-Fis give out. */
private val LOCAL = listOf("10.", "192.168.", "169.254.", "[fe80:", "[fd") + (16..31).map { "172.$it." }

/** So many digits of its log tell a phone from others of its name. */
private const val LOG_DIGITS = 8

/** Shares [phone] with others; [scope] outlives every screen. [onEnd] is called when sharing has ended. */
class Sharing(
    private val context: Context,
    private val phone: Phone,
    private val scope: CoroutineScope,
    private val onEnd: suspend () -> Unit,
) {
    private val nearby = Nearby(context)
    private val wifi = WifiPath(context)
    private val found = MutableStateFlow<List<Near>>(emptyList())
    private val going = MutableStateFlow(Meeting())
    private val retries = Retries()
    private var job: Job? = null

    /** Who is near. */
    val near: StateFlow<List<Near>> = found.asStateFlow()

    /** How it goes. */
    val meeting: StateFlow<Meeting> = going.asStateFlow()

    /** Whether it goes on. */
    val isOn: Boolean get() = job?.isActive == true

    /** Begins; with [target] that one is met at once, else whoever is near, and again and again. */
    fun begin(target: Near?) {
        if (target != null) scope.launch { meet(target.address, isLocal(target.address)) }
        if (isOn) return
        val before = job
        job = scope.launch {
            // What the last one still clears away must not be this one's.
            before?.join()
            try {
                share()
            } catch (_: IOException) {
                // No port is to be had: nobody can be answered, and who is asked for by hand is met all the same.
                going.value = Meeting(Wording("error.link", emptyList()), Tone.NOTICE)
            } catch (failed: CoreException) {
                going.value = Meeting(failed.wording(), Tone.NOTICE)
            } finally {
                found.value = emptyList()
                going.value = going.value.copy(isGoing = false)
                SyncService.end(context)
                scope.launch { onEnd() }
            }
        }
    }

    /** Ends. */
    fun stop() {
        job?.cancel()
        phone.race.interrupt()
    }

    private suspend fun share() = withContext(Dispatchers.IO) { ServerSocket(0) }.use { server ->
        val screen = phone.ask { it.devicesScreen() }
        // Only now, when nothing is left that fails at once: a service that is ended before it began ends the app.
        SyncService.begin(context)
        coroutineScope {
            val own = screen.devices.firstOrNull { it.isThis }
            val name = "${own?.name.orEmpty().ifEmpty { "Bibtrail" }} ${own?.log.orEmpty().take(LOG_DIGITS)}"
            launch { answer(phone, server) }
            launch { nearby.announced(name, server).collect { } }
            launch { nearby.found(name).collect { found.value = it } }
            launch { wifi.hold() }
            try {
                while (true) {
                    due(screen.servers.map { it.address }).forEach { meet(it, isNear = false) }
                    due(found.value.map { it.address }).forEach { meet(it, isNear = true) }
                    delay(LOOK_MS)
                }
            } finally {
                server.close()
            }
        }
    }

    /** Whether an address is that of a phone near by: one that was found, or one of the kinds that no internet leads to. */
    private fun isLocal(address: String) =
        found.value.any { it.address == address } || LOCAL.any { address.startsWith(it) }

    private fun due(addresses: List<String>) =
        addresses.filter { retries.isDue(it, SystemClock.elapsedRealtime()) }

    private suspend fun meet(address: String, isNear: Boolean) {
        going.value = Meeting(null, Tone.QUIET, isGoing = true)
        val (shown, isWell) = try {
            val state = if (isNear) wifi.through { phone.meet(SyncTarget(address, null)) } else phone.meet(SyncTarget(address, null))
            shown(state) to true
        } catch (failed: CoreException) {
            Meeting(failed.wording(), Tone.NOTICE, isGoing = isOn) to false
        }
        going.value = shown
        retries.met(address, SystemClock.elapsedRealtime(), isWell)
    }

    private fun shown(state: SyncState) = Meeting(state.text, state.tone, state.remarks, isOn)
}

/** What is said of an error: `error.` and its variant. */
fun CoreException.wording(): Wording {
    val variant = javaClass.simpleName.replace(Regex("(?<!^)(?=[A-Z])"), "-").lowercase()
    return Wording("error.$variant", emptyList())
}
