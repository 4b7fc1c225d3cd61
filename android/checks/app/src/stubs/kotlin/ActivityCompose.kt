// Stand-in, see Activity.kt.
@file:Suppress("unused", "UNUSED_PARAMETER", "UnusedReceiverParameter")

package androidx.activity.compose

import androidx.activity.ComponentActivity
import androidx.compose.runtime.Composable
import bibtrail.checks.standIn

fun ComponentActivity.setContent(content: @Composable () -> Unit): Unit = standIn()
