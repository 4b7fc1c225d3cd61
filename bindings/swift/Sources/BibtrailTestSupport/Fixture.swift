// The files of the scripted race, and phones that joined it.

import Bibtrail
import Foundation

/// A file of `tests/data/phone`.
public func phoneFile(_ name: String) throws -> Data {
    try Data(contentsOf: repository.appendingPathComponent("tests/data/phone/" + name))
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
public func joined(_ number: Int, ticket: String = "volunteer") throws -> Race {
    let clock = SetClock("phone", number)
    let race = try Race.join(request: request(newFolder(), ticket), clock: clock, keys: MemoryKeys(number))
    _ = try race.importBundle(bytes: phoneFile("race.bibtrail"))
    return race
}

/// An entry at the phone's own checkpoint.
public func entry(_ bib: String, _ way: Way = .in, at: ClockReading? = nil) -> Entry {
    Entry(bib: bib, way: way, checkpoint: nil, at: at, withPacer: nil)
}
