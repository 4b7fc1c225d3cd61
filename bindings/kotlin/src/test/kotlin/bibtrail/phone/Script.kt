// Plays a script: each line is what one phone does at one moment (docs/phones.md, "The script").
package bibtrail.phone

import bibtrail.core.Amendment
import bibtrail.core.ClosingAct
import bibtrail.core.CoreException
import bibtrail.core.FrameTake
import bibtrail.core.JoinRequest
import bibtrail.core.KeyPad
import bibtrail.core.PadKey
import bibtrail.core.Race
import bibtrail.core.Said
import bibtrail.core.RunnerAct
import bibtrail.core.StatusWord
import bibtrail.core.TookIn
import bibtrail.core.Way
import bibtrail.core.press

private val WAYS = mapOf("in" to Way.IN, "out" to Way.OUT)
private val ACTS = mapOf(
    "dropped-here" to RunnerAct.DROPPED_HERE,
    "back-in-race" to RunnerAct.BACK_IN_RACE,
    "safe-here" to RunnerAct.SAFE_HERE,
)
private val STATUS = mapOf("dns" to StatusWord.DNS, "dnf" to StatusWord.DNF)

/** Of the frames of a moving code every third is lost. */
private const val LOST = 3

/** The variant of an error, in small letters: `CoreException.BadBib` is `bad-bib`. */
fun errorName(error: CoreException): String =
    error.javaClass.simpleName.replace(Regex("(?<!^)(?=[A-Z])"), "-").lowercase()

private fun took(report: TookIn) =
    listOf("took ${report.newOperations} ${report.heldOperations} ${report.refused.size}")

private fun said(report: Said) = listOf("said ${report.operations} ${report.proposals}")

/** Two phones meet over a pipe that this owns. */
fun meet(from: Race, to: Race): List<String> = from.beginSync(null).use { dialling ->
    to.answerSync().use { answering ->
        var sent = dialling.receive(ByteArray(0))
        while (sent.isNotEmpty()) {
            sent = dialling.receive(answering.receive(sent))
        }
        val (there, here) = answering.ended() to dialling.state()
        listOf(
            "here ${line(here.text)} over=${here.isOver} same=${here.isSame} tone=${word(here.tone)}",
            "there ${line(there.text)} over=${there.isOver} same=${there.isSame}",
        )
    }
}

/** One phone of the script. */
private class Player(name: String, number: Int, link: String, checkpoint: String, ms: Long) {
    private val folder = folder()
    private val keys = Keys(number)
    val clock = SetClock(name, number, ms)
    var race = Race.join(JoinRequest(folder.path, link, name, checkpoint), clock, keys)
    var last = ""

    fun record(bib: String, way: Way): List<String> {
        val badge = race.record(entry(bib, way))
        last = badge.scan
        return tell(badge)
    }

    fun pad(keys: List<String>): List<String> {
        var pad = KeyPad("")
        return keys.flatMap { key ->
            val pressed = when (key) {
                "<" -> PadKey.Delete
                in WAYS -> PadKey.Record(WAYS.getValue(key))
                else -> PadKey.Character(key)
            }
            val step = press(pad, pressed)
            pad = step.pad
            val told = "pad ${step.pad.digits} sound=${word(step.sound)} haptic=${word(step.haptic)}"
            listOf(told) + (step.record?.let { record(it.bib, it.way) } ?: emptyList())
        }
    }

    fun screen(name: String): List<String> = when (name) {
        "record" -> tell(race.recordScreen())
        "checkpoint" -> tell(race.checkpointScreen(null))
        "corrections" -> tell(race.correctionsScreen(8u, null))
        "devices" -> tell(race.devicesScreen())
        "closing" -> tell(race.closingScreen(null))
        "review" -> tell(race.reviewScreen(null))
        else -> error("$name is no screen")
    }

    fun restart() {
        race.shutDown()
        race.close()
        race = Race.open(folder.path, clock, keys)
    }

    fun end() {
        race.shutDown()
        race.close()
        folder.deleteRecursively()
    }
}

/** All phones of a script. */
private class Stage : AutoCloseable {
    private val tickets = tickets()
    private val phones = mutableMapOf<String, Player>()

    override fun close() = phones.values.forEach(Player::end)

    fun play(name: String, ms: Long, verb: String, args: List<String>): List<String> {
        phones.values.forEach { it.clock.ms = ms }
        if (verb == "join") {
            val player = Player(name, phones.size + 1, tickets.getValue(args[0]), args[1], ms)
            phones[name] = player
            return listOf("joined ${player.race.overview().log}")
        }
        return play(phones.getValue(name), verb, args)
    }

    private fun play(phone: Player, verb: String, args: List<String>): List<String> {
        val race = phone.race
        return when (verb) {
            "meet" -> meet(race, phones.getValue(args[0]).race)
            "carry" -> took(phones.getValue(args[0]).race.importBundle(race.exportBundle()))
            "show" -> took(phones.getValue(args[0]).race.importBundle(shown(race)))
            "merge" -> took(race.importBundle(DATA.resolve(args[0]).readBytes()))
            "record" -> phone.record(args[0], WAYS.getValue(args[1]))
            "time" -> phone.record("", WAYS.getValue(args[0]))
            "bib" -> tell(race.giveBib(phone.last, args[0]))
            "undo" -> tell(race.undo(phone.last))
            "amend" -> said(race.amend(phone.last, Amendment(args[0], null, null, null, null), "typed wrong"))
            "status" -> said(race.sayStatus(args[0], STATUS.getValue(args[1]), args[2], null))
            "say" -> said(race.sayOfRunner(args[0], ACTS.getValue(args[1]), null))
            "safe" -> said(race.saySafe(args[0], true, args[1], null))
            "close" -> said(race.closeStep("aid", ClosingAct.ASK, null, null))
            "code" -> code(race, tickets[args[0]] ?: args[0])
            "pad" -> phone.pad(args)
            "screen" -> phone.screen(args[0])
            "sleep" -> race.suspend().let { listOf("rest ${it.isAtRest} ${it.unconfirmed}") }
            "wake" -> emptyList<String>().also { race.resume() }
            "restart" -> emptyList<String>().also { phone.restart() }
            "digest" -> digest(race)
            else -> error("$verb is no word of the script")
        }
    }
}

private fun code(race: Race, text: String): List<String> {
    val read = race.readCode(text.toByteArray())
    return listOf("code ${word(read.kind)} ${read.bib} tone=${word(read.tone)} ${line(read.text)}")
}

private fun digest(race: Race): List<String> {
    val over = race.overview()
    return listOf(
        "digest ${over.operations} ${over.operationsDigest}",
        "state ${over.stateDigest}",
        "log ${over.log} ${over.ownSeq}",
    )
}

/** What a race shows as moving codes, as a camera sees them. */
private fun shown(race: Race): ByteArray = race.showFrames().use { show ->
    FrameTake().use { take ->
        generateSequence(1) { it + 1 }.firstNotNullOf { n ->
            val frame = show.nextFrame()
            if (n % LOST == 0) null else take.push(frame).payload
        }
    }
}

/** What the script's lines lead to, each below its line. */
fun play(script: String): List<String> = Stage().use { stage ->
    val lines = script.lines().map { it.split(' ').filter(String::isNotEmpty) }
    lines.filter { it.isNotEmpty() && !it[0].startsWith("#") }.flatMap { words ->
        val told = try {
            stage.play(words[0], words[1].toLong(), words[2], words.drop(3))
        } catch (error: CoreException) {
            listOf("error ${errorName(error)}")
        }
        listOf("> ${words.joinToString(" ")}") + told.map(String::trimEnd)
    }
}
