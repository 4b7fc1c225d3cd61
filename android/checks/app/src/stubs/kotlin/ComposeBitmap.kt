// Stand-in, see ComposeAndroid.kt.
@file:Suppress("unused", "UnusedReceiverParameter")

package androidx.compose.ui.graphics

fun android.graphics.Bitmap.asImageBitmap(): ImageBitmap = TODO()
