// Stand-ins: what Compose has on Android only, see Activity.kt.
@file:Suppress("unused")

package androidx.compose.ui.platform

import android.content.Context
import androidx.compose.runtime.ProvidableCompositionLocal
import androidx.compose.runtime.staticCompositionLocalOf
import bibtrail.checks.standIn

val LocalContext: ProvidableCompositionLocal<Context> = staticCompositionLocalOf { standIn() }
