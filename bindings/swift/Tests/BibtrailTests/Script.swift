// Plays a script: each line is what one phone does at one moment. The words are described in docs/phones.md.

import BibtrailTestSupport
import Foundation

/// A script that cannot be played.
struct BadScript: Error {
    let line: String
}

/// All phones of a script.
final class Stage {
    private var phones: [String: Actor] = [:]
    private let links: [String: String]

    init() throws {
        links = try tickets()
    }

    /// What the script's lines lead to, each below its line.
    func play(_ script: String) throws -> String {
        var told = ""
        for line in script.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            if words.isEmpty { continue }
            var said: [String]
            do {
                said = try play(words)
            } catch let error as CoreError {
                said = ["error " + word(error)]
            }
            told += "> " + words.joined(separator: " ") + "\n"
            for line in said { told += trimmed(line) + "\n" }
        }
        return told
    }

    private func play(_ words: [String]) throws -> [String] {
        guard words.count > 2, let ms = Int64(words[1]) else {
            throw BadScript(line: words.joined(separator: " "))
        }
        let (name, verb, args) = (words[0], words[2], Array(words.dropFirst(3)))
        for phone in phones.values { phone.clock.set(ms) }
        if verb == "join" { return try join(name, ms, args) }
        guard let phone = phones[name] else { throw BadScript(line: words.joined(separator: " ")) }
        guard ["meet", "carry", "show"].contains(verb) else { return try phone.play(verb, args, links) }
        guard let other = phones[args[0]] else { throw BadScript(line: words.joined(separator: " ")) }
        return try between(phone.race, verb, other.race)
    }

    private func join(_ name: String, _ ms: Int64, _ args: [String]) throws -> [String] {
        let number = phones.count + 1
        let (clock, keys) = (SetClock(name, number), MemoryKeys(number))
        clock.set(ms)
        let folder = try newFolder()
        let request = JoinRequest(
            folder: folder.path, link: links[args[0]] ?? "", name: name, checkpoint: args[1])
        let race = try Race.join(request: request, clock: clock, keys: keys)
        phones[name] = Actor(folder: folder, clock: clock, keys: keys, race: race)
        return ["joined " + (try race.overview().log)]
    }

    private func between(_ from: Race, _ verb: String, _ to: Race) throws -> [String] {
        switch verb {
        case "meet": return try meet(from, to)
        case "carry": return tell(try to.importBundle(bytes: from.exportBundle()))
        default: return tell(try to.importBundle(bytes: shown(from)))
        }
    }

    /// What a camera collects that loses every third frame.
    private func shown(_ race: Race) throws -> Data {
        let (show, take) = (try race.showFrames(), try FrameTake())
        var count = 0
        while true {
            count += 1
            let frame = try show.nextFrame()
            if count % 3 != 0, let payload = try take.push(frame: frame).payload { return payload }
        }
    }
}

/// Two phones meet over a pipe that this owns.
private func meet(_ from: Race, _ to: Race) throws -> [String] {
    let (dialling, answering) = (try from.beginSync(peer: nil), try to.answerSync())
    var bytes = try dialling.receive(bytes: Data())
    while !bytes.isEmpty {
        bytes = try dialling.receive(bytes: answering.receive(bytes: bytes))
    }
    let there = try answering.ended()
    let here = try dialling.state()
    return [
        "here \(line(here.text)) over=\(here.isOver) same=\(here.isSame) tone=\(word(here.tone))",
        "there \(line(there.text)) over=\(there.isOver) same=\(there.isSame)",
    ]
}

/// One phone of a script.
final class Actor {
    let folder: URL
    let clock: SetClock
    let keys: MemoryKeys
    var race: Race
    private var last = ""

    init(folder: URL, clock: SetClock, keys: MemoryKeys, race: Race) {
        (self.folder, self.clock, self.keys, self.race) = (folder, clock, keys, race)
    }

    func play(_ verb: String, _ args: [String], _ links: [String: String]) throws -> [String] {
        switch verb {
        case "merge": return tell(try race.importBundle(bytes: phoneFile(args[0])))
        case "record": return try record(args[0], way(args[1]))
        case "time": return try record("", way(args[0]))
        case "bib": return tell(try race.giveBib(scan: last, bib: args[0]))
        case "undo": return tell(try race.undo(scan: last))
        case "pad": return try pad(args)
        case "screen": return try screen(args[0])
        case "code": return try code(links[args[0]] ?? args[0])
        case "amend", "status", "say", "safe", "close": return tell(try say(verb, args))
        default: return try live(verb)
        }
    }

    private func say(_ verb: String, _ args: [String]) throws -> Said {
        switch verb {
        case "amend":
            let amendment = Amendment(bib: args[0], timeMs: nil, checkpoint: nil, way: nil, note: nil)
            return try race.amend(scan: last, amendment: amendment, reason: "typed wrong")
        case "status":
            let word: StatusWord = args[1] == "dns" ? .dns : .dnf
            return try race.sayStatus(bib: args[0], word: word, checkpoint: args[2], reason: nil)
        case "say":
            let acts: [String: RunnerAct] = [
                "dropped-here": .droppedHere, "back-in-race": .backInRace, "safe-here": .safeHere,
            ]
            guard let act = acts[args[1]] else { throw BadScript(line: args[1]) }
            return try race.sayOfRunner(bib: args[0], act: act, checkpoint: nil)
        case "safe": return try race.saySafe(bib: args[0], isSafe: true, place: args[1], reason: nil)
        default: return try race.closeStep(checkpoint: "aid", act: .ask, text: nil, reason: nil)
        }
    }

    private func live(_ verb: String) throws -> [String] {
        switch verb {
        case "sleep":
            let rest = try race.suspend()
            return ["rest \(rest.isAtRest) \(rest.unconfirmed)"]
        case "wake":
            try race.resume()
            return []
        case "restart":
            try race.shutDown()
            race = try Race.open(folder: folder.path, clock: clock, keys: keys)
            return []
        case "digest":
            let over = try race.overview()
            return [
                "digest \(over.operations) \(over.operationsDigest)", "state \(over.stateDigest)",
                "log \(over.log) \(over.ownSeq)",
            ]
        default: throw BadScript(line: verb)
        }
    }

    private func record(_ bib: String, _ way: Way) throws -> [String] {
        let badge = try race.record(entry: entry(bib, way))
        last = badge.scan
        return tell(badge)
    }

    private func pad(_ keys: [String]) throws -> [String] {
        var (pad, said) = (KeyPad(digits: ""), [String]())
        for key in keys {
            let pressed: PadKey =
                switch key {
                case "<": .delete
                case "in", "out": .record(way: try way(key))
                default: .character(character: key)
                }
            let step = try press(pad: pad, key: pressed)
            said.append("pad \(step.pad.digits) sound=\(word(step.sound)) haptic=\(word(step.haptic))")
            pad = step.pad
            if let entry = step.record { said += try record(entry.bib, entry.way) }
        }
        return said
    }

    private func code(_ text: String) throws -> [String] {
        let read = try race.readCode(bytes: Data(text.utf8))
        return ["code \(word(read.kind)) \(read.bib) tone=\(word(read.tone)) \(line(read.text))"]
    }

    private func screen(_ name: String) throws -> [String] {
        switch name {
        case "record": return tell(try race.recordScreen())
        case "checkpoint": return tell(try race.checkpointScreen(checkpoint: nil))
        case "corrections": return tell(try race.correctionsScreen(most: 8, bib: nil))
        case "devices": return tell(try race.devicesScreen())
        case "closing": return tell(try race.closingScreen(checkpoint: nil))
        case "review": return tell(try race.reviewScreen(checkpoint: nil))
        default: throw BadScript(line: name)
        }
    }
}

private func way(_ text: String) throws -> Way {
    switch text {
    case "in": return .in
    case "out": return .out
    default: throw BadScript(line: text)
    }
}

private func trimmed(_ line: String) -> String {
    var line = Substring(line)
    while line.last == " " { line.removeLast() }
    return String(line)
}
