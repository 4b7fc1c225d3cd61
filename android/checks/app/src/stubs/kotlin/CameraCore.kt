// Stand-ins: of CameraX as much as the app uses, see Activity.kt.
@file:Suppress("unused", "UNUSED_PARAMETER")

package androidx.camera.core

import bibtrail.checks.standIn
import java.util.concurrent.Executor
import java.util.concurrent.Future

interface UseCase

interface CameraControl {
    fun enableTorch(torch: Boolean): Future<Void>
}

interface Camera {
    val cameraControl: CameraControl
}

class CameraSelector private constructor() {
    companion object {
        val DEFAULT_BACK_CAMERA: CameraSelector get() = standIn()
    }
}

interface ImageProxy : AutoCloseable {
    override fun close()
}

class ImageAnalysis private constructor() : UseCase {
    fun interface Analyzer {
        fun analyze(image: ImageProxy)
    }

    class Builder {
        fun setBackpressureStrategy(strategy: Int): Builder = standIn()

        fun build(): ImageAnalysis = standIn()
    }

    fun setAnalyzer(executor: Executor, analyzer: Analyzer): Unit = standIn()

    companion object {
        const val STRATEGY_KEEP_ONLY_LATEST = 0
    }
}

class Preview private constructor() : UseCase {
    interface SurfaceProvider

    class Builder {
        fun build(): Preview = standIn()
    }

    fun setSurfaceProvider(provider: SurfaceProvider?): Unit = standIn()
}
