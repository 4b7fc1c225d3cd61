// My checkpoint: who is missing, who is here, who comes next, and how old that knowledge is.
//
// Invariant: the missing stand first; nothing is said of a runner by a single tap.

import BibtrailScreens
import SwiftUI

struct CheckpointView: View {
    let model: CheckpointModel
    @State private var open: RunnerLine?

    var body: some View {
        List {
            FailureLine(failure: model.failure, forget: model.forgetFailure)
            if let screen = model.screen {
                Told(text: screen.staleness, tone: screen.stalenessTone)
                section("checkpoint_missing", screen.missing)
                section("checkpoint_inside", screen.inside)
                if !screen.dropped.isEmpty { section("checkpoint_dropped", screen.dropped) }
                section("checkpoint_expected", screen.expected)
            }
        }
        .navigationTitle(model.screen?.place.name ?? words.text(ScreenName.checkpoint.title))
        .refreshable { await model.refresh() }
        .task { await model.follow() }
        .confirmationDialog(
            asked, isPresented: .constant(open != nil), titleVisibility: .visible, presenting: open
        ) { runner in
            ForEach(runner.acts, id: \.act) { offer in
                Button(words.said(offer.text)) {
                    Task { await model.say(offer.act, of: runner.bib) }
                    open = nil
                }
            }
            Button(words.text("common_cancel"), role: .cancel) { open = nil }
        }
    }

    private var asked: String { open.map { "\($0.bib) \($0.name)" } ?? "" }

    private func section(_ title: String, _ runners: [RunnerLine]) -> some View {
        // Not in place: SwiftUI takes a literal for a key, and shows its numbers in the language's own digits.
        let heading = "\(words.text(title)) (\(runners.count))"
        return Section(heading) {
            if runners.isEmpty { Text(words.text("checkpoint_nobody")).foregroundStyle(.secondary) }
            ForEach(runners, id: \.bib) { runner in
                if runner.acts.isEmpty {
                    RunnerRow(runner: runner)
                } else {
                    Button {
                        open = runner
                    } label: {
                        RunnerRow(runner: runner)
                    }
                    .buttonStyle(.plain)
                }
            }
        }
    }
}
