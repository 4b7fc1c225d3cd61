// Phones and sharing: by address, by the app's own pipe, by codes on the screen, by file.
//
// Invariant: one meeting at a time from this screen; ending it loses nothing that came.

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

    /// Meets somebody over a pipe of the app's own.
    public func share(over pipe: some BytePipe, as side: Side) async {
        await share { try await $0.meet(over: pipe, as: side) }
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
