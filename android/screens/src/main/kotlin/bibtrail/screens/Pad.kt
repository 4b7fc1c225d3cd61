// The key pad, and what is typed on it.
//
// Invariant: it stands where it stands: no system keyboard, and the same from left to right in every language.
package bibtrail.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.text.BasicText
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.min
import androidx.compose.ui.unit.sp
import bibtrail.core.KeyPad
import bibtrail.core.PadKey

private val ROWS = listOf(listOf("1", "2", "3"), listOf("4", "5", "6"), listOf("7", "8", "9"), listOf("*", "0", "⌫"))

/** The room for how many wait. */
private val NEXT_WIDTH = 34.dp

/** How wide a digit is, as a part of its height; and the fewest that the width is shared by. */
private const val DIGIT_WIDTH = 0.64f
private const val FEWEST_DIGITS = 4

/** What is typed, as large as the place allows. */
@Composable
fun HugeBib(pad: KeyPad, height: Dp, modifier: Modifier) {
    val empty = word("record_bib_empty")
    // Digit by digit: a number read as a whole is hard to compare with a bib.
    val spaced = pad.digits.toList().joinToString(" ")
    val said = if (spaced.isEmpty()) empty else word("record_bib_label", spaced)
    val described = (listOf(said) + behind(pad)).joinToString(", ")
    BoxWithConstraints(
        modifier
            .height(height)
            .background(paints.raised, RoundedCornerShape(10.dp))
            .clearAndSetSemantics {
                contentDescription = described
                liveRegion = LiveRegionMode.Polite
            },
        Alignment.Center,
    ) {
        if (pad.digits.isEmpty()) {
            Say(empty, size = 20.sp, colour = paints.faint, align = TextAlign.Center, maxLines = 1)
        } else {
            // Whoever was read next waits in sight, beside it.
            val beside = if (pad.waiting == 0u) 0.dp else NEXT_WIDTH
            val byWidth = (maxWidth - beside) / (pad.digits.length.coerceAtLeast(FEWEST_DIGITS) * DIGIT_WIDTH)
            val size = with(LocalDensity.current) { min(byWidth, height * 0.7f).toSp() }
            BasicText(
                pad.digits,
                Modifier.padding(end = beside),
                style = TextStyle(
                    color = paints.ink,
                    fontSize = size,
                    fontWeight = FontWeight.Black,
                    textDirection = TextDirection.Ltr,
                ),
                maxLines = 1,
            )
        }
        if (pad.waiting > 0u) {
            val small = with(LocalDensity.current) { 18.dp.toSp() }
            Say("+${pad.waiting}", Modifier.align(Alignment.BottomEnd).padding(6.dp), size = small, isBold = true)
        }
    }
}

/** Whoever was read and waits behind what stands there. */
private fun behind(pad: KeyPad) = pad.read.takeLast(pad.waiting.toInt()).map { it.bib }

/** The keys; those of [letters] above the digits, where the race's bibs have any. */
@Composable
fun Digits(keyHeight: Dp, letters: List<String>, modifier: Modifier, onPress: (PadKey) -> Unit) {
    LeftToRight {
        Column(modifier, Arrangement.spacedBy(6.dp)) {
            for (row in if (letters.isEmpty()) ROWS else listOf(letters) + ROWS) {
                Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(6.dp)) {
                    for (key in row) {
                        Key(key, keyHeight, Modifier.weight(1f), onPress)
                    }
                }
            }
        }
    }
}

@Composable
private fun Key(key: String, height: Dp, modifier: Modifier, onPress: (PadKey) -> Unit) {
    val (label, pressed) = when (key) {
        "⌫" -> word("record_delete") to PadKey.Delete
        else -> key to PadKey.Character(key)
    }
    val size = with(LocalDensity.current) { (height * 0.5f).toSp() }
    Tap(label, { onPress(pressed) }, modifier.height(height), height) { Say(key, size = size, isBold = true, maxLines = 1) }
}
