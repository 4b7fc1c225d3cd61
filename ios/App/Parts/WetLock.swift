// A lock against rain on the glass: drops tap, people hold.
//
// Invariant: what is locked is still shown.

import BibtrailScreens
import SwiftUI

/// Covers its content until it is held for a moment, and again when nobody touched it for a while.
struct WetLock: ViewModifier {
    let isOn: Bool
    @State var isLocked = true
    @State private var touches = 0

    /// So long without a touch, and the glass is locked again; the same on Android.
    private static let after: Duration = .seconds(30)

    private struct Moment: Equatable {
        let isOpen: Bool
        let touches: Int
    }

    func body(content: Content) -> some View {
        content.simultaneousGesture(TapGesture().onEnded { touches += 1 }).overlay {
            if isOn && isLocked {
                Label(words.text("record_locked"), systemImage: "lock.fill")
                    .font(.title2)
                    .frame(maxWidth: .infinity, maxHeight: .infinity)
                    .background(.background.opacity(0.7))
                    .contentShape(.rect)
                    .onLongPressGesture(minimumDuration: 1) { isLocked = false }
                    // With VoiceOver nobody touches the glass by chance: a double tap is enough.
                    .accessibilityAddTraits(.isButton)
                    .accessibilityAction { isLocked = false }
            }
        }
        .onChange(of: isOn) { _, isOn in isLocked = isOn }
        .task(id: Moment(isOpen: isOn && !isLocked, touches: touches)) {
            guard isOn, !isLocked, (try? await Task.sleep(for: Self.after)) != nil else { return }
            isLocked = true
        }
    }
}
