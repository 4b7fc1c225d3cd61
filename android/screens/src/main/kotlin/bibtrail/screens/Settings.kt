// Settings: how the app looks and feels on this phone.
//
// Invariant: none of them changes what is recorded.
package bibtrail.screens

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.sp
import bibtrail.core.Place
import bibtrail.core.Settings
import bibtrail.core.Theme

private val SIZES = listOf(
    100u to "settings_text_normal",
    150u to "settings_text_large",
    200u to "settings_text_largest",
)

private val THEMES = listOf(
    Theme.SYSTEM to "settings_theme_system",
    Theme.LIGHT to "settings_theme_white",
    Theme.DARK to "settings_theme_black",
)

/** Where this phone stands, and where it could. */
data class Standing(
    /** Where it stands, if it was said. */
    val here: Place?,
    /** The checkpoints of the race; empty until its settings came. */
    val places: List<Place>,
)

/** The screen. Volunteers move: the checkpoint stands first. */
@Composable
fun SettingsPage(
    settings: Settings,
    standing: Standing,
    version: String,
    onStand: (String) -> Unit,
    onChange: (Settings) -> Unit,
) {
    Page {
        Heading(word("join_checkpoint"))
        for (place in standing.places) {
            Choice(place.name, place.key == standing.here?.key) { onStand(place.key) }
        }
        if (standing.places.isEmpty()) Elsewhere(standing.here, onStand)
        Heading(word("settings_text_size"))
        for ((percent, key) in SIZES) {
            Choice(word(key), settings.textPercent == percent) { onChange(settings.copy(textPercent = percent)) }
        }
        Heading(word("settings_theme"))
        for ((theme, key) in THEMES) {
            Choice(word(key), settings.theme == theme) { onChange(settings.copy(theme = theme)) }
        }
        Toggle(word("settings_wet_lock"), settings.isLockedAgainstWet, { onChange(settings.copy(isLockedAgainstWet = it)) })
        Toggle(word("settings_keep_awake"), settings.keepsAwake, { onChange(settings.copy(keepsAwake = it)) })
        Toggle(word("settings_sounds"), settings.hasSound, { onChange(settings.copy(hasSound = it)) })
        Toggle(word("settings_vibration"), settings.hasHaptic, { onChange(settings.copy(hasHaptic = it)) })
        Say(word("settings_version", version), size = 16.sp, colour = paints.faint)
    }
}

/** Before the race's settings are here nobody knows its checkpoints: the key that the captain says is typed. */
@Composable
private fun Elsewhere(here: Place?, onStand: (String) -> Unit) {
    var typed by remember(here) { mutableStateOf(here?.key.orEmpty()) }
    Typing(word("join_checkpoint"), typed, { typed = it })
    Button(word("common_save"), { onStand(typed.trim()) }, Modifier.fillMaxWidth(), isEnabled = typed.isNotBlank())
}
