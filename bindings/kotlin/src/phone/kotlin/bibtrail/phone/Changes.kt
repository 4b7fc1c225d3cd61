// What the core tells, as a flow.
//
// Invariant: every change arrives, in order; whoever stops collecting is told nothing more.
package bibtrail.phone

import bibtrail.core.Change
import bibtrail.core.Listener
import bibtrail.core.Race
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.launch

/** When to look: at once, after each change, and every [everyMs] if that is given; who is busy is told once. */
internal fun Race.looks(everyMs: Long?): Flow<Unit> = callbackFlow {
    // Heard from before the first look, so that nothing falls between.
    val subscription = subscribe(object : Listener {
        override fun changed(change: Change) {
            trySend(Unit)
        }
    })
    trySend(Unit)
    if (everyMs != null) {
        launch {
            while (true) {
                delay(everyMs)
                trySend(Unit)
            }
        }
    }
    awaitClose { subscription.use { it.cancel() } }
}.conflate()

/** What changes in this race from now on. The core tells on whichever thread made the change, and never waits for us. */
fun Race.changes(): Flow<Change> = callbackFlow {
    val subscription = subscribe(object : Listener {
        override fun changed(change: Change) {
            trySend(change)
        }
    })
    awaitClose { subscription.use { it.cancel() } }
}.buffer(Channel.UNLIMITED)
