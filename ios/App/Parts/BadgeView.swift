// The last entry: what was recorded, what to look twice at, how many phones hold it, and a way back.
//
// Invariant: a warning stands beside the entry; nothing here refuses one.

import BibtrailScreens
import SwiftUI

/// The badge of an entry.
struct BadgeView: View {
    let badge: Badge
    /// Takes it back; nothing when that is over.
    let undo: (() -> Void)?

    var body: some View {
        HStack(alignment: .top) {
            VStack(alignment: .leading, spacing: Size.gap / 2) {
                Told(text: badge.headline, tone: badge.tone).font(.headline)
                Text(verbatim: moment).font(.title3.monospacedDigit())
                ForEach(Array(badge.warnings.enumerated()), id: \.offset) { _, warning in
                    Told(text: warning, tone: .warning)
                }
                Text(words.said(badge.held)).foregroundStyle(.secondary)
            }
            Spacer()
            if let undo {
                Button(words.text("record_undo"), systemImage: "arrow.uturn.backward", action: undo)
                    .buttonStyle(.bordered)
                    .frame(minHeight: Size.key)
            }
        }
        .padding()
        .background(badge.tone.color.opacity(0.15), in: .rect(cornerRadius: 16))
        .overlay { RoundedRectangle(cornerRadius: 16).stroke(badge.tone.color, lineWidth: 2) }
        .onChange(of: badge, initial: true) { _, badge in
            AccessibilityNotification.Announcement(words.said(badge.announce)).post()
        }
    }

    /// When, which way, and where.
    private var moment: String {
        let way = words.text(catalogueKey(badge.way == .in ? "way.in" : "way.out"))
        let clock = words.clock(badge.clock, badge.timeMs)
        return [clock, way, isolated(badge.place.name)].joined(separator: " · ")
    }
}
