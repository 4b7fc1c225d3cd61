// When somebody is met again: those who answered soon, those who did not later and later.
//
// Invariant: nobody is given up for good, and nobody who does not answer holds up those who do.
package bibtrail.phone

/** After a meeting that went well, in milliseconds. */
private const val AGAIN_MS = 30_000L

/** After the first failure, the second, and so on; the last stays, in milliseconds. */
private val FAILED_MS = listOf(5_000L, 15_000L, 30_000L, 60_000L)

/** Keeps when each address is due. Times are of any clock that goes on, in milliseconds. */
class Retries {
    private data class Turn(val dueMs: Long, val failures: Int)

    private val turns = mutableMapOf<String, Turn>()

    /** Whether [address] is due at [nowMs]; whoever was never met is. */
    fun isDue(address: String, nowMs: Long): Boolean = turns[address].let { it == null || it.dueMs <= nowMs }

    /** [address] was met at [nowMs], or was not to be had. */
    fun met(address: String, nowMs: Long, isWell: Boolean) {
        val failures = if (isWell) 0 else (turns[address]?.failures ?: 0) + 1
        val waitMs = if (isWell) AGAIN_MS else FAILED_MS[minOf(failures, FAILED_MS.size) - 1]
        turns[address] = Turn(nowMs + waitMs, failures)
    }
}
