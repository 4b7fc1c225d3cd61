// My checkpoint: who is missing, who is here, who comes next, and how old that knowledge is.
//
// Invariant: the missing stand first.

import BibtrailScreens
import SwiftUI

struct CheckpointView: View {
    let model: CheckpointModel

    var body: some View {
        List {
            FailureLine(failure: model.failure, forget: model.forgetFailure)
            if let screen = model.screen {
                Told(text: screen.staleness, tone: screen.stalenessTone)
                section("checkpoint_missing", screen.missing)
                section("checkpoint_inside", screen.inside)
                section("checkpoint_expected", screen.expected)
            }
        }
        .navigationTitle(model.screen?.place.name ?? words.text(ScreenName.checkpoint.title))
        .refreshable { await model.refresh() }
        .task { await model.follow() }
    }

    private func section(_ title: String, _ runners: [RunnerLine]) -> some View {
        Section("\(words.text(title)) (\(runners.count))") {
            if runners.isEmpty { Text(words.text("checkpoint_nobody")).foregroundStyle(.secondary) }
            ForEach(runners, id: \.bib) { RunnerRow(runner: $0) }
        }
    }
}
