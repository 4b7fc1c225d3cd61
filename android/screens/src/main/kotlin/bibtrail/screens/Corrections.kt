// Corrections: all that was entered, what wants a second look, and the entry that is being corrected.
//
// Invariant: nothing is struck out or changed without a tap that says so; what was struck out stays, and comes back.
package bibtrail.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import bibtrail.core.CorrectionsScreen
import bibtrail.core.FindingLine
import bibtrail.core.KeyPad
import bibtrail.core.PadKey
import bibtrail.core.ReviewScreen
import bibtrail.core.RunnerAct
import bibtrail.core.ScanLine
import bibtrail.core.Tone
import bibtrail.core.Way

/** What a volunteer can do with entries. */
interface CorrectionActions {
    /** Opens an entry, or closes it. */
    fun open(line: ScanLine?)

    /** A key of the pad while an entry's bib is typed anew. */
    fun press(key: PadKey)

    /** The entry gets the bib that is typed. */
    fun saveBib(line: ScanLine)

    /** The entry counts for nothing. */
    fun void(line: ScanLine)

    /** It counts again. */
    fun restore(line: ScanLine)

    /** Says something of the entry's runner. */
    fun say(line: ScanLine, act: RunnerAct)

    /** Takes a suggestion. */
    fun accept(finding: FindingLine, number: UInt)

    /** It is nothing. */
    fun dismiss(finding: FindingLine)
}

/** The list, or the entry that is open with what is typed for it. */
@Composable
fun Corrections(
    screen: CorrectionsScreen,
    review: ReviewScreen,
    open: ScanLine?,
    pad: KeyPad,
    actions: CorrectionActions,
) {
    if (open != null) {
        return Opened(open, screen, pad, actions)
    }
    LazyColumn(Modifier.fillMaxSize().padding(Sizes.edge), verticalArrangement = Arrangement.spacedBy(Sizes.gap)) {
        if (review.findings.isNotEmpty()) {
            item { Heading(word("corrections_review")) }
            items(review.findings, key = { it.finding }) { Finding(it, actions) }
        }
        if (screen.lines.isEmpty()) {
            item { Say(word("corrections_empty"), colour = paints.faint) }
        }
        items(screen.lines, key = { it.scan }) { Line(it, actions) }
    }
}

@Composable
private fun Line(line: ScanLine, actions: CorrectionActions) {
    val time = line.clock.ifEmpty { clock(line.timeMs) }
    val label = listOf(line.bib, time, line.name).filter { it.isNotEmpty() }.joinToString(", ")
    Tap(label, { actions.open(line) }, Modifier.fillMaxWidth()) { About(line) }
}

/** An entry in its row. */
@Composable
private fun About(line: ScanLine) {
    val ink = if (line.isVoid) paints.faint else paints.ink
    Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(12.dp), Alignment.CenterVertically) {
        RowBib(line.bib)
        Column(Modifier.weight(1f)) {
            Say("${line.clock.ifEmpty { clock(line.timeMs) }} · ${word(if (line.way == Way.IN) "way.in" else "way.out")} · ${line.place.name}", colour = ink)
            if (line.name.isNotEmpty()) Say(line.name, colour = ink)
            Lines(line.marks, if (line.isVoid) paints.faint else colour(Tone.WARNING))
        }
    }
}

@Composable
private fun Finding(finding: FindingLine, actions: CorrectionActions) {
    // What says what became of a runner takes two taps.
    var tapped by remember { mutableStateOf<UInt?>(null) }
    Toned(finding.tone) {
        Say(said(finding.kind), isBold = true)
        Say(finding.bibs.joinToString(" · "), size = 24.sp, isBold = true)
        finding.place?.let { Say(it.name) }
        for (suggestion in finding.suggestions) {
            // The core's own words, from left to right: in the other direction an arrow would point from the new bib.
            LeftToRight { Say(suggestion.reason, Modifier.fillMaxWidth().padding(top = 6.dp)) }
            val isSure = !suggestion.asksTwice || tapped == suggestion.number
            Button(
                word(if (tapped == suggestion.number) "corrections_sure" else "corrections_accept"),
                { if (isSure) actions.accept(finding, suggestion.number) else tapped = suggestion.number },
                Modifier.fillMaxWidth(),
            )
        }
        Button(word("corrections_dismiss"), { actions.dismiss(finding) }, Modifier.fillMaxWidth().padding(top = 6.dp))
    }
}

/** One entry, with the pad for its bib. */
@Composable
private fun Opened(line: ScanLine, screen: CorrectionsScreen, pad: KeyPad, actions: CorrectionActions) {
    Page {
        Toned(if (line.isVoid) Tone.QUIET else Tone.NOTICE) { About(line) }
        Buttons {
            if (line.isVoid) {
                Button(word("corrections_restore"), { actions.restore(line) }, Modifier.weight(1f))
            } else {
                Button(word("corrections_void"), { actions.void(line) }, Modifier.weight(1f))
            }
            Button(word("common_cancel"), { actions.open(null) }, Modifier.weight(1f))
        }
        if (line.acts.isNotEmpty()) Heading(word("corrections_runner"))
        Acts(line.acts) { actions.say(line, it) }
        Heading(word("corrections_change_bib"))
        HugeBib(pad, 88.dp, Modifier.fillMaxWidth())
        Digits(60.dp, screen.letters, Modifier.fillMaxWidth(), actions::press)
        Button(
            word("common_save"),
            { actions.saveBib(line) },
            Modifier.fillMaxWidth(),
            Sizes.main,
            isMain = true,
            isEnabled = pad.digits.isNotEmpty(),
        )
    }
}
