// Stand-ins, never run: SwiftUI's tabs, titles, sheets and questions, as much as the app uses. See StandIn.swift.

import Foundation
import StandIn
import UniformTypeIdentifiers

public struct TabView<SelectionValue: Hashable, Content: View> {
    nonisolated public init(selection: Binding<SelectionValue>?, @ViewBuilder content: () -> Content) {
        standIn()
    }
}
extension TabView: View {
    public typealias Body = Never
}

public struct NavigationPath {}

public struct NavigationStack<Data, Root: View> {
    nonisolated public init(@ViewBuilder root: () -> Root) where Data == NavigationPath { standIn() }
}
extension NavigationStack: View {
    public typealias Body = Never
}

public enum Visibility: Hashable, CaseIterable, Sendable {
    case automatic, visible, hidden
}

extension View {
    nonisolated public func tabItem<Content: View>(@ViewBuilder _ label: () -> Content) -> some View {
        standIn()
    }

    nonisolated public func navigationBarTitleDisplayMode(
        _ displayMode: NavigationBarItem.TitleDisplayMode
    ) -> some View { standIn() }

    nonisolated public func navigationTitle(_ titleKey: LocalizedStringKey) -> some View { standIn() }
    @_disfavoredOverload nonisolated public func navigationTitle<Title: StringProtocol>(
        _ title: Title
    ) -> some View { standIn() }

    nonisolated public func sheet<Content: View>(
        isPresented: Binding<Bool>, onDismiss: (() -> Void)? = nil,
        @ViewBuilder content: @escaping () -> Content
    ) -> some View { standIn() }
    nonisolated public func sheet<Item: Identifiable, Content: View>(
        item: Binding<Item?>, onDismiss: (() -> Void)? = nil,
        @ViewBuilder content: @escaping (Item) -> Content
    ) -> some View { standIn() }

    nonisolated public func alert<Actions: View, Presented>(
        _ titleKey: LocalizedStringKey, isPresented: Binding<Bool>, presenting data: Presented?,
        @ViewBuilder actions: (Presented) -> Actions
    ) -> some View { standIn() }
    @_disfavoredOverload nonisolated public func alert<Title: StringProtocol, Actions: View, Presented>(
        _ title: Title, isPresented: Binding<Bool>, presenting data: Presented?,
        @ViewBuilder actions: (Presented) -> Actions
    ) -> some View { standIn() }

    nonisolated public func confirmationDialog<Actions: View, Presented>(
        _ titleKey: LocalizedStringKey, isPresented: Binding<Bool>, titleVisibility: Visibility = .automatic,
        presenting data: Presented?, @ViewBuilder actions: (Presented) -> Actions
    ) -> some View { standIn() }
    @_disfavoredOverload
    nonisolated public func confirmationDialog<Title: StringProtocol, Actions: View, Presented>(
        _ title: Title, isPresented: Binding<Bool>, titleVisibility: Visibility = .automatic,
        presenting data: Presented?, @ViewBuilder actions: (Presented) -> Actions
    ) -> some View { standIn() }

    nonisolated public func fileImporter(
        isPresented: Binding<Bool>, allowedContentTypes: [UTType],
        onCompletion: @escaping (Result<URL, any Error>) -> Void
    ) -> some View { standIn() }
    nonisolated public func fileImporter(
        isPresented: Binding<Bool>, allowedContentTypes: [UTType], allowsMultipleSelection: Bool,
        onCompletion: @escaping (Result<[URL], any Error>) -> Void
    ) -> some View { standIn() }
}

public struct NavigationBarItem: Sendable {
    public enum TitleDisplayMode: Sendable {
        case automatic, inline, large
    }
}
