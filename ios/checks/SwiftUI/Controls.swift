// Stand-ins, never run: what SwiftUI lets people press, type and choose, as much as the app uses. See StandIn.swift.

import Foundation
import StandIn

public struct Label<Title, Icon> {}
extension Label: View where Title: View, Icon: View {
    public typealias Body = Never

    nonisolated public init(@ViewBuilder title: () -> Title, @ViewBuilder icon: () -> Icon) { standIn() }
}

extension Label where Title == Text, Icon == Image {
    nonisolated public init(_ titleKey: LocalizedStringKey, systemImage name: String) { standIn() }
    @_disfavoredOverload nonisolated public init<Caption: StringProtocol>(
        _ title: Caption, systemImage name: String
    ) { standIn() }
}

public struct ButtonRole: Equatable, Sendable {
    public static let cancel = ButtonRole()
    public static let destructive = ButtonRole()
}

public struct Button<Label: View> {
    @preconcurrency nonisolated public init(
        action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> Label
    ) { standIn() }
    @preconcurrency nonisolated public init(
        role: ButtonRole?, action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> Label
    ) { standIn() }
}
extension Button: View {
    public typealias Body = Never
}

extension Button where Label == Text {
    @preconcurrency nonisolated public init(
        _ titleKey: LocalizedStringKey, action: @escaping @MainActor () -> Void
    ) { standIn() }
    @_disfavoredOverload @preconcurrency nonisolated public init<Title: StringProtocol>(
        _ title: Title, action: @escaping @MainActor () -> Void
    ) { standIn() }
    @preconcurrency nonisolated public init(
        _ titleKey: LocalizedStringKey, role: ButtonRole?, action: @escaping @MainActor () -> Void
    ) { standIn() }
    @_disfavoredOverload @preconcurrency nonisolated public init<Title: StringProtocol>(
        _ title: Title, role: ButtonRole?, action: @escaping @MainActor () -> Void
    ) { standIn() }
}

extension Button where Label == SwiftUI.Label<Text, Image> {
    @preconcurrency nonisolated public init(
        _ titleKey: LocalizedStringKey, systemImage: String, action: @escaping @MainActor () -> Void
    ) { standIn() }
    @_disfavoredOverload @preconcurrency nonisolated public init<Title: StringProtocol>(
        _ title: Title, systemImage: String, action: @escaping @MainActor () -> Void
    ) { standIn() }
}

@MainActor @preconcurrency public protocol PrimitiveButtonStyle {}

public struct BorderedButtonStyle: PrimitiveButtonStyle {}
public struct BorderedProminentButtonStyle: PrimitiveButtonStyle {}
public struct PlainButtonStyle: PrimitiveButtonStyle {}

extension PrimitiveButtonStyle where Self == BorderedButtonStyle {
    @MainActor @preconcurrency public static var bordered: BorderedButtonStyle { standIn() }
}
extension PrimitiveButtonStyle where Self == BorderedProminentButtonStyle {
    @MainActor @preconcurrency public static var borderedProminent: BorderedProminentButtonStyle { standIn() }
}
extension PrimitiveButtonStyle where Self == PlainButtonStyle {
    @MainActor @preconcurrency public static var plain: PlainButtonStyle { standIn() }
}

public struct Toggle<Label: View> {}
extension Toggle: View {
    public typealias Body = Never
}

extension Toggle where Label == Text {
    nonisolated public init(_ titleKey: LocalizedStringKey, isOn: Binding<Bool>) { standIn() }
    @_disfavoredOverload nonisolated public init<Title: StringProtocol>(_ title: Title, isOn: Binding<Bool>) {
        standIn()
    }
}

extension Toggle where Label == SwiftUI.Label<Text, Image> {
    nonisolated public init(_ titleKey: LocalizedStringKey, systemImage: String, isOn: Binding<Bool>) {
        standIn()
    }
    @_disfavoredOverload nonisolated public init<Title: StringProtocol>(
        _ title: Title, systemImage: String, isOn: Binding<Bool>
    ) { standIn() }
}

@MainActor @preconcurrency public protocol ToggleStyle {}

public struct ButtonToggleStyle: ToggleStyle {}

extension ToggleStyle where Self == ButtonToggleStyle {
    @MainActor @preconcurrency public static var button: ButtonToggleStyle { standIn() }
}

public struct TextField<Label: View> {}
extension TextField: View {
    public typealias Body = Never
}

extension TextField where Label == Text {
    nonisolated public init(_ titleKey: LocalizedStringKey, text: Binding<String>) { standIn() }
    @_disfavoredOverload nonisolated public init<Title: StringProtocol>(
        _ title: Title, text: Binding<String>
    ) { standIn() }
}

public struct TextInputAutocapitalization: Sendable {
    public static var never: TextInputAutocapitalization { standIn() }
    public static var words: TextInputAutocapitalization { standIn() }
    public static var sentences: TextInputAutocapitalization { standIn() }
    public static var characters: TextInputAutocapitalization { standIn() }
}

public struct Picker<Label: View, SelectionValue: Hashable, Content: View> {}
extension Picker: View {
    public typealias Body = Never
}

extension Picker where Label == Text {
    nonisolated public init(
        _ titleKey: LocalizedStringKey, selection: Binding<SelectionValue>,
        @ViewBuilder content: () -> Content
    ) { standIn() }
    @_disfavoredOverload nonisolated public init<Title: StringProtocol>(
        _ title: Title, selection: Binding<SelectionValue>, @ViewBuilder content: () -> Content
    ) { standIn() }
}

public struct Menu<Label: View, Content: View> {}
extension Menu: View {
    public typealias Body = Never
}

extension Menu where Label == Text {
    nonisolated public init(_ titleKey: LocalizedStringKey, @ViewBuilder content: () -> Content) { standIn() }
    @_disfavoredOverload nonisolated public init<Title: StringProtocol>(
        _ title: Title, @ViewBuilder content: () -> Content
    ) { standIn() }
}

public struct ProgressView<Label: View, CurrentValueLabel: View> {}
extension ProgressView: View {
    public typealias Body = Never
}

extension ProgressView where CurrentValueLabel == EmptyView {
    nonisolated public init() where Label == EmptyView { standIn() }
}

public struct DefaultShareLinkLabel {}
extension DefaultShareLinkLabel: View {
    public typealias Body = Never
}

public struct ShareLink<Data: RandomAccessCollection, PreviewImage, PreviewIcon, Label: View> {}
extension ShareLink: View {
    public typealias Body = Never
}

extension ShareLink where PreviewImage == Never, PreviewIcon == Never, Label == DefaultShareLinkLabel {
    nonisolated public init(item: URL, subject: Text? = nil, message: Text? = nil)
    where Data == CollectionOfOne<URL> { standIn() }
}

extension View {
    nonisolated public func buttonStyle<Style: PrimitiveButtonStyle>(_ style: Style) -> some View {
        standIn()
    }
    nonisolated public func toggleStyle<Style: ToggleStyle>(_ style: Style) -> some View { standIn() }
    nonisolated public func disabled(_ disabled: Bool) -> some View { standIn() }
    nonisolated public func autocorrectionDisabled(_ disable: Bool = true) -> some View { standIn() }
    nonisolated public func textInputAutocapitalization(
        _ autocapitalization: TextInputAutocapitalization?
    ) -> some View { standIn() }
    nonisolated public func keyboardType(_ type: UIKeyboardType) -> some View { standIn() }
    nonisolated public func textContentType(_ textContentType: UITextContentType?) -> some View { standIn() }
    nonisolated public func tag<Value: Hashable>(_ tag: Value, includeOptional: Bool = true) -> some View {
        standIn()
    }
}
