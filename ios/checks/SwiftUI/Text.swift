// Stand-ins, never run: SwiftUI's texts, fonts and pictures, as much as the app uses. See StandIn.swift.

import Foundation
import StandIn

// SwiftUI takes a literal for the key of a translation, with numbers in the digits of the phone's language. The
// app's texts have keys and digits from `words`, so what Apple allows is a warning here, and ends the check.
public struct LocalizedStringKey: Equatable, ExpressibleByStringInterpolation {
    @available(*, deprecated, message: "SwiftUI takes this for a key: use words, or verbatim")
    public init(stringLiteral value: String) { standIn() }
    @available(*, deprecated, message: "SwiftUI takes this for a key: use words, or verbatim")
    public init(stringInterpolation: StringInterpolation) { standIn() }

    public struct StringInterpolation: StringInterpolationProtocol {
        public init(literalCapacity: Int, interpolationCount: Int) { standIn() }

        public mutating func appendLiteral(_ literal: String) { standIn() }
        public mutating func appendInterpolation(_ string: String) { standIn() }
        public mutating func appendInterpolation(_ text: Text) { standIn() }
        public mutating func appendInterpolation<Value: _FormatSpecifiable>(_ value: Value) { standIn() }
    }
}

public protocol _FormatSpecifiable: Equatable {}
extension Int: _FormatSpecifiable {}
extension Int32: _FormatSpecifiable {}
extension Int64: _FormatSpecifiable {}
extension UInt32: _FormatSpecifiable {}
extension UInt64: _FormatSpecifiable {}
extension Double: _FormatSpecifiable {}

public struct Text: Equatable, Sendable {
    public init(verbatim content: String) { standIn() }
    @_disfavoredOverload public init<Content: StringProtocol>(_ content: Content) { standIn() }
    public init(
        _ key: LocalizedStringKey, tableName: String? = nil, bundle: Bundle? = nil,
        comment: StaticString? = nil
    ) { standIn() }

    public func font(_ font: Font?) -> Text { standIn() }
    public func bold() -> Text { standIn() }
    public func monospacedDigit() -> Text { standIn() }
    public func strikethrough(_ isActive: Bool = true, color: Color? = nil) -> Text { standIn() }
    public func foregroundStyle<Style: ShapeStyle>(_ style: Style) -> Text { standIn() }
}
extension Text: View {
    public typealias Body = Never
}

public enum TextAlignment: Hashable, CaseIterable, Sendable {
    case leading, center, trailing
}

public struct Font: Hashable, Sendable {
    public struct Weight: Hashable, Sendable {
        public static let regular = Weight()
        public static let medium = Weight()
        public static let semibold = Weight()
        public static let bold = Weight()
    }

    public enum Design: Hashable, Sendable {
        case `default`, serif, rounded, monospaced
    }

    public static let largeTitle = Font()
    public static let title = Font()
    public static let title2 = Font()
    public static let title3 = Font()
    public static let headline = Font()
    public static let body = Font()
    public static let caption = Font()

    public static func system(size: CGFloat, weight: Weight? = nil, design: Design? = nil) -> Font {
        standIn()
    }

    public func bold() -> Font { standIn() }
    public func monospaced() -> Font { standIn() }
    public func monospacedDigit() -> Font { standIn() }
}

public struct Image: Equatable, Sendable {
    public enum Interpolation: Hashable, Sendable {
        case none, low, medium, high
    }

    public enum ResizingMode: Hashable, Sendable {
        case tile, stretch
    }

    public init(systemName: String) { standIn() }
    public init(uiImage: UIImage) { standIn() }

    public func interpolation(_ interpolation: Interpolation) -> Image { standIn() }
    public func resizable(
        capInsets: EdgeInsets = EdgeInsets(), resizingMode: ResizingMode = .stretch
    ) -> Image { standIn() }
}
extension Image: View {
    public typealias Body = Never
}

extension View {
    nonisolated public func font(_ font: Font?) -> some View { standIn() }
    nonisolated public func monospacedDigit() -> some View { standIn() }
    nonisolated public func lineLimit(_ number: Int?) -> some View { standIn() }
    nonisolated public func minimumScaleFactor(_ factor: CGFloat) -> some View { standIn() }
    nonisolated public func multilineTextAlignment(_ alignment: TextAlignment) -> some View { standIn() }
}
