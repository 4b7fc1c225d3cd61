// Who is met again, and when.
package bibtrail.phone

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class RetriesTest {
    /** The waits that follow a row of meetings: `+` went well, `-` did not. */
    private fun check(meetings: String, vararg waitsMs: Long) {
        val retries = Retries()
        var nowMs = 1_000L
        val waits = meetings.map { meeting ->
            retries.met("a", nowMs, meeting == '+')
            val begun = nowMs
            while (!retries.isDue("a", nowMs)) nowMs += 1_000
            nowMs - begun
        }
        assertEquals(waitsMs.toList(), waits)
        assertTrue(retries.isDue("b", 0), "whoever was never met is due")
    }

    @Test
    fun `who answers is met again soon, who does not later and later`() {
        check("++", 30_000, 30_000)
        check("-----", 5_000, 15_000, 30_000, 60_000, 60_000)
        check("--+-", 5_000, 15_000, 30_000, 5_000)
    }
}
