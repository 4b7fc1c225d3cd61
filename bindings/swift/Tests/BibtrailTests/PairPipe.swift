// Two ends of a pipe in memory, owned by the test as a socket is owned by the app.

import BibtrailTestSupport
import Foundation

/// One end.
final class PairPipe: BytePipe {
    private let out: AsyncThrowingStream<Data, any Error>.Continuation
    private let incoming: Inbox
    private let ownEnd: AsyncThrowingStream<Data, any Error>.Continuation

    private init(
        _ out: AsyncThrowingStream<Data, any Error>.Continuation,
        _ inbox: AsyncThrowingStream<Data, any Error>,
        _ ownEnd: AsyncThrowingStream<Data, any Error>.Continuation,
        _ breaksAfter: Int
    ) {
        (self.out, incoming, self.ownEnd) = (out, Inbox(inbox, breaksAfter), ownEnd)
    }

    /// Both ends. The link breaks after the first end took so many pieces.
    static func pair(breaksAfter: Int = .max) -> (PairPipe, PairPipe) {
        let (left, toLeft) = AsyncThrowingStream.makeStream(of: Data.self)
        let (right, toRight) = AsyncThrowingStream.makeStream(of: Data.self)
        return (
            PairPipe(toRight, left, toLeft, breaksAfter), PairPipe(toLeft, right, toRight, .max)
        )
    }

    func send(_ bytes: Data) async throws {
        // In pieces, as a network cuts them.
        for start in stride(from: 0, to: bytes.count, by: 1_000) {
            out.yield(bytes.dropFirst(start).prefix(1_000))
        }
    }

    func receive() async throws -> Data? {
        try await incoming.next()
    }

    func close() {
        out.finish()
        ownEnd.finish()
    }
}

/// What came in, piece by piece.
private actor Inbox {
    private var pieces: AsyncThrowingStream<Data, any Error>.AsyncIterator
    private var left: Int

    init(_ stream: AsyncThrowingStream<Data, any Error>, _ breaksAfter: Int) {
        (pieces, left) = (stream.makeAsyncIterator(), breaksAfter)
    }

    func next() async throws -> Data? {
        guard left > 0 else { throw BadScript(line: "the link broke") }
        left -= 1
        var pieces = pieces
        let next = try await pieces.next(isolation: self)
        self.pieces = pieces
        return next
    }
}
