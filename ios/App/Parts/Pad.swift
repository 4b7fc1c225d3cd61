// The key pad: the app's own, because the system's cannot stay on the screen and is too small for gloves.
//
// Invariant: every key is a button with a name; nothing needs a swipe or a long press.

import BibtrailScreens
import SwiftUI

/// The keys below the big number.
struct Pad: View {
    /// Characters beside the digits that the race's bibs have.
    let letters: [String]
    let press: (PadKey) -> Void

    private let rows = [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"]]

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
                key("xmark", words.text("record_clear"), .clear)
                digit("0")
                key("delete.left", words.text("record_delete"), .delete)
            }
            // For a character that nobody could read.
            GridRow { digit("*").gridCellColumns(3) }
        }
        .environment(\.layoutDirection, .leftToRight)
    }

    private func digit(_ digit: String) -> some View {
        Button {
            press(.character(character: digit))
        } label: {
            Text(verbatim: digit).font(.largeTitle).frame(maxWidth: .infinity, minHeight: Size.key)
        }
        .buttonStyle(.bordered)
    }

    private func key(_ symbol: String, _ label: String, _ key: PadKey) -> some View {
        Button {
            press(key)
        } label: {
            Image(systemName: symbol).font(.title).frame(maxWidth: .infinity, minHeight: Size.key)
        }
        .buttonStyle(.bordered)
        .accessibilityLabel(label)
    }
}
