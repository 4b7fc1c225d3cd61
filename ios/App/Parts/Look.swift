// Colours by meaning, sizes for gloves, and the settings as SwiftUI wants them.
//
// Invariant: a colour never says anything alone: a symbol and a text stand beside it.

import BibtrailScreens
import SwiftUI

/// The core's. SwiftUI has some of its own, for Macs.
typealias Settings = BibtrailCore.Settings

/// Sizes in points. What records is never smaller than `target`.
enum Size {
    static let target: CGFloat = 96
    static let key: CGFloat = 64
    static let padKey: CGFloat = 56
    /// Where the display is small.
    static let lowKey: CGFloat = 44
    static let number: CGFloat = 72
    static let gap: CGFloat = 8
    /// What stands in fixed places is large already, and grows no further with other texts.
    static let fixedType: ClosedRange<DynamicTypeSize> = .xSmall ... .xxLarge
}

extension Tone {
    var color: Color {
        switch self {
        case .good: .green
        case .quiet: .secondary
        case .notice: .blue
        case .warning: .orange
        case .alarm: .red
        }
    }

    var symbol: String {
        switch self {
        case .good: "checkmark.circle.fill"
        case .quiet: "circle"
        case .notice: "info.circle.fill"
        case .warning: "exclamationmark.triangle.fill"
        case .alarm: "exclamationmark.octagon.fill"
        }
    }
}

extension ScreenName {
    var symbol: String {
        switch self {
        case .join: "qrcode"
        case .record: "stopwatch"
        case .checkpoint: "mappin.and.ellipse"
        case .corrections: "pencil"
        case .devices: "iphone.radiowaves.left.and.right"
        case .closeOut: "flag.checkered"
        case .settings: "gearshape"
        }
    }
}

extension Settings {
    var typeSize: ClosedRange<DynamicTypeSize> {
        switch textPercent {
        case ..<150: .xSmall ... .accessibility5
        case ..<200: .xxxLarge ... .accessibility5
        default: .accessibility3 ... .accessibility5
        }
    }

    var scheme: ColorScheme? {
        switch theme {
        case .system: nil
        case .light: .light
        case .dark: .dark
        }
    }
}

/// A text of the core with the colour and the symbol of its meaning.
struct Told: View {
    let text: Wording
    let tone: Tone

    var body: some View {
        Label {
            Text(words.said(text)).foregroundStyle(.primary)
        } icon: {
            Image(systemName: tone.symbol).foregroundStyle(tone.color)
        }
        .accessibilityElement(children: .combine)
    }
}

/// What failed, until it is tapped away.
struct FailureLine: View {
    let failure: Wording?
    let forget: () -> Void

    var body: some View {
        if let failure {
            Button(action: forget) { Told(text: failure, tone: .warning) }
                .frame(maxWidth: .infinity, minHeight: Size.key, alignment: .leading)
        }
    }
}

/// A runner in a list: bib, name, state, and what else is known.
struct RunnerRow: View {
    let runner: RunnerLine

    var body: some View {
        VStack(alignment: .leading, spacing: Size.gap / 2) {
            HStack {
                Text(runner.bib).font(.title2.bold().monospacedDigit())
                Text(runner.name).lineLimit(1)
            }
            Told(text: runner.state, tone: runner.tone)
            ForEach(Array(runner.details.enumerated()), id: \.offset) { _, detail in
                Text(words.said(detail)).foregroundStyle(.secondary)
            }
        }
        .accessibilityElement(children: .combine)
    }
}
