// The host's side of tests: a clock that is set, keys in memory and in files.

@_exported import Bibtrail
import Foundation
import Synchronization

/// The gun: 2025-04-06 09:00 in Seoul.
public let gunMs: Int64 = 1_743_897_600_000

/// A phone's clocks, which stand still until they are set.
public final class SetClock: BibtrailCore.Clock {
    private let boot: String
    private let sinceMs: Int64
    private let ms = Mutex<Int64>(0)

    /// `number` 1 was started 1,000 seconds before the gun and more, and so on.
    public init(_ boot: String, _ number: Int) {
        self.boot = boot
        sinceMs = 10_000_000 + Int64(number) * 1_000_000
    }

    /// Sets it: milliseconds after the gun.
    public func set(_ value: Int64) {
        ms.withLock { $0 = value }
    }

    public func now() throws -> ClockReading {
        let ms = ms.withLock { $0 }
        return ClockReading(boot: boot, bootMs: sinceMs + ms, wallMs: gunMs + ms)
    }
}

/// Keys in memory. The first is fixed: 32 times the phone's number.
public final class MemoryKeys: KeyStore {
    private let kept: Mutex<[String: Data]>

    public init(_ number: Int) {
        kept = Mutex(["log": Data(repeating: UInt8(number), count: 32)])
    }

    public func load(name: String) throws -> Data? {
        kept.withLock { $0[name] }
    }

    public func save(name: String, secret: Data) throws {
        kept.withLock { $0[name] = secret }
    }
}

/// Keys in files, for a phone that is killed and comes back.
public final class FileKeys: KeyStore {
    private let folder: URL

    public init(_ folder: URL) {
        self.folder = folder
    }

    public func load(name: String) throws -> Data? {
        let file = folder.appendingPathComponent("key-" + name)
        return FileManager.default.fileExists(atPath: file.path) ? try Data(contentsOf: file) : nil
    }

    public func save(name: String, secret: Data) throws {
        try secret.write(to: folder.appendingPathComponent("key-" + name), options: .atomic)
    }
}
