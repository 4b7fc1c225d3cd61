// A process that is killed while it records at full speed: what it confirmed is there afterwards.

import BibtrailTestSupport
import Foundation
import Testing

@Test func aKilledPhoneLosesNothingThatItConfirmed() throws {
    let folder = try newFolder()
    let kills = Int(ProcessInfo.processInfo.environment["BIBTRAIL_KILLS"] ?? "") ?? 10
    var confirmed = Set<String>()
    for number in 1...kills {
        confirmed.formUnion(try killed(folder, after: 20 + number * 7 % 30))
        let race = try Race.open(
            folder: folder.appendingPathComponent("race").path, clock: DeviceClock(), keys: FileKeys(folder))
        let lines = try race.correctionsScreen(most: UInt32.max, bib: nil).lines
        let there = Set(lines.filter(\.isConfirmed).map(\.bib))
        #expect(confirmed.isSubset(of: there), "kill \(number) lost \(confirmed.subtracting(there))")
        try race.shutDown()
    }
    #expect(confirmed.count >= kills * 20)
}

/// Starts a phone, kills it after so many confirmed entries, and gives all that it confirmed.
private func killed(_ folder: URL, after entries: Int) throws -> [String] {
    let (process, pipe) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        .deletingLastPathComponent().appendingPathComponent("bibtrail-recorder")
    process.arguments = [folder.path]
    process.standardOutput = pipe
    try process.run()
    var said = Data()
    while said.filter({ $0 == 10 }).count < entries {
        let more = pipe.fileHandleForReading.availableData
        if more.isEmpty { break }
        said += more
    }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    said += pipe.fileHandleForReading.readDataToEndOfFile()
    // A last line without its end was not said in full.
    let whole = said.prefix(upTo: said.lastIndex(of: 10).map { $0 + 1 } ?? 0)
    return String(decoding: whole, as: UTF8.self).split(separator: "\n").map(String.init)
}
