// Closing a checkpoint: a dialogue with headquarters, step by step.
//
// Invariant: the screen offers the steps that the core names, and says who is still to come at every one of them.
package bibtrail.screens

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import bibtrail.core.ClosingAct
import bibtrail.core.ClosingScreen
import bibtrail.core.KeyPad
import bibtrail.core.PadKey

/** What can be done while closing. */
interface ClosingActions {
    /** Says the next thing; for the last runner, with the bib that is typed. */
    fun say(act: ClosingAct)

    /** A key of the pad, while the last runner's bib is typed. */
    fun press(key: PadKey)
}

/** The screen. */
@Composable
fun CloseOut(screen: ClosingScreen, pad: KeyPad, actions: ClosingActions) {
    Page {
        Say(screen.place.name, size = 26.sp, isBold = true)
        Say(word("close_explain"), colour = paints.faint)
        Toned(screen.tone) { Say(said(screen.stage), size = 20.sp, isBold = true) }
        Heading("${word("close_still_to_come")} · ${screen.expected.size}")
        Say(screen.expected.joinToString(" · ").ifEmpty { word("checkpoint_nobody") }, size = 24.sp, isBold = true)
        Heading(word("close_code"))
        LeftToRight {
            Say(screen.code, Modifier.fillMaxWidth(), 32.sp, isBold = true, align = TextAlign.Center)
            Say(screen.codeSpoken, Modifier.fillMaxWidth(), 20.sp, align = TextAlign.Center)
        }
        for (act in screen.next) {
            Step(act, pad, actions, isFirst = act == screen.next.first())
        }
    }
}

@Composable
private fun Step(act: ClosingAct, pad: KeyPad, actions: ClosingActions, isFirst: Boolean) {
    val text = word(
        when (act) {
            ClosingAct.ASK -> "close_ask"
            ClosingAct.ANSWER -> "close_answer"
            ClosingAct.NAME_LAST -> "close_last_bib"
            ClosingAct.SWEEPERS -> "close_sweepers"
            ClosingAct.RELEASE -> "close_confirm"
            ClosingAct.REOPEN -> "close_reopen"
        },
    )
    if (act == ClosingAct.NAME_LAST) {
        Heading(text)
        HugeBib(pad, 72.dp, Modifier.fillMaxWidth())
        Digits(60.dp, emptyList(), Modifier.fillMaxWidth(), actions::press)
    }
    Button(
        if (act == ClosingAct.NAME_LAST) word("common_save") else text,
        { actions.say(act) },
        Modifier.fillMaxWidth(),
        Sizes.main,
        isMain = isFirst,
        isEnabled = act != ClosingAct.NAME_LAST || pad.digits.isNotEmpty(),
    )
}
