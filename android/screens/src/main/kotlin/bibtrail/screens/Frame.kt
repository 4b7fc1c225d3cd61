// What stands around every screen: its name, the way to the others, and the lock against wet glass.
//
// Invariant: one tap opens the list of screens, one tap goes there; no gesture is needed anywhere.
package bibtrail.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.gestures.detectTapGestures
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableIntStateOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.BiasAlignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.input.pointer.PointerEventPass
import androidx.compose.ui.input.pointer.PointerEventType
import androidx.compose.ui.input.pointer.pointerInput
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.onClick
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import bibtrail.core.Wording
import kotlinx.coroutines.delay

/** The screens of a phone that joined, in the order in which both platforms list them. */
enum class Where(
    /** Its name's key. */
    val key: String,
) {
    /** Recording. */
    RECORD("screen_record"),

    /** My checkpoint. */
    CHECKPOINT("screen_checkpoint"),

    /** Corrections. */
    CORRECTIONS("screen_corrections"),

    /** Devices and sync. */
    DEVICES("screen_devices"),

    /** Closing the checkpoint. */
    CLOSE_OUT("screen_close_out"),

    /** Settings. */
    SETTINGS("screen_settings"),
}

/** Where one is, and whether the list of screens is open. */
data class Whereabouts(
    /** The screen. */
    val where: Where = Where.RECORD,
    /** Whether the list is open. */
    val isChoosing: Boolean = false,
    /** The race's name. */
    val race: String = "",
    /** What waits to be shared, in words; to be seen from everywhere. */
    val pending: Wording? = null,
)

/** A screen with its bar, or the list of screens. */
@Composable
fun Frame(at: Whereabouts, onMove: (Whereabouts) -> Unit, content: @Composable () -> Unit) {
    Column(Modifier.fillMaxSize()) {
        val name = word(at.where.key)
        val pending = at.pending?.let { said(it) }.orEmpty()
        Tap("$name, $pending", { onMove(at.copy(isChoosing = !at.isChoosing)) }, Modifier.fillMaxWidth(), 56.dp) {
            Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(14.dp), Alignment.CenterVertically) {
                Say(if (at.isChoosing) "✕" else "☰", size = capped(26.sp, 32.dp), isBold = true)
                Say(name, Modifier.semantics { heading() }, size = capped(22.sp, 28.dp), isBold = true)
                // At large texts it may be cut here; the screen of phones says it in full.
                Say(pending, Modifier.weight(1f).clearAndSetSemantics { }, size = 16.sp, colour = paints.faint, align = TextAlign.End, maxLines = 1)
            }
        }
        if (at.isChoosing) {
            Page {
                Say(at.race, size = 22.sp, isBold = true)
                for (where in Where.entries) {
                    Button(
                        word(where.key),
                        { onMove(at.copy(where = where, isChoosing = false)) },
                        Modifier.fillMaxWidth(),
                        72.dp,
                        isMain = where == at.where,
                    )
                }
            }
        } else {
            content()
        }
    }
}

/** So long without a touch, and the glass is locked again, in milliseconds; the same on iOS. */
internal const val WET_LOCK_AFTER_MS = 30_000L

/** The lock against wet glass, over [content], which is still seen. Whoever stops touching it finds it locked again. */
@Composable
fun WetLock(isOn: Boolean, content: @Composable () -> Unit) {
    var isLocked by remember(isOn) { mutableStateOf(isOn) }
    var touches by remember { mutableIntStateOf(0) }
    LaunchedEffect(isOn, isLocked, touches) {
        if (isOn && !isLocked) {
            delay(WET_LOCK_AFTER_MS)
            isLocked = true
        }
    }
    val noticed = Modifier.pointerInput(Unit) {
        awaitPointerEventScope {
            while (true) {
                if (awaitPointerEvent(PointerEventPass.Initial).type == PointerEventType.Press) touches++
            }
        }
    }
    Box(Modifier.fillMaxSize().then(noticed)) {
        content()
        if (isLocked) Locked { isLocked = false }
    }
}

/** Drops tap, only a finger that stays unlocks. TalkBack's own tap unlocks at once. */
@Composable
private fun Locked(onUnlock: () -> Unit) {
    val text = word("record_locked")
    Box(
        Modifier
            .fillMaxSize()
            .background(paints.ground.copy(alpha = 0.6f))
            .padding(Sizes.edge)
            .pointerInput(Unit) { detectTapGestures(onLongPress = { onUnlock() }) }
            .semantics {
                contentDescription = text
                onClick { onUnlock(); true }
            },
        // Over the keys: what is typed, and the last entry, stay in view.
        BiasAlignment(0f, 0.4f),
    ) {
        val shape = RoundedCornerShape(12.dp)
        Box(Modifier.background(paints.ground, shape).border(3.dp, paints.ink, shape).padding(Sizes.edge)) {
            Say(text, size = 28.sp, isBold = true, align = TextAlign.Center)
        }
    }
}
