// Going to sleep: the system stops apps that hold a database open, so the core comes to rest first.
//
// Invariant: the system is asked for time before anything else, and told as soon as no transaction is open.

import BibtrailScreens
import SwiftUI
import UIKit

@MainActor enum Bedtime {
    private static var task = UIBackgroundTaskIdentifier.invalid
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
        task = application.beginBackgroundTask(withName: "rest") { end() }
        resting = Task {
            // Scans that wait for the disk are tried again while the system gives time.
            while let rest = await app.sleep(), !rest.isAtRest || rest.unconfirmed > 0 {
                guard !Task.isCancelled, application.backgroundTimeRemaining > 2 else { break }
                try? await Task.sleep(for: .milliseconds(250))
            }
            end()
        }
    }

    private static func end() {
        UIApplication.shared.endBackgroundTask(task)
        task = .invalid
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
