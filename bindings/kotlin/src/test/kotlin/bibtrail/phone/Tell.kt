// What the library says, as lines that are the same in every language (docs/phones.md, "The script").
package bibtrail.phone

import bibtrail.core.Badge
import bibtrail.core.CheckpointScreen
import bibtrail.core.ClosingScreen
import bibtrail.core.CorrectionsScreen
import bibtrail.core.DevicesScreen
import bibtrail.core.RecordScreen
import bibtrail.core.ReviewScreen
import bibtrail.core.RunnerLine
import bibtrail.core.Wording
import bibtrail.core.WordingValue
import bibtrail.core.clockText

/** A word of an enumeration, in small letters. */
fun word(value: Enum<*>): String = value.name.lowercase().replace('_', '-')

private fun yes(isSo: Boolean) = if (isSo) "yes" else "no"

/** A text by key, with its arguments. */
fun line(wording: Wording): String = wording.key + wording.args.joinToString("") { arg ->
    val shown = when (val value = arg.value) {
        is WordingValue.Word -> value.word
        is WordingValue.Number -> value.number
        is WordingValue.Time -> value.timeMs
        is WordingValue.Span -> value.spanMs
        is WordingValue.Key -> value.key
    }
    " ${arg.name}=$shown"
}

private fun every(wordings: List<Wording>) = wordings.joinToString("; ", transform = ::line)

fun tell(it: Badge) = listOf(
    "badge ${it.bib} ${it.name} at=${it.place.key} way=${word(it.way)} clock=${it.clock} time=${it.timeMs} " +
        "on-disk=${yes(it.isConfirmed)} void=${yes(it.isVoid)} held=${it.heldBy} tone=${word(it.tone)} " +
        "sound=${word(it.sound)} haptic=${word(it.haptic)} until=${it.undoUntilMs}",
    "says ${every(listOf(it.headline, it.held, it.announce))}",
    "warns ${every(it.warnings)}",
)

fun tell(it: RecordScreen): List<String> {
    val place = it.place
    return listOf(
        "record ${it.race} at=${place?.key.orEmpty()} ${place?.name.orEmpty()} both=${yes(place?.hasBothWays == true)} " +
            "waiting=${it.pendingScans} unconfirmed=${it.unconfirmed} now=${it.nowMs} " +
            "clock=${it.zone?.let { zone -> clockText(zone, it.nowMs) } ?: "-"}",
        "counts ${it.counts.joinToString("; ") { count -> "${word(count.way)} ${count.runners}" }} " +
            "time=${word(it.timeWay)} camera=${it.cameraWay?.let(::word) ?: "-"} without-bib=${it.timesWaiting}",
        "says ${every(listOf(it.pending, it.role))}",
        "notices ${every(it.notices.map { notice -> notice.text })}",
    )
}

fun tell(it: CheckpointScreen): List<String> {
    fun runner(listed: String, one: RunnerLine) =
        "$listed ${one.bib} ${one.name} tone=${word(one.tone)} due=${one.dueMs ?: "-"} " +
            "acts=${one.acts.joinToString(",") { word(it.act) }} ${line(one.state)}: ${every(one.details)}"
    val head = "checkpoint ${it.place.key} seen=${it.seen} tone=${word(it.stalenessTone)} ${line(it.staleness)}"
    return listOf(head) + it.inside.map { one -> runner("inside", one) } +
        it.dropped.map { one -> runner("dropped", one) } + it.expected.map { one -> runner("expected", one) } + it.missing.map { one -> runner("missing", one) }
}

fun tell(it: CorrectionsScreen) = it.lines.map { one ->
    "entry ${one.bib} ${one.name} at=${one.place.key} way=${word(one.way)} clock=${one.clock} own=${yes(one.isOwn)} " +
        "void=${yes(one.isVoid)} on-disk=${yes(one.isConfirmed)} approved=${yes(one.isApproved)}: ${every(one.marks)}"
}

fun tell(it: DevicesScreen): List<String> {
    val devices = it.devices.map { one ->
        "device ${one.name} ${one.log} at=${one.place?.key.orEmpty()} this=${yes(one.isThis)} " +
            "operations=${one.operations} ${line(one.role)}: ${line(one.met)}; ${one.lacks?.let(::line) ?: "-"}"
    }
    val servers = it.servers.map { server -> "server ${server.address} ${server.log ?: "-"}" }
    return devices + "says ${every(listOf(it.pending, it.clock.text))}" + servers
}

fun tell(it: ClosingScreen) = listOf(
    "closing ${it.place.key} tone=${word(it.tone)} ${line(it.stage)} expected=${it.expected.joinToString(",")} " +
        "code=${it.code} (${it.codeSpoken}) asked=${it.askedCode ?: "-"} next=${it.next.joinToString(",", transform = ::word)}",
)

fun tell(it: ReviewScreen) = it.findings.map { one ->
    "finding ${one.finding} ${line(one.kind)} bibs=${one.bibs.joinToString(",")} at=${one.place?.key ?: "-"} " +
        "suggestions=${one.suggestions.size}"
} + "missed ${it.missed}"
