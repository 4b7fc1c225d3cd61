// Phones on the same Wi-Fi or hotspot: found by Bonjour, met over TCP. The bytes are TLS of the core's own.
//
// Invariant: who answers proves its log key in the core; a name in the network proves nothing.

import BibtrailScreens
import Foundation
import Network

/// Finds others, and is found.
@MainActor final class Nearby {
    private static let service = "_bibtrail._tcp"
    private var found: [String: NWEndpoint] = [:]

    /// Looks for others until the task ends.
    func browse(_ model: DevicesModel) async {
        let own = await model.announcedName()
        let browser = NWBrowser(for: .bonjour(type: Self.service, domain: nil), using: .tcp)
        let (results, more) = AsyncStream.makeStream(of: [NWEndpoint].self)
        browser.browseResultsChangedHandler = { results, _ in more.yield(results.map(\.endpoint)) }
        more.onTermination = { _ in browser.cancel() }
        browser.start(queue: .main)
        for await endpoints in results {
            found = [:]
            for case .service(let name, let type, let domain, let interface) in endpoints
            where name != own {
                found[name] = .service(name: name, type: type, domain: domain, interface: interface)
            }
            model.peers = found.keys.sorted().map { Peer(name: $0, address: $0) }
        }
    }

    /// Answers whoever comes, until the task ends.
    func answer(_ model: DevicesModel) async {
        let own = await model.announcedName()
        guard let listener = try? NWListener(using: .tcp) else { return }
        listener.service = NWListener.Service(name: own, type: Self.service)
        let (callers, more) = AsyncStream.makeStream(of: NWConnection.self)
        listener.newConnectionHandler = { more.yield($0) }
        more.onTermination = { _ in listener.cancel() }
        listener.start(queue: .main)
        for await connection in callers {
            // One that says nothing holds up no other.
            Task { await model.answer(ConnectionPipe(connection)) }
        }
    }

    /// Meets somebody who was found.
    func meet(_ peer: Peer, _ model: DevicesModel) async {
        guard let endpoint = found[peer.address] else { return }
        await model.share(over: ConnectionPipe(NWConnection(to: endpoint, using: .tcp)))
    }
}

/// A connection as a pipe. What does not come to be, or is silent for too long, ends.
final class ConnectionPipe: BytePipe {
    private static let connecting = Duration.seconds(10)
    private static let silence = Duration.seconds(60)
    private let connection: NWConnection

    init(_ connection: NWConnection) {
        self.connection = connection
        Task {
            try? await Task.sleep(for: Self.connecting)
            if connection.state != .ready { connection.cancel() }
        }
        connection.start(queue: .global(qos: .userInitiated))
    }

    func send(_ bytes: Data) async throws {
        try await withCheckedThrowingContinuation { (sent: CheckedContinuation<Void, any Error>) in
            connection.send(
                content: bytes,
                completion: .contentProcessed { error in
                    if let error { sent.resume(throwing: error) } else { sent.resume() }
                })
        }
    }

    func receive() async throws -> Data? {
        let connection = connection
        let waiting = Task {
            try await Task.sleep(for: Self.silence)
            connection.cancel()
        }
        defer { waiting.cancel() }
        return try await withCheckedThrowingContinuation { received in
            connection.receive(minimumIncompleteLength: 1, maximumLength: 65_536) { bytes, _, isOver, error in
                if let bytes, !bytes.isEmpty {
                    received.resume(returning: bytes)
                } else if let error {
                    received.resume(throwing: error)
                } else {
                    received.resume(returning: isOver ? nil : Data())
                }
            }
        }
    }

    func close() {
        connection.cancel()
    }
}
