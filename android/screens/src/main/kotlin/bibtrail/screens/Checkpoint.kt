// My checkpoint: who is inside, who stopped, who comes next, who is missing, and how old that knowledge is.
//
// Invariant: a list that is empty says so, and beside every list stands how old it is: absence is no safety. Nothing is said
// of a runner by a single tap.
package bibtrail.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import bibtrail.core.ActOffer
import bibtrail.core.CheckpointScreen
import bibtrail.core.RunnerAct
import bibtrail.core.RunnerLine
import bibtrail.core.Tone

/** What a volunteer can say of a runner at their checkpoint. */
interface CheckpointActions {
    /** Says it. */
    fun say(runner: RunnerLine, act: RunnerAct)
}

/** The screen: those who are missing stand first. [first]: the bib of who is open when it appears. */
@Composable
fun Checkpoint(screen: CheckpointScreen, actions: CheckpointActions, first: String? = null) {
    var open by remember { mutableStateOf(first) }
    val list: @Composable (String, List<RunnerLine>) -> Unit = { key, runners ->
        Runners(key, runners, open, { open = it }, actions)
    }
    Page {
        Say(screen.place.name, size = 26.sp, isBold = true)
        Toned(screen.stalenessTone) { Say(said(screen.staleness)) }
        list("checkpoint_missing", screen.missing)
        list("checkpoint_inside", screen.inside)
        if (screen.dropped.isNotEmpty()) list("checkpoint_dropped", screen.dropped)
        list("checkpoint_expected", screen.expected)
    }
}

@Composable
private fun Runners(
    key: String,
    runners: List<RunnerLine>,
    open: String?,
    toOpen: (String?) -> Unit,
    actions: CheckpointActions,
) {
    Heading("${word(key)} · ${runners.size}")
    if (runners.isEmpty()) {
        Say(word("checkpoint_nobody"), colour = paints.faint)
    }
    for (runner in runners) {
        val isOpen = runner.bib == open
        if (runner.acts.isEmpty()) {
            Toned(runner.tone) { Runner(runner) }
        } else {
            Toned(runner.tone) {
                val label = listOf(runner.bib, runner.name, said(runner.state)).filter { it.isNotEmpty() }.joinToString(", ")
                Tap(label, { toOpen(if (isOpen) null else runner.bib) }, Modifier.fillMaxWidth()) { Runner(runner) }
                if (isOpen) {
                    Acts(runner.acts) {
                        toOpen(null)
                        actions.say(runner, it)
                    }
                }
            }
        }
    }
}

@Composable
private fun Runner(runner: RunnerLine) {
    Column {
        Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(12.dp), Alignment.CenterVertically) {
            RowBib(runner.bib)
            Say(runner.name, Modifier.weight(1f), isBold = true)
        }
        Say(said(runner.state), colour = colour(runner.tone), isBold = runner.tone == Tone.ALARM)
        Lines(runner.details)
    }
}

/** What the core offers to say of a runner, each with its button. */
@Composable
internal fun Acts(acts: List<ActOffer>, say: (RunnerAct) -> Unit) {
    for (offer in acts) {
        Button(said(offer.text), { say(offer.act) }, Modifier.fillMaxWidth().padding(top = 6.dp))
    }
}
