// What a call through Kotlin costs, beside the same call in Rust (`bindings/examples/record.rs`). Run by hand:
//
//     bindings/kotlin/overhead
//
// Invariant: both record the same bibs at a phone that joined in the same way, and say the same percentiles.
package bibtrail.phone

private const val WARM = 500
private const val CALLS = 2_000

/** Records, and says how long it took. */
fun main() {
    val race = joined(1)
    val tookNs = (0 until WARM + CALLS).map { n ->
        val entry = entry("${1_000 + n}")
        val began = System.nanoTime()
        race.record(entry)
        System.nanoTime() - began
    }
    val sorted = tookNs.drop(WARM).sorted()
    val shown = listOf(50, 90, 99).joinToString(", ") { "p$it ${sorted[CALLS * it / 100] / 1_000} µs" }
    println("Kotlin: $CALLS calls of record, $shown")
    race.shutDown()
}
