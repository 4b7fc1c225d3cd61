// A race on this phone, for code that awaits: calls into the core block, so they run one after the other on a queue of
// their own, and never on a thread that draws.
//
// Invariant: what is recorded while a meeting goes on does not wait for the meeting.

@_exported import BibtrailCore
import Dispatch
import Foundation

/// A race on this phone.
public actor Phone {
    /// The core's own object. It may be called from any thread; calls block.
    public nonisolated let race: Race

    private let queue = WorkQueue()

    public nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    /// A race that is open already.
    public init(_ race: Race) {
        self.race = race
    }

    /// Opens the replica in a folder, or whatever else `open` does to come by a race.
    public static func opening(_ open: @escaping @Sendable () throws -> Race) async throws -> Phone {
        Phone(try await offThread(open))
    }

    /// Does something with the race. Calls wait for each other.
    public func run<Answer: Sendable>(
        _ work: @Sendable (Race) throws -> Answer
    ) throws -> Answer {
        try work(race)
    }

    /// Everything that changes from now on, until nobody listens any more.
    public nonisolated func changes() throws -> AsyncStream<Change> {
        let (stream, continuation) = AsyncStream.makeStream(of: Change.self)
        let subscription = try race.subscribe(listener: Ear { continuation.yield($0) })
        continuation.onTermination = { _ in try? subscription.cancel() }
        return stream
    }

    /// Meets another replica by its address. Cancelling the task ends the meeting; what came in until then is kept.
    public nonisolated func meet(at target: SyncTarget) async throws -> SyncState {
        let race = race
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await offThread { try race.syncWith(target: target) }
        } onCancel: {
            try? race.interrupt()
        }
    }
}

/// Hears of changes by a closure.
private final class Ear: Listener {
    private let hear: @Sendable (Change) -> Void

    init(_ hear: @escaping @Sendable (Change) -> Void) {
        self.hear = hear
    }

    func changed(change: Change) throws {
        hear(change)
    }
}

/// One thread's worth of work at a time, outside the pool that all other tasks share.
private final class WorkQueue: SerialExecutor {
    private let queue = DispatchQueue(label: "bibtrail.phone", qos: .userInitiated)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedSerialExecutor()
        queue.async { job.runSynchronously(on: executor) }
    }
}

/// Runs what blocks on a thread that may wait.
func offThread<Answer: Sendable>(
    _ work: @escaping @Sendable () throws -> Answer
) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global(qos: .userInitiated).async {
            continuation.resume(with: Result(catching: work))
        }
    }
}
