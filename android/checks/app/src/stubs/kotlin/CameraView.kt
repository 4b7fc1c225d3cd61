// Stand-in, see CameraCore.kt.
@file:Suppress("unused")

package androidx.camera.view

import android.content.Context
import androidx.camera.core.Preview
import bibtrail.checks.standIn

class PreviewView(context: Context) : android.widget.FrameLayout(context) {
    val surfaceProvider: Preview.SurfaceProvider get() = standIn()
}
