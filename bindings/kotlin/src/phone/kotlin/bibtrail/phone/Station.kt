// What a volunteer does at the key pad and with the camera, without any screen: Android's views only draw it.
//
// Invariant: the time of an entry is when the button was pressed; keys are taken in the order in which they were pressed.
package bibtrail.phone

import bibtrail.core.Badge
import bibtrail.core.ClockReading
import bibtrail.core.CodeKind
import bibtrail.core.CodeRead
import bibtrail.core.CoreException
import bibtrail.core.Haptic
import bibtrail.core.KeyPad
import bibtrail.core.PadEntry
import bibtrail.core.PadKey
import bibtrail.core.ReadBib
import bibtrail.core.Sound
import bibtrail.core.press
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.getAndUpdate
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** The place where a volunteer records. [signal] sounds and vibrates; [failed] says what went wrong. */
class Station(
    private val phone: Phone,
    private val scope: CoroutineScope,
    private val signal: (Sound, Haptic) -> Unit,
    private val failed: (CoreException) -> Unit,
) {
    private val typed = MutableStateFlow(KeyPad(""))
    private val pacer = MutableStateFlow(false)

    /** What is typed. */
    val pad: StateFlow<KeyPad> = typed.asStateFlow()

    /** Whether the next runner has a pacer along. */
    val withPacer: StateFlow<Boolean> = pacer.asStateFlow()

    /** A key, the big buttons among them. Called on the main thread. */
    fun press(key: PadKey) {
        val now = phone.now()
        try {
            pressed(key)?.let { record(it, now) }
        } catch (refused: CoreException) {
            failed(refused)
        }
    }

    /** What is to be recorded now. */
    private fun pressed(key: PadKey): PadEntry? {
        val step = press(typed.value, key)
        typed.value = step.pad
        signal(step.sound, step.haptic)
        return step.record
    }

    /** Whether the next runner has a pacer along. */
    fun pacer(isAlong: Boolean) = pacer.update { isAlong }

    /**
     * The camera read a code, on any thread. A bib is recorded the one way that runners go here; where they go both it is
     * typed, and the volunteer says which. Of any other code [other] is told.
     */
    fun scanned(bytes: ByteArray, other: (CodeRead) -> Unit) {
        val now = phone.now()
        working {
            val (code, way) = phone.ask { it.readCode(bytes) to it.recordScreen().cameraWay }
            signal(code.sound, code.haptic)
            if (code.kind != CodeKind.BIB) return@working null.also { other(code) }
            pressed(PadKey.Read(ReadBib(code.bib, now), way))?.let { phone.record(it.bib, it.way, pacer.getAndUpdate { false }, it.at) }
        }
    }

    /** Takes an entry back. */
    fun undo(badge: Badge) = working { phone.ask { it.undo(badge.scan) } }

    private fun record(entry: PadEntry, now: ClockReading?) {
        val isAlong = pacer.getAndUpdate { false }
        working { phone.record(entry.bib, entry.way, isAlong, entry.at ?: now) }
    }

    /** Undispatched: the lane has it before this returns, so that no closing screen takes it away. */
    private fun working(work: suspend () -> Badge?) {
        scope.launch(start = CoroutineStart.UNDISPATCHED) {
            try {
                work()?.let { signal(it.sound, it.haptic) }
            } catch (refused: CoreException) {
                failed(refused)
            }
        }
    }
}
