// Stand-ins, never run: SwiftUI's colours, styles and shapes, as much as the app uses. See StandIn.swift.

import Foundation
import StandIn

public protocol ShapeStyle: Sendable {
    associatedtype Resolved: ShapeStyle = Never
}

extension Never: ShapeStyle {}

extension ShapeStyle {
    public func opacity(_ opacity: Double) -> some ShapeStyle { Color.clear }
}

public struct Color: Hashable, Sendable {
    public static let clear = Color()
    public static let black = Color()
    public static let white = Color()
    public static let red = Color()
    public static let orange = Color()
    public static let green = Color()
    public static let blue = Color()
    public static let primary = Color()
    public static let secondary = Color()

    public func opacity(_ opacity: Double) -> Color { standIn() }
}
extension Color: ShapeStyle {}
extension Color: View {
    public typealias Body = Never
}

extension ShapeStyle where Self == Color {
    public static var clear: Color { standIn() }
    public static var black: Color { standIn() }
    public static var white: Color { standIn() }
    public static var red: Color { standIn() }
    public static var orange: Color { standIn() }
    public static var green: Color { standIn() }
    public static var blue: Color { standIn() }
}

public struct HierarchicalShapeStyle: ShapeStyle {
    public static let primary = HierarchicalShapeStyle()
    public static let secondary = HierarchicalShapeStyle()
    public static let tertiary = HierarchicalShapeStyle()
    public static let quaternary = HierarchicalShapeStyle()
}

extension ShapeStyle where Self == HierarchicalShapeStyle {
    public static var primary: HierarchicalShapeStyle { standIn() }
    public static var secondary: HierarchicalShapeStyle { standIn() }
    public static var tertiary: HierarchicalShapeStyle { standIn() }
    public static var quaternary: HierarchicalShapeStyle { standIn() }
}

public struct BackgroundStyle: ShapeStyle {}

extension ShapeStyle where Self == BackgroundStyle {
    public static var background: BackgroundStyle { standIn() }
}

public struct FillStyle: Equatable, Sendable {
    public init(eoFill: Bool = false, antialiased: Bool = true) { standIn() }
}

public enum RoundedCornerStyle: Sendable {
    case circular, continuous
}

public protocol Shape: Sendable, View {}

public protocol InsettableShape: Shape {}

public struct Rectangle: InsettableShape {
    public typealias Body = Never
}

public struct RoundedRectangle: InsettableShape {
    public typealias Body = Never

    nonisolated public init(cornerRadius: CGFloat, style: RoundedCornerStyle = .continuous) { standIn() }
}

public struct StrokeShapeView<Content: Shape, Style: ShapeStyle, Background: View> {}
extension StrokeShapeView: View {
    public typealias Body = Never
}

extension Shape {
    nonisolated public func stroke<Style: ShapeStyle>(
        _ content: Style, lineWidth: CGFloat = 1, antialiased: Bool = true
    ) -> StrokeShapeView<Self, Style, EmptyView> { standIn() }
}

extension Shape where Self == Rectangle {
    nonisolated public static var rect: Rectangle { standIn() }
}

extension Shape where Self == RoundedRectangle {
    nonisolated public static func rect(
        cornerRadius: CGFloat, style: RoundedCornerStyle = .continuous
    ) -> RoundedRectangle { standIn() }
}

extension View {
    nonisolated public func foregroundStyle<Style: ShapeStyle>(_ style: Style) -> some View { standIn() }

    @_disfavoredOverload nonisolated public func tint(_ tint: Color?) -> some View { standIn() }
    nonisolated public func tint<Style: ShapeStyle>(_ tint: Style?) -> some View { standIn() }

    nonisolated public func background<Style: ShapeStyle>(
        _ style: Style, ignoresSafeAreaEdges edges: Edge.Set = .all
    ) -> some View { standIn() }
    nonisolated public func background<Style: ShapeStyle, Outline: Shape>(
        _ style: Style, in shape: Outline, fillStyle: FillStyle = FillStyle()
    ) -> some View { standIn() }
    nonisolated public func background<Style: ShapeStyle, Outline: InsettableShape>(
        _ style: Style, in shape: Outline, fillStyle: FillStyle = FillStyle()
    ) -> some View { standIn() }

    nonisolated public func contentShape<Outline: Shape>(
        _ shape: Outline, eoFill: Bool = false
    ) -> some View { standIn() }
}
