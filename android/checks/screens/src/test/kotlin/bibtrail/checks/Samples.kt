// What a phone at a checkpoint shows on a wet night, as the core would say it.
package bibtrail.checks

import bibtrail.core.ActOffer
import bibtrail.core.Badge
import bibtrail.core.CheckpointScreen
import bibtrail.core.ClockStatus
import bibtrail.core.ClosingAct
import bibtrail.core.ClosingScreen
import bibtrail.core.CorrectionsScreen
import bibtrail.core.DeviceLine
import bibtrail.core.DevicesScreen
import bibtrail.core.FindingLine
import bibtrail.core.Haptic
import bibtrail.core.Notice
import bibtrail.core.Place
import bibtrail.core.RecordScreen
import bibtrail.core.ReviewScreen
import bibtrail.core.RunnerAct
import bibtrail.core.RunnerLine
import bibtrail.core.ScanLine
import bibtrail.core.Sound
import bibtrail.core.SuggestionLine
import bibtrail.core.Tone
import bibtrail.core.Way
import bibtrail.core.WayCount
import bibtrail.core.Wording
import bibtrail.core.WordingArg
import bibtrail.core.WordingValue
import bibtrail.screens.Standing

/** 21:14:31 in Vienna. */
private const val NOW_MS = 1_790_104_471_000L

private val HERE = Place("antero", "Antero", true)

private fun say(key: String, vararg args: WordingValue) =
    Wording(key, args.mapIndexed { at, value -> WordingArg("arg$at", value) })

private fun name(word: String) = WordingValue.Word(word)

private fun number(number: Long) = WordingValue.Number(number)

private fun ago(seconds: Long) = WordingValue.Span(seconds * 1_000)

private fun time(minutesFromNow: Long) = WordingValue.Time(NOW_MS + minutesFromNow * 60_000)

private fun lastEntry() = Badge(
    scan = "a1b2:41", bib = "117", name = "김하늘", place = HERE, way = Way.IN, timeMs = NOW_MS - 4_000,
    clock = "21:14:27", isConfirmed = true, isVoid = false,
    headline = say("badge.recorded-named", name("117"), name("김하늘")),
    warnings = listOf(say("warning.seen-before", name("117"), ago(184))),
    heldBy = 1u, held = say("held.nobody-else"), tone = Tone.WARNING, sound = Sound.WARNED, haptic = Haptic.TWICE,
    announce = say("badge.announce", name("117"), WordingValue.Key("way.in"), time(0)),
    undoUntilMs = NOW_MS + 11_000,
)

/** Recording, after an entry with a warning. */
fun recordSample() = RecordScreen(
    race = "High Lonesome 100", zone = null, place = HERE,
    counts = listOf(WayCount(Way.IN, 64u), WayCount(Way.OUT, 51u)), cameraWay = null, timeWay = Way.OUT,
    timesWaiting = 2u, letters = emptyList(),
    last = lastEntry(), pendingScans = 12u, pending = say("pending.waiting", number(12)), unconfirmed = 0u,
    notices = listOf(Notice(say("notice.battery-low", number(14)), Tone.NOTICE)),
    role = say("role.volunteer"), nowMs = NOW_MS,
)

private fun runner(bib: String, who: String, state: String, tone: Tone, vararg details: Wording) =
    RunnerLine(bib, who, say(state), tone, details.toList(), null, null, emptyList())

private fun offers(vararg acts: RunnerAct) = acts.map { act ->
    ActOffer(act, say("act.${act.name.lowercase().replace('_', '-')}"))
}

/** My checkpoint, with one runner long overdue. */
fun checkpointSample() = CheckpointScreen(
    place = HERE,
    inside = listOf(
        runner("117", "김하늘", "state.inside", Tone.QUIET, say("runner.last-seen", name("Antero"), time(0)))
            .copy(acts = offers(RunnerAct.DROPPED_HERE)),
    ),
    dropped = listOf(
        runner("52", "Fatima Zahra", "state.dropped", Tone.WARNING, say("runner.last-seen", name("Antero"), time(-48)))
            .copy(acts = offers(RunnerAct.SAFE_HERE, RunnerAct.BACK_IN_RACE)),
    ),
    expected = listOf(
        runner("W-12", "Anna Größl", "state.on-course", Tone.QUIET, say("runner.due", name("Antero"), time(9))),
        runner("204", "José Núñez", "state.on-course", Tone.QUIET, say("runner.due", name("Antero"), time(21))),
    ),
    missing = listOf(
        runner(
            "88", "ليلى حداد", "state.overdue", Tone.ALARM,
            say("runner.late", name("Antero"), ago(5_460)), say("runner.last-seen", name("St. Elmo"), time(-241)),
        ),
        runner("31", "", "state.unknown", Tone.WARNING, say("runner.waits-for", name("Hancock"))),
    ),
    seen = 64u, staleness = say("stale.ago", ago(720)), stalenessTone = Tone.NOTICE, nowMs = NOW_MS,
)

private fun line(bib: String, who: String, clock: String, isVoid: Boolean, vararg marks: Wording) = ScanLine(
    "a1b2:$clock", bib, who, HERE, Way.IN, NOW_MS, clock, isVoid, isOwn = true, isConfirmed = true, isApproved = true,
    marks = marks.toList(), acts = if (bib.isEmpty() || isVoid) emptyList() else offers(RunnerAct.DROPPED_HERE),
)

/** An entry whose bib is still to come. */
fun timeOnlySample() = line("", "", "21:10:02", false, say("warning.time-only"))

/** The list of entries. */
fun correctionsSample() = CorrectionsScreen(
    lines = listOf(
        line("117", "김하늘", "21:14:27", false),
        timeOnlySample(),
        line("19", "Marie Dubois", "21:08:44", false, say("correction.corrected")),
        line("190", "", "21:08:43", true, say("correction.void")),
    ),
    places = listOf(HERE), letters = listOf("W"),
)

/** What wants a look. */
fun reviewSample() = ReviewScreen(
    findings = listOf(
        FindingLine(
            "f1", say("finding.unknown-bib"), Tone.WARNING, listOf("171"), HERE, NOW_MS,
            "171 is nobody's; 117 was due then", listOf(SuggestionLine(1u, "171 → 117", asksTwice = false)), isDismissed = false,
        ),
    ),
    missed = 0u,
)

private fun device(name: String, place: Place?, isThis: Boolean, met: Wording, lacks: Wording?) = DeviceLine(
    name, name, place, say("role.volunteer"), isThis, 120, met, null, lacks, null,
)

/** Phones: twelve scans wait, two others are known. */
fun devicesSample() = DevicesScreen(
    devices = listOf(
        device("Antero 1", HERE, true, say("met.never"), null),
        device("Antero 2", HERE, false, say("met.ago", ago(720)), say("lacks.operations", number(12))),
        device("St. Elmo", Place("elmo", "St. Elmo", false), false, say("met.ago", ago(9_840)), say("lacks.nothing")),
    ),
    servers = emptyList(), pendingScans = 12u, pending = say("pending.waiting", number(12)),
    clock = ClockStatus(say("clock.within", ago(1)), Tone.GOOD, 300, 900), notices = emptyList(),
)

/** Closing, with three still to come. */
fun closingSample() = ClosingScreen(
    place = HERE, stage = say("closing.waiting", number(3)), tone = Tone.NOTICE, expected = listOf("31", "88", "204"),
    code = "K7QM", codeSpoken = "kilo seven quebec mike", askedCode = "K7QM", lastThrough = null, isSwept = false,
    next = listOf(ClosingAct.NAME_LAST, ClosingAct.SWEEPERS),
)

/** A phone at Antero, in a race of two checkpoints. */
fun standingSample() = Standing(HERE, listOf(Place("elmo", "St. Elmo", false), HERE))
