// Stand-ins, never run: Accessibility, as much as the app uses. See StandIn.swift.

import StandIn

public enum AccessibilityNotification {
    public struct Announcement {
        public init(_ announcement: String) { standIn() }

        public func post() { standIn() }
    }
}
