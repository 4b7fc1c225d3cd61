// Stand-ins: of androidx.activity and androidx.core as much as the app uses, signatures only, because these libraries
// are in Google's repository alone. The app is compiled against them here, never linked or run.
@file:Suppress("unused", "UNUSED_PARAMETER")

package androidx.activity

import androidx.activity.result.ActivityResultLauncher
import androidx.activity.result.contract.ActivityResultContract
import androidx.lifecycle.LifecycleOwner
import bibtrail.checks.standIn

open class ComponentActivity : android.app.Activity(), LifecycleOwner {
    fun <I, O> registerForActivityResult(
        contract: ActivityResultContract<I, O>,
        callback: (O) -> Unit,
    ): ActivityResultLauncher<I> = standIn()
}
