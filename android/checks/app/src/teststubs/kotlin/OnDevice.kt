// Stand-in: what the tests on a device name of Google's test libraries.
@file:Suppress("unused", "PackageDirectoryMismatch")

package androidx.test.platform.app

import android.app.Instrumentation
import bibtrail.checks.standIn

/** Where a test finds the app. */
object InstrumentationRegistry {
    /** The app and its test, as the device runs them. */
    fun getInstrumentation(): Instrumentation = standIn()
}
