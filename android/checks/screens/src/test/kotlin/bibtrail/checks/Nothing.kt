// Actions that do nothing: the screens are only looked at.
package bibtrail.checks

import bibtrail.core.Badge
import bibtrail.core.ClosingAct
import bibtrail.core.FindingLine
import bibtrail.core.PadKey
import bibtrail.core.RunnerAct
import bibtrail.core.RunnerLine
import bibtrail.core.ScanLine
import bibtrail.core.Settings
import bibtrail.core.Theme
import bibtrail.screens.CheckpointActions
import bibtrail.screens.ClosingActions
import bibtrail.screens.CorrectionActions
import bibtrail.screens.DeviceActions
import bibtrail.screens.JoinActions
import bibtrail.screens.JoinForm
import bibtrail.screens.Near
import bibtrail.screens.RecordActions

/** All actions of all screens. */
class Nothing : RecordActions, CheckpointActions, CorrectionActions, ClosingActions, DeviceActions, JoinActions {
    override fun press(key: PadKey) = Unit
    override fun undo(badge: Badge) = Unit
    override fun correct(badge: Badge?) = Unit
    override fun scan(isOn: Boolean) = Unit
    override fun pacer(isAlong: Boolean) = Unit
    override fun open(line: ScanLine?) = Unit
    override fun saveBib(line: ScanLine) = Unit
    override fun void(line: ScanLine) = Unit
    override fun restore(line: ScanLine) = Unit
    override fun say(line: ScanLine, act: RunnerAct) = Unit
    override fun say(runner: RunnerLine, act: RunnerAct) = Unit
    override fun accept(finding: FindingLine, number: UInt) = Unit
    override fun dismiss(finding: FindingLine) = Unit
    override fun say(act: ClosingAct) = Unit
    override fun sync(near: Near?) = Unit
    override fun stop() = Unit
    override fun showCodes() = Unit
    override fun readCodes() = Unit
    override fun hotspot() = Unit
    override fun sendFile() = Unit
    override fun openFile() = Unit
    override fun change(form: JoinForm) = Unit
    override fun join() = Unit

    /** Nothing is set. */
    fun change(settings: Settings) = Unit
}

/** The settings of a new phone. */
fun settingsSample() = Settings(
    textPercent = 100u, theme = Theme.SYSTEM, isLockedAgainstWet = false, keepsAwake = true, hasSound = true,
    hasHaptic = true,
)
