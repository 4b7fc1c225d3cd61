// The library through Kotlin on a JVM: the scripted race, failures, ears, numbers at full width, golden bytes.
package bibtrail.phone

import bibtrail.core.Change
import bibtrail.core.Clock
import bibtrail.core.ClockReading
import bibtrail.core.CoreException
import bibtrail.core.KeyStore
import bibtrail.core.Listener
import bibtrail.core.LogLevel
import bibtrail.core.LogSink
import bibtrail.core.clearLogSink
import bibtrail.core.failOnPurpose
import bibtrail.core.readInvitation
import bibtrail.core.setLogSink
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import kotlin.concurrent.thread

class CoreTest {
    @Test
    fun `the scripted race is as expected`() {
        val expected = DATA.resolve("race.expected").readLines()
        val told = play(DATA.resolve("race.script").readText())
        expected.zip(told).forEachIndexed { number, (one, other) -> assertEquals(one, other, "line ${number + 1} of race.expected") }
        assertEquals(expected.size, told.size)
    }

    @Test
    fun `failures have their variants and fields`() {
        val race = joined(1)
        fails("panic") { failOnPurpose(true) }
        fails("invalid") { failOnPurpose(false) }
        fails("not-found") { race.undo("waiting:7") }
        fails("invalid") { race.importBundle("no bundle".toByteArray()) }
        fails("other-race") { race.importBundle(DATA.resolve("other-race.bibtrail").readBytes()) }
        fails("bad-ticket") { readInvitation("bibtrail:AAAA") }
        val bad = fails("bad-bib") { race.record(entry("1 2")) }
        assertEquals("1 2", (bad as CoreException.BadBib).bib)
        assertTrue(bad.detail.isNotBlank())
        race.shutDown()
        fails("closed") { race.record(entry("101")) }
        race.close()
        assertThrows(IllegalStateException::class.java) { race.record(entry("101")) }
    }

    @Test
    fun `a panic leaves the race usable`() {
        val race = joined(1)
        fails("panic") { failOnPurpose(true) }
        assertTrue(race.record(entry("101")).isConfirmed)
    }

    @Test
    fun `a listener that throws costs nothing, and hears no more once it cancelled`() {
        val (race, ears) = joined(2) to Ears(throws = true)
        val subscription = race.subscribe(ears)
        assertTrue(race.record(entry("101")).isConfirmed)
        assertEquals("101", (ears.heard.single() as Change.Recorded).badge.bib)
        subscription.cancel()
        race.record(entry("102"))
        assertEquals(1, ears.heard.size)
    }

    @Test
    fun `a clock that throws costs no scan`() {
        val lines = mutableListOf<String>()
        setLogSink(object : LogSink {
            override fun log(level: LogLevel, target: String, message: String) {
                lines += target
            }
        })
        val race = joined(3, clock = object : Clock {
            override fun now(): ClockReading = error("no clock")
        })
        assertTrue(race.record(entry("101")).isConfirmed)
        clearLogSink()
        assertTrue("clock" in lines)
    }

    @Test
    fun `a key store that throws is an error`() {
        val locked = object : KeyStore {
            override fun load(name: String): ByteArray? = error("locked")
            override fun save(name: String, secret: ByteArray) = Unit
        }
        fails("host") { joined(4, keys = locked) }
    }

    @Test
    fun `a listener may call back`() {
        val race = joined(5)
        val seen = mutableListOf<String?>()
        val subscription = race.subscribe(object : Listener {
            override fun changed(change: Change) {
                seen += race.recordScreen().last?.bib
            }
        })
        race.record(entry("101"))
        subscription.cancel()
        assertEquals(listOf("101"), seen)
    }

    @Test
    fun `threads record beside each other`() {
        val race = joined(6)
        val firsts = listOf(1000, 2000, 3000, 4000)
        firsts.map { first -> thread { repeat(25) { race.record(entry("${first + it}")) } } }.forEach(Thread::join)
        val bibs = race.correctionsScreen(1000u, null).lines.map { it.bib }.sorted()
        assertEquals(firsts.flatMap { first -> (0 until 25).map { "${first + it}" } }.sorted(), bibs)
    }

    @Test
    fun `numbers cross at full width`() {
        val race = joined(7)
        for (wallMs in listOf(Long.MAX_VALUE, Long.MIN_VALUE, -1, (1L shl 53) + 1)) {
            assertEquals(wallMs, race.record(entry("101", at = ClockReading("b", Long.MAX_VALUE, wallMs))).timeMs)
        }
        assertEquals(64, race.overview().log.length)
    }

    @Test
    fun `golden bytes are read`() {
        val race = joined(8)
        // The bytes of the first published format: whole, and of another race than this phone's.
        fails("other-race") { race.importBundle(DATA.resolveSibling("bundle-v0.bibtrail").readBytes()) }
        val before = race.overview()
        assertEquals(0, race.importBundle(DATA.resolve("race.bibtrail").readBytes()).newOperations)
        assertEquals(before, race.overview())
    }

    private fun fails(variant: String, work: () -> Unit): CoreException {
        val failed = assertThrows(CoreException::class.java, work)
        assertEquals(variant, errorName(failed))
        return failed
    }
}
