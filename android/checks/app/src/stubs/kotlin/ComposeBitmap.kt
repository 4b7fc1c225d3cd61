// Stand-in, see ComposeAndroid.kt.
@file:Suppress("unused", "UnusedReceiverParameter")

package androidx.compose.ui.graphics

import bibtrail.checks.standIn

fun android.graphics.Bitmap.asImageBitmap(): ImageBitmap = standIn()
