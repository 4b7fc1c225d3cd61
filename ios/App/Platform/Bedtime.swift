// Going to sleep: the system stops apps that hold a database open, so the core comes to rest first.
//
// Invariant: the system is asked for time before anything else, and told as soon as no transaction is open.

import BibtrailScreens
import SwiftUI
import UIKit

@MainActor enum Bedtime {
    private static var resting: Task<Void, Never>?

    /// The app comes to the front or leaves it.
    static func changed(to phase: ScenePhase, _ app: AppModel) {
        switch phase {
        case .active: wake(app)
        case .background: rest(app)
        default: break
        }
    }

    /// Only once the last try to rest is over: it must not send the app to sleep again.
    private static func wake(_ app: AppModel) {
        let before = resting
        resting = nil
        before?.cancel()
        Task {
            await before?.value
            await app.wake()
        }
    }

    private static func rest(_ app: AppModel) {
        let application = UIApplication.shared
        let grant = Grant()
        grant.id = application.beginBackgroundTask(withName: "rest") { grant.end() }
        let before = resting
        resting = Task {
            // One after the other: a rest that is still under way has a grant of its own.
            await before?.value
            // Scans that wait for the disk are tried again while the system gives time.
            while let rest = await app.sleep(), !rest.isAtRest || rest.unconfirmed > 0 {
                guard !Task.isCancelled, application.backgroundTimeRemaining > 2 else { break }
                try? await Task.sleep(for: .milliseconds(250))
            }
            grant.end()
        }
    }

    /// The time that the system gave one rest; given back once.
    @MainActor private final class Grant {
        var id = UIBackgroundTaskIdentifier.invalid

        func end() {
            guard id != .invalid else { return }
            UIApplication.shared.endBackgroundTask(id)
            id = .invalid
        }
    }
}

/// What the phone says of itself: battery and room on the disk.
@MainActor enum PhoneState {
    /// Tells the core now and every minute, until the task ends.
    static func follow(_ app: AppModel) async {
        UIDevice.current.isBatteryMonitoringEnabled = true
        while !Task.isCancelled {
            await app.tell(now())
            try? await Task.sleep(for: .seconds(60))
        }
    }

    private static func now() -> HostState {
        let device = UIDevice.current
        let level = device.batteryLevel
        let values = try? URL.applicationSupportDirectory.resourceValues(
            forKeys: [.volumeAvailableCapacityForImportantUsageKey])
        return HostState(
            batteryPercent: level < 0 ? nil : UInt32(level * 100),
            isCharging: device.batteryState == .charging || device.batteryState == .full,
            freeBytes: values?.volumeAvailableCapacityForImportantUsage)
    }
}
