// The adapters: flows, cancellation, the order of calls, meetings over pipes of Kotlin's own.
package bibtrail.phone

import bibtrail.core.Change
import bibtrail.core.CodeKind
import bibtrail.core.CoreException
import bibtrail.core.PadKey
import bibtrail.core.Race
import bibtrail.core.SyncState
import bibtrail.core.SyncTarget
import bibtrail.core.Way
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.onStart
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket

/** Longer than anything here takes, in milliseconds; a test that hangs fails by it. */
private const val LONG_MS = 60_000L

class PhoneTest {
    @Test
    fun `changes come as a flow, all of them and in order`() = timed {
        val race = joined(1)
        val ready = Job()
        val heard = async { race.changes().onStart { ready.complete() }.take(50).toList() }
        ready.join()
        // The flow subscribes once it is collected; what is recorded before that is not its.
        val bibs = (1..200).map { "${1000 + it}" }
        val recording = launch(Dispatchers.IO) { bibs.forEach { race.record(entry(it)) } }
        val told = heard.await().map { (it as Change.Recorded).badge.bib }
        assertEquals(bibs.dropWhile { it != told.first() }.take(50), told)
        recording.join()
    }

    @Test
    fun `a screen is shown at once and after each change`() = timed {
        val phone = phone(2)
        val counts = Channel<UInt>(Channel.UNLIMITED)
        val showing = launch { phone.screen(look = Race::recordScreen).collect { counts.send(it.counts[0].runners) } }
        assertEquals(0u, counts.receive())
        phone.record("101", Way.IN)
        while (counts.receive() != 1u) Unit
        showing.cancelAndJoin()
        // Whoever stopped looking is told nothing more.
        phone.record("102", Way.IN)
        assertTrue(counts.tryReceive().isFailure)
    }

    @Test
    fun `a look that fails is told, and the next one is shown`() = timed {
        val phone = phone(3)
        val shown = Channel<Int>(Channel.UNLIMITED)
        val failed = Channel<CoreException>(Channel.UNLIMITED)
        var looks = 0
        val look = { race: Race ->
            looks += 1
            if (looks == 2) race.correctionsScreen(9u, "no bib at all").lines.size else looks
        }
        val showing = launch { phone.screen(everyMs = 10, failed = { failed.trySend(it) }, look = look).collect(shown::send) }
        assertEquals(1, shown.receive())
        assertTrue(failed.receive() is CoreException.BadBib)
        // Nothing changed: it was looked at again by itself.
        assertEquals(3, shown.receive())
        showing.cancelAndJoin()
    }

    @Test
    fun `an entry that was begun is recorded, though its screen is gone`() = timed {
        val phone = phone(3)
        val screen = CoroutineScope(Job() + Dispatchers.Default)
        val station = Station(phone, screen, { _, _ -> }, { throw it })
        for (key in listOf("1", "0", "1")) station.press(PadKey.Character(key))
        station.press(PadKey.Record(Way.IN))
        screen.coroutineContext[Job]?.cancelAndJoin()
        assertEquals("", station.pad.value.digits)
        assertEquals(listOf("101"), phone.ask { race -> race.correctionsScreen(9u, null).lines.map { it.bib } })
    }

    @Test
    fun `keys are taken in order, and the pacer is of one runner`() = timed {
        val phone = phone(4)
        val signals = Channel<String>(Channel.UNLIMITED)
        val station = Station(phone, this, { sound, _ -> signals.trySend(sound.name) }, { throw it })
        station.pacer(true)
        for (key in "10".map { PadKey.Character("$it") } + PadKey.Record(Way.OUT)) station.press(key)
        assertFalse(station.withPacer.value)
        assertEquals(listOf("KEY", "KEY", "SILENT"), List(3) { signals.receive() })
        // 10 is nobody's bib: recorded, with a warning.
        assertEquals("WARNED", signals.receive())
    }

    @Test
    fun `a code is recorded where runners go one way, and typed where they go both`() = timed {
        val phone = phone(9)
        val signals = Channel<String>(Channel.UNLIMITED)
        val others = Channel<CodeKind>(Channel.UNLIMITED)
        val station = Station(phone, this, { sound, _ -> signals.trySend(sound.name) }, { throw it })
        station.scanned("101".toByteArray()) { others.trySend(it.kind) }
        assertEquals(listOf("SILENT", "KEY"), List(2) { signals.receive() })
        assertEquals("101", station.pad.first { it.digits.isNotEmpty() }.digits)
        phone.ask { it.standAt("top") }
        station.scanned("102".toByteArray()) { others.trySend(it.kind) }
        // The code itself is silent: its badge sounds.
        assertEquals(listOf("SILENT", "SILENT", "RECORDED"), List(3) { signals.receive() })
        station.scanned(tickets().getValue("volunteer").toByteArray()) { others.trySend(it.kind) }
        assertEquals(CodeKind.JOIN, others.receive())
        assertEquals(listOf("102"), phone.ask { race -> race.correctionsScreen(9u, null).lines.map { it.bib } })
    }

    @Test
    fun `two phones meet over sockets of Kotlin's own`() = timed {
        val (mia, joon) = phone(5) to phone(6)
        repeat(20) { mia.record("${100 + it}", Way.IN) }
        joon.record("201", Way.OUT)
        val (here, there) = met(mia, joon)
        assertTrue(here.isSame && there.isSame, "$here\n$there")
        assertEquals(mia.race.overview().stateDigest, joon.race.overview().stateDigest)
        assertEquals(21, joon.race.correctionsScreen(99u, null).lines.size)
    }

    @Test
    fun `a cancelled meeting ends, and the phone goes on`() = timed {
        val phone = phone(7)
        silent { port ->
            val meeting = launch { phone.meet(SyncTarget("127.0.0.1:$port", null)) }
            phone.record("101", Way.IN)
            meeting.cancelAndJoin()
        }
        silent { port ->
            val socket = Socket(InetAddress.getLoopbackAddress(), port)
            val begun = Job()
            val meeting = launch {
                begun.complete()
                phone.meet(phone.race.beginSync(null), socket.getInputStream(), socket.getOutputStream(), socket::close)
            }
            begun.join()
            meeting.cancelAndJoin()
        }
        assertEquals(2u, phone.record("102", Way.IN).let { phone.race.recordScreen().counts[0].runners })
    }

    @Test
    fun `a pipe that breaks is told, and what came is kept`() = timed {
        val phone = phone(8)
        val session = phone.race.beginSync(null)
        val failed = assertThrows(CoreException::class.java) {
            session.carry(ByteArray(0).inputStream(), java.io.ByteArrayOutputStream())
        }
        assertEquals("link", errorName(failed))
        assertTrue(phone.record("101", Way.IN).isConfirmed)
    }

    /** A server that accepts and says nothing. */
    private suspend fun silent(work: suspend (Int) -> Unit) = ServerSocket(0, 9, InetAddress.getLoopbackAddress()).use {
        work(it.localPort)
    }

    private suspend fun met(from: Phone, to: Phone): Pair<SyncState, SyncState> = coroutineScope {
        ServerSocket(0, 1, InetAddress.getLoopbackAddress()).use { server ->
            val there = async(Dispatchers.IO) { server.accept().use { over(it, to, to.race.answerSync()) } }
            val here = Socket(server.inetAddress, server.localPort).use { over(it, from, from.race.beginSync(null)) }
            here to there.await()
        }
    }

    private suspend fun over(socket: Socket, phone: Phone, session: bibtrail.core.SyncSession) =
        phone.meet(session, socket.getInputStream(), socket.getOutputStream(), socket::close)

    private fun phone(number: Int): Phone {
        val clock = SetClock("phone", number)
        return Phone(joined(number, clock), clock)
    }

    private fun timed(work: suspend CoroutineScope.() -> Unit) = runBlocking { withTimeout(LONG_MS, work) }
}
