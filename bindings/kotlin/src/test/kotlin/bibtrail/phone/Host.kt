// The host's side in tests: a clock that is set, keys in memory, ears, and where the shared files lie.
//
// Invariant: the first key of a phone is 32 times its number, so that every language makes the same log.
package bibtrail.phone

import bibtrail.core.Change
import bibtrail.core.Clock
import bibtrail.core.ClockReading
import bibtrail.core.Entry
import bibtrail.core.JoinRequest
import bibtrail.core.KeyStore
import bibtrail.core.Listener
import bibtrail.core.Race
import bibtrail.core.Way
import java.io.File
import java.nio.file.Files

/** The gun: 2025-04-06 09:00 in Seoul, in milliseconds since 1970-01-01 UTC. */
const val GUN_MS = 1_743_897_600_000L

/** The script and its files, shared by all languages; another folder where the environment names one. */
val DATA = System.getenv("BIBTRAIL_PHONE_DATA")?.let(::File) ?: File(System.getProperty("bibtrail.root"), "tests/data/phone")

/** A phone's clocks, which stand still until they are set. */
class SetClock(private val name: String, number: Int, @Volatile var ms: Long = 0) : Clock {
    private val sinceMs = 10_000_000L + number * 1_000_000L

    override fun now() = ClockReading(name, sinceMs + ms, GUN_MS + ms)
}

/** Keys in memory. */
class Keys(number: Int) : KeyStore {
    private val kept = mutableMapOf("log" to ByteArray(32) { number.toByte() })

    override fun load(name: String): ByteArray? = kept[name]

    override fun save(name: String, secret: ByteArray) {
        kept[name] = secret
    }
}

/** Keys that outlive the process. */
class KeysInFiles(private val folder: File) : KeyStore {
    override fun load(name: String): ByteArray? = folder.resolve(name).takeIf(File::exists)?.readBytes()

    override fun save(name: String, secret: ByteArray) {
        folder.mkdirs()
        folder.resolve(name).writeBytes(secret)
    }
}

/** How a JVM is begun that does what [main] does. */
fun child(main: Class<*>, vararg args: String): List<String> = listOf(
    File(System.getProperty("java.home"), "bin/java").path, "-XX:TieredStopAtLevel=1",
    "-Djna.library.path=${System.getProperty("jna.library.path")}",
    "-Dbibtrail.root=${System.getProperty("bibtrail.root")}", "-cp", System.getProperty("java.class.path"), main.name,
) + args

/** Hears, and throws if it is told to. */
class Ears(private val throws: Boolean = false) : Listener {
    val heard = mutableListOf<Change>()

    override fun changed(change: Change) {
        heard += change
        check(!throws) { "the screen is gone" }
    }
}

/** The join codes of the scripted race, by role. */
fun tickets(): Map<String, String> =
    DATA.resolve("tickets.txt").readLines().filter { it.isNotBlank() }.associate {
        it.substringBefore(' ') to it.substringAfter(' ')
    }

/** A folder of its own. */
fun folder(): File = Files.createTempDirectory("bibtrail").toFile()

/** A phone at the aid station that knows the race. */
fun joined(
    number: Int,
    clock: Clock = SetClock("phone", number),
    keys: KeyStore = Keys(number),
    where: File = folder(),
): Race {
    val request = JoinRequest(where.path, tickets().getValue("volunteer"), "phone $number", "aid")
    val race = Race.join(request, clock, keys)
    race.importBundle(DATA.resolve("race.bibtrail").readBytes())
    return race
}

/** An entry at the phone's own place. */
fun entry(bib: String, way: Way = Way.IN, at: ClockReading? = null) = Entry(bib, way, null, at, null)
