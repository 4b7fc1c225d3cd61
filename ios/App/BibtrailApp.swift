// The app: one window, the race of this phone, and what happens when the phone goes to sleep.
//
// Invariant: the views below decide nothing; BibtrailScreens does, and is tested on Linux.

import BibtrailScreens
import SwiftUI

@main
struct BibtrailApp: App {
    @State private var app = AppModel(
        Host(folder: RaceFolder.path(), clock: DeviceClock(), keys: Keychain()))
    @Environment(\.scenePhase) private var phase

    var body: some Scene {
        WindowGroup {
            RootView(app: app)
                .task {
                    await app.open()
                    await PhoneState.follow(app)
                }
                .onChange(of: phase) { _, phase in Bedtime.changed(to: phase, app) }
        }
    }
}

/// Joining first; after that all screens, the same order as on Android.
struct RootView: View {
    @Bindable var app: AppModel
    /// A file that another app sent, until there is a race that takes it in.
    @State private var arrived: Data?

    var body: some View {
        Group {
            if let phone = app.phone {
                RaceView(app: app, phone: phone)
            } else {
                JoinView(app: app)
            }
        }
        .onOpenURL { arrived = BundleFile.read($0) }
        .task(id: app.phone == nil || arrived == nil) {
            guard app.phone != nil, let bytes = arrived else { return }
            arrived = nil
            await app.takeIn(bytes)
        }
        .dynamicTypeSize(app.settings.typeSize)
        .preferredColorScheme(app.settings.scheme)
        .onChange(of: app.settings.keepsAwake, initial: true) { _, keeps in
            UIApplication.shared.isIdleTimerDisabled = keeps
        }
    }
}

/// The screens of a race.
struct RaceView: View {
    @Bindable var app: AppModel
    @State private var record: RecordModel
    @State private var checkpoint: CheckpointModel
    @State private var corrections: CorrectionsModel
    @State private var devices: DevicesModel
    @State private var closeOut: CloseOutModel
    @State private var nearby = Nearby()
    @Environment(\.scenePhase) private var phase

    init(app: AppModel, phone: Phone) {
        self.app = app
        _record = State(initialValue: RecordModel(phone, clock: app.host.clock))
        _checkpoint = State(initialValue: CheckpointModel(phone))
        _corrections = State(initialValue: CorrectionsModel(phone))
        _devices = State(initialValue: DevicesModel(phone))
        _closeOut = State(initialValue: CloseOutModel(phone))
    }

    var body: some View {
        TabView(selection: $app.shown) {
            ForEach(ScreenName.allCases.filter { $0 != .join }) { screen in
                NavigationStack { view(of: screen) }
                    .tabItem { Label(words.text(screen.title), systemImage: screen.symbol) }
                    .tag(screen)
            }
        }
        .modifier(WetLock(isOn: app.settings.isLockedAgainstWet))
        .onChange(of: record.screen?.zone, initial: true) { _, zone in words.zone = zone }
        .task(id: phase) { await meetOthers() }
    }

    /// Found and answered while the app is in front, whichever screen shows; begun anew whenever it comes back.
    private func meetOthers() async {
        guard phase == .active else { return }
        async let browsing: Void = nearby.browse(devices)
        async let answering: Void = nearby.answer(devices)
        _ = await (browsing, answering)
    }

    @ViewBuilder private func view(of screen: ScreenName) -> some View {
        switch screen {
        case .join: JoinView(app: app)
        case .record: RecordView(model: record, settings: app.settings)
        case .checkpoint: CheckpointView(model: checkpoint)
        case .corrections: CorrectionsView(model: corrections)
        case .devices: DevicesView(model: devices, nearby: nearby)
        case .closeOut: CloseOutView(model: closeOut)
        case .settings: SettingsView(app: app)
        }
    }
}
