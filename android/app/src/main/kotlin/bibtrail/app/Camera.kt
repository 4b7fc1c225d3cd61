// The camera: reads codes, and is on only while it is looked at.
//
// Invariant: no picture is kept; a code counts once it was seen in several frames in a row.
package bibtrail.app

import androidx.camera.core.Camera
import androidx.camera.core.CameraSelector
import androidx.camera.core.ImageAnalysis
import androidx.camera.core.ImageProxy
import androidx.camera.core.Preview
import androidx.camera.lifecycle.ProcessCameraProvider
import androidx.camera.view.PreviewView
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.viewinterop.AndroidView
import androidx.core.content.ContextCompat
import androidx.lifecycle.LifecycleOwner
import bibtrail.core.FrameFilter
import bibtrail.screens.Button
import bibtrail.screens.Buttons
import bibtrail.screens.word
import zxingcpp.BarcodeReader
import java.util.concurrent.Executors

/** So many frames in a row. */
private const val FRAMES = 3u

/** Shows what the camera sees, and hands over the bytes of each code. [isMoving]: every frame counts, once. */
@Composable
fun CameraView(owner: LifecycleOwner, isMoving: Boolean, onCode: (ByteArray) -> Unit, onClose: () -> Unit) {
    val context = LocalContext.current
    val view = remember { PreviewView(context) }
    var camera by remember { mutableStateOf<Camera?>(null) }
    var hasLight by remember { mutableStateOf(false) }
    DisposableEffect(isMoving) {
        val reader = CodeReader(isMoving, onCode)
        val provider = ProcessCameraProvider.getInstance(context)
        provider.addListener({ camera = bind(provider.get(), owner, view, reader) }, ContextCompat.getMainExecutor(context))
        onDispose {
            provider.addListener({ provider.get().unbindAll() }, ContextCompat.getMainExecutor(context))
            reader.close()
        }
    }
    Box(Modifier.fillMaxSize()) {
        AndroidView({ view }, Modifier.fillMaxSize())
        Box(Modifier.fillMaxWidth().align(Alignment.BottomCenter)) {
            Buttons {
                Button(word("record_torch"), {
                    hasLight = !hasLight
                    camera?.cameraControl?.enableTorch(hasLight)
                }, Modifier.weight(1f))
                Button(word("record_scan_stop"), onClose, Modifier.weight(1f))
            }
        }
    }
}

private fun bind(
    provider: ProcessCameraProvider,
    owner: LifecycleOwner,
    view: PreviewView,
    reader: CodeReader,
): Camera {
    val preview = Preview.Builder().build().apply { setSurfaceProvider(view.surfaceProvider) }
    val analysis = ImageAnalysis.Builder()
        .setBackpressureStrategy(ImageAnalysis.STRATEGY_KEEP_ONLY_LATEST)
        .build()
        .apply { setAnalyzer(reader.executor, reader::read) }
    provider.unbindAll()
    return provider.bindToLifecycle(owner, CameraSelector.DEFAULT_BACK_CAMERA, preview, analysis)
}

/** Reads the frames, on a thread of its own. */
private class CodeReader(private val isMoving: Boolean, private val onCode: (ByteArray) -> Unit) : AutoCloseable {
    val executor = Executors.newSingleThreadExecutor()

    private val filter = FrameFilter(FRAMES)
    private val barcodes = BarcodeReader().apply {
        options.tryHarder = true
        options.tryRotate = true
    }

    fun read(image: ImageProxy) = image.use {
        val code = barcodes.read(it).firstOrNull()
        val bytes = code?.bytes
        val counts = if (isMoving) bytes != null else filter.see(code?.text)
        if (counts && bytes != null) onCode(bytes)
    }

    override fun close() {
        executor.execute { filter.close() }
        executor.shutdown()
    }
}
