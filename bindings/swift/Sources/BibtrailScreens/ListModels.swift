// My checkpoint, corrections, and closing: lists that the core made, and what people say of them.
//
// Invariant: nothing here sorts, counts or hides.

import Bibtrail
import Observation

/// My checkpoint.
@MainActor @Observable public final class CheckpointModel: Model<CheckpointScreen> {
    public init(_ phone: Phone) {
        super.init(phone) { try $0.checkpointScreen(checkpoint: nil) }
    }

    /// Says of a runner what was offered beside them.
    public func say(_ act: RunnerAct, of bib: String) async {
        await say { try $0.sayOfRunner(bib: bib, act: act, checkpoint: nil) }
    }
}

/// What the corrections show: entries, and what wants a look.
public struct Corrections: Equatable, Sendable {
    public let entries: CorrectionsScreen
    public let review: ReviewScreen
}

/// Corrections.
@MainActor @Observable public final class CorrectionsModel: Model<Corrections> {
    public init(_ phone: Phone, most: UInt32 = 200) {
        super.init(phone) { race in
            Corrections(
                entries: try race.correctionsScreen(most: most, bib: nil),
                review: try race.reviewScreen(checkpoint: nil))
        }
    }

    /// Gives an entry another bib.
    public func changeBib(of scan: String, to bib: String) async {
        await act { _ = try $0.giveBib(scan: scan, bib: bib) }
    }

    /// An entry counts for nothing.
    public func strikeOut(_ scan: String) async {
        await say { try $0.void(scan: scan, reason: nil) }
    }

    /// An entry counts again.
    public func bringBack(_ scan: String) async {
        await say { try $0.restore(scan: scan, reason: nil) }
    }

    /// Says something of an entry's runner.
    public func say(_ act: RunnerAct, of line: ScanLine) async {
        await say { try $0.sayOfRunner(bib: line.bib, act: act, checkpoint: nil) }
    }

    /// A suggestion is right.
    public func accept(_ finding: String, _ number: UInt32) async {
        await say { try $0.accept(finding: finding, number: number, reason: nil) }
    }

    /// A finding is nothing.
    public func dismiss(_ finding: String) async {
        await say { try $0.dismiss(finding: finding, isNothing: true, reason: nil) }
    }
}

/// Closing my checkpoint.
@MainActor @Observable public final class CloseOutModel: Model<ClosingScreen> {
    public init(_ phone: Phone) {
        super.init(phone) { try $0.closingScreen(checkpoint: nil) }
    }

    /// Takes a step; `text` is the last runner's bib, or the answer to headquarters.
    public func take(_ act: ClosingAct, _ text: String? = nil) async {
        guard let place = screen?.place.key else { return }
        await say { try $0.closeStep(checkpoint: place, act: act, text: text, reason: nil) }
    }
}
