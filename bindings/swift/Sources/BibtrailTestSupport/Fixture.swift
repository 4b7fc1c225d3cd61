// The files of the scripted race, and phones that joined it.

import Bibtrail
import Foundation

/// A file of `tests/data/phone`, or of the folder that the environment names instead.
public func phoneFile(_ name: String) throws -> Data {
    let other = ProcessInfo.processInfo.environment["BIBTRAIL_PHONE_DATA"].map { URL(fileURLWithPath: $0) }
    let folder = other ?? repository.appendingPathComponent("tests/data/phone")
    return try Data(contentsOf: folder.appendingPathComponent(name))
}

/// The repository: this file stands five folders below it.
public let repository: URL = {
    let here = URL(fileURLWithPath: #filePath)
    return (0..<5).reduce(here) { folder, _ in folder.deletingLastPathComponent() }
}()

/// The join codes by name.
public func tickets() throws -> [String: String] {
    let lines = String(decoding: try phoneFile("tickets.txt"), as: UTF8.self).split(separator: "\n")
    let pairs = lines.map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
    return Dictionary(uniqueKeysWithValues: pairs.map { ($0[0], $0[1]) })
}

/// A new folder that nobody else uses.
public func newFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
}

/// Joins by the code of this name.
public func request(_ folder: URL, _ ticket: String = "volunteer", _ name: String = "a phone") throws
    -> JoinRequest
{
    JoinRequest(folder: folder.path, link: try tickets()[ticket] ?? "", name: name, checkpoint: "aid")
}

/// A phone that has joined and knows the race.
public func joined(_ number: Int, ticket: String = "volunteer", clock: SetClock? = nil) throws -> Race {
    let race = try Race.join(
        request: request(newFolder(), ticket), clock: clock ?? SetClock("phone", number),
        keys: MemoryKeys(number))
    _ = try race.importBundle(bytes: phoneFile("race.bibtrail"))
    return race
}

/// An entry at the phone's own checkpoint.
public func entry(_ bib: String, _ way: Way = .in, at: ClockReading? = nil) -> Entry {
    Entry(bib: bib, way: way, checkpoint: nil, at: at, withPacer: nil)
}
