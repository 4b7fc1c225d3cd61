// Screens that are wrong, so that what looks for wrong screens is seen to find them.
package bibtrail.checks

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import bibtrail.screens.Say
import bibtrail.screens.Tap

/** A screen with one fault. */
data class Broken(
    val name: String,
    /** How its fault is told. */
    val fault: String,
    val content: @Composable () -> Unit,
)

/** One for each rule. */
val BROKEN = listOf(
    Broken("small", "too small") { Box(Modifier.size(40.dp).clickable { }) { Say("x") } },
    Broken("mute", "without words") { Tap("", {}) {} },
    Broken("split", "split") { Say("Streckenposten", Modifier.width(60.dp)) },
    Broken("cut", "cut") { Say("a long text that has no room", Modifier.width(60.dp), maxLines = 1) },
)
