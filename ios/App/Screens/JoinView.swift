// Join: scan the poster, say who you are and where you stand.
//
// Invariant: it works without any network.

import BibtrailScreens
import SwiftUI

struct JoinView: View {
    @Bindable var app: AppModel
    @State private var isScanning = false
    @State private var link = ""
    @AppStorage("name") private var name = ""
    @State private var checkpoint = ""

    var body: some View {
        Form {
            Text(words.text("join_explain")).font(.title3)
            Button(words.text("join_scan"), systemImage: "qrcode.viewfinder") { isScanning = true }
                .frame(minHeight: Size.target)
            TextField(words.text("join_paste"), text: $link)
                .autocorrectionDisabled()
                .textInputAutocapitalization(.never)
                .onSubmit { app.read(link) }
            if let invitation = app.invitation { known(invitation) }
            if let failure = app.failure { Told(text: failure, tone: .warning) }
        }
        .navigationTitle(words.text(ScreenName.join.title))
        .sheet(isPresented: $isScanning) {
            CameraSheet { text in
                guard let text else { return }
                app.read(text)
                if app.invitation != nil { isScanning = false }
            }
        }
    }

    @ViewBuilder private func known(_ invitation: InvitationInfo) -> some View {
        Section(invitation.race) {
            TextField(words.text("join_name"), text: $name).textContentType(.name)
            if invitation.checkpoints.isEmpty {
                TextField(words.text("join_checkpoint"), text: $checkpoint).textInputAutocapitalization(
                    .characters)
            } else {
                Picker(words.text("join_checkpoint"), selection: $checkpoint) {
                    ForEach(invitation.checkpoints, id: \.self) { Text(verbatim: $0).tag($0) }
                }
            }
            Button(words.text("join_confirm")) {
                Task { await app.join(as: name, at: checkpoint.isEmpty ? nil : checkpoint) }
            }
            .frame(minHeight: Size.target)
        }
        .onAppear { checkpoint = invitation.checkpoints.first ?? "" }
    }
}
