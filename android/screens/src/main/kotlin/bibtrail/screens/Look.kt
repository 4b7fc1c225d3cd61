// How everything looks: two themes, text as large as the volunteer wants, colours by what they mean.
//
// Invariant: colour never says anything alone: where it means something, a sign or a word stands beside it.
package bibtrail.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.Immutable
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.dp

/** The colours of a theme. */
@Immutable
data class Paints(
    /** Behind everything. */
    val ground: Color,
    /** Text and signs on it. */
    val ink: Color,
    /** What matters less, still readable (at least 7:1). */
    val faint: Color,
    /** Keys and rows. */
    val raised: Color,
    /** Lines between things. */
    val line: Color,
    /** All is well. */
    val good: Color,
    /** Look again. */
    val look: Color,
    /** Act. */
    val bad: Color,
    /** Text on the three. */
    val onMeaning: Color,
)

/** For sun: black on white. */
val White = Paints(
    ground = Color(0xFFFFFFFF),
    ink = Color(0xFF000000),
    faint = Color(0xFF424242),
    raised = Color(0xFFE9ECEF),
    line = Color(0xFF8A8F94),
    good = Color(0xFF0A5C2B),
    look = Color(0xFF7A4300),
    bad = Color(0xFF9B0B16),
    onMeaning = Color(0xFFFFFFFF),
)

/** For night: light on black, so that eyes stay used to the dark and the battery lasts. */
val Black = Paints(
    ground = Color(0xFF000000),
    ink = Color(0xFFF2F2F2),
    faint = Color(0xFFB9BEC3),
    raised = Color(0xFF22262A),
    line = Color(0xFF6A7076),
    good = Color(0xFF6FD998),
    look = Color(0xFFFFC36B),
    bad = Color(0xFFFF9A94),
    onMeaning = Color(0xFF000000),
)

private val LocalPaints = staticCompositionLocalOf { White }

/** The colours in use. */
val paints: Paints
    @Composable @ReadOnlyComposable
    get() = LocalPaints.current

/** Distances and the smallest sizes that a glove hits. */
object Sizes {
    /** In, out and every key of the pad that is used at each runner. */
    val main = 96.dp

    /** Any other thing to tap. */
    val tap = 64.dp

    /** Between things. */
    val gap = 8.dp

    /** From the edge of the screen. */
    val edge = 12.dp
}

/**
 * Shows [content] in black or white, with text [textPercent] of what the phone is set to.
 */
@Composable
fun Look(isBlack: Boolean, textPercent: Int, content: @Composable () -> Unit) {
    val chosen = if (isBlack) Black else White
    val density = LocalDensity.current
    val scaled = Density(density.density, density.fontScale * textPercent / 100f)
    CompositionLocalProvider(LocalPaints provides chosen, LocalDensity provides scaled) {
        Box(Modifier.fillMaxSize().background(chosen.ground)) { content() }
    }
}
