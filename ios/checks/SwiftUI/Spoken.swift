// Stand-ins, never run: what SwiftUI's views say to VoiceOver, as much as the app uses. See StandIn.swift.

import Foundation
import StandIn

public struct AccessibilityAttachmentModifier {}
extension AccessibilityAttachmentModifier: ViewModifier {
    public func body(content: Content) -> Never { standIn() }
}

public struct AccessibilityChildBehavior: Hashable {
    nonisolated(unsafe) public static let ignore = AccessibilityChildBehavior()
    nonisolated(unsafe) public static let contain = AccessibilityChildBehavior()
    nonisolated(unsafe) public static let combine = AccessibilityChildBehavior()
}

public struct AccessibilityTraits: Equatable, Sendable {
    public static let isButton = AccessibilityTraits()
    public static let isHeader = AccessibilityTraits()
    public static let isSelected = AccessibilityTraits()
}

public struct AccessibilityActionKind: Equatable, Sendable {
    public static let `default` = AccessibilityActionKind()
    public static let escape = AccessibilityActionKind()
}

extension View {
    nonisolated public func accessibilityElement(
        children: AccessibilityChildBehavior = .ignore
    ) -> some View { standIn() }
    nonisolated public func accessibilityLabel(
        _ labelKey: LocalizedStringKey
    ) -> ModifiedContent<Self, AccessibilityAttachmentModifier> { standIn() }
    @_disfavoredOverload nonisolated public func accessibilityLabel<Label: StringProtocol>(
        _ label: Label
    ) -> ModifiedContent<Self, AccessibilityAttachmentModifier> { standIn() }
    nonisolated public func accessibilityAddTraits(
        _ traits: AccessibilityTraits
    ) -> ModifiedContent<Self, AccessibilityAttachmentModifier> { standIn() }
    nonisolated public func accessibilityAction(
        _ actionKind: AccessibilityActionKind = .default, _ handler: @escaping () -> Void
    ) -> ModifiedContent<Self, AccessibilityAttachmentModifier> { standIn() }
}

extension ModifiedContent where Modifier == AccessibilityAttachmentModifier {
    nonisolated public func accessibilityAddTraits(
        _ traits: AccessibilityTraits
    ) -> ModifiedContent<Content, Modifier> { standIn() }
    nonisolated public func accessibilityAction(
        _ actionKind: AccessibilityActionKind = .default, _ handler: @escaping () -> Void
    ) -> ModifiedContent<Content, Modifier> { standIn() }
}
