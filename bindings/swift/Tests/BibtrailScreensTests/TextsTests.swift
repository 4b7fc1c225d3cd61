// What is said, as a reader of each language sees it: the texts of the app's own string catalogue.

import BibtrailScreens
import BibtrailTestSupport
import Foundation
import Testing

/// The catalogue, read as far as texts without a choice go.
private struct Catalogue: Texts {
    let texts: [String: String]
    let zone: RaceZone?

    init(_ language: String, _ zone: String = "Asia/Seoul") throws {
        self.zone = RaceZone(timeZone: zone, startMs: gunMs)
        let file = repository.appendingPathComponent("ios/App/Resources/Localizable.xcstrings")
        let all = try JSONDecoder().decode(File.self, from: Data(contentsOf: file))
        texts = all.strings.compactMapValues { $0.localizations[language]?.stringUnit?.value }
    }

    func text(_ key: String, _ arguments: [TextArgument]) -> String {
        var text = texts[key] ?? "no text for \(key)"
        for (number, argument) in arguments.enumerated() {
            switch argument {
            case .word(let word): text = text.replacingOccurrences(of: "%\(number + 1)$@", with: word)
            case .number(let value):
                text = text.replacingOccurrences(of: "%\(number + 1)$lld", with: "\(value)")
            }
        }
        return text.replacingOccurrences(of: "%%", with: "%")
    }

    private struct File: Decodable { let strings: [String: Entry] }
    private struct Entry: Decodable { let localizations: [String: Localization] }
    private struct Localization: Decodable { let stringUnit: Unit? }
    private struct Unit: Decodable { let value: String }
}

@MainActor private func check(_ language: String, _ wording: Wording, _ expected: String) throws {
    let said = try Catalogue(language).said(wording)
    let plain = said.filter { $0 != "\u{2068}" && $0 != "\u{2069}" }
    #expect(plain == expected)
}

private func wording(_ key: String, _ args: (String, WordingValue)...) -> Wording {
    Wording(key: key, args: args.map { WordingArg(name: $0.0, value: $0.1) })
}

@MainActor @Test func wordsAreSaidInTheLanguageOfTheReader() throws {
    let bib = ("bib", WordingValue.word(word: "117"))
    let seen = wording("warning.seen-before", bib, ("ago", .span(spanMs: 185_000)))
    try check("en", seen, "117 was recorded here 3:05 ago. Saved again.")
    try check("ko", seen, "117번은 3:05 전에 여기서 기록됐습니다. 다시 저장했습니다.")
    try check("de", seen, "117 wurde hier vor 3:05 erfasst. Noch einmal gespeichert.")
    let announce = wording(
        "badge.announce", bib, ("way", .key(key: "way.in")), ("time", .time(timeMs: gunMs + 61_000)))
    try check("en", announce, "117 in, 09:01:01")
    try check("fr", announce, "117 entrée, 09:01:01")
    let battery = wording("notice.battery-low", ("percent", .number(number: 9)))
    try check("es", battery, "Batería al 9 %. Comparte ahora y luego carga.")
}

@MainActor @Test func wordsOfTheOtherDirectionAreIsolated() throws {
    let said = try Catalogue("ar").said(wording("scan.bib", ("bib", .word(word: "W-12"))))
    #expect(said == "رقم الصدر \u{2068}W-12\u{2069}")
}

@Test func spansReadLikeAWatch() {
    let spans: [(Int64, String)] = [
        (0, "0:00"), (999, "0:00"), (45_000, "0:45"), (725_000, "12:05"), (-61_000, "1:01"),
        (4_325_000, "1:12:05"), (100 * 3_600_000, "100:00:00"), (.min, "2562047788015:12:55"),
    ]
    for (ms, text) in spans { #expect(spanText(ms) == text) }
}

@MainActor @Test func theTimeOfDayIsThatOfTheRace() throws {
    let zones = [("Asia/Seoul", "09:00:00"), ("UTC", "00:00:00"), ("Asia/Kathmandu", "05:45:00")]
    for (name, text) in zones {
        #expect(try Catalogue("en", name).clock(gunMs) == text)
        #expect(try Catalogue("en", name).clock("", gunMs) == text)
        #expect(try Catalogue("en", name).clock("09:00:01", gunMs) == "09:00:01")
    }
}

@MainActor @Test func everyFailureHasAText() throws {
    let english = try Catalogue("en")
    let detail = "d"
    let errors: [any Error] = [
        CoreError.NoReplica(detail: detail), CoreError.Exists(detail: detail),
        CoreError.Closed(detail: detail),
        CoreError.DiskFull(detail: detail), CoreError.Disk(detail: detail), CoreError.Damaged(detail: detail),
        CoreError.NewerApp(detail: detail), CoreError.BadBib(bib: "", detail: detail),
        CoreError.BadTicket(detail: detail), CoreError.OtherRace(detail: detail),
        CoreError.NoCheckpoint(detail: detail), CoreError.NotFound(what: "", detail: detail),
        CoreError.NotAllowed(detail: detail), CoreError.Invalid(what: "", detail: detail),
        CoreError.Link(detail: detail), CoreError.Refused(detail: detail),
        CoreError.Interrupted(detail: detail),
        CoreError.Host(detail: detail), CoreError.Panic(detail: detail), CancellationError(),
    ]
    let said = errors.map { english.said(failureText($0)) }
    #expect(said.allSatisfy { !$0.hasPrefix("no text") })
    // Only being stopped and stopping it oneself are said alike.
    #expect(Set(said).count == errors.count - 1)
}
