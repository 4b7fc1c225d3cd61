// Recording: the screen on which a volunteer stays all night.
//
// Invariant: in and out always record; whatever is unusual is said beside the record and never stands in its way.
package bibtrail.screens

import androidx.compose.foundation.border
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.RowScope
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.verticalScroll
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.coerceIn
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import bibtrail.core.Badge
import bibtrail.core.KeyPad
import bibtrail.core.PadKey
import bibtrail.core.RecordScreen
import bibtrail.core.Way
import bibtrail.core.WayCount

/** The room for a text in a fixed place, in dp, and how wide a bold letter is, as a part of its height. */
private const val FIXED_WIDTH = 76f
private const val LETTER_WIDTH = 0.8f

/** What a volunteer can do while recording. */
interface RecordActions {
    /** A key of the pad, the big buttons among them: the core says what it does. */
    fun press(key: PadKey)

    /** Takes the last entry back. */
    fun undo(badge: Badge)

    /** Opens an entry to correct it; without one, those whose bib is still to come. */
    fun correct(badge: Badge?)

    /** Opens or closes the camera. */
    fun scan(isOn: Boolean)

    /** The next runner has a pacer along, or not. */
    fun pacer(isAlong: Boolean)
}

/** What the volunteer does just now. */
data class AtHand(
    /** What is typed. */
    val pad: KeyPad,
    /** Whether the next runner has a pacer along. */
    val withPacer: Boolean = false,
)

/** The screen: the last entry above, what is typed, the pad, and in and out where thumbs are. */
@Composable
fun Record(screen: RecordScreen, hand: AtHand, actions: RecordActions, camera: (@Composable () -> Unit)? = null) {
    BoxWithConstraints(Modifier.fillMaxSize().padding(Sizes.edge)) {
        val isWide = maxWidth > maxHeight
        if (isWide) {
            Row(Modifier.fillMaxSize(), Arrangement.spacedBy(Sizes.edge)) {
                Column(Modifier.weight(1f).fillMaxHeight()) {
                    Above(screen, actions, camera, Modifier.weight(1f))
                    Toggle(word("record_pacer"), hand.withPacer, actions::pacer)
                }
                WideHands(screen, hand, actions)
            }
        } else {
            Column(Modifier.fillMaxSize(), Arrangement.spacedBy(Sizes.gap)) {
                Above(screen, actions, camera, Modifier.weight(1f).fillMaxWidth())
                Hands(screen, hand, actions, isLow = this@BoxWithConstraints.maxHeight < 640.dp)
            }
        }
    }
}

@Composable
private fun Above(
    screen: RecordScreen,
    actions: RecordActions,
    camera: (@Composable () -> Unit)?,
    modifier: Modifier,
) {
    Column(modifier.verticalScroll(rememberScrollState()), Arrangement.spacedBy(Sizes.gap)) {
        if (camera != null) {
            Box(Modifier.fillMaxWidth().height(220.dp)) { camera() }
        }
        screen.last?.let { LastEntry(it, screen.nowMs, actions) }
        if (screen.timesWaiting > 0u) {
            Button(word("record_times_waiting", screen.timesWaiting.toLong()), { actions.correct(null) }, Modifier.fillMaxWidth())
        }
        Notices(screen.notices)
    }
}

/** The badge of the last entry. It is read aloud when it changes; taking it back is always in view. */
@Composable
private fun LastEntry(badge: Badge, nowMs: Long, actions: RecordActions) {
    val announced = said(badge.announce)
    val way = word(if (badge.way == Way.IN) "way.in" else "way.out")
    Column(Modifier.fillMaxWidth().border(3.dp, colour(badge.tone), RoundedCornerShape(12.dp)).padding(10.dp)) {
        Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(10.dp)) {
            Sign(badge.tone)
            Column(
                Modifier.weight(1f).semantics(mergeDescendants = true) {
                    liveRegion = LiveRegionMode.Polite
                    contentDescription = announced
                },
            ) {
                Say(said(badge.headline), size = capped(22.sp, 28.dp), isBold = true)
                Say("${badge.clock.ifEmpty { clock(badge.timeMs) }} · $way · \u2068${badge.place.name}\u2069")
            }
            if (!badge.isVoid && nowMs <= badge.undoUntilMs) {
                Side(word("record_undo"), Sizes.tap, Modifier.width(Sizes.main)) { actions.undo(badge) }
            }
        }
        Lines(badge.warnings, colour(badge.tone), isBold = true)
        Say(said(badge.held), size = 16.sp, colour = paints.faint)
        if (!badge.isVoid) {
            val correct = if (badge.bib.isEmpty()) "record_add_bib" else "corrections_change_bib"
            Button(word(correct), { actions.correct(badge) }, Modifier.fillMaxWidth().padding(top = 4.dp))
        }
    }
}

@Composable
private fun Hands(screen: RecordScreen, hand: AtHand, actions: RecordActions, isLow: Boolean) {
    val keyHeight = if (isLow || screen.letters.isNotEmpty()) 48.dp else 60.dp
    Column(verticalArrangement = Arrangement.spacedBy(Sizes.gap)) {
        val bibHeight = if (isLow) 56.dp else 88.dp
        LeftToRight {
            Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(Sizes.gap)) {
                HugeBib(hand.pad, bibHeight, Modifier.weight(1f))
                if (hand.pad.digits.isNotEmpty()) Clear(bibHeight, actions)
                Pacer(hand, actions, Modifier.width(Sizes.main).height(bibHeight))
            }
        }
        LeftToRight {
            Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(Sizes.gap)) {
                Digits(keyHeight, screen.letters, Modifier.weight(1f), actions::press)
                Column(Modifier.width(Sizes.main), Arrangement.spacedBy(6.dp)) {
                    val rows = if (screen.letters.isEmpty()) 4 else 5
                    val half = (keyHeight * rows + 6.dp * (rows - 2)) / 2
                    Side(word("record_scan"), half, Modifier.fillMaxWidth()) { actions.scan(true) }
                    TimeNow(screen, half, actions)
                }
            }
        }
        Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(Sizes.gap)) {
            for (count in screen.counts) {
                WayButton(count, actions, Modifier.weight(1f))
            }
        }
    }
}

/** The phone on its side: the pad in the middle, in and out under the right thumb. */
@Composable
private fun RowScope.WideHands(screen: RecordScreen, hand: AtHand, actions: RecordActions) {
    // A row of letters more leaves less for the rest.
    val isFull = screen.letters.isNotEmpty()
    val bibHeight = if (isFull) 48.dp else 56.dp
    Column(Modifier.weight(1f), Arrangement.spacedBy(if (isFull) 4.dp else Sizes.gap)) {
        Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(Sizes.gap)) {
            HugeBib(hand.pad, bibHeight, Modifier.weight(1f))
            if (hand.pad.digits.isNotEmpty()) Clear(bibHeight, actions)
        }
        Digits(48.dp, screen.letters, Modifier.fillMaxWidth(), actions::press)
    }
    Column(Modifier.width(132.dp), Arrangement.spacedBy(Sizes.gap)) {
        for (count in screen.counts) {
            WayButton(count, actions, Modifier.fillMaxWidth())
        }
        Side(word("record_scan"), 48.dp, Modifier.fillMaxWidth()) { actions.scan(true) }
        TimeNow(screen, 48.dp, actions)
    }
}

/** The time now, the bib later. Where runners go both ways it says which it means. */
@Composable
private fun TimeNow(screen: RecordScreen, height: Dp, actions: RecordActions) {
    val way = word(if (screen.timeWay == Way.IN) "record_in" else "record_out").takeIf { screen.counts.size > 1 }
    val text = word("record_time_now")
    val label = listOfNotNull(text, way).joinToString(" · ")
    Tap(label, { actions.press(PadKey.TimeOnly(screen.timeWay)) }, Modifier.fillMaxWidth().height(height), height) {
        // A low button has room for two lines.
        if (height < Sizes.tap) Fixed(label) else Column(horizontalAlignment = Alignment.CenterHorizontally) {
            Fixed(text)
            way?.let { Fixed(it) }
        }
    }
}

/** What has a fixed place. A long text in it is made smaller, never cut. */
@Composable
private fun Side(text: String, height: Dp, modifier: Modifier, onTap: () -> Unit) {
    Tap(text, onTap, modifier.height(height), height) { Fixed(text) }
}

@Composable
private fun Fixed(text: String) {
    val longest = text.split(' ').maxOf { it.length }
    val height = (FIXED_WIDTH / (longest * LETTER_WIDTH)).dp.coerceIn(10.dp, if (text.length > 12) 15.dp else 18.dp)
    Say(text, size = with(LocalDensity.current) { height.toSp() }, isBold = true, align = TextAlign.Center)
}

/** Takes back all that is typed. */
@Composable
private fun Clear(height: Dp, actions: RecordActions) {
    val size = with(LocalDensity.current) { 26.dp.toSp() }
    Tap(word("record_clear"), { actions.press(PadKey.Clear) }, Modifier.height(height), height) {
        Say("✕", size = size, isBold = true)
    }
}

/** Whether somebody runs beside the next runner. */
@Composable
private fun Pacer(hand: AtHand, actions: RecordActions, modifier: Modifier) {
    val shape = RoundedCornerShape(10.dp)
    Column(
        modifier
            .border(2.dp, if (hand.withPacer) paints.ink else paints.line, shape)
            .toggleable(hand.withPacer, role = Role.Switch, onValueChange = actions::pacer)
            .padding(4.dp),
        Arrangement.Center,
        Alignment.CenterHorizontally,
    ) {
        if (hand.withPacer) Fixed("✓")
        Fixed(word("record_pacer"))
    }
}

/** In or out, with how many went. */
@Composable
private fun WayButton(count: WayCount, actions: RecordActions, modifier: Modifier) {
    val isIn = count.way == Way.IN
    val label = word(if (isIn) "record_in_label" else "record_out_label", count.runners.toLong())
    val fill = if (isIn) paints.good else paints.ink
    Tap(label, { actions.press(PadKey.Record(count.way)) }, modifier, Sizes.main, fill) {
        Column(horizontalAlignment = Alignment.CenterHorizontally) {
            val name = word(if (isIn) "record_in" else "record_out")
            // As large as the button allows already: they grow no further with the other texts.
            val (large, small) = with(LocalDensity.current) { 32.dp.toSp() to 22.dp.toSp() }
            Say(name, size = large, colour = paints.ground, isBold = true, align = TextAlign.Center, maxLines = 1)
            Say("${count.runners}", size = small, colour = paints.ground, align = TextAlign.Center, maxLines = 1)
        }
    }
}
