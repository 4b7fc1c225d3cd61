// Stand-ins, never run: what happens to SwiftUI's views, and the gestures on them, as much as the app uses.
// See StandIn.swift.

import Foundation
import StandIn

@MainActor @preconcurrency public protocol Gesture<Value> {
    associatedtype Value
}

public struct TapGesture {
    nonisolated public init(count: Int = 1) { standIn() }
}
extension TapGesture: Gesture {
    public typealias Value = Void
}

public struct _EndedGesture<Content: Gesture> {}
extension _EndedGesture: Gesture {
    public typealias Value = Content.Value
}

extension Gesture {
    nonisolated public func onEnded(_ action: @escaping (Value) -> Void) -> _EndedGesture<Self> { standIn() }
}

public struct GestureMask: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { standIn() }

    public static let all = GestureMask(rawValue: 3)
}

public struct SubmitTriggers: OptionSet, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { standIn() }

    public static let text = SubmitTriggers(rawValue: 1)
}

extension View {
    nonisolated public func simultaneousGesture<Added: Gesture>(
        _ gesture: Added, including mask: GestureMask = .all
    ) -> some View { standIn() }
    nonisolated public func onLongPressGesture(
        minimumDuration: Double = 0.5, maximumDistance: CGFloat = 10, perform action: @escaping () -> Void,
        onPressingChanged: ((Bool) -> Void)? = nil
    ) -> some View { standIn() }

    nonisolated public func onAppear(perform action: (() -> Void)? = nil) -> some View { standIn() }
    nonisolated public func onOpenURL(perform action: @escaping (URL) -> Void) -> some View { standIn() }
    nonisolated public func onSubmit(
        of triggers: SubmitTriggers = .text, _ action: @escaping () -> Void
    ) -> some View { standIn() }

    nonisolated public func onChange<Value: Equatable>(
        of value: Value, initial: Bool = false,
        _ action: @escaping (_ oldValue: Value, _ newValue: Value) -> Void
    ) -> some View { standIn() }
    nonisolated public func onChange<Value: Equatable>(
        of value: Value, initial: Bool = false, _ action: @escaping () -> Void
    ) -> some View { standIn() }

    nonisolated public func task(
        priority: TaskPriority = .userInitiated,
        @_inheritActorContext _ action: @escaping @Sendable () async -> Void
    ) -> some View { standIn() }
    nonisolated public func task<Value: Equatable>(
        id value: Value, priority: TaskPriority = .userInitiated,
        @_inheritActorContext _ action: @escaping @Sendable () async -> Void
    ) -> some View { standIn() }
    nonisolated public func refreshable(
        @_inheritActorContext action: @escaping @Sendable () async -> Void
    ) -> some View { standIn() }
}
