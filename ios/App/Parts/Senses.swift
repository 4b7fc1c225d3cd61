// What is heard and felt after each key and each entry.
//
// Invariant: an entry that is good, one with a warning, and one that is not safe yet feel different through a glove.

import AVFoundation
import AudioToolbox
import BibtrailScreens
import UIKit

/// Sounds and touches.
@MainActor enum Senses {
    static func play(_ feedback: Feedback, _ settings: Settings) {
        if settings.hasSound, let sound = sound(feedback.sound) { AudioServicesPlaySystemSound(sound) }
        if settings.hasHaptic { touch(feedback.haptic) }
    }

    /// The system's own sounds: they are there on every phone, and follow its silent switch.
    private static func sound(_ sound: Sound) -> SystemSoundID? {
        switch sound {
        case .silent: nil
        case .key: 1104
        case .delete: 1155
        case .recorded: 1057
        case .warned: 1053
        case .alarm: 1073
        case .undone: 1156
        }
    }

    private static func touch(_ haptic: Haptic) {
        switch haptic {
        case .still: break
        case .tick: UIImpactFeedbackGenerator(style: .light).impactOccurred()
        case .once: UINotificationFeedbackGenerator().notificationOccurred(.success)
        case .twice: UINotificationFeedbackGenerator().notificationOccurred(.warning)
        case .long: UINotificationFeedbackGenerator().notificationOccurred(.error)
        }
    }
}
