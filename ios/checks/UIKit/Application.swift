// Stand-ins, never run: UIKit's application, device and touches, as much as the app uses. See StandIn.swift.

@_exported import CoreImage
@_exported import Foundation
@_exported import FoundationOnApple
@_exported import QuartzCore
import StandIn

public struct UIBackgroundTaskIdentifier: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { standIn() }

    public static var invalid: UIBackgroundTaskIdentifier { standIn() }
}

@MainActor open class UIResponder: NSObject {}

@MainActor open class UIApplication: UIResponder {
    open class var shared: UIApplication { standIn() }

    open var isIdleTimerDisabled: Bool {
        get { standIn() }
        set { standIn() }
    }
    open var backgroundTimeRemaining: TimeInterval { standIn() }

    open func beginBackgroundTask(
        withName taskName: String?, expirationHandler handler: (@MainActor @Sendable () -> Void)? = nil
    ) -> UIBackgroundTaskIdentifier { standIn() }

    open func endBackgroundTask(_ identifier: UIBackgroundTaskIdentifier) { standIn() }
}

@MainActor open class UIDevice: NSObject {
    public enum BatteryState: Int, Sendable {
        case unknown, unplugged, charging, full
    }

    open class var current: UIDevice { standIn() }

    open var isBatteryMonitoringEnabled: Bool {
        get { standIn() }
        set { standIn() }
    }
    open var batteryState: BatteryState { standIn() }
    open var batteryLevel: Float { standIn() }
}

@MainActor open class UIFeedbackGenerator: NSObject {}

@MainActor open class UIImpactFeedbackGenerator: UIFeedbackGenerator {
    public enum FeedbackStyle: Int, Sendable {
        case light, medium, heavy, soft, rigid
    }

    public init(style: FeedbackStyle) { standIn() }

    open func impactOccurred() { standIn() }
}

@MainActor open class UINotificationFeedbackGenerator: UIFeedbackGenerator {
    public enum FeedbackType: Int, Sendable {
        case success, warning, error
    }

    open func notificationOccurred(_ notificationType: FeedbackType) { standIn() }
}
