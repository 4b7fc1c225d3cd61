// What the library says, as lines that are the same in every language. The lines are described in docs/phones.md.

import BibtrailTestSupport
import Foundation

/// A word of an enumeration, in small letters: `didNotStart` is `did-not-start`.
func word(_ value: Any) -> String {
    let name = String(describing: value).prefix { $0 != "(" }
    var word = ""
    for letter in name {
        if letter.isUppercase, !word.isEmpty { word += "-" }
        word += letter.lowercased()
    }
    return word
}

private func yes(_ isSo: Bool) -> String {
    isSo ? "yes" : "no"
}

func line(_ wording: Wording) -> String {
    let args = wording.args.map { arg in
        let value =
            switch arg.value {
            case .word(let word): word
            case .key(let key): key
            case .number(let number): String(number)
            case .time(let ms), .span(let ms): String(ms)
            }
        return " \(arg.name)=\(value)"
    }
    return wording.key + args.joined()
}

private func all(_ wordings: [Wording]) -> String {
    wordings.map(line).joined(separator: "; ")
}

func tell(_ badge: Badge) -> [String] {
    [
        "badge \(badge.bib) \(badge.name) at=\(badge.place.key) way=\(word(badge.way)) clock=\(badge.clock)"
            + " time=\(badge.timeMs) on-disk=\(yes(badge.isConfirmed)) void=\(yes(badge.isVoid))"
            + " held=\(badge.heldBy) tone=\(word(badge.tone)) sound=\(word(badge.sound))"
            + " haptic=\(word(badge.haptic)) until=\(badge.undoUntilMs)",
        "says " + all([badge.headline, badge.held, badge.announce]),
        "warns " + all(badge.warnings),
    ]
}

func tell(_ screen: RecordScreen) -> [String] {
    let counts = screen.counts.map { "\(word($0.way)) \($0.runners)" }
    return [
        "record \(screen.race) at=\(screen.place?.key ?? "") \(screen.place?.name ?? "")"
            + " both=\(yes(screen.place?.hasBothWays ?? false)) waiting=\(screen.pendingScans)"
            + " unconfirmed=\(screen.unconfirmed) now=\(screen.nowMs)"
            + " clock=\(screen.zone.flatMap { try? clockText(zone: $0, timeMs: screen.nowMs) } ?? "-")",
        "counts \(counts.joined(separator: "; ")) time=\(word(screen.timeWay))"
            + " camera=\(screen.cameraWay.map { word($0) } ?? "-") without-bib=\(screen.timesWaiting)",
        "says " + all([screen.pending, screen.role]),
        "notices " + all(screen.notices.map(\.text)),
    ]
}

func tell(_ screen: CheckpointScreen) -> [String] {
    func lines(_ list: String, _ runners: [RunnerLine]) -> [String] {
        runners.map { runner in
            let due = runner.dueMs.map(String.init) ?? "-"
            let acts = runner.acts.map { word($0.act) }.joined(separator: ",")
            return "\(list) \(runner.bib) \(runner.name) tone=\(word(runner.tone)) due=\(due)"
                + " acts=\(acts) \(line(runner.state)): \(all(runner.details))"
        }
    }
    let head =
        "checkpoint \(screen.place.key) seen=\(screen.seen) tone=\(word(screen.stalenessTone)) "
        + line(screen.staleness)
    return [head] + lines("inside", screen.inside) + lines("dropped", screen.dropped)
        + lines("expected", screen.expected) + lines("missing", screen.missing)
}

func tell(_ screen: CorrectionsScreen) -> [String] {
    screen.lines.map { entry in
        "entry \(entry.bib) \(entry.name) at=\(entry.place.key) way=\(word(entry.way)) clock=\(entry.clock)"
            + " own=\(yes(entry.isOwn)) void=\(yes(entry.isVoid)) on-disk=\(yes(entry.isConfirmed))"
            + " approved=\(yes(entry.isApproved)): \(all(entry.marks))"
    }
}

func tell(_ screen: DevicesScreen) -> [String] {
    let devices = screen.devices.map { device in
        "device \(device.name) \(device.log) at=\(device.place?.key ?? "") this=\(yes(device.isThis))"
            + " operations=\(device.operations) \(line(device.role)): \(line(device.met));"
            + " \(device.lacks.map(line) ?? "-")"
    }
    let servers = screen.servers.map { "server \($0.address) \($0.log ?? "-")" }
    return devices + ["says " + all([screen.pending, screen.clock.text])] + servers
}

func tell(_ screen: ClosingScreen) -> [String] {
    [
        "closing \(screen.place.key) tone=\(word(screen.tone)) \(line(screen.stage))"
            + " expected=\(screen.expected.joined(separator: ",")) code=\(screen.code) (\(screen.codeSpoken))"
            + " asked=\(screen.askedCode ?? "-") next=\(screen.next.map { word($0) }.joined(separator: ","))"
    ]
}

func tell(_ screen: ReviewScreen) -> [String] {
    let findings = screen.findings.map { finding in
        "finding \(finding.finding) \(line(finding.kind)) bibs=\(finding.bibs.joined(separator: ","))"
            + " at=\(finding.place?.key ?? "-") suggestions=\(finding.suggestions.count)"
    }
    return findings + ["missed \(screen.missed)"]
}

func tell(_ took: TookIn) -> [String] {
    ["took \(took.newOperations) \(took.heldOperations) \(took.refused.count)"]
}

func tell(_ said: Said) -> [String] {
    ["said \(said.operations) \(said.proposals)"]
}
