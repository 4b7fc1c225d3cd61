// What the screens of a race show and do. Everything is asked of the core; nothing is decided here.
//
// Invariant: it is used on the main thread only; what fails is shown in words of the core's own keys.
package bibtrail.app

import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import bibtrail.core.Badge
import bibtrail.core.ClosingAct
import bibtrail.core.CoreException
import bibtrail.core.FindingLine
import bibtrail.core.FrameShow
import bibtrail.core.FrameTake
import bibtrail.core.KeyPad
import bibtrail.core.PadKey
import bibtrail.core.Race
import bibtrail.core.RunnerAct
import bibtrail.core.RunnerLine
import bibtrail.core.Said
import bibtrail.core.ScanLine
import bibtrail.core.Settings
import bibtrail.core.Wording
import bibtrail.core.press
import bibtrail.phone.Phone
import bibtrail.phone.Station
import bibtrail.screens.CheckpointActions
import bibtrail.screens.ClosingActions
import bibtrail.screens.CorrectionActions
import bibtrail.screens.DeviceActions
import bibtrail.screens.Near
import bibtrail.screens.RecordActions
import bibtrail.screens.Where
import bibtrail.screens.Whereabouts
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.launch
import java.io.IOException

/** What only an activity can do. */
interface Host {
    /** Hands a file to the share sheet. */
    suspend fun share(bundle: ByteArray)

    /** Lets the volunteer choose a file, which is taken in. */
    fun choose()

    /** Asks for what the camera or sharing needs; [then] hears whether all was given. */
    fun allow(permissions: List<String>, then: (Boolean) -> Unit)
}

/** How many entries the list shows. */
private const val MOST = 200u

/** The volunteer, or whoever set the phone up, does not let the app look. */
val NO_CAMERA = Wording("record_camera_denied", emptyList())

/** The model of a race on this phone. */
class RaceModel(
    val phone: Phone,
    private val scope: CoroutineScope,
    val sharing: Sharing,
    private val hotspot: Hotspot,
    signals: Signals,
) : RecordActions, CheckpointActions, CorrectionActions, ClosingActions, DeviceActions {
    /** The activity that shows it, while there is one. */
    var host: Host? = null

    /** Which screen. */
    var at by mutableStateOf(Whereabouts())

    /** What the camera is for, if it is on. */
    var camera by mutableStateOf<Camera?>(null)

    /** The entry that is being corrected. */
    var open by mutableStateOf<ScanLine?>(null)

    /** What is typed for it, or for the last runner. */
    var typed by mutableStateOf(KeyPad(""))

    /** The moving codes that are shown. */
    var codes by mutableStateOf<FrameShow?>(null)

    /** The code of this phone's hotspot, while that is on. */
    var wifi by mutableStateOf<String?>(null)

    /** What went wrong last. */
    var problem by mutableStateOf<Wording?>(null)

    /** The settings. */
    var settings: Settings by mutableStateOf(phone.race.settings())
        private set

    /** The key pad's state. */
    val station = Station(phone, scope, { sound, haptic -> signals.give(sound, haptic, settings) }, ::failed)

    /** What the camera is on for. */
    enum class Camera {
        /** Bibs. */
        BIBS,

        /** Another phone's moving codes. */
        MOVING,
    }

    private var taking: FrameTake? = null
    private var spot: Job? = null

    override fun press(key: PadKey) = if (at.where == Where.RECORD) station.press(key) else typeIn(key)

    override fun undo(badge: Badge) = station.undo(badge)

    override fun pacer(isAlong: Boolean) = station.pacer(isAlong)

    override fun correct(badge: Badge?) {
        at = at.copy(where = Where.CORRECTIONS)
        working {
            val lines = phone.ask { if (badge == null) it.timesScreen() else it.correctionsScreen(MOST, null) }.lines
            open(lines.firstOrNull { badge == null || it.scan == badge.scan })
        }
    }

    override fun scan(isOn: Boolean) = look(if (isOn) Camera.BIBS else null)

    override fun readCodes() = look(Camera.MOVING)

    /** Opens the camera for something, or closes it. */
    fun look(what: Camera?) {
        if (what == null) camera = null
        else host?.allow(listOf(android.Manifest.permission.CAMERA)) { isAllowed ->
            if (isAllowed) camera = what
            if (!isAllowed) problem = NO_CAMERA else if (problem == NO_CAMERA) problem = null
        }
    }

    /** The camera read a code, on its own thread. */
    fun read(bytes: ByteArray) {
        scope.launch {
            if (camera == Camera.MOVING) take(bytes) else station.scanned(bytes) { problem = it.text }
        }
    }

    private fun take(frame: ByteArray) = working {
        val collected = taking ?: FrameTake().also { taking = it }
        val progress = phone.ask { collected.push(frame) }
        problem = progress.text
        progress.payload?.let {
            taking = null
            look(null)
            takeIn(it)
        }
    }

    /** Takes a file in. */
    fun takeIn(bundle: ByteArray) = working { phone.ask { it.importBundle(bundle) } }

    override fun open(line: ScanLine?) {
        open = line
        typed = KeyPad("")
    }

    override fun saveBib(line: ScanLine) = working {
        phone.ask { it.giveBib(line.scan, typed.digits) }
        open(null)
    }

    override fun void(line: ScanLine) = saying { it.void(line.scan, null) }

    override fun restore(line: ScanLine) = saying { it.restore(line.scan, null) }

    override fun say(line: ScanLine, act: RunnerAct) = saying { it.sayOfRunner(line.bib, act, null) }

    override fun say(runner: RunnerLine, act: RunnerAct) = saying { it.sayOfRunner(runner.bib, act, null) }

    override fun accept(finding: FindingLine, number: UInt) = saying { it.accept(finding.finding, number, null) }

    override fun dismiss(finding: FindingLine) = saying { it.dismiss(finding.finding, true, null) }

    override fun say(act: ClosingAct) = saying { race ->
        val screen = race.closingScreen(null)
        val text = when (act) {
            ClosingAct.ANSWER -> screen.askedCode
            ClosingAct.NAME_LAST -> typed.digits
            else -> null
        }
        race.closeStep(screen.place.key, act, text, null)
    }

    // Without the notification's permission sharing goes on all the same.
    override fun sync(near: Near?) {
        host?.allow(sharingPermissions()) { sharing.begin(near) }
    }

    override fun stop() = sharing.stop()

    override fun showCodes() {
        if (codes != null) codes = null else working { codes = phone.ask { it.showFrames() } }
    }

    override fun hotspot() {
        val going = spot
        spot = null
        wifi = null
        if (going != null) return going.cancel()
        host?.allow(hotspotPermissions()) { isAllowed ->
            if (isAllowed) spot = scope.launch { hotspot.codes().collect(::shine) } else problem = Wording("error.host", emptyList())
        }
    }

    /** The hotspot's code; without one it did not begin, or ended. */
    private fun shine(code: String?) {
        wifi = code
        if (code == null) {
            problem = Wording("error.host", emptyList())
            spot?.cancel()
            spot = null
        }
    }

    override fun sendFile() = working { host?.share(phone.ask { it.exportBundle() }) }

    override fun openFile() {
        host?.choose()
    }

    /** This phone stands elsewhere from now on. */
    fun standAt(place: String) = working { phone.ask { it.standAt(place) } }

    /** Changes the settings. */
    fun change(new: Settings) {
        settings = new
        working { phone.ask { it.changeSettings(new) } }
    }

    private fun typeIn(key: PadKey) = try {
        typed = press(typed, key).pad
    } catch (refused: CoreException) {
        failed(refused)
    }

    /** Says something; what is to be known of it stands where failures do. */
    private fun saying(work: (Race) -> Said) = working {
        problem = phone.ask(work).remark
        open(null)
    }

    private fun working(work: suspend () -> Unit) {
        scope.launch {
            try {
                problem = null
                work()
            } catch (refused: CoreException) {
                failed(refused)
            } catch (_: IOException) {
                problem = Wording("error.disk", emptyList())
            }
        }
    }

    /** Says what failed. */
    fun failed(refused: CoreException) {
        problem = refused.wording()
    }
}
