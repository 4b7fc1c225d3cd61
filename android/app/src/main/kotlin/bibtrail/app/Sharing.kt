// Sharing with other phones: announced, found, met, while the volunteer wants it.
//
// Invariant: it goes on while the phone is in a pocket, and ends whole: no port, no announcement and no notification stay.
package bibtrail.app

import android.content.Context
import bibtrail.core.CoreException
import bibtrail.core.SyncState
import bibtrail.core.SyncTarget
import bibtrail.core.Tone
import bibtrail.core.Wording
import bibtrail.phone.Phone
import bibtrail.screens.Meeting
import bibtrail.screens.Near
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch
import java.net.ServerSocket

/** How often who is near is met again, in milliseconds. */
private const val PAUSE_MS = 30_000L

/** Shares [phone] with others; [scope] outlives every screen. */
class Sharing(private val context: Context, private val phone: Phone, private val scope: CoroutineScope) {
    private val nearby = Nearby(context)
    private val found = MutableStateFlow<List<Near>>(emptyList())
    private val going = MutableStateFlow(Meeting())
    private var job: Job? = null

    /** Who is near. */
    val near: StateFlow<List<Near>> = found.asStateFlow()

    /** How it goes. */
    val meeting: StateFlow<Meeting> = going.asStateFlow()

    /** Whether it goes on. */
    val isOn: Boolean get() = job?.isActive == true

    /** Begins; with [target] that one is met at once, else whoever is near, and again and again. */
    fun begin(target: Near?) {
        if (target != null) scope.launch { meet(target.address) }
        if (isOn) return
        SyncService.begin(context)
        job = scope.launch {
            try {
                share()
            } finally {
                found.value = emptyList()
                going.value = going.value.copy(isGoing = false)
                SyncService.end(context)
            }
        }
    }

    /** Ends. */
    fun stop() {
        job?.cancel()
        phone.race.interrupt()
    }

    private suspend fun share() = ServerSocket(0).use { server ->
        coroutineScope {
            val screen = phone.ask { it.devicesScreen() }
            val name = screen.devices.firstOrNull { it.isThis }?.name.orEmpty().ifEmpty { "Bibtrail" }
            launch { answer(phone, server) }
            launch { nearby.announced(name, server).collect { } }
            launch { nearby.found(name).collect { found.value = it } }
            launch { screen.servers.forEach { meet(it.address) } }
            try {
                while (true) {
                    found.value.forEach { meet(it.address) }
                    kotlinx.coroutines.delay(PAUSE_MS)
                }
            } finally {
                server.close()
            }
        }
    }

    private suspend fun meet(address: String) {
        going.value = Meeting(null, Tone.QUIET, isGoing = true)
        going.value = try {
            shown(phone.meet(SyncTarget(address, null)))
        } catch (failed: CoreException) {
            Meeting(failed.wording(), Tone.NOTICE, isGoing = isOn)
        }
    }

    private fun shown(state: SyncState) = Meeting(state.text, state.tone, state.remarks, isOn)
}

/** What is said of an error: `error.` and its variant. */
fun CoreException.wording(): Wording {
    val variant = javaClass.simpleName.replace(Regex("(?<!^)(?=[A-Z])"), "-").lowercase()
    return Wording("error.$variant", emptyList())
}
