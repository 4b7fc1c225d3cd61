// The phone's clocks.
//
// Invariant: the clock since boot runs through sleep, and a restart has another name.
package bibtrail.app

import android.content.ContentResolver
import android.os.SystemClock
import android.provider.Settings
import bibtrail.core.Clock
import bibtrail.core.ClockReading

/** Reads the system's clocks. */
class PhoneClock(private val resolver: ContentResolver) : Clock {
    override fun now(): ClockReading {
        val boot = Settings.Global.getInt(resolver, Settings.Global.BOOT_COUNT, 0)
        return ClockReading("$boot", SystemClock.elapsedRealtime(), System.currentTimeMillis())
    }
}
