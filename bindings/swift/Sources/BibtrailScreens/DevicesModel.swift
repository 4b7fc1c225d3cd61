// Phones and sharing: by address, by the app's own pipe, by codes on the screen, by file.
//
// Invariant: one meeting at a time is begun from this screen, any number are answered; ending one loses nothing that came.

import Bibtrail
import Foundation
import Observation

/// Somebody nearby whom the app found.
public struct Peer: Equatable, Hashable, Sendable, Identifiable {
    /// What it calls itself.
    public let name: String
    /// How the app reaches it.
    public let address: String
    public var id: String { address }

    public init(name: String, address: String) {
        self.name = name
        self.address = address
    }
}

/// Phones and sharing.
@MainActor @Observable public final class DevicesModel: Model<DevicesScreen> {
    /// How the last meeting is going, or went.
    public private(set) var meeting: SyncState?
    /// Whether one is going on.
    public private(set) var isMeeting = false
    /// Who is nearby; the app's browser fills it.
    public var peers: [Peer] = []
    /// How far the codes are that the camera collects.
    public private(set) var frames: FrameProgress?

    @ObservationIgnored private var taking: FrameTake?
    @ObservationIgnored private var task: Task<Void, Never>?

    public init(_ phone: Phone) {
        super.init(phone) { try $0.devicesScreen() }
    }

    override func heard(_ change: Change) {
        if case .synced(let state) = change { meeting = state }
    }

    /// Meets somebody by address.
    public func share(with target: SyncTarget) async {
        await share { try await $0.meet(at: target) }
    }

    /// Meets somebody over a pipe of the app's own, which this phone dialled.
    public func share(over pipe: some BytePipe) async {
        await share { try await $0.meet(over: pipe, as: .dialled(peer: nil)) }
    }

    /// Answers somebody who came, whatever else goes on: two phones that dial each other at once must not wait for ever.
    public func answer(_ pipe: some BytePipe) async {
        do {
            meeting = try await phone.meet(over: pipe, as: .answered)
        } catch {
            // Whoever listens to changes has heard why; the guest was told.
        }
        await refresh()
    }

    /// How this phone is called among those nearby: its name, and digits of its log that no other has.
    public func announcedName() async -> String {
        guard let own = try? await phone.run({ try $0.devicesScreen() }).devices.first(where: \.isThis) else {
            return "Bibtrail"
        }
        return "\(own.name.isEmpty ? "Bibtrail" : own.name) \(own.log.prefix(8))"
    }

    /// Ends the meeting that is going on.
    public func stop() {
        task?.cancel()
    }

    /// All that is here, for a file.
    public func bundle() async -> Data? {
        await attempt { try $0.exportBundle() }
    }

    /// Takes a file in.
    public func takeIn(_ bytes: Data) async {
        await act { _ = try $0.importBundle(bytes: bytes) }
    }

    /// All that is here as moving codes.
    public func codes() async -> FrameShow? {
        await attempt { try $0.showFrames() }
    }

    /// Takes one code that the camera read. Once all are there they are taken in.
    public func take(_ frame: Data) async {
        do {
            let taking = try taking ?? FrameTake()
            self.taking = taking
            let progress = try taking.push(frame: frame)
            frames = progress
            guard let payload = progress.payload else { return }
            self.taking = nil
            await takeIn(payload)
        } catch {
            // One bad frame among many good ones is no news.
        }
    }

    private func share(_ meet: @escaping @Sendable (Phone) async throws -> SyncState) async {
        guard !isMeeting else { return }
        isMeeting = true
        let phone = phone
        let task = Task {
            do {
                meeting = try await meet(phone)
                forgetFailure()
            } catch {
                failed(error)
            }
        }
        self.task = task
        await task.value
        self.task = nil
        isMeeting = false
        await refresh()
    }
}
