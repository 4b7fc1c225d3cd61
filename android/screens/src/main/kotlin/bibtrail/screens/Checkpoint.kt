// My checkpoint: who is inside, who comes next, who is missing, and how old that knowledge is.
//
// Invariant: a list that is empty says so, and beside every list stands how old it is: absence is no safety.
package bibtrail.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import bibtrail.core.CheckpointScreen
import bibtrail.core.RunnerLine
import bibtrail.core.Tone

/** The screen: those who are missing stand first. */
@Composable
fun Checkpoint(screen: CheckpointScreen) {
    Page {
        Say(screen.place.name, size = 26.sp, isBold = true)
        Toned(screen.stalenessTone) { Say(said(screen.staleness)) }
        Runners("checkpoint_missing", screen.missing)
        Runners("checkpoint_inside", screen.inside)
        Runners("checkpoint_expected", screen.expected)
    }
}

@Composable
private fun Runners(key: String, runners: List<RunnerLine>) {
    Heading("${word(key)} · ${runners.size}")
    if (runners.isEmpty()) {
        Say(word("checkpoint_nobody"), colour = paints.faint)
    }
    for (runner in runners) {
        Toned(runner.tone) {
            Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(12.dp), Alignment.CenterVertically) {
                RowBib(runner.bib)
                Say(runner.name, Modifier.weight(1f), isBold = true)
            }
            Say(said(runner.state), colour = colour(runner.tone), isBold = runner.tone == Tone.ALARM)
            Lines(runner.details)
        }
    }
}
