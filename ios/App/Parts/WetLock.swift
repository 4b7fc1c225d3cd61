// A lock against rain on the glass: drops tap, people hold.
//
// Invariant: what is locked is still shown.

import BibtrailScreens
import SwiftUI

/// Covers its content until it is held for a moment.
struct WetLock: ViewModifier {
    let isOn: Bool
    @State private var isLocked = true

    func body(content: Content) -> some View {
        content.overlay {
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
    }
}
