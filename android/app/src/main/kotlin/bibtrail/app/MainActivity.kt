// The one activity: shows the screens, and does what only an activity can.
//
// Invariant: whatever happens to it, entries go on: the model's work lives in the application.
package bibtrail.app

import android.content.Intent
import android.content.pm.PackageManager
import android.net.Uri
import android.os.Build
import android.os.Bundle
import android.view.WindowInsets
import android.view.WindowManager
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.activity.result.contract.ActivityResultContracts
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.core.content.FileProvider
import bibtrail.core.CoreException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.io.File
import java.io.IOException

/** The activity. */
class MainActivity : ComponentActivity(), Host {
    private val app get() = application as BibtrailApp
    private var asked: List<String> = emptyList()
    private var allowed: (Boolean) -> Unit = {}

    private val chooser = registerForActivityResult(ActivityResultContracts.OpenDocument(), ::takeIn)
    private val asker = registerForActivityResult(ActivityResultContracts.RequestMultiplePermissions()) {
        // A request that was broken off answers with nothing: what counts is what was given by now.
        allowed(asked.all { checkSelfPermission(it) == PackageManager.PERMISSION_GRANTED })
    }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        val words = AndroidWords(this)
        keepClear()
        setContent {
            val race by app.race.collectAsState()
            LaunchedEffect(Unit) {
                try {
                    app.open()
                } catch (_: CoreException) {
                    // There is no race yet, or the key store is locked: joining says what is wrong.
                }
            }
            val open = race
            if (open == null) {
                Joining(app, words, this)
            } else {
                Racing(open.phone, open, words, this)
                LaunchedEffect(open) {
                    open.host = this@MainActivity
                    takeIn(intent)
                }
            }
        }
    }

    /** From Android 15 on the app is drawn behind the system's bars: nothing to tap lies under them, nor under a keyboard. */
    @Suppress("DEPRECATION") // The newer calls are from Android 11 on.
    private fun keepClear() {
        window.decorView.setOnApplyWindowInsetsListener { view, insets ->
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.VANILLA_ICE_CREAM) {
                val kinds = WindowInsets.Type.systemBars() or WindowInsets.Type.displayCutout() or WindowInsets.Type.ime()
                val bars = insets.getInsets(kinds)
                view.setPadding(bars.left, bars.top, bars.right, bars.bottom)
            }
            insets
        }
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        takeIn(intent)
    }

    override fun onStart() {
        super.onStart()
        app.race.value?.host = this
        app.scope.launch { app.wake() }
    }

    override fun onStop() {
        super.onStop()
        app.scope.launch { app.leave() }
    }

    override fun onDestroy() {
        app.race.value?.let { if (it.host === this) it.host = null }
        super.onDestroy()
    }

    /** Keeps the screen on, or lets it sleep. */
    fun keepAwake(isOn: Boolean) {
        val flag = WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON
        if (isOn) window.addFlags(flag) else window.clearFlags(flag)
    }

    override suspend fun share(bundle: ByteArray) {
        val file = withContext(Dispatchers.IO) {
            val folder = File(cacheDir, "bundles").apply { mkdirs() }
            File(folder, "race.bibtrail").apply { writeBytes(bundle) }
        }
        val send = Intent(Intent.ACTION_SEND)
            .setType("application/octet-stream")
            .putExtra(Intent.EXTRA_STREAM, FileProvider.getUriForFile(this, "bibtrail.app.files", file))
            .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
        startActivity(Intent.createChooser(send, null))
    }

    override fun choose() = chooser.launch(arrayOf("*/*"))

    override fun allow(permissions: List<String>, then: (Boolean) -> Unit) {
        asked = permissions
        allowed = then
        asker.launch(permissions.toTypedArray())
    }

    /** Takes in what another app sent or opened here; before a race is open it waits for that. */
    @Suppress("DEPRECATION") // The newer call is from Android 13 on.
    private fun takeIn(intent: Intent) {
        if (app.race.value == null) return setIntent(intent)
        val file = when (intent.action) {
            Intent.ACTION_SEND -> intent.getParcelableExtra<Uri>(Intent.EXTRA_STREAM)
            Intent.ACTION_VIEW -> intent.data
            else -> null
        }
        intent.action = Intent.ACTION_MAIN
        takeIn(file)
    }

    private fun takeIn(file: Uri?) {
        val model = app.race.value ?: return
        if (file != null) app.scope.launch { withContext(Dispatchers.IO) { read(file) }?.let(model::takeIn) }
    }

    private fun read(file: Uri): ByteArray? = try {
        contentResolver.openInputStream(file)?.use { it.readBytes() }
    } catch (_: IOException) {
        null
    } catch (_: SecurityException) {
        // Whoever sent it did not let us read it.
        null
    }
}
