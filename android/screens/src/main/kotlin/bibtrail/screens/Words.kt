// Texts by key, in the language of the phone.
//
// Invariant: no screen holds a text of its own; bibs, times and names stand in a text as they are, with Latin digits, so
// that what a screen shows is what is printed on the bib and what the watch says.
package bibtrail.screens

import androidx.compose.runtime.Composable
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.runtime.staticCompositionLocalOf
import bibtrail.core.Wording
import bibtrail.core.WordingValue
import java.util.Locale

/** Where texts come from: resources on a phone, the same files on a desk. */
interface Words {
    /** The text of [key] with [arguments] in its places; a number among them (a [Long]) chooses the plural. */
    fun text(key: String, arguments: List<Any> = emptyList()): String

    /** The time of day of a moment, as the race's people read it. */
    fun clock(timeMs: Long): String
}

/** The texts of whoever shows the screens. */
val LocalWords = staticCompositionLocalOf<Words> { error("no words are provided") }

/** The text of [key]. */
@Composable
@ReadOnlyComposable
fun word(key: String, vararg arguments: Any): String = LocalWords.current.text(key, arguments.toList())

/** The time of day of a moment. */
@Composable
@ReadOnlyComposable
fun clock(timeMs: Long): String = LocalWords.current.clock(timeMs)

/** What the core says. */
@Composable
@ReadOnlyComposable
fun said(wording: Wording): String = LocalWords.current.said(wording)

/** What the core says, as a text. */
fun Words.said(wording: Wording): String = text(
    wording.key,
    wording.args.map { arg ->
        when (val value = arg.value) {
            is WordingValue.Word -> value.word
            is WordingValue.Number -> value.number
            is WordingValue.Time -> clock(value.timeMs)
            is WordingValue.Span -> span(value.spanMs)
            is WordingValue.Key -> text(value.key)
        }
    },
)

/** A span as people write one: `0:45`, `12:05`, `1:12:05`; days are hours. */
fun span(spanMs: Long): String {
    val all = Math.abs(spanMs) / 1_000
    val (hours, minutes, seconds) = Triple(all / 3_600, all / 60 % 60, all % 60)
    return when (hours) {
        0L -> String.format(Locale.ROOT, "%d:%02d", minutes, seconds)
        else -> String.format(Locale.ROOT, "%d:%02d:%02d", hours, minutes, seconds)
    }
}
