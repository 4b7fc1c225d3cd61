// Stand-in, see ComposeAndroid.kt.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionNaming")

package androidx.compose.ui.viewinterop

import android.content.Context
import android.view.View
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import bibtrail.checks.standIn

@Composable
fun <T : View> AndroidView(factory: (Context) -> T, modifier: Modifier = Modifier, update: (T) -> Unit = {}): Unit = standIn()
