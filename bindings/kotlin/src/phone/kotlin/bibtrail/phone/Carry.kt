// A meeting over a pipe of the host's own.
//
// Invariant: what the core wants sent is sent before anything is awaited; a meeting that fails still tells the other
// side why.
package bibtrail.phone

import bibtrail.core.CoreException
import bibtrail.core.SyncSession
import bibtrail.core.SyncState
import java.io.IOException
import java.io.InputStream
import java.io.OutputStream

/** As much as is read at once, in bytes. */
private const val ROOM = 64 * 1024

/**
 * Carries a meeting over a pipe until it is over, and blocks meanwhile. The caller closes the pipe.
 *
 * @throws CoreException when the meeting failed; what came in until then is kept.
 */
fun SyncSession.carry(input: InputStream, output: OutputStream): SyncState {
    val room = ByteArray(ROOM)
    try {
        var toSend = receive(ByteArray(0))
        while (true) {
            output.write(toSend)
            output.flush()
            val state = state()
            if (state.isOver) return state
            val read = input.read(room)
            if (read < 0) return ended()
            toSend = receive(room.copyOf(read))
        }
    } catch (failed: CoreException) {
        tell(output)
        throw failed
    } catch (_: IOException) {
        // The pipe broke: the core says what that means.
        return ended()
    }
}

private fun SyncSession.tell(output: OutputStream) {
    try {
        output.write(lastWords())
        output.flush()
    } catch (_: IOException) {
        // The other side is gone; it will see the end of the pipe.
    }
}
