// Stand-ins, never run: what SwiftUI keeps, passes on and surrounds views with, as much as the app uses. See StandIn.swift.

import Foundation
import Observation
import StandIn

@propertyWrapper public struct State<Value> {
    public init(wrappedValue value: Value) { standIn() }
    public init(initialValue value: Value) { standIn() }

    public var wrappedValue: Value {
        get { standIn() }
        nonmutating set { standIn() }
    }
    public var projectedValue: Binding<Value> { standIn() }
}

extension State where Value: ExpressibleByNilLiteral {
    public init() { standIn() }
}

extension State: Sendable where Value: Sendable {}

@propertyWrapper @dynamicMemberLookup public struct Binding<Value> {
    @preconcurrency public init(
        @_inheritActorContext get: @escaping @isolated(any) @Sendable () -> Value,
        @_inheritActorContext set: @escaping @isolated(any) @Sendable (Value) -> Void
    ) { standIn() }
    @preconcurrency public init(
        @_inheritActorContext get: @escaping @isolated(any) @Sendable () -> Value,
        @_inheritActorContext set: @escaping @isolated(any) @Sendable (Value, Transaction) -> Void
    ) { standIn() }
    public init(projectedValue: Binding<Value>) { standIn() }
    public init<Wrapped>(_ base: Binding<Wrapped>) where Value == Wrapped? { standIn() }
    public init?(_ base: Binding<Value?>) { standIn() }

    public static func constant(_ value: Value) -> Binding<Value> { standIn() }

    public var wrappedValue: Value {
        get { standIn() }
        nonmutating set { standIn() }
    }
    public var projectedValue: Binding<Value> { standIn() }

    public subscript<Subject>(dynamicMember keyPath: WritableKeyPath<Value, Subject>) -> Binding<Subject> {
        standIn()
    }
}

extension Binding: @unchecked Sendable where Value: Sendable {}

public struct Transaction {}

@propertyWrapper @dynamicMemberLookup public struct Bindable<Value> {
    public init(wrappedValue: Value) where Value: AnyObject, Value: Observable { standIn() }
    public init(_ wrappedValue: Value) where Value: AnyObject, Value: Observable { standIn() }
    public init(projectedValue: Bindable<Value>) where Value: AnyObject, Value: Observable { standIn() }

    public var wrappedValue: Value {
        get { standIn() }
        set { standIn() }
    }
    public var projectedValue: Bindable<Value> { standIn() }
}

extension Bindable where Value: AnyObject {
    public subscript<Subject>(
        dynamicMember keyPath: ReferenceWritableKeyPath<Value, Subject>
    ) -> Binding<Subject> { standIn() }
}

extension Bindable: Sendable where Value: Sendable {}

@propertyWrapper public struct AppStorage<Value> {
    public init(wrappedValue: Value, _ key: String, store: UserDefaults? = nil) where Value == String {
        standIn()
    }
    public init(wrappedValue: Value, _ key: String, store: UserDefaults? = nil) where Value == Bool {
        standIn()
    }
    public init(wrappedValue: Value, _ key: String, store: UserDefaults? = nil) where Value == Int {
        standIn()
    }

    public var wrappedValue: Value {
        get { standIn() }
        nonmutating set { standIn() }
    }
    public var projectedValue: Binding<Value> { standIn() }
}

@propertyWrapper public struct Environment<Value> {
    public init(_ keyPath: KeyPath<EnvironmentValues, Value>) { standIn() }

    public var wrappedValue: Value { standIn() }
}

public struct EnvironmentValues {
    public var scenePhase: ScenePhase {
        get { standIn() }
        set { standIn() }
    }
    public var layoutDirection: LayoutDirection {
        get { standIn() }
        set { standIn() }
    }
    public var dismiss: DismissAction { standIn() }
}

public enum ScenePhase: Comparable, Hashable, Sendable {
    case background, inactive, active
}

public enum LayoutDirection: Hashable, CaseIterable, Sendable {
    case leftToRight, rightToLeft
}

@MainActor @preconcurrency public struct DismissAction {
    @MainActor @preconcurrency public func callAsFunction() { standIn() }
}

public enum ColorScheme: Hashable, CaseIterable, Sendable {
    case light, dark
}

public enum DynamicTypeSize: Hashable, Comparable, CaseIterable, Sendable {
    case xSmall, small, medium, large, xLarge, xxLarge, xxxLarge
    case accessibility1, accessibility2, accessibility3, accessibility4, accessibility5
}

extension View {
    nonisolated public func environment<Value>(
        _ keyPath: WritableKeyPath<EnvironmentValues, Value>, _ value: Value
    ) -> some View { standIn() }

    nonisolated public func dynamicTypeSize(_ size: DynamicTypeSize) -> some View { standIn() }
    nonisolated public func dynamicTypeSize<Range: RangeExpression>(_ range: Range) -> some View
    where Range.Bound == DynamicTypeSize { standIn() }

    nonisolated public func preferredColorScheme(_ colorScheme: ColorScheme?) -> some View { standIn() }
}
