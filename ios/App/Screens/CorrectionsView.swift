// Corrections: what wants a look, and every entry with what can be put right in it.
//
// Invariant: nothing is gone: what is struck out stays in the list and can be brought back.

import BibtrailScreens
import SwiftUI

struct CorrectionsView: View {
    let model: CorrectionsModel
    @State private var changing: ScanLine?
    @State private var bib = ""
    /// The suggestion that was tapped once: what says what became of a runner takes two taps.
    @State private var tapped: String?

    var body: some View {
        List {
            FailureLine(failure: model.failure, forget: model.forgetFailure)
            if let screen = model.screen {
                if !screen.review.findings.isEmpty {
                    Section(words.text("corrections_review")) {
                        ForEach(screen.review.findings, id: \.finding) { finding($0) }
                    }
                }
                if screen.entries.lines.isEmpty { Text(words.text("corrections_empty")) }
                ForEach(screen.entries.lines, id: \.scan) { entry($0) }
            }
        }
        .navigationTitle(words.text(ScreenName.corrections.title))
        .task { await model.follow() }
        .alert(
            words.text("corrections_change_bib"), isPresented: .constant(changing != nil),
            presenting: changing
        ) { line in
            TextField(words.text("record_bib_empty"), text: $bib).keyboardType(.asciiCapable)
            Button(words.text("common_save")) {
                Task { await model.changeBib(of: line.scan, to: bib) }
                changing = nil
            }
            Button(words.text("common_cancel"), role: .cancel) { changing = nil }
        }
    }

    private func finding(_ finding: FindingLine) -> some View {
        VStack(alignment: .leading, spacing: Size.gap) {
            Told(text: finding.kind, tone: finding.tone)
            Text(verbatim: finding.bibs.joined(separator: " · ")).font(.title3.bold())
            Text(verbatim: finding.detail).foregroundStyle(.secondary)
            ForEach(finding.suggestions, id: \.number) { suggestion in
                Text(verbatim: suggestion.reason)
                let name = "\(finding.finding) \(suggestion.number)"
                Button(words.text(tapped == name ? "corrections_sure" : "corrections_accept")) {
                    if suggestion.asksTwice && tapped != name {
                        tapped = name
                    } else {
                        Task { await model.accept(finding.finding, suggestion.number) }
                    }
                }
                .frame(minHeight: Size.key)
            }
            Button(words.text("corrections_dismiss")) { Task { await model.dismiss(finding.finding) } }
                .frame(minHeight: Size.key)
        }
        .buttonStyle(.bordered)
    }

    private func entry(_ line: ScanLine) -> some View {
        VStack(alignment: .leading, spacing: Size.gap) {
            HStack {
                Text(verbatim: line.bib).font(.title2.bold().monospacedDigit()).strikethrough(line.isVoid)
                Text(verbatim: line.name).lineLimit(1)
                Spacer()
                Text(words.said(Wording(key: line.way == .in ? "way.in" : "way.out", args: [])))
                Text(verbatim: line.place.name).lineLimit(1)
                Text(verbatim: words.clock(line.clock, line.timeMs)).monospacedDigit()
            }
            .accessibilityElement(children: .combine)
            ForEach(Array(line.marks.enumerated()), id: \.offset) { _, mark in
                Text(words.said(mark)).foregroundStyle(.secondary)
            }
            HStack {
                Button(words.text("corrections_change_bib")) { (bib, changing) = (line.bib, line) }
                if line.isVoid {
                    Button(words.text("corrections_restore")) { Task { await model.bringBack(line.scan) } }
                } else {
                    Button(words.text("corrections_void")) { Task { await model.strikeOut(line.scan) } }
                }
            }
            .buttonStyle(.bordered)
            .frame(minHeight: Size.key)
            if !line.acts.isEmpty {
                Menu(words.text("corrections_runner")) {
                    ForEach(line.acts, id: \.act) { offer in
                        Button(words.said(offer.text)) { Task { await model.say(offer.act, of: line) } }
                    }
                }
                .frame(minHeight: Size.key)
            }
        }
    }
}
