// The one activity: shows the screens, and does what only an activity can.
//
// Invariant: whatever happens to it, entries go on: the model's work lives in the application.
package bibtrail.app

import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.view.WindowManager
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.activity.result.contract.ActivityResultContracts
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.core.content.FileProvider
import bibtrail.core.CoreException
import bibtrail.phone.Phone
import kotlinx.coroutines.launch
import java.io.File
import java.io.IOException

/** The activity. */
class MainActivity : ComponentActivity(), Host {
    private val app get() = application as BibtrailApp
    private var chosen: (ByteArray) -> Unit = {}
    private var allowed: (Boolean) -> Unit = {}
    private var model: RaceModel? = null

    private val chooser = registerForActivityResult(ActivityResultContracts.OpenDocument()) { read(it, chosen) }
    private val asker = registerForActivityResult(ActivityResultContracts.RequestMultiplePermissions()) { given ->
        allowed(given.values.all { it })
    }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        val words = AndroidWords(this)
        setContent {
            val phone by app.phone.collectAsState()
            LaunchedEffect(Unit) {
                try {
                    app.open()
                } catch (_: CoreException) {
                    // There is no race yet, or the key store is locked: joining says what is wrong.
                }
            }
            val open = phone
            if (open == null) {
                Joining(app, words, this)
            } else {
                val shown = model ?: model(open)
                model = shown
                Racing(open, shown, words, this)
                LaunchedEffect(open) { takeIn(intent) }
            }
        }
    }

    private fun model(phone: Phone) =
        RaceModel(phone, app.scope, this, Sharing(app, phone, app.scope), Hotspot(app), Signals(app))

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        takeIn(intent)
    }

    override fun onStart() {
        super.onStart()
        app.scope.launch { app.wake() }
    }

    override fun onStop() {
        super.onStop()
        if (model?.sharing?.isOn != true) app.scope.launch { app.rest() }
    }

    /** Keeps the screen on, or lets it sleep. */
    fun keepAwake(isOn: Boolean) {
        val flag = WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON
        if (isOn) window.addFlags(flag) else window.clearFlags(flag)
    }

    override fun share(bundle: ByteArray) {
        val folder = File(cacheDir, "bundles").apply { mkdirs() }
        val file = File(folder, "race.bibtrail").apply { writeBytes(bundle) }
        val send = Intent(Intent.ACTION_SEND)
            .setType("application/octet-stream")
            .putExtra(Intent.EXTRA_STREAM, FileProvider.getUriForFile(this, "bibtrail.app.files", file))
            .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
        startActivity(Intent.createChooser(send, null))
    }

    override fun choose(then: (ByteArray) -> Unit) {
        chosen = then
        chooser.launch(arrayOf("*/*"))
    }

    override fun allow(permissions: List<String>, then: (Boolean) -> Unit) {
        allowed = then
        asker.launch(permissions.toTypedArray())
    }

    @Suppress("DEPRECATION") // The newer call is from Android 13 on.
    private fun takeIn(intent: Intent) {
        val file = intent.takeIf { it.action == Intent.ACTION_SEND }?.getParcelableExtra<Uri>(Intent.EXTRA_STREAM)
        intent.action = Intent.ACTION_MAIN
        read(file) { model?.takeIn(it) }
    }

    private fun read(file: Uri?, then: (ByteArray) -> Unit) {
        val bytes = try {
            file?.let { contentResolver.openInputStream(it) }?.use { it.readBytes() }
        } catch (_: IOException) {
            null
        }
        bytes?.let(then)
    }
}
