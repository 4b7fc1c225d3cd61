// The actor, its stream of changes, and meetings over pipes that the app owns.

import BibtrailTestSupport
import Foundation
import Testing

@Test func changesComeInOrderUntilNobodyListens() async throws {
    let phone = Phone(try joined(1))
    let changes = try phone.changes()
    let listener = Task {
        var bibs: [String] = []
        for await change in changes {
            if case .recorded(let badge) = change { bibs.append(badge.bib) }
            if bibs.count == 3 { break }
        }
        return bibs
    }
    for bib in ["101", "102", "103"] {
        _ = try await phone.run { try $0.record(entry: entry(bib)) }
    }
    #expect(await listener.value == ["101", "102", "103"])
}

@Test func aCancelledListenerIsLetGo() async throws {
    let phone = Phone(try joined(1))
    let changes = try phone.changes()
    let listener = Task { for await _ in changes {} }
    listener.cancel()
    await listener.value
    #expect(try await phone.run { try $0.record(entry: entry("101")) }.isConfirmed)
}

@Test func callsWaitForEachOther() async throws {
    let phone = Phone(try joined(1))
    let scans = try await withThrowingTaskGroup(of: String.self) { group in
        for bib in 1...50 {
            group.addTask { try await phone.run { try $0.record(entry: entry(String(bib))) }.scan }
        }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(scans.count == 50)
    #expect(try await phone.run { try $0.correctionsScreen(most: 100, bib: nil) }.lines.count == 50)
}

@Test func twoPhonesMeetOverPipesOfTheApp() async throws {
    let (mia, joon) = (Phone(try joined(1)), Phone(try joined(2, ticket: "captain")))
    for bib in ["101", "102"] { _ = try await mia.run { try $0.record(entry: entry(bib)) } }
    _ = try await joon.run { try $0.record(entry: entry("103", .out)) }
    let (left, right) = PairPipe.pair()
    async let there = joon.meet(over: right, as: .answered)
    let here = try await mia.meet(over: left, as: .dialled(peer: joon.run { try $0.overview() }.log))
    #expect(here.isOver && here.isSame)
    #expect(try await there.isSame)
    let digests = [try await mia.run { try $0.overview() }, try await joon.run { try $0.overview() }]
    #expect(digests[0].stateDigest == digests[1].stateDigest)
    #expect(try await joon.run { try $0.correctionsScreen(most: 9, bib: nil) }.lines.count == 3)
}

@Test func aPipeThatBreaksIsAnErrorAndKeepsTheRace() async throws {
    let (mia, joon) = (Phone(try joined(1)), Phone(try joined(2)))
    let (left, right) = PairPipe.pair(breaksAfter: 2)
    async let there = joon.meet(over: right, as: .answered)
    await #expect(throws: (any Error).self) { try await mia.meet(over: left, as: .dialled(peer: nil)) }
    _ = try? await there
    #expect(try await mia.run { try $0.record(entry: entry("101")) }.isConfirmed)
}

@Test func whoAnswersUnderAnotherKeyIsRefused() async throws {
    let (mia, joon) = (Phone(try joined(1)), Phone(try joined(2)))
    let own = try await mia.run { try $0.overview() }.log
    let (left, right) = PairPipe.pair()
    async let there = joon.meet(over: right, as: .answered)
    do {
        _ = try await mia.meet(over: left, as: .dialled(peer: own))
        Issue.record("a wrong peer was met")
    } catch {
        #expect(word(error) == "refused")
    }
    _ = try? await there
}

@Test func cancellingEndsAMeetingThatWaits() async throws {
    let mia = Phone(try joined(1))
    let (left, _) = PairPipe.pair()
    let meeting = Task { try await mia.meet(over: left, as: .dialled(peer: nil)) }
    meeting.cancel()
    await #expect(throws: (any Error).self) { try await meeting.value }
    #expect(try await mia.run { try $0.record(entry: entry("101")) }.isConfirmed)
}

@Test func sleepEndsMeetingsAndLeavesNothingOpen() async throws {
    let mia = Phone(try joined(1))
    let rest = try await mia.run { try $0.suspend() }
    #expect(rest.isAtRest && rest.unconfirmed == 0)
    #expect(
        try await mia.run { try $0.record(entry: entry("101")) }.isConfirmed, "entries are taken in sleep too"
    )
    #expect(failed { _ = try mia.race.beginSync(peer: nil) } == "interrupted")
    try await mia.run { try $0.resume() }
}
