// What the host does wrong costs no scan, and every failure is an error with its fields.

import BibtrailTestSupport
import Foundation
import Synchronization
import Testing

@Test func failuresAreErrorsWithTheirFields() throws {
    let phone = try joined(1)
    do {
        _ = try phone.record(entry: entry("1 2"))
        Issue.record("a bib with a space was taken")
    } catch CoreError.BadBib(let bib, let detail) {
        #expect(bib == "1 2" && !detail.isEmpty)
    }
    do {
        _ = try phone.record(
            entry: Entry(bib: "1", way: .in, checkpoint: "moon", at: nil, withPacer: nil))
        Issue.record("there is no such checkpoint")
    } catch CoreError.NotFound(let what, _) {
        #expect(what == "moon")
    }
    #expect(failed { _ = try phone.undo(scan: "waiting:7") } == "not-found")
    #expect(failed { _ = try phone.importBundle(bytes: Data("none".utf8)) } == "invalid")
    #expect(failed { _ = try readInvitation(link: "bibtrail:AAAA") } == "bad-ticket")
    let nothing = try newFolder().path
    #expect(
        failed { _ = try Race.open(folder: nothing, clock: SetClock("", 1), keys: MemoryKeys(1)) }
            == "no-replica")
    try phone.shutDown()
    #expect(failed { _ = try phone.recordScreen() } == "closed")
}

@Test func aPanicIsAnErrorAndTheProcessGoesOn() throws {
    #expect(failed { try failOnPurpose(withPanic: true) } == "panic")
    #expect(failed { try failOnPurpose(withPanic: false) } == "invalid")
    #expect(try joined(1).record(entry: entry("101")).isConfirmed)
}

/// Hears, and then fails.
private final class Thrower: Listener {
    let heard = Mutex(0)

    func changed(change: Change) throws {
        heard.withLock { $0 += 1 }
        throw BadScript(line: "the screen is gone")
    }
}

@Test func aListenerThatThrowsCostsNothing() throws {
    let (phone, thrower) = (try joined(1), Thrower())
    let subscription = try phone.subscribe(listener: thrower)
    #expect(try phone.record(entry: entry("101")).isConfirmed)
    #expect(thrower.heard.withLock { $0 } == 1)
    try subscription.cancel()
    #expect(try !subscription.isActive())
    #expect(try phone.record(entry: entry("102")).isConfirmed)
    #expect(thrower.heard.withLock { $0 } == 1, "who cancelled hears no more")
}

/// Clocks and keys that fail.
private final class Broken: BibtrailCore.Clock, KeyStore {
    func now() throws -> ClockReading { throw BadScript(line: "no clock") }
    func load(name: String) throws -> Data? { throw BadScript(line: "locked") }
    func save(name: String, secret: Data) throws { throw BadScript(line: "locked") }
}

@Test func aClockThatFailsCostsNoScan() throws {
    let race = try Race.join(request: request(newFolder()), clock: Broken(), keys: MemoryKeys(3))
    let badge = try race.record(entry: entry("101"))
    #expect(badge.isConfirmed && badge.timeMs > 1_700_000_000_000, "the wall clock stands in")
}

@Test func aKeyStoreThatFailsLeavesNothingBehind() throws {
    let folder = try newFolder()
    let clock = SetClock("phone", 1)
    #expect(failed { _ = try Race.join(request: request(folder), clock: clock, keys: Broken()) } == "host")
    let race = try Race.join(request: request(folder), clock: clock, keys: MemoryKeys(1))
    #expect(try race.record(entry: entry("101")).isConfirmed)
}

@Test func theDevicesOwnClocksRun() throws {
    let clock = DeviceClock()
    let (first, second) = (try clock.now(), try clock.now())
    #expect(!first.boot.isEmpty && first.boot == second.boot)
    #expect(first.bootMs > 0 && second.bootMs >= first.bootMs)
    #expect(abs(Double(first.wallMs) / 1_000 - Date().timeIntervalSince1970) < 60)
}
