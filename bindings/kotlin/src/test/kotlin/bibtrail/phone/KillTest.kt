// A phone that dies while it records: killed at full speed, opened again, again and again.
//
// Invariant: whatever was confirmed before the kill is there after it.
package bibtrail.phone

import bibtrail.core.Race
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File
import java.util.concurrent.TimeUnit
import kotlin.random.Random

/** The child: opens the race and records until it is killed. It says each bib once that is confirmed. */
object Recorder {
    /** [args]: the replica's folder, the keys' folder, the first bib. */
    @JvmStatic
    fun main(args: Array<String>) {
        val race = Race.open(args[0], SetClock("child", 1), KeysInFiles(File(args[1])))
        generateSequence(args[2].toInt()) { it + 1 }.forEach { bib ->
            check(race.record(entry("$bib")).isConfirmed)
            // Straight to the pipe: what is written there survives the process.
            System.out.write("$bib\n".toByteArray())
            System.out.flush()
        }
    }
}

class KillTest {
    @Test
    fun `no confirmed scan is lost, however often the process is killed`() {
        val kills = System.getProperty("bibtrail.kills").toInt()
        val (where, keys) = folder() to folder()
        val kept = KeysInFiles(keys)
        joined(9, keys = kept, where = where).run {
            shutDown()
            close()
        }
        // When to kill is drawn from a seed: each run is the same for the parent.
        val random = Random(117)
        val confirmed = sortedSetOf<String>()
        repeat(kills) {
            confirmed += recordAndKill(where, keys, 1 + it * 100_000, random.nextInt(1, 60))
        }
        val race = Race.open(where.path, SetClock("parent", 2), kept)
        val held = race.correctionsScreen(UInt.MAX_VALUE, null).lines.map { it.bib }
        val lost = confirmed - held.toSet()
        println("killed $kills times, ${confirmed.size} scans confirmed, ${held.size} held, ${lost.size} lost")
        assertEquals(emptySet<String>(), lost)
        assertEquals(held.size, held.toSet().size, "nothing is there twice")
        assertTrue(confirmed.size >= kills, "each child recorded")
    }

    /** Lets a child record, kills it after so many confirmations, and says all that it had confirmed. */
    private fun recordAndKill(where: File, keys: File, first: Int, after: Int): List<String> {
        val command = child(Recorder::class.java, where.path, keys.path, "$first")
        val child = ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start()
        val said = mutableListOf<String>()
        child.inputStream.bufferedReader().use { lines ->
            while (said.size < after) said += lines.readLine() ?: break
            // SIGKILL; by the handle, because `Process` would close our end of the pipe with it.
            check(child.toHandle().destroyForcibly())
            // What it wrote before it died was confirmed as well; a line that is cut was not told to anybody.
            val rest = lines.readText()
            said += rest.substringBeforeLast('\n', "").lines().filter { it.isNotEmpty() }
        }
        assertTrue(child.waitFor(30, TimeUnit.SECONDS), "the child is gone")
        return said
    }
}
