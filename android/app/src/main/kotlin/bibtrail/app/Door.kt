// The door for other phones: a TCP port of ours, open while phones are shared with.
//
// Invariant: one meeting holds up no other; a meeting that fails closes only its own socket.
package bibtrail.app

import bibtrail.core.CoreException
import bibtrail.phone.Phone
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.io.IOException
import java.net.ServerSocket
import java.net.Socket

/** How long a silent guest is waited for, in milliseconds. */
private const val SILENT_MS = 60_000

/** Answers whoever comes to [server], until that is closed. */
suspend fun CoroutineScope.answer(phone: Phone, server: ServerSocket) = withContext(Dispatchers.IO) {
    while (!server.isClosed) {
        val guest = try {
            server.accept()
        } catch (_: IOException) {
            return@withContext
        }
        this@answer.launch(Dispatchers.IO) { meet(phone, guest) }
    }
}

private suspend fun meet(phone: Phone, guest: Socket) = guest.use {
    try {
        guest.soTimeout = SILENT_MS
        phone.meet(phone.race.answerSync(), guest.getInputStream(), guest.getOutputStream(), guest::close)
    } catch (_: CoreException) {
        // Listeners have heard why; the guest was told.
    } catch (_: IOException) {
        // The guest was gone before it was answered.
    }
}
