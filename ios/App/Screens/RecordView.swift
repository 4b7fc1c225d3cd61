// Record: a huge number, keys for gloves, two buttons that always do something.
//
// Invariant: nothing on this screen asks before it records, and nothing refuses.

import BibtrailScreens
import SwiftUI

struct RecordView: View {
    @Bindable var model: RecordModel
    let settings: Settings
    @State private var isScanning = false
    @State private var bibless: ScanLine?
    @State private var bib = ""

    var body: some View {
        ScrollView {
            VStack(spacing: Size.gap * 2) {
                notices
                number
                buttons
                extras
                Pad(letters: model.screen?.letters ?? []) { key in Task { await model.press(key) } }
                if let badge = model.badge { BadgeView(badge: badge) { Task { await model.undo() } } }
                waiting
            }
            .padding()
        }
        .modifier(WetLock(isOn: settings.isLockedAgainstWet))
        .navigationTitle(model.screen?.place?.name ?? words.text(ScreenName.record.title))
        .task { await model.follow() }
        .onChange(of: model.feedback) { _, feedback in Senses.play(feedback, settings) }
        .sheet(isPresented: $isScanning, onDismiss: model.forgetCode) { camera }
        .alert(words.text("record_add_bib"), isPresented: .constant(bibless != nil), presenting: bibless) {
            line in
            TextField(words.text("record_bib_empty"), text: $bib).keyboardType(.asciiCapable)
            Button(words.text("common_save")) {
                Task { await model.giveBib(bib, to: line.scan) }
                bibless = nil
            }
            Button(words.text("common_cancel"), role: .cancel) { bibless = nil }
        }
    }

    @ViewBuilder private var notices: some View {
        FailureLine(failure: model.failure, forget: model.forgetFailure)
        if let screen = model.screen {
            ForEach(Array(screen.notices.enumerated()), id: \.offset) { _, notice in
                Told(text: notice.text, tone: notice.tone).frame(maxWidth: .infinity, alignment: .leading)
            }
            HStack {
                Text(words.said(screen.role))
                Spacer()
                Text(words.said(screen.pending))
            }
            .foregroundStyle(.secondary)
        }
    }

    private var number: some View {
        Text(verbatim: model.pad.digits.isEmpty ? words.text("record_bib_empty") : model.pad.digits)
            .font(.system(size: 88, weight: .bold, design: .rounded).monospacedDigit())
            .minimumScaleFactor(0.3)
            .lineLimit(1)
            .foregroundStyle(model.pad.digits.isEmpty ? .tertiary : .primary)
            .frame(maxWidth: .infinity)
            .accessibilityLabel(words.text("record_bib_label", [.word(model.pad.digits)]))
    }

    private var buttons: some View {
        HStack(spacing: Size.gap) {
            ForEach(model.screen?.counts ?? [], id: \.way) { count in
                let key = count.way == .in ? "record_in" : "record_out"
                let label = count.way == .in ? "record_in_label" : "record_out_label"
                Button {
                    Task { await model.press(.record(way: count.way)) }
                } label: {
                    VStack {
                        Text(words.text(key)).font(.title.bold())
                        Text(verbatim: "\(count.scans)").font(.title3.monospacedDigit())
                    }
                    .frame(maxWidth: .infinity, minHeight: Size.target)
                }
                .buttonStyle(.borderedProminent)
                .tint(count.way == .in ? .green : .blue)
                .accessibilityLabel(words.text(label, [.number(Int64(count.scans))]))
            }
        }
    }

    private var extras: some View {
        HStack(spacing: Size.gap) {
            Button(words.text("record_time_now"), systemImage: "timer") {
                Task { await model.press(.timeOnly(way: model.cameraWay)) }
            }
            Button(words.text("record_scan"), systemImage: "camera") { isScanning = true }
            Toggle(words.text("record_pacer"), isOn: $model.isWithPacer).toggleStyle(.button)
        }
        .buttonStyle(.bordered)
        .frame(minHeight: Size.key)
    }

    @ViewBuilder private var waiting: some View {
        if !model.timesWithoutBib.isEmpty {
            Text(words.text("record_times_waiting", [.number(Int64(model.timesWithoutBib.count))]))
            ForEach(model.timesWithoutBib, id: \.scan) { line in
                Button {
                    (bib, bibless) = (model.pad.digits, line)
                } label: {
                    HStack {
                        Text(verbatim: line.clock).font(.title3.monospacedDigit())
                        Spacer()
                        Text(words.text("record_add_bib"))
                    }
                    .frame(minHeight: Size.key)
                }
                .buttonStyle(.bordered)
            }
        }
    }

    private var camera: some View {
        VStack {
            if model.screen?.counts.count == 2 {
                Picker(words.text("record_scan"), selection: $model.cameraWay) {
                    Text(words.text("record_in")).tag(Way.in)
                    Text(words.text("record_out")).tag(Way.out)
                }
                .pickerStyle(.segmented)
            }
            CameraSheet { text in Task { await model.see(text) } }
            if let code = model.code { Told(text: code.text, tone: code.tone).font(.title3) }
            if let badge = model.badge { BadgeView(badge: badge) { Task { await model.undo() } } }
        }
    }
}
