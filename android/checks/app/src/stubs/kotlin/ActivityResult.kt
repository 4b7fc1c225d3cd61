// Stand-in, see Activity.kt.
@file:Suppress("unused", "UNUSED_PARAMETER")

package androidx.activity.result

import bibtrail.checks.standIn

abstract class ActivityResultLauncher<I> {
    fun launch(input: I): Unit = standIn()
}
