// The screens' models, over the real core.

import BibtrailScreens
import BibtrailTestSupport
import Foundation
import Testing

@MainActor private func recording(_ number: Int = 1) throws -> (RecordModel, Phone) {
    let phone = Phone(try joined(number))
    return (RecordModel(phone, clock: SetClock("phone", number)), phone)
}

@MainActor private func type(_ keys: String, _ model: RecordModel) async {
    for key in keys {
        switch key {
        case "<": await model.press(.delete)
        case "I": await model.press(.record(way: .in))
        case "O": await model.press(.record(way: .out))
        case "T": await model.press(.timeOnly(way: .in))
        default: await model.press(.character(character: String(key)))
        }
    }
}

@MainActor @Test func keysRecordWhatStandsOnTheDisplay() async throws {
    let (model, _) = try recording()
    await type("10<", model)
    #expect(model.pad.digits == "1")
    await type("01I", model)
    #expect(model.pad.digits.isEmpty)
    #expect(model.badge?.bib == "101" && model.badge?.isConfirmed == true)
    #expect(model.feedback.sound == .recorded && model.feedback.haptic == .once)
    #expect(model.screen?.counts.first?.runners == 1)
    await type("101I", model)
    #expect(model.badge?.warnings.first?.key == "warning.seen-before")
    #expect(model.feedback.sound == .warned, "a warning feels different and refuses nothing")
    #expect(model.screen?.counts.first?.runners == 1, "it is the same runner")
}

@MainActor @Test func theLastEntryIsTakenBack() async throws {
    let (model, _) = try recording()
    await type("102I", model)
    await model.undo()
    #expect(model.badge?.isVoid == true && model.feedback.sound == .undone)
    #expect(model.screen?.counts.first?.runners == 0)
}

@MainActor @Test func timesWaitForTheirBibs() async throws {
    let (model, _) = try recording()
    await type("TT", model)
    #expect(model.timesWithoutBib.count == 2 && model.screen?.counts.first?.runners == 2)
    let first = try #require(model.timesWithoutBib.last)
    await model.giveBib("103", to: first.scan)
    #expect(model.timesWithoutBib.count == 1)
    await model.giveBib("no bib", to: first.scan)
    #expect(model.failure?.key == "error.bad-bib")
    #expect(model.screen != nil, "a failure takes nothing off the screen")
}

@MainActor @Test func theCameraRecordsABibOnceAndSaysWhatElseItReads() async throws {
    let (model, phone) = try recording()
    try await phone.run { try $0.standAt(checkpoint: "top") }
    await model.refresh()
    for _ in 0..<9 { await model.see("104") }
    #expect(model.badge?.bib == "104" && model.screen?.counts.first?.runners == 1)
    for _ in 0..<9 { await model.see(nil) }
    let ticket = try #require(try tickets()["volunteer"])
    for _ in 0..<3 { await model.see(ticket) }
    #expect(model.code?.kind == .join && model.screen?.counts.first?.runners == 1)
}

@MainActor @Test func whereRunnersGoBothWaysTheCameraTypes() async throws {
    let (model, _) = try recording()
    await model.refresh()
    for _ in 0..<3 { await model.see("104") }
    #expect(model.badge == nil && model.pad.digits == "104" && model.feedback.sound == .key)
    for _ in 0..<3 { await model.see("105") }
    #expect(model.pad.digits == "104" && model.pad.waiting == 1, "nobody is forgotten for the next")
    await type("O", model)
    #expect(model.pad.digits == "105" && model.pad.waiting == 0)
    #expect(model.badge?.bib == "104" && model.badge?.way == .out)
    #expect(model.screen?.timeWay == .out, "the way of the last entry")
}

@MainActor @Test func timeGoesOnThoughNothingComes() async throws {
    let clock = SetClock("phone", 1)
    let phone = Phone(try joined(1, clock: clock))
    let model = RecordModel(phone, clock: clock)
    await type("101I", model)
    let began = try #require(model.screen?.nowMs)
    #expect(model.canUndo)
    let follower = Task { await model.follow(every: .milliseconds(1)) }
    clock.set(60_000)
    while model.screen?.nowMs != began + 60_000 { await Task.yield() }
    #expect(!model.canUndo)
    follower.cancel()
    await follower.value
}

@MainActor @Test func entriesAreStruckOutAndBroughtBack() async throws {
    let phone = Phone(try joined(1))
    _ = try await phone.run { try $0.record(entry: entry("105")) }
    let model = CorrectionsModel(phone)
    await model.refresh()
    let scan = try #require(model.screen?.entries.lines.first?.scan)
    await model.strikeOut(scan)
    #expect(model.screen?.entries.lines.first?.isVoid == true)
    await model.bringBack(scan)
    #expect(model.screen?.entries.lines.first?.isVoid == false)
    await model.changeBib(of: scan, to: "106")
    #expect(model.screen?.entries.lines.first?.bib == "106")
    await model.changeBib(of: "nonsense", to: "106")
    #expect(model.failure?.key == "error.not-found" && model.screen != nil)
}

@MainActor @Test func aRunnerDropsOutAndIsSafe() async throws {
    let captain = Phone(try joined(1, ticket: "captain"))
    _ = try await captain.run { try $0.record(entry: entry("101")) }
    let model = CheckpointModel(captain)
    await model.refresh()
    #expect(model.screen?.inside.first?.acts.map(\.act) == [.droppedHere])
    await model.say(.droppedHere, of: "101")
    #expect(model.screen?.dropped.map(\.bib) == ["101"] && model.screen?.inside.isEmpty == true)
    await model.say(.safeHere, of: "101")
    #expect(model.screen?.dropped.isEmpty == true && model.failure == nil)
}

@MainActor @Test func aVolunteersWordIsProposed() async throws {
    let phone = Phone(try joined(2))
    _ = try await phone.run { try $0.record(entry: entry("101")) }
    let model = CorrectionsModel(phone)
    await model.refresh()
    let line = try #require(model.screen?.entries.lines.first)
    #expect(line.acts.map(\.act) == [.droppedHere])
    await model.say(.droppedHere, of: line)
    #expect(model.failure?.key == "correction.proposal")
    #expect(model.screen?.review.findings.map(\.kind.key).contains("finding.proposed") == true)
}

@MainActor @Test func screensFollowWhatChanges() async throws {
    let phone = Phone(try joined(1))
    let model = CheckpointModel(phone)
    let follower = Task { await model.follow() }
    while model.screen == nil { await Task.yield() }
    #expect(model.screen?.inside.isEmpty == true)
    _ = try await phone.run { try $0.record(entry: entry("101")) }
    while model.screen?.seen != 1 { await Task.yield() }
    follower.cancel()
    await follower.value
}

@MainActor @Test func recordsTravelByCodesAndByFile() async throws {
    let (mia, joon) = (DevicesModel(Phone(try joined(1))), DevicesModel(Phone(try joined(2))))
    _ = try await mia.phone.run { try $0.record(entry: entry("101")) }
    let show = try #require(await mia.codes())
    while try await joon.phone.run({ try $0.correctionsScreen(most: 9, bib: nil) }).lines.isEmpty {
        await joon.take(try show.nextFrame())
    }
    _ = try await joon.phone.run { try $0.record(entry: entry("102")) }
    await mia.takeIn(try #require(await joon.bundle()))
    #expect(try await mia.phone.run { try $0.correctionsScreen(most: 9, bib: nil) }.lines.count == 2)
    await mia.takeIn(Data("nonsense".utf8))
    #expect(mia.failure?.key == "error.invalid")
}

@MainActor @Test func aMeetingThatFailsIsSaid() async throws {
    let model = DevicesModel(Phone(try joined(1)))
    await model.share(with: SyncTarget(address: "127.0.0.1:1", log: nil))
    #expect(model.failure?.key == "error.link" && !model.isMeeting)
}

@MainActor @Test func aCheckpointIsClosedStepByStep() async throws {
    let model = CloseOutModel(Phone(try joined(1, ticket: "captain")))
    await model.refresh()
    let screen = try #require(model.screen)
    #expect(screen.next == [.ask] && screen.stage.key == "closing.open")
    await model.take(.ask)
    #expect(model.screen != nil)
}

@MainActor @Test func anAppJoinsSleepsAndComesBack() async throws {
    let host = Host(folder: try newFolder().path, clock: SetClock("phone", 1), keys: MemoryKeys(1))
    let app = AppModel(host)
    await app.open()
    #expect(app.phone == nil && app.failure == nil, "a phone without a race is where everybody begins")
    app.read("nonsense")
    #expect(app.failure?.key == "error.bad-ticket")
    app.read(try #require(try tickets()["volunteer"]))
    #expect(app.invitation?.race == "Ridge Run" && app.failure == nil)
    await app.join(as: "Mia", at: "aid")
    #expect(app.phone != nil && app.shown == .record)
    await app.change(app.settings.with(textPercent: 200, theme: .dark))
    #expect(app.settings.theme == .dark && app.settings.keepsAwake)
    let bundle = try phoneFile("race.bibtrail")
    await app.takeIn(bundle)
    await app.lookAround()
    #expect(app.place == "aid" && app.places.map(\.key).contains("top"))
    await app.stand(at: "top")
    #expect(app.place == "top" && app.failure == nil)
    await app.stand(at: "moon")
    #expect(app.place == "top" && app.failure?.key == "error.not-found")
    #expect(await app.sleep()?.isAtRest == true)
    await app.wake()
    try await app.phone?.run { try $0.shutDown() }
    let again = AppModel(host)
    await again.open()
    #expect(again.settings.theme == .dark && again.settings.textPercent == 200)
}

@Test func theBytesOfACodeAreThoseThatWerePutIn() {
    // Mode 0100, length 3, "abc": 0100 00000011 01100001 01100010 01100011 0000.
    let small = Data([0x40, 0x36, 0x16, 0x26, 0x30, 0xEC])
    #expect(codeBytes(small, version: 1) == Data("abc".utf8))
    // From version 10 on the length has 16 bits.
    #expect(codeBytes(Data([0x40, 0x00, 0x36, 0x16, 0x26, 0x30]), version: 10) == Data("abc".utf8))
    #expect(codeBytes(small, version: 10) == nil, "a length that is not there")
    #expect(codeBytes(Data([0x20, 0x36, 0x16, 0x26, 0x30]), version: 1) == nil, "not bytes")
    for (bytes, version) in [(Data(), 1), (small, 0), (small, 41), (small.prefix(4), 1)] {
        #expect(codeBytes(bytes, version: version) == nil)
    }
    let sliced = Data([0xFF]) + small
    #expect(codeBytes(sliced.dropFirst(), version: 1) == Data("abc".utf8), "a slice of other data")
}
