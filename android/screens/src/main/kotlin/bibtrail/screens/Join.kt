// Joining a race: scan the code, say who and where, begin.
//
// Invariant: no network is needed; a code that does not read is said, and typing it in always remains.
package bibtrail.screens

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import bibtrail.core.Tone
import bibtrail.core.Wording

/** What is filled in so far. */
data class JoinForm(
    /** The join code, as text. */
    val code: String = "",
    /** What the phone calls itself. */
    val name: String = "",
    /** The checkpoint where it stands, by key or name; empty for the code's own. */
    val checkpoint: String = "",
    /** What the last try came to, if anything. */
    val problem: Wording? = null,
    /** The race that the code is of, once it reads. */
    val race: String = "",
    /** The checkpoints that the code is for; empty for all. */
    val places: List<String> = emptyList(),
)

/** What can be done while joining. */
interface JoinActions {
    /** Opens or closes the camera. */
    fun scan(isOn: Boolean)

    /** Something was typed. */
    fun change(form: JoinForm)

    /** Joins. */
    fun join()
}

/** The screen. */
@Composable
fun Join(form: JoinForm, actions: JoinActions, camera: (@Composable () -> Unit)? = null) {
    Page {
        Say(word("app_name"), size = capped(34.sp, 44.dp), isBold = true)
        Heading(word("screen_join"))
        Say(word("join_explain"), size = 20.sp)
        if (camera != null) {
            Box(Modifier.fillMaxWidth().height(280.dp)) { camera() }
        }
        Button(word("join_scan"), { actions.scan(camera == null) }, Modifier.fillMaxWidth(), Sizes.main, isMain = true)
        Typing(word("join_paste"), form.code, { actions.change(form.copy(code = it, problem = null)) })
        if (form.race.isNotEmpty()) Say(form.race, size = 26.sp, isBold = true)
        Typing(word("join_name"), form.name, { actions.change(form.copy(name = it)) })
        if (form.places.isEmpty()) {
            Typing(word("join_checkpoint"), form.checkpoint, { actions.change(form.copy(checkpoint = it)) })
        } else {
            Heading(word("join_checkpoint"))
        }
        for (place in form.places) {
            Choice(place, place == form.checkpoint) { actions.change(form.copy(checkpoint = place)) }
        }
        form.problem?.let { Toned(Tone.ALARM) { Say(said(it), isBold = true) } }
        Button(
            word("join_confirm"),
            actions::join,
            Modifier.fillMaxWidth(),
            Sizes.main,
            isEnabled = form.code.isNotBlank() && form.name.isNotBlank(),
        )
    }
}
