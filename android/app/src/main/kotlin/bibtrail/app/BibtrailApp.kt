// The app as long as it lives: the race that it has open, and what it knows of the phone.
//
// Invariant: one race is open at a time, in a folder that no backup takes; before the phone sleeps nothing is left open.
package bibtrail.app

import android.app.Application
import android.content.Intent
import android.content.IntentFilter
import android.os.BatteryManager
import android.os.StatFs
import bibtrail.core.CoreException
import bibtrail.core.HostState
import bibtrail.core.JoinRequest
import bibtrail.core.Race
import bibtrail.phone.Phone
import bibtrail.screens.JoinForm
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.withContext
import java.io.File

/** The application. */
class BibtrailApp : Application() {
    /** What outlives every screen: entries on their way, meetings. */
    val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)

    private val clock by lazy { PhoneClock(contentResolver) }
    private val keys by lazy { WrappedKeys(this) }
    private val opened = MutableStateFlow<Phone?>(null)

    /** The race that is open; nothing before this phone joined one. */
    val phone: StateFlow<Phone?> = opened.asStateFlow()

    private val folder: File get() = File(noBackupFilesDir, "race")

    /** Opens the race of this phone, if it joined one. */
    suspend fun open() = withContext(Dispatchers.IO) {
        if (opened.value == null && folder.isDirectory) {
            opened.value = Phone(Race.open(folder.path, clock, keys), clock)
        }
    }

    /** Joins as the form says. */
    suspend fun join(form: JoinForm) = withContext(Dispatchers.IO) {
        val checkpoint = form.checkpoint.trim().ifEmpty { null }
        val request = JoinRequest(folder.path, form.code.trim(), form.name.trim(), checkpoint)
        opened.value = Phone(Race.join(request, clock, keys), clock)
    }

    /** The app goes to sleep: meetings end, what waits goes onto the disk. */
    suspend fun rest() = asking { it.suspend() }

    /** The app woke, or time passed: says what is to be known of the phone. */
    suspend fun wake() = asking {
        it.setHostState(state())
        it.resume()
    }

    private suspend fun asking(work: (Race) -> Unit) {
        try {
            opened.value?.ask(work)
        } catch (_: CoreException) {
            // The race was shut down; there is nothing to bring to rest.
        }
    }

    private fun state(): HostState {
        val battery = registerReceiver(null, IntentFilter(Intent.ACTION_BATTERY_CHANGED))
        val level = battery?.getIntExtra(BatteryManager.EXTRA_LEVEL, -1) ?: -1
        val scale = battery?.getIntExtra(BatteryManager.EXTRA_SCALE, -1) ?: -1
        val percent = if (level >= 0 && scale > 0) (level * 100 / scale).toUInt() else null
        val isCharging = (battery?.getIntExtra(BatteryManager.EXTRA_PLUGGED, 0) ?: 0) != 0
        return HostState(percent, isCharging, StatFs(noBackupFilesDir.path).availableBytes)
    }
}
