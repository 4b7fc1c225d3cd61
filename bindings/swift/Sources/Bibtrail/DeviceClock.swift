// The clocks of this device: one that people set, and one that only runs on, through sleep too, until the next start.
//
// Invariant: two readings of one boot name have one zero.

import BibtrailCore
import Foundation

/// The clocks of this device.
public final class DeviceClock: BibtrailCore.Clock {
    private let boot: String

    /// Reads once which start of the device this is.
    public init() {
        boot = bootName()
    }

    public func now() throws -> ClockReading {
        ClockReading(boot: boot, bootMs: milliseconds(runningClock), wallMs: milliseconds(CLOCK_REALTIME))
    }
}

#if canImport(Darwin)
    // Apple's CLOCK_MONOTONIC goes on while the device sleeps.
    private let runningClock = CLOCK_MONOTONIC

    private func bootName() -> String {
        var size = 0
        sysctlbyname("kern.bootsessionuuid", nil, &size, nil, 0)
        var bytes = [UInt8](repeating: 0, count: size)
        guard size > 1, sysctlbyname("kern.bootsessionuuid", &bytes, &size, nil, 0) == 0 else { return "" }
        return String(decoding: bytes.prefix(size).prefix { $0 != 0 }, as: UTF8.self)
    }
#else
    private let runningClock = CLOCK_BOOTTIME

    private func bootName() -> String {
        let name = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        return name?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    }
#endif

private func milliseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
}
