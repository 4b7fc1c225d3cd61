// Phones: who holds what, and every way to share, with or without a network.
//
// Invariant: offline looks normal; what waits is counted, never blamed.

import BibtrailScreens
import SwiftUI
import UniformTypeIdentifiers

struct DevicesView: View {
    @Bindable var model: DevicesModel
    let nearby: Nearby
    @State private var show: FrameShow?
    @State private var isReading = false
    @State private var isOpening = false
    @State private var file: BundleFile?
    @State private var address = ""

    var body: some View {
        List {
            FailureLine(failure: model.failure, forget: model.forgetFailure)
            share
            peers
            without
            held
        }
        .navigationTitle(words.text(ScreenName.devices.title))
        .task { await model.follow() }
        .sheet(item: $show) { CodesView(show: $0) }
        .sheet(isPresented: $isReading) { reading }
        .fileImporter(isPresented: $isOpening, allowedContentTypes: [.data]) { picked in
            if let bytes = (try? picked.get()).flatMap(BundleFile.read) { Task { await model.takeIn(bytes) } }
        }
        .sheet(item: $file) { file in ShareLink(item: file.url).font(.title).padding() }
    }

    @ViewBuilder private var share: some View {
        Section {
            if let screen = model.screen {
                Text(words.said(screen.pending)).font(.title3)
                Told(text: screen.clock.text, tone: screen.clock.tone)
                ForEach(Array(screen.notices.enumerated()), id: \.offset) { _, notice in
                    Told(text: notice.text, tone: notice.tone)
                }
            }
            if let meeting = model.meeting {
                Told(text: meeting.text, tone: meeting.tone)
                ForEach(Array(meeting.remarks.enumerated()), id: \.offset) { _, remark in
                    Told(text: remark, tone: .warning)
                }
                if let failure = meeting.failure { Told(text: failure, tone: .notice) }
            }
            if model.isMeeting {
                Button(words.text("devices_stop"), systemImage: "stop.circle", action: model.stop)
                    .frame(minHeight: Size.target)
            }
            ForEach(model.screen?.servers ?? [], id: \.address) { server in
                button("devices_sync", "arrow.triangle.2.circlepath", server.address) {
                    await model.share(with: server)
                }
            }
        }
    }

    private var peers: some View {
        Section(words.text("devices_nearby")) {
            if model.peers.isEmpty { Text(words.text("devices_nobody")).foregroundStyle(.secondary) }
            ForEach(model.peers) { peer in
                button("devices_sync", "iphone", peer.name) { await nearby.meet(peer, model) }
            }
            TextField(words.text("devices_address"), text: $address)
                .keyboardType(.URL)
                .textInputAutocapitalization(.never)
                .autocorrectionDisabled()
                .onSubmit { Task { await model.share(with: SyncTarget(address: address, log: nil)) } }
        }
    }

    private var without: some View {
        Section {
            button("devices_show_code", "qrcode", "") { show = await model.codes() }
            button("devices_read_code", "qrcode.viewfinder", "") { isReading = true }
            button("devices_send_file", "square.and.arrow.up", "") {
                file = await model.bundle().flatMap(BundleFile.init)
            }
            button("devices_open_file", "folder", "") { isOpening = true }
        }
    }

    private var held: some View {
        Section(words.text("devices_held")) {
            ForEach(model.screen?.devices ?? [], id: \.log) { device in
                VStack(alignment: .leading) {
                    Text(verbatim: device.name).font(.headline)
                    if let place = device.place { Text(verbatim: place.name) }
                    Text(words.said(device.role))
                    if !device.isThis { Text(words.said(device.met)) }
                    if let lacks = device.lacks { Text(words.said(lacks)) }
                }
                .accessibilityElement(children: .combine)
            }
        }
    }

    private var reading: some View {
        VStack {
            CameraSheet(bytes: { frame in Task { await model.take(frame) } })
            if let frames = model.frames { Text(words.said(frames.text)).font(.title2) }
        }
    }

    private func button(
        _ key: String, _ symbol: String, _ beside: String, _ act: @escaping () async -> Void
    ) -> some View {
        Button {
            Task { await act() }
        } label: {
            Label(words.text(key) + (beside.isEmpty ? "" : " · \(beside)"), systemImage: symbol)
                .frame(maxWidth: .infinity, minHeight: Size.key, alignment: .leading)
        }
        .disabled(model.isMeeting)
    }
}

extension FrameShow: @retroactive Identifiable {}

/// Moving codes for another phone's camera.
struct CodesView: View {
    let show: FrameShow
    @State private var picture: UIImage?

    var body: some View {
        VStack {
            if let picture {
                Image(uiImage: picture)
                    .interpolation(.none)
                    .resizable()
                    .scaledToFit()
                    .accessibilityLabel(words.text("devices_show_code"))
            }
        }
        .frame(maxWidth: .infinity, maxHeight: .infinity)
        .background(.white)
        .task {
            while !Task.isCancelled {
                let frame = try? show.nextFrame()
                picture = frame.flatMap { try? qrPng(bytes: $0, scale: 8) }.flatMap(UIImage.init(data:))
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
    }
}
