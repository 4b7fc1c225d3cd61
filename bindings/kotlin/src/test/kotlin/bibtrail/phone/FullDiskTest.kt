// A disk that is full: a file system of a few megabytes of its own, filled to the last byte while a phone records.
//
// Invariant: whatever was recorded stays on the screen, and is on the disk as soon as there is room.
package bibtrail.phone

import bibtrail.core.CoreException
import bibtrail.core.Race
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test
import java.io.File
import java.io.IOException
import kotlin.system.exitProcess

/** So many entries are to wait; and so many are tried at most, until what is left of the last blocks is full. */
private const val WAITING = 20
private const val TRIED_MAX = 20_000

/** The child, on its own small disk. */
object Filler {
    /** [args]: the disk, the keys' folder. */
    @JvmStatic
    fun main(args: Array<String>) {
        val (disk, keys) = File(args[0]) to KeysInFiles(File(args[1]))
        val folder = disk.resolve("race")
        var race = joined(9, keys = keys, where = folder)
        val recorded = (1..50).map { "$it" }.toMutableList()
        recorded.forEach { check(race.record(entry(it)).isConfirmed) }

        val ballast = disk.resolve("ballast")
        fill(ballast)
        val waiting = generateSequence(1_000) { it + 1 }.take(TRIED_MAX).map { "$it" }
            .onEach { recorded += it }.filterNot { race.record(entry(it)).isConfirmed }.take(WAITING).toList()
        val screen = race.recordScreen()
        assertEquals(WAITING.toUInt(), screen.unconfirmed, "so many wait")
        assertEquals(listOf("notice.unconfirmed", "notice.disk-full"), screen.notices.take(2).map { it.text.key })
        assertEquals(recorded, shown(race), "the list has all")
        assertEquals(WAITING.toUInt(), race.suspend().unconfirmed)
        race.resume()
        assertThrows(CoreException::class.java) { race.shutDown() }

        check(ballast.delete())
        assertEquals(0u, race.drain(), "nothing waits any more")
        assertEquals(recorded, shown(race))
        race.shutDown()
        race.close()
        race = Race.open(folder.path, SetClock("after", 2), keys)
        assertEquals(recorded, shown(race), "each is there once")
        println("disk full: ${recorded.size} entries recorded, ${waiting.size} of them waited for the disk, 0 lost")
        exitProcess(0)
    }

    /** Until not one byte more fits. */
    private fun fill(file: File) = file.outputStream().use { out ->
        for (bytes in listOf(4_096, 1)) {
            try {
                while (true) out.write(ByteArray(bytes))
            } catch (_: IOException) {
                // No room for so much.
            }
        }
    }

    private fun shown(race: Race) = race.correctionsScreen(UInt.MAX_VALUE, null).lines.map { it.bib }.reversed()
}

class FullDiskTest {
    @Test
    fun `entries wait on the screen while the disk is full, and lose nothing`() {
        val (disk, keys) = folder() to folder()
        val isRoot = ProcessHandle.current().info().user().orElse("") == "root"
        val mount = "mount -t tmpfs -o size=4m none \"$0\" && exec \"$@\""
        val small = listOf("unshare", if (isRoot) "-m" else "-rm", "sh", "-c", mount, disk.path)
        val canBeFull = isWell(small + "true")
        if (!canBeFull) println("skipped: no file system can be made here, so no disk can be full")
        assumeTrue(canBeFull)
        val (code, said) = run(small + child(Filler::class.java, disk.path, keys.path))
        println(said)
        assertEquals(0, code, said)
    }

    private fun isWell(command: List<String>) = try {
        run(command).first == 0
    } catch (_: IOException) {
        false
    }

    /** How it ended, and what it said. */
    private fun run(command: List<String>): Pair<Int, String> {
        val process = ProcessBuilder(command).redirectErrorStream(true).start()
        val said = process.inputStream.bufferedReader().use { it.readText() }
        return process.waitFor() to said.trim()
    }
}
