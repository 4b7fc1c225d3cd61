// The app around the screens: opening or joining a race, its settings, and going to sleep.
//
// Invariant: before the system may stop the app, no transaction is open; scans that wait for the disk are said.

import Bibtrail
import Foundation
import Observation

/// What the app supplies.
public struct Host: Sendable {
    /// The folder for the replica: one that no backup takes.
    public let folder: String
    public let clock: any BibtrailCore.Clock
    public let keys: any KeyStore

    public init(folder: String, clock: any BibtrailCore.Clock, keys: any KeyStore) {
        self.folder = folder
        self.clock = clock
        self.keys = keys
    }
}

/// The app.
@MainActor @Observable public final class AppModel {
    /// The race; nothing before one was joined.
    public private(set) var phone: Phone?
    /// How the app behaves on this phone.
    public private(set) var settings = Settings(
        textPercent: 100, theme: .system, isLockedAgainstWet: false, keepsAwake: true, hasSound: true,
        hasHaptic: true)
    /// The checkpoints of the race, in its order; empty until its settings are here.
    public private(set) var places: [Place] = []
    /// The key of the checkpoint where this phone stands.
    public private(set) var place: String?
    /// What the join code says that was read last.
    public private(set) var invitation: InvitationInfo?
    /// What failed last, if it did.
    public private(set) var failure: Wording?
    /// The screen that is shown.
    public var shown: ScreenName = .join

    public let host: Host
    @ObservationIgnored private var link = ""

    public init(_ host: Host) {
        self.host = host
    }

    /// The version of the core.
    public var version: String { (try? coreVersion()) ?? "" }

    /// Opens the race of this phone, if it has one.
    public func open() async {
        let host = host
        await come { try Race.open(folder: host.folder, clock: host.clock, keys: host.keys) }
        // A phone without a race is where everybody begins.
        if failure?.key == "error.no-replica" { failure = nil }
    }

    /// Reads a join code.
    public func read(_ link: String) {
        do {
            invitation = try readInvitation(link: link)
            self.link = link
            failure = nil
        } catch {
            failure = failureText(error)
        }
    }

    /// Joins the race of the code that was read.
    public func join(as name: String, at checkpoint: String?) async {
        let (host, link) = (host, link)
        await come {
            let request = JoinRequest(folder: host.folder, link: link, name: name, checkpoint: checkpoint)
            return try Race.join(request: request, clock: host.clock, keys: host.keys)
        }
    }

    /// Changes how the app behaves.
    public func change(_ settings: Settings) async {
        do {
            try await phone?.run { try $0.changeSettings(settings: settings) }
            self.settings = settings
        } catch {
            failure = failureText(error)
        }
    }

    /// Looks which checkpoints there are, and where this phone stands.
    public func lookAround() async {
        do {
            places = try await phone?.run { try $0.places() } ?? []
            place = try await phone?.run { try $0.recordScreen().place?.key } ?? nil
        } catch {
            failure = failureText(error)
        }
    }

    /// Takes in a file that another app sent.
    public func takeIn(_ bytes: Data) async {
        do {
            _ = try await phone?.run { try $0.importBundle(bytes: bytes) }
        } catch {
            failure = failureText(error)
        }
    }

    /// Moves this phone to another checkpoint.
    public func stand(at checkpoint: String) async {
        do {
            try await phone?.run { try $0.standAt(checkpoint: checkpoint) }
            failure = nil
            await lookAround()
        } catch {
            failure = failureText(error)
        }
    }

    /// Before the system stops the app: ends meetings, and leaves no transaction open.
    public func sleep() async -> Rest? {
        try? await phone?.run { try $0.suspend() }
    }

    /// After the app woke.
    public func wake() async {
        try? await phone?.run { try $0.resume() }
    }

    /// What the phone says of itself, for the notices.
    public func tell(_ state: HostState) async {
        try? await phone?.run { try $0.setHostState(state: state) }
    }

    private func come(_ open: @escaping @Sendable () throws -> Race) async {
        do {
            let phone = try await Phone.opening(open)
            settings = (try? await phone.run { try $0.settings() }) ?? settings
            self.phone = phone
            (failure, shown) = (nil, .record)
        } catch {
            failure = failureText(error)
        }
    }
}

extension Settings {
    /// The same settings, but for what is given.
    public func with(
        textPercent: UInt32? = nil, theme: Theme? = nil, isLockedAgainstWet: Bool? = nil,
        keepsAwake: Bool? = nil,
        hasSound: Bool? = nil, hasHaptic: Bool? = nil
    ) -> Settings {
        Settings(
            textPercent: textPercent ?? self.textPercent, theme: theme ?? self.theme,
            isLockedAgainstWet: isLockedAgainstWet ?? self.isLockedAgainstWet,
            keepsAwake: keepsAwake ?? self.keepsAwake, hasSound: hasSound ?? self.hasSound,
            hasHaptic: hasHaptic ?? self.hasHaptic)
    }
}
