// A meeting over a pipe that the app owns: a connection of Network.framework, a pair of streams, whatever carries bytes.
//
// Invariant: the pipe is closed when the meeting is over, however it ended; what came in until then is kept.

import BibtrailCore
import Foundation

/// Carries bytes both ways, in order.
public protocol BytePipe: Sendable {
    /// Sends all of it.
    func send(_ bytes: Data) async throws
    /// What came in next, at least one byte; nothing once the other side closed.
    func receive() async throws -> Data?
    /// Ends it, also under a call that waits: that one then throws, or gives nothing.
    func close()
}

/// Which side of a meeting this phone is.
public enum Side: Sendable {
    /// It made the connection. `peer`: the log that must answer, as 64 hexadecimal digits, or whichever answers.
    case dialled(peer: String?)
    /// The other side made it.
    case answered
}

extension Phone {
    /// Meets another replica over a pipe. Cancelling the task ends the meeting.
    public nonisolated func meet(over pipe: some BytePipe, as side: Side) async throws -> SyncState {
        let race = race
        defer { pipe.close() }
        let session = try await offThread {
            switch side {
            case .dialled(let peer): try race.beginSync(peer: peer)
            case .answered: try race.answerSync()
            }
        }
        return try await withTaskCancellationHandler {
            try await talk(session, pipe)
        } onCancel: {
            try? session.interrupt()
            pipe.close()
        }
    }
}

private func talk(_ session: SyncSession, _ pipe: some BytePipe) async throws -> SyncState {
    var heard = Data()
    while true {
        let bytes = heard
        let said = try await step(session, bytes, pipe)
        if !said.isEmpty { try await carry(session) { try await pipe.send(said) } }
        let state = try session.state()
        if state.isOver { return state }
        guard let next = try await carry(session, { try await pipe.receive() }) else {
            return try await offThread { try session.ended() }
        }
        heard = next
    }
}

/// One exchange. A meeting that failed still tells the other side why.
private func step(_ session: SyncSession, _ bytes: Data, _ pipe: some BytePipe) async throws -> Data {
    do {
        return try await offThread { try session.receive(bytes: bytes) }
    } catch {
        if let last = try? session.lastWords(), !last.isEmpty { try? await pipe.send(last) }
        throw error
    }
}

/// What the pipe does. If it breaks, the session is told before anybody else, so that the core tidies up.
private func carry<Answer: Sendable>(
    _ session: SyncSession, _ work: () async throws -> Answer
) async throws -> Answer {
    do {
        return try await work()
    } catch {
        _ = try? await offThread { try session.ended() }
        throw error
    }
}
