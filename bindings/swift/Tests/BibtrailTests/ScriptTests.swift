// The scripted race, and bytes that every language reads alike.

import BibtrailTestSupport
import Foundation
import Testing

@Test func theScriptedRaceIsAsExpected() throws {
    let script = String(decoding: try phoneFile("race.script"), as: UTF8.self)
    let expected = String(decoding: try phoneFile("race.expected"), as: UTF8.self)
    let told = try Stage().play(script)
    for (number, pair) in zip(told.split(separator: "\n"), expected.split(separator: "\n")).enumerated() {
        try #require(pair.0 == pair.1, "line \(number + 1) of race.expected")
    }
    #expect(told == expected)
    let digests = Set(told.split(separator: "\n").filter { $0.hasPrefix("state ") })
    #expect(digests.count == 1, "all phones hold the same")
}

@Test func goldenBytesAreRead() throws {
    let phone = try joined(1)
    let again = try phone.importBundle(bytes: phoneFile("race.bibtrail"))
    #expect(again.newOperations == 0 && again.heldOperations > 0 && again.refused.isEmpty)
    let golden = try Data(contentsOf: repository.appendingPathComponent("tests/data/bundle-v0.bibtrail"))
    #expect(throws: (CoreError).self) { try phone.importBundle(bytes: golden) }
    #expect(failed { _ = try phone.importBundle(bytes: golden) } == "other-race")
}

@Test func idsAndTimesKeepTheirFullWidth() throws {
    let phone = try joined(1)
    let over = try phone.overview()
    #expect(over.log.count == 64 && over.log.allSatisfy(\.isHexDigit))
    #expect(UUID(uuidString: over.raceId) != nil)
    // One more than a floating number of 64 bits can tell.
    let wallMs: Int64 = 9_007_199_254_740_993
    let at = ClockReading(boot: "phone", bootMs: 4_611_686_018_427_387_905, wallMs: wallMs)
    let badge = try phone.record(entry: entry("00101", at: at))
    #expect(badge.timeMs == wallMs)
    #expect(badge.bib == "00101", "leading zeros are the bib's")
    #expect(badge.scan.hasPrefix(over.log.prefix(8)))
    #expect(try phone.undo(scan: badge.scan).isVoid)
}

/// The variant of what is thrown, in small letters.
func failed(_ work: () throws -> Void) -> String {
    do {
        try work()
        return ""
    } catch {
        return word(error)
    }
}
