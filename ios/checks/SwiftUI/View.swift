// Stand-ins, never run: SwiftUI's views and how they are put together, as Xcode 16 has them and as much as the app uses.
// See StandIn.swift.

@_exported import Accessibility
@_exported import Foundation
@_exported import Observation
import StandIn
@_exported import UIKit

@MainActor @preconcurrency public protocol View {
    associatedtype Body: View
    @ViewBuilder @MainActor @preconcurrency var body: Body { get }
}

extension Never: View {
    public var body: Never { standIn() }
}

// For the views that SwiftUI draws itself.
extension View where Body == Never {
    public var body: Never { standIn() }
}

extension Optional: View where Wrapped: View {
    public typealias Body = Never
}

@resultBuilder public struct ViewBuilder {
    public static func buildExpression<Content: View>(_ content: Content) -> Content { standIn() }
    public static func buildBlock() -> EmptyView { standIn() }
    public static func buildBlock<Content: View>(_ content: Content) -> Content { standIn() }
    public static func buildBlock<each Content: View>(
        _ content: repeat each Content
    ) -> TupleView<(repeat each Content)> { standIn() }
    public static func buildIf<Content: View>(_ content: Content?) -> Content? { standIn() }
    public static func buildEither<First: View, Second: View>(
        first: First
    ) -> _ConditionalContent<First, Second> { standIn() }
    public static func buildEither<First: View, Second: View>(
        second: Second
    ) -> _ConditionalContent<First, Second> { standIn() }
}

public struct EmptyView {}
extension EmptyView: View {
    public typealias Body = Never
}

public struct TupleView<Value> {}
extension TupleView: View {
    public typealias Body = Never
}

public struct _ConditionalContent<First, Second> {}
extension _ConditionalContent: View where First: View, Second: View {
    public typealias Body = Never
}

@MainActor @preconcurrency public protocol ViewModifier {
    associatedtype Body: View
    @ViewBuilder @MainActor @preconcurrency func body(content: Content) -> Body
    typealias Content = _ViewModifier_Content<Self>
}

public struct _ViewModifier_Content<Modifier: ViewModifier> {}
extension _ViewModifier_Content: View {
    public typealias Body = Never
}

public struct ModifiedContent<Content, Modifier> {}
extension ModifiedContent: View where Content: View, Modifier: ViewModifier {
    public typealias Body = Never
}

extension View {
    nonisolated public func modifier<Modifier>(_ modifier: Modifier) -> ModifiedContent<Self, Modifier> {
        standIn()
    }
}

@MainActor @preconcurrency public protocol App {
    associatedtype Body: Scene
    @SceneBuilder @MainActor @preconcurrency var body: Body { get }
    @MainActor @preconcurrency init()
}

extension App {
    @MainActor @preconcurrency public static func main() { standIn() }
}

@MainActor @preconcurrency public protocol Scene {
    associatedtype Body: Scene
    @SceneBuilder @MainActor @preconcurrency var body: Body { get }
}

extension Never: Scene {}

extension Scene where Body == Never {
    public var body: Never { standIn() }
}

@resultBuilder public struct SceneBuilder {
    public static func buildExpression<Content: Scene>(_ content: Content) -> Content { standIn() }
    public static func buildBlock<Content: Scene>(_ content: Content) -> Content { standIn() }
}

public struct WindowGroup<Content: View> {
    nonisolated public init(@ViewBuilder content: () -> Content) { standIn() }
}
extension WindowGroup: Scene {
    public typealias Body = Never
}

// A scene for Macs only. Here as if iOS had it, so that no other Settings is taken for it anywhere.
public struct Settings<Content: View> {}

@MainActor @preconcurrency public protocol UIViewControllerRepresentable: View where Body == Never {
    associatedtype UIViewControllerType: UIViewController
    associatedtype Coordinator = Void

    @MainActor @preconcurrency func makeUIViewController(context: Context) -> UIViewControllerType
    @MainActor @preconcurrency func updateUIViewController(
        _ uiViewController: UIViewControllerType, context: Context)
    @MainActor @preconcurrency func makeCoordinator() -> Coordinator

    typealias Context = UIViewControllerRepresentableContext<Self>
}

extension UIViewControllerRepresentable where Coordinator == Void {
    public func makeCoordinator() { standIn() }
}

@MainActor @preconcurrency
public struct UIViewControllerRepresentableContext<Representable: UIViewControllerRepresentable> {
    public let coordinator: Representable.Coordinator
}
