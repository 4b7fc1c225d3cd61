// Settings: how the app looks, sounds and feels on this phone.
//
// Invariant: nothing here changes what is recorded.

import BibtrailScreens
import SwiftUI

struct SettingsView: View {
    @Bindable var app: AppModel
    @State private var typed = ""

    var body: some View {
        Form {
            checkpoint
            Picker(
                words.text("settings_text_size"), selection: set(\.textPercent) { $0.with(textPercent: $1) }
            ) {
                Text(words.text("settings_text_normal")).tag(UInt32(100))
                Text(words.text("settings_text_large")).tag(UInt32(150))
                Text(words.text("settings_text_largest")).tag(UInt32(200))
            }
            Picker(words.text("settings_theme"), selection: set(\.theme) { $0.with(theme: $1) }) {
                Text(words.text("settings_theme_system")).tag(Theme.system)
                Text(words.text("settings_theme_white")).tag(Theme.light)
                Text(words.text("settings_theme_black")).tag(Theme.dark)
            }
            Toggle(
                words.text("settings_wet_lock"),
                isOn: set(\.isLockedAgainstWet) { $0.with(isLockedAgainstWet: $1) })
            Toggle(words.text("settings_keep_awake"), isOn: set(\.keepsAwake) { $0.with(keepsAwake: $1) })
            Toggle(words.text("settings_sounds"), isOn: set(\.hasSound) { $0.with(hasSound: $1) })
            Toggle(words.text("settings_vibration"), isOn: set(\.hasHaptic) { $0.with(hasHaptic: $1) })
            Text(words.text("settings_version", [.word(app.version)])).foregroundStyle(.secondary)
            if let failure = app.failure { Told(text: failure, tone: .warning) }
        }
        .font(.title3)
        .navigationTitle(words.text(ScreenName.settings.title))
        .task { await app.lookAround() }
    }

    /// Volunteers move. Before the race's settings are here the key that the captain says is typed.
    @ViewBuilder private var checkpoint: some View {
        if app.places.isEmpty {
            TextField(words.text("join_checkpoint"), text: $typed)
                .textInputAutocapitalization(.never)
                .autocorrectionDisabled()
            Button(words.text("common_save")) { Task { await app.stand(at: typed) } }.disabled(typed.isEmpty)
        } else {
            Picker(words.text("join_checkpoint"), selection: place) {
                if app.place == nil { Text(verbatim: "").tag("") }
                ForEach(app.places, id: \.key) { Text(verbatim: $0.name).tag($0.key) }
            }
        }
    }

    private var place: Binding<String> {
        Binding {
            app.place ?? ""
        } set: { key in
            Task { await app.stand(at: key) }
        }
    }

    private func set<Value>(
        _ field: KeyPath<Settings, Value>, _ change: @escaping (Settings, Value) -> Settings
    ) -> Binding<Value> {
        Binding {
            app.settings[keyPath: field]
        } set: { value in
            let settings = change(app.settings, value)
            Task { await app.change(settings) }
        }
    }
}
