// Close: who is still to come, and the steps that this phone and headquarters take together.
//
// Invariant: the steps and their order come from the core.

import BibtrailScreens
import SwiftUI

struct CloseOutView: View {
    let model: CloseOutModel
    @State private var text = ""

    var body: some View {
        Form {
            FailureLine(failure: model.failure, forget: model.forgetFailure)
            Text(words.text("close_explain"))
            if let screen = model.screen {
                Told(text: screen.stage, tone: screen.tone).font(.title3)
                Section(words.text("close_still_to_come")) {
                    if screen.expected.isEmpty { Text(words.text("checkpoint_nobody")) }
                    Text(verbatim: screen.expected.joined(separator: " · ")).font(.title3.monospacedDigit())
                }
                Section(words.text("close_code")) {
                    Text(verbatim: screen.code).font(.largeTitle.monospaced())
                    Text(verbatim: screen.codeSpoken)
                }
                ForEach(screen.next, id: \.self) { step($0, screen) }
            }
        }
        .navigationTitle(words.text(ScreenName.closeOut.title))
        .task { await model.follow() }
    }

    @ViewBuilder private func step(_ act: ClosingAct, _ screen: ClosingScreen) -> some View {
        if act == .nameLast {
            TextField(words.text("close_last_bib"), text: $text)
                .font(.title2)
                .autocorrectionDisabled()
                .textInputAutocapitalization(.characters)
        }
        Button {
            Task {
                await model.take(act, act == .answer ? screen.askedCode : text)
                text = ""
            }
        } label: {
            Text(words.text(key(act))).frame(maxWidth: .infinity, minHeight: Size.target)
        }
        .disabled(act == .nameLast && text.isEmpty)
        .buttonStyle(.borderedProminent)
    }

    private func key(_ act: ClosingAct) -> String {
        switch act {
        case .ask: "close_ask"
        case .answer: "close_answer"
        case .nameLast: "common_save"
        case .sweepers: "close_sweepers"
        case .release: "close_confirm"
        case .reopen: "close_reopen"
        }
    }
}
