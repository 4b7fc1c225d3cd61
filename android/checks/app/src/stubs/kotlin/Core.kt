// Stand-in, see Activity.kt.
@file:Suppress("unused", "UNUSED_PARAMETER")

package androidx.core.content

import android.content.Context
import android.net.Uri
import bibtrail.checks.standIn
import java.io.File
import java.util.concurrent.Executor

object ContextCompat {
    fun getMainExecutor(context: Context): Executor = standIn()
}

open class FileProvider {
    companion object {
        fun getUriForFile(context: Context, authority: String, file: File): Uri = standIn()
    }
}
