// Texts by key, in the language of whoever reads.
//
// Invariant: no screen holds a text of its own. Bibs, times and spans have the digits that are printed on bibs and shown
// by watches, in every language.

@_exported import Bibtrail
import Foundation

/// What stands in a text.
public enum TextArgument: Equatable, Sendable {
    /// Something to be shown as it is.
    case word(String)
    /// A whole number; it may choose the plural.
    case number(Int64)
}

/// Where texts come from: the app's string catalogue, or a test.
@MainActor public protocol Texts {
    /// The text of a key, with the arguments in their places.
    func text(_ key: String, _ arguments: [TextArgument]) -> String
    /// The race whose hours are shown; nothing before it is known here: then they are the phone's.
    var zone: RaceZone? { get }
}

extension Texts {
    /// The text of a key without arguments.
    public func text(_ key: String) -> String {
        text(key, [])
    }

    /// What the core says.
    public func said(_ wording: Wording) -> String {
        text(catalogueKey(wording.key), wording.args.map { argument($0.value) })
    }

    /// The time of day of a moment, as the race's people read it.
    public func clock(_ timeMs: Int64) -> String {
        let nowMs = Int64(Date.now.timeIntervalSince1970 * 1_000)
        let own = RaceZone(timeZone: TimeZone.current.identifier, startMs: nowMs)
        // Only a race's zone is ever asked for; a text of the time is better than none.
        return (try? clockText(zone: zone ?? own, timeMs: timeMs)) ?? "\(timeMs)"
    }

    /// What the core says of a moment, else the time of day here: before it knows the race's hours it says nothing.
    public func clock(_ said: String, _ timeMs: Int64) -> String {
        said.isEmpty ? clock(timeMs) : said
    }

    private func argument(_ value: WordingValue) -> TextArgument {
        switch value {
        case .word(let word): .word(isolated(word))
        case .number(let number): .number(number)
        case .time(let timeMs): .word(clock(timeMs))
        case .span(let spanMs): .word(spanText(spanMs))
        case .key(let key): .word(text(catalogueKey(key)))
        }
    }
}

/// A key of the core, as catalogues have it.
public func catalogueKey(_ key: String) -> String {
    key.replacingOccurrences(of: ".", with: "_").replacingOccurrences(of: "-", with: "_")
}

/// A span as people write one: `0:45`, `12:05`, `1:12:05`; days are hours.
public func spanText(_ spanMs: Int64) -> String {
    let seconds = Int(spanMs.magnitude / 1_000)
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60)
    let tail = ":" + twoDigits(seconds % 60)
    return hours > 0 ? "\(hours):" + twoDigits(minutes) + tail : "\(minutes)" + tail
}

private func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
}

/// A word that keeps its own direction in a text of the other: `W-12` in Arabic, an Arabic name in English.
public func isolated(_ word: String) -> String {
    "\u{2068}\(word)\u{2069}"
}
