// What an entry costs through Kotlin. `bindings/kotlin/cost` sets it beside the Rust call.
//
// Invariant: the same race, place and bibs as the Rust side, and as many entries before the first that is timed.
package bibtrail.phone

import bibtrail.core.Race

/** A program: prints the middle of the times of the entries, in microseconds. */
object Cost {
    /** [args]: a folder for the replica, how many entries go before, how many are timed. */
    @JvmStatic
    fun main(args: Array<String>) {
        val race = joined(1, where = java.io.File(args[0]))
        val (before, timed) = args.drop(1).map(String::toInt)
        repeat(before) { record(race, it) }
        val times = LongArray(timed) { record(race, before + it) }
        times.sort()
        println("%.1f".format(java.util.Locale.ROOT, times[timed / 2] / 1e3))
        race.shutDown()
        race.close()
    }

    private fun record(race: Race, number: Int): Long {
        val entry = entry("$number")
        val began = System.nanoTime()
        val badge = race.record(entry)
        val took = System.nanoTime() - began
        check(badge.isConfirmed)
        return took
    }
}
