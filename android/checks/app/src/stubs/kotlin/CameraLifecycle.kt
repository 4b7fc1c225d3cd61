// Stand-in, see CameraCore.kt.
@file:Suppress("unused", "UNUSED_PARAMETER")

package androidx.camera.lifecycle

import android.content.Context
import androidx.camera.core.Camera
import androidx.camera.core.CameraSelector
import androidx.camera.core.UseCase
import androidx.lifecycle.LifecycleOwner
import bibtrail.checks.standIn
import java.util.concurrent.Executor
import java.util.concurrent.Future

/** As Guava's, which CameraX gives out. */
interface ListenableFuture<V> : Future<V> {
    fun addListener(listener: Runnable, executor: Executor)
}

class ProcessCameraProvider private constructor() {
    fun bindToLifecycle(owner: LifecycleOwner, selector: CameraSelector, vararg useCases: UseCase): Camera = standIn()

    fun unbindAll(): Unit = standIn()

    companion object {
        fun getInstance(context: Context): ListenableFuture<ProcessCameraProvider> = standIn()
    }
}
