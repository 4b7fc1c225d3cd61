// Which screen is shown, with what the core says of it now.
package bibtrail.app

import androidx.compose.foundation.Image
import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.produceState
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.asImageBitmap
import bibtrail.core.CoreException
import bibtrail.core.FrameShow
import bibtrail.core.Race
import bibtrail.core.RecordScreen
import bibtrail.core.Theme
import bibtrail.core.Tone
import bibtrail.core.coreVersion
import bibtrail.core.qrPng
import bibtrail.core.qrTextPng
import bibtrail.core.readInvitation
import bibtrail.phone.Phone
import bibtrail.screens.AtHand
import bibtrail.screens.Checkpoint
import bibtrail.screens.CloseOut
import bibtrail.screens.Corrections
import bibtrail.screens.Devices
import bibtrail.screens.Frame
import bibtrail.screens.Join
import bibtrail.screens.JoinActions
import bibtrail.screens.JoinForm
import bibtrail.screens.LocalWords
import bibtrail.screens.Look
import bibtrail.screens.Record
import bibtrail.screens.Say
import bibtrail.screens.SettingsPage
import bibtrail.screens.Standing
import bibtrail.screens.Toned
import bibtrail.screens.WetLock
import bibtrail.screens.Where
import bibtrail.screens.Words
import bibtrail.screens.said
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch

/** How long each moving code is shown, in milliseconds, and how large its squares are. */
private const val FRAME_MS = 120L
private const val FRAME_SCALE = 8u

/** How many entries are listed. */
private const val MOST = 200u

/** How often a screen is looked at again though nothing came, in milliseconds: what is said of time grows old. */
private const val FAST_MS = 5_000L
private const val SLOW_MS = 60_000L

/** Before this phone joined a race. */
@Composable
fun Joining(app: BibtrailApp, words: Words, activity: MainActivity) {
    var filled by remember { mutableStateOf(JoinForm()) }
    var hasCamera by remember { mutableStateOf(false) }
    val scope = rememberCoroutineScope()
    val actions = object : JoinActions {
        override fun scan(isOn: Boolean) {
            hasCamera = false
            if (isOn) activity.allow(listOf(android.Manifest.permission.CAMERA)) { isAllowed ->
                hasCamera = isAllowed
                if (!isAllowed) filled = filled.copy(problem = NO_CAMERA) else if (filled.problem == NO_CAMERA) filled = filled.copy(problem = null)
            }
        }

        override fun change(form: JoinForm) {
            filled = if (form.code == filled.code) form else read(form)
        }

        override fun join() {
            scope.launch {
                try {
                    app.join(filled)
                } catch (refused: CoreException) {
                    filled = filled.copy(problem = refused.wording())
                }
            }
        }
    }
    val read: (ByteArray) -> Unit = { bytes ->
        // On the camera's thread; what is filled in changes on the main one.
        scope.launch {
            filled = read(filled.copy(code = String(bytes)))
            hasCamera = false
        }
    }
    val camera: (@Composable () -> Unit)? =
        if (hasCamera) ({ CameraView(activity, isMoving = false, read) { hasCamera = false } }) else null
    CompositionLocalProvider(LocalWords provides words) {
        Look(isSystemInDarkTheme(), 100) { Join(filled, actions, camera) }
    }
}

/** The form with what its code says. */
private fun read(form: JoinForm): JoinForm = try {
    val invitation = readInvitation(form.code.trim())
    val checkpoint = form.checkpoint.ifEmpty { invitation.checkpoints.singleOrNull().orEmpty() }
    form.copy(race = invitation.race, places = invitation.checkpoints, checkpoint = checkpoint)
} catch (_: CoreException) {
    // Not yet, or no code: joining says what is wrong.
    form.copy(race = "", places = emptyList())
}

/** A race. */
@Composable
fun Racing(phone: Phone, model: RaceModel, words: AndroidWords, activity: MainActivity) {
    val settings = model.settings
    LaunchedEffect(settings.keepsAwake) { activity.keepAwake(settings.keepsAwake) }
    val isBlack = settings.theme == Theme.DARK || (settings.theme == Theme.SYSTEM && isSystemInDarkTheme())
    val record by shown(model, FAST_MS, Race::recordScreen)
    val zoned = remember(words, record?.zone) { words.of(record?.zone) }
    CompositionLocalProvider(LocalWords provides zoned) {
        Look(isBlack, settings.textPercent.toInt()) {
            WetLock(settings.isLockedAgainstWet) { Screens(phone, model, record, activity) }
        }
    }
}

@Composable
private fun Screens(phone: Phone, model: RaceModel, record: RecordScreen?, activity: MainActivity) {
    val at = model.at.copy(race = record?.race.orEmpty(), pending = record?.pending)
    Frame(at, { model.at = it }) {
        Column(Modifier.fillMaxSize()) {
            model.problem?.let { Toned(Tone.WARNING) { Say(said(it)) } }
            Screen(phone, model, record, activity)
        }
    }
}

@Composable
private fun Screen(phone: Phone, model: RaceModel, record: RecordScreen?, activity: MainActivity) = when (model.at.where) {
    Where.RECORD -> record?.let { Recording(it, model, activity) }
    Where.CHECKPOINT -> shown(model) { it.checkpointScreen(null) }.value?.let { Checkpoint(it, model) }
    Where.CORRECTIONS -> Correcting(phone, model)
    Where.DEVICES -> Sharing(phone, model, activity)
    Where.CLOSE_OUT -> shown(model) { it.closingScreen(null) }.value?.let { CloseOut(it, model.typed, model) }
    Where.SETTINGS -> Setting(phone, model)
} ?: Unit

@Composable
private fun Setting(phone: Phone, model: RaceModel) {
    val standing by shown(model) { Standing(it.recordScreen().place, it.places()) }
    val version = remember { coreVersion() }
    standing?.let { SettingsPage(model.settings, it, version, model::standAt, model::change) }
}

@Composable
private fun Recording(screen: RecordScreen, model: RaceModel, activity: MainActivity) {
    val pad by model.station.pad.collectAsState()
    val withPacer by model.station.withPacer.collectAsState()
    Record(screen, AtHand(pad, withPacer), model, camera(model, activity, RaceModel.Camera.BIBS))
}

@Composable
private fun Correcting(phone: Phone, model: RaceModel) {
    val entries by shown(model) { it.correctionsScreen(MOST, null) }
    val review by shown(model) { it.reviewScreen(null) }
    val (lines, findings) = (entries ?: return) to (review ?: return)
    Corrections(lines, findings, model.open, model.typed, model)
}

@Composable
private fun Sharing(phone: Phone, model: RaceModel, activity: MainActivity) {
    val screen by shown(model, look = Race::devicesScreen)
    val near by model.sharing.near.collectAsState()
    val meeting by model.sharing.meeting.collectAsState()
    val moving: (@Composable () -> Unit)? = model.codes?.let { { MovingCodes(it) } }
    val codes = moving ?: model.wifi?.let { { WifiCode(it) } }
    screen?.let { Devices(it, near, meeting, model, codes ?: camera(model, activity, RaceModel.Camera.MOVING)) }
}

private fun camera(model: RaceModel, activity: MainActivity, what: RaceModel.Camera): (@Composable () -> Unit)? =
    if (model.camera != what) null else {
        { CameraView(activity, what == RaceModel.Camera.MOVING, model::read) { model.look(null) } }
    }

/** How another phone comes into this one's Wi-Fi: a code that every camera knows. */
@Composable
private fun WifiCode(text: String) {
    val picture = remember(text) { decoded(qrTextPng(text, FRAME_SCALE)) }
    picture?.let { Image(it, contentDescription = null, modifier = Modifier.fillMaxSize()) }
}

private fun decoded(png: ByteArray): ImageBitmap? =
    android.graphics.BitmapFactory.decodeByteArray(png, 0, png.size)?.asImageBitmap()

/** What this phone holds, as codes one after the other. */
@Composable
private fun MovingCodes(codes: FrameShow) {
    val picture by produceState<ImageBitmap?>(null, codes) {
        while (true) {
            value = decoded(qrPng(codes.nextFrame(), FRAME_SCALE))
            delay(FRAME_MS)
        }
    }
    picture?.let { Image(it, contentDescription = null, modifier = Modifier.fillMaxSize()) }
}

/** What the core shows, again after each change and every [everyMs]; what fails is said, and what stood there stays. */
@Composable
private fun <T> shown(model: RaceModel, everyMs: Long = SLOW_MS, look: (Race) -> T) = remember(model) {
    model.phone.screen(everyMs, model::failed, look)
}.collectAsState(null)
