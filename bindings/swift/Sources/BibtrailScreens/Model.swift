// What all screens' models share: they ask the core, keep its answer, and say what failed.
//
// Invariant: a failure takes nothing off the screen: the last answer stays.

import Bibtrail
import Observation

/// A model that shows what one of the core's screens says.
@MainActor @Observable public class Model<Screen: Sendable> {
    /// What is shown; nothing before the first answer.
    public private(set) var screen: Screen?
    /// What failed last, if it did.
    public private(set) var failure: Wording?
    /// Where all calls go.
    public let phone: Phone

    @ObservationIgnored private let look: @Sendable (Race) throws -> Screen
    /// Whether it was looking that failed: then looking well again settles it.
    @ObservationIgnored private var isBlind = false

    init(_ phone: Phone, look: @escaping @Sendable (Race) throws -> Screen) {
        self.phone = phone
        self.look = look
    }

    /// Asks the core again. What failed before stays said, unless it was this.
    public func refresh() async {
        do {
            screen = try await phone.run(look)
            if isBlind { failure = nil }
            isBlind = false
        } catch {
            failed(error)
            isBlind = true
        }
    }

    /// Refreshes now, whenever something changes, and every so often, until the task ends: what is said of time grows old
    /// though nothing comes.
    public func follow(every pause: Duration = .seconds(60)) async {
        // Heard from before the first look, so that nothing falls between.
        let changes = try? phone.changes()
        await refresh()
        guard let changes else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.follow(changes) }
            group.addTask { await self.refresh(every: pause) }
            // Whichever ends first: the race was shut down, or nobody looks any more.
            await group.next()
            group.cancelAll()
        }
    }

    private func follow(_ changes: AsyncStream<Change>) async {
        for await change in changes {
            heard(change)
            await refresh()
        }
    }

    private func refresh(every pause: Duration) async {
        while (try? await Task.sleep(for: pause)) != nil { await refresh() }
    }

    /// Says no more what failed.
    public func forgetFailure() {
        (failure, isBlind) = (nil, false)
    }

    /// Something changed; models that keep more than the screen look at it.
    func heard(_ change: Change) {}

    /// Does something with the race. What fails is said, and gives nothing.
    func attempt<Answer: Sendable>(_ work: @Sendable (Race) throws -> Answer) async -> Answer? {
        do {
            let answer = try await phone.run(work)
            forgetFailure()
            return answer
        } catch {
            failed(error)
            return nil
        }
    }

    /// Says that something failed.
    func failed(_ error: any Error) {
        (failure, isBlind) = (failureText(error), false)
    }

    /// Says something, then looks again. What is to be known of it stands where failures do.
    func say(_ work: @Sendable (Race) throws -> Said) async {
        if let said = await attempt(work), let remark = said.remark { failure = remark }
        await refresh()
    }

    /// Does something with the race, then looks again.
    func act(_ work: @Sendable (Race) throws -> Void) async {
        _ = await attempt(work)
        await refresh()
    }
}
