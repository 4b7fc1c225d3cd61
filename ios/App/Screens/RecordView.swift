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
        ViewThatFits(in: .vertical) {
            standing(keyHeight: Size.padKey)
            standing(keyHeight: Size.lowKey)
            lying
        }
        .padding(.horizontal)
        .navigationBarTitleDisplayMode(.inline)
        .navigationTitle(model.screen?.place?.name ?? words.text(ScreenName.record.title))
        .task { await model.follow(every: .seconds(5)) }
        .onChange(of: model.feedback) { _, feedback in Senses.play(feedback, settings) }
        .sheet(isPresented: $isScanning, onDismiss: model.forgetCode) {
            // Whoever opened it holds the phone: locked only once nobody touches it.
            camera.modifier(WetLock(isOn: settings.isLockedAgainstWet, isLocked: false))
        }
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

    private var told: some View {
        VStack(spacing: Size.gap) {
            if let badge = model.badge { BadgeView(badge: badge, undo: undo) }
            notices
            waiting
        }
    }

    /// What comes and goes scrolls above: no key ever moves under a finger.
    private func standing(keyHeight: CGFloat) -> some View {
        VStack(spacing: Size.gap) {
            ScrollView { told }.frame(minHeight: Size.key, idealHeight: Size.key, maxHeight: .infinity)
            Group {
                display
                keys(keyHeight)
                buttons
            }
            .dynamicTypeSize(Size.fixedType)
        }
    }

    /// A phone on its side: in and out stay in view, all else scrolls.
    private var lying: some View {
        VStack(spacing: Size.gap) {
            ScrollView {
                VStack(spacing: Size.gap) {
                    Group {
                        display
                        keys(Size.lowKey)
                    }
                    .dynamicTypeSize(Size.fixedType)
                    told
                }
            }
            buttons.dynamicTypeSize(Size.fixedType)
        }
    }

    private var display: some View {
        HStack(spacing: Size.gap) {
            number
            if !model.pad.digits.isEmpty { clear }
            Toggle(words.text("record_pacer"), isOn: $model.isWithPacer).toggleStyle(.button)
        }
    }

    private func keys(_ height: CGFloat) -> some View {
        HStack(alignment: .top, spacing: Size.gap) {
            Pad(letters: model.screen?.letters ?? [], keyHeight: height) { key in
                Task { await model.press(key) }
            }
            extras
        }
    }

    private var undo: (() -> Void)? {
        guard model.canUndo else { return nil }
        return { Task { await model.undo() } }
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
            .padding(.trailing, model.pad.waiting == 0 ? 0 : Size.target / 3)
            .frame(maxWidth: .infinity)
            .frame(height: Size.number)
            .overlay(alignment: .bottomTrailing) {
                // Whoever was read next waits in sight.
                if model.pad.waiting > 0 { Text(verbatim: "+\(model.pad.waiting)").font(.headline) }
            }
            .accessibilityElement(children: .ignore)
            .accessibilityLabel(spokenNumber)
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
                        Text(verbatim: "\(count.runners)").font(.title3.monospacedDigit())
                    }
                    .frame(maxWidth: .infinity, minHeight: Size.target)
                }
                .buttonStyle(.borderedProminent)
                .tint(count.way == .in ? .green : .blue)
                .accessibilityLabel(words.text(label, [.number(Int64(count.runners))]))
            }
        }
    }

    private var clear: some View {
        Button {
            Task { await model.press(.clear) }
        } label: {
            Image(systemName: "xmark").font(.title).frame(minWidth: Size.key, minHeight: Size.lowKey)
        }
        .buttonStyle(.bordered)
        .accessibilityLabel(words.text("record_clear"))
    }

    private var spokenNumber: String {
        let behind = model.pad.read.suffix(Int(model.pad.waiting)).map(\.bib)
        return ([words.text("record_bib_label", [.word(model.pad.digits)])] + behind).joined(separator: ", ")
    }

    private var extras: some View {
        VStack(spacing: Size.gap) {
            side("record_scan", "camera", nil) { isScanning = true }
            side("record_time_now", "timer", timeWay) {
                Task { await model.press(.timeOnly(way: model.screen?.timeWay ?? .in)) }
            }
        }
        .frame(width: Size.target)
    }

    /// Which way "time now" means, where runners go both.
    private var timeWay: String? {
        guard let screen = model.screen, screen.counts.count > 1 else { return nil }
        return words.text(screen.timeWay == .in ? "record_in" : "record_out")
    }

    private func side(_ key: String, _ symbol: String, _ detail: String?, _ act: @escaping () -> Void)
        -> some View
    {
        Button(action: act) {
            VStack {
                Image(systemName: symbol).font(.title2)
                Text(words.text(key)).font(.caption.bold()).multilineTextAlignment(.center)
                if let detail { Text(verbatim: detail).font(.caption.bold()) }
            }
            .frame(maxWidth: .infinity, minHeight: Size.target)
        }
        .buttonStyle(.bordered)
    }

    @ViewBuilder private var waiting: some View {
        if !model.timesWithoutBib.isEmpty {
            Text(words.text("record_times_waiting", [.number(Int64(model.timesWithoutBib.count))]))
            ForEach(model.timesWithoutBib, id: \.scan) { line in
                Button {
                    (bib, bibless) = (model.pad.digits, line)
                } label: {
                    HStack {
                        Text(verbatim: words.clock(line.clock, line.timeMs)).font(.title3.monospacedDigit())
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
        VStack(spacing: Size.gap) {
            CameraSheet { text in Task { await model.see(text) } }
            if let code = model.code { Told(text: code.text, tone: code.tone).font(.title3) }
            if let badge = model.badge { BadgeView(badge: badge, undo: undo) }
            // Where runners go both ways a code is typed, and the volunteer says which.
            if model.screen?.cameraWay == nil, !model.pad.digits.isEmpty {
                HStack(spacing: Size.gap) {
                    number
                    clear
                }
                buttons
            }
        }
        .padding()
    }
}
