// The key pad: the app's own, because the system's cannot stay on the screen and is too small for gloves.
//
// Invariant: every key is a button with a name; nothing needs a swipe or a long press.

import BibtrailScreens
import SwiftUI

/// The keys below the big number.
struct Pad: View {
    /// Characters beside the digits that the race's bibs have.
    let letters: [String]
    let keyHeight: CGFloat
    let press: (PadKey) -> Void

    private let rows = [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"]]
    /// For a character that nobody could read.
    private let unread = "*"

    var body: some View {
        // Digits stand as on every telephone, also where one reads from right to left.
        Grid(horizontalSpacing: Size.gap, verticalSpacing: Size.gap) {
            if !letters.isEmpty {
                GridRow { HStack { ForEach(letters, id: \.self) { digit($0) } }.gridCellColumns(3) }
            }
            ForEach(rows, id: \.self) { row in
                GridRow { ForEach(row, id: \.self) { digit($0) } }
            }
            GridRow {
                digit(unread)
                digit("0")
                delete
            }
        }
        .environment(\.layoutDirection, .leftToRight)
    }

    private func digit(_ digit: String) -> some View {
        Button {
            press(.character(character: digit))
        } label: {
            Text(verbatim: digit).font(.largeTitle).frame(maxWidth: .infinity, minHeight: keyHeight)
        }
        .buttonStyle(.bordered)
    }

    private var delete: some View {
        Button {
            press(.delete)
        } label: {
            Image(systemName: "delete.left").font(.title).frame(maxWidth: .infinity, minHeight: keyHeight)
        }
        .buttonStyle(.bordered)
        .accessibilityLabel(words.text("record_delete"))
    }
}
