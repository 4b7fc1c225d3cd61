// Phones: what waits, who is near, how to exchange, and who holds what.
//
// Invariant: being alone is normal and looks normal; every way to exchange is one tap away.
package bibtrail.screens

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import bibtrail.core.DeviceLine
import bibtrail.core.DevicesScreen
import bibtrail.core.Tone
import bibtrail.core.Wording

/** Somebody of the race who is near, or a server. */
data class Near(
    /** How a person knows it. */
    val name: String,
    /** Host and port. */
    val address: String,
)

/** How a meeting goes. */
data class Meeting(
    /** In words; nothing if there was none. */
    val text: Wording? = null,
    /** Its colour. */
    val tone: Tone = Tone.QUIET,
    /** What is to be known beside it. */
    val remarks: List<Wording> = emptyList(),
    /** Whether one is under way. */
    val isGoing: Boolean = false,
)

/** What can be done to exchange. */
interface DeviceActions {
    /** Meets with all who are near, or with one. */
    fun sync(near: Near?)

    /** Ends the meeting; what came in until then is kept. */
    fun stop()

    /** Shows what this phone holds as moving codes. */
    fun showCodes()

    /** Reads another phone's moving codes. */
    fun readCodes()

    /** Makes this phone the Wi-Fi of its checkpoint, and shows the code of it; or ends that. */
    fun hotspot()

    /** Hands a file to the phone's share sheet. */
    fun sendFile()

    /** Takes a file in. */
    fun openFile()
}

/** The screen; [codes] are what is shown or read just now. */
@Composable
fun Devices(
    screen: DevicesScreen,
    near: List<Near>,
    meeting: Meeting,
    actions: DeviceActions,
    codes: (@Composable () -> Unit)? = null,
) {
    Page {
        if (codes != null) {
            Box(Modifier.fillMaxWidth().height(340.dp)) { codes() }
        }
        Say(said(screen.pending), size = 22.sp, isBold = true)
        meeting.text?.let { Toned(meeting.tone) { Say(said(it)) } }
        for (remark in meeting.remarks) {
            Toned(Tone.WARNING) { Say(said(remark)) }
        }
        when {
            meeting.isGoing -> Button(word("devices_stop"), actions::stop, Modifier.fillMaxWidth(), Sizes.main)
            else -> Button(word("devices_sync"), { actions.sync(null) }, Modifier.fillMaxWidth(), Sizes.main, isMain = true)
        }
        Buttons {
            Button(word("devices_show_code"), actions::showCodes, Modifier.weight(1f))
            Button(word("devices_read_code"), actions::readCodes, Modifier.weight(1f))
        }
        Buttons {
            Button(word("devices_send_file"), actions::sendFile, Modifier.weight(1f))
            Button(word("devices_open_file"), actions::openFile, Modifier.weight(1f))
        }
        Heading(word("devices_nearby"))
        if (near.isEmpty()) {
            Say(word("devices_nobody"), colour = paints.faint)
        }
        // Also while somebody is near: it is ended by the same button.
        Button(word("devices_hotspot"), actions::hotspot, Modifier.fillMaxWidth())
        for (one in near) {
            Button("${one.name} · ${one.address}", { actions.sync(one) }, Modifier.fillMaxWidth())
        }
        ByAddress(actions)
        Heading(word("devices_held"))
        Toned(screen.clock.tone) { Say(said(screen.clock.text)) }
        Notices(screen.notices)
        for (device in screen.devices) {
            Device(device)
        }
    }
}

/** For whoever is not found by themselves: the address that the other phone or headquarters says. */
@Composable
private fun ByAddress(actions: DeviceActions) {
    var address by remember { mutableStateOf("") }
    Typing(word("devices_address"), address, { address = it })
    Button(
        word("devices_sync"),
        { actions.sync(Near(address, address.trim())) },
        Modifier.fillMaxWidth(),
        isEnabled = address.isNotBlank(),
    )
}

@Composable
private fun Device(device: DeviceLine) {
    Toned(if (device.isThis) Tone.NOTICE else Tone.QUIET) {
        Say(device.name, size = 20.sp, isBold = true)
        Say(listOfNotNull(said(device.role), device.place?.name).joinToString(" · "), colour = paints.faint)
        if (!device.isThis) {
            Say(said(device.met))
            device.lacks?.let { Say(said(it)) }
        }
    }
}
