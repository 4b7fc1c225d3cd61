// The app as long as it lives: the race that it has open, and what it knows of the phone.
//
// Invariant: one race is open at a time, in a folder that no backup takes; what is recorded, shared and typed belongs to it
// and not to any activity, and before the phone sleeps nothing is left open.
package bibtrail.app

import android.app.Application
import android.content.Intent
import android.content.IntentFilter
import android.os.BatteryManager
import android.os.StatFs
import android.util.Log
import bibtrail.core.CoreException
import bibtrail.core.HostState
import bibtrail.core.JoinRequest
import bibtrail.core.LogLevel
import bibtrail.core.LogSink
import bibtrail.core.Race
import bibtrail.core.setLogSink
import bibtrail.phone.Phone
import bibtrail.screens.JoinForm
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import java.io.File

private const val TAG = "bibtrail"

/** How often the core hears of battery and storage, in milliseconds. */
private const val TELL_MS = 60_000L

/** The application. */
class BibtrailApp : Application() {
    /** What outlives every screen: entries on their way, meetings. What fails in it ends nothing else. */
    val scope = CoroutineScope(
        SupervisorJob() + Dispatchers.Main.immediate +
            CoroutineExceptionHandler { _, failed -> Log.e(TAG, "work that nobody waits for failed", failed) },
    )

    private val clock by lazy { PhoneClock(contentResolver) }
    private val keys by lazy { WrappedKeys(this) }
    private val opened = MutableStateFlow<RaceModel?>(null)

    /** The race that is open; nothing before this phone joined one. */
    val race: StateFlow<RaceModel?> = opened.asStateFlow()

    private val turn = Mutex()

    /** Whether the activity is in front. */
    private var isInFront = false

    private val folder: File get() = File(noBackupFilesDir, "race")

    override fun onCreate() {
        super.onCreate()
        setLogSink(Logs())
        scope.launch {
            while (true) {
                delay(TELL_MS)
                asking { it.setHostState(state()) }
            }
        }
    }

    /** Opens the race of this phone, if it joined one. Whoever waits may leave: it is opened all the same, and once. */
    suspend fun open() = once {
        val race = withContext(Dispatchers.IO) {
            if (folder.isDirectory) Race.open(folder.path, clock, keys) else null
        }
        race?.let { begin(it) }
    }

    /** Does [work] to its end, after any other such, unless a race is open by then. */
    private suspend fun once(work: suspend () -> Unit) =
        scope.async { turn.withLock { if (opened.value == null) work() } }.await()

    /** Joins as the form says. */
    suspend fun join(form: JoinForm) = once {
        val checkpoint = form.checkpoint.trim().ifEmpty { null }
        val request = JoinRequest(folder.path, form.code.trim(), form.name.trim(), checkpoint)
        begin(withContext(Dispatchers.IO) { Race.join(request, clock, keys) })
    }

    private suspend fun begin(race: Race) {
        val phone = Phone(race, clock)
        val sharing = Sharing(this, phone, scope) { if (!isInFront) rest() }
        opened.value = RaceModel(phone, scope, sharing, Hotspot(this), Signals(this))
        asking { it.setHostState(state()) }
    }

    /** The activity is in front: says what is to be known of the phone, and lets meetings begin. */
    suspend fun wake() {
        isInFront = true
        asking {
            it.setHostState(state())
            it.resume()
        }
    }

    /** The activity is gone. While phones are shared with, the core goes on; after that it rests. */
    suspend fun leave() {
        isInFront = false
        if (opened.value?.sharing?.isOn != true) rest()
    }

    /** The app goes to sleep: what waits goes onto the disk. */
    private suspend fun rest() = asking { it.suspend() }

    private suspend fun asking(work: (Race) -> Unit) {
        try {
            opened.value?.phone?.ask(work)
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

/** The core's log among the system's. It names no runner. */
private class Logs : LogSink {
    override fun log(level: LogLevel, target: String, message: String) {
        val priority = when (level) {
            LogLevel.ERROR -> Log.ERROR
            LogLevel.WARN -> Log.WARN
            LogLevel.INFO -> Log.INFO
        }
        Log.println(priority, TAG, "$target: $message")
    }
}
