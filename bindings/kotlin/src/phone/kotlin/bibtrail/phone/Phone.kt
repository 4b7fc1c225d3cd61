// A race, as an app uses it: off the main thread, one call after the other, screens as flows.
//
// Invariant: an entry that was begun is recorded, whatever becomes of the screen that began it; a meeting never holds up
// an entry; and cancelling a meeting ends it in the core too.
package bibtrail.phone

import bibtrail.core.Badge
import bibtrail.core.Clock
import bibtrail.core.ClockReading
import bibtrail.core.CoreException
import bibtrail.core.Entry
import bibtrail.core.Race
import bibtrail.core.SyncSession
import bibtrail.core.SyncState
import bibtrail.core.SyncTarget
import bibtrail.core.Way
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.transform
import kotlinx.coroutines.withContext
import java.io.InputStream
import java.io.OutputStream

/**
 * [race], used by [lane] alone: a dispatcher that does one thing at a time, so that calls keep the order in which they
 * were made. [clock] is read when something happens, not when the lane comes to it.
 */
@OptIn(ExperimentalCoroutinesApi::class)
class Phone(
    val race: Race,
    private val clock: Clock,
    private val lane: CoroutineDispatcher = Dispatchers.IO.limitedParallelism(1),
) : AutoCloseable {
    /** Asks the core. */
    suspend fun <T> ask(work: (Race) -> T): T = withContext(lane) { work(race) }

    /** What the clocks say now; nothing where they fail: the core then has its own way. */
    fun now(): ClockReading? = try {
        clock.now()
    } catch (_: CoreException) {
        null
    }

    /** Records [bib], empty if it comes later, at the time of this call. No cancellation stops it. */
    suspend fun record(bib: String, way: Way, withPacer: Boolean? = null, at: ClockReading? = now()): Badge =
        withContext(lane + NonCancellable) { race.record(Entry(bib, way, null, at, withPacer)) }

    /**
     * What [look] sees: at once, again after each change, and every [everyMs] if that is given. Of changes in a row only the
     * last is looked at. A look that fails is told to [failed], and the flow goes on; without [failed] it ends.
     */
    fun <T> screen(everyMs: Long? = null, failed: ((CoreException) -> Unit)? = null, look: (Race) -> T): Flow<T> =
        race.looks(everyMs).transform {
            try {
                emit(ask(look))
            } catch (refused: CoreException) {
                if (failed == null) throw refused
                failed(refused)
            }
        }

    /** Meets whoever is at [target]. Cancelling ends the meeting; what came in until then is kept. */
    suspend fun meet(target: SyncTarget): SyncState = ending(race::interrupt) { race.syncWith(target) }

    /** Meets over a pipe of the app's own. [session] says who begins; [close] closes the pipe, to end a wait for bytes. */
    suspend fun meet(session: SyncSession, input: InputStream, output: OutputStream, close: () -> Unit): SyncState =
        session.use {
            ending({ session.interrupt().also { close() } }) { session.carry(input, output) }
        }

    override fun close() = race.close()
}


/** Runs [work], which blocks, on a thread of its own; [end] is called when the caller is cancelled, and must end it. */
private suspend fun <T> ending(end: () -> Unit, work: () -> T): T = coroutineScope {
    // As a result: what the work says once it was ended from here is no failure of the caller.
    val running = async(Dispatchers.IO) { runCatching(work) }
    try {
        running.await().getOrThrow()
    } catch (cancelled: CancellationException) {
        end()
        throw cancelled
    }
}
