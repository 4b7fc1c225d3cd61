// Recording: keys and codes go in, the badge comes out.
//
// Invariant: an entry has the time of the press, not of the disk; whatever fails, what was pressed is said or recorded.

import Bibtrail
import Foundation
import Observation

/// What is heard and felt. Equal feedback twice is two feedbacks: `number` tells them apart.
public struct Feedback: Equatable, Sendable {
    public let number: Int
    public let sound: Sound
    public let haptic: Haptic
}

/// The record screen.
@MainActor @Observable public final class RecordModel: Model<RecordScreen> {
    /// What stands on the display.
    public private(set) var pad = KeyPad(digits: "")
    /// The last entry, until another one takes its place.
    public private(set) var badge: Badge?
    /// What to let people hear and feel.
    public private(set) var feedback = Feedback(number: 0, sound: .silent, haptic: .still)
    /// What the camera read last, if it was no bib to record.
    public private(set) var code: CodeRead?
    /// Entries of this phone whose bib is still to come, the latest first.
    public private(set) var timesWithoutBib: [ScanLine] = []
    /// Whether the next runner has a pacer along. It is of one runner.
    public var isWithPacer = false

    @ObservationIgnored private let clock: any BibtrailCore.Clock
    @ObservationIgnored private let filter: FrameFilter?

    public init(_ phone: Phone, clock: any BibtrailCore.Clock) {
        self.clock = clock
        filter = try? FrameFilter(needed: 3)
        super.init(phone) { try $0.recordScreen() }
    }

    /// Whether the last entry can be taken back from here.
    public var canUndo: Bool {
        guard let badge, let screen else { return false }
        return !badge.isVoid && screen.nowMs <= badge.undoUntilMs
    }

    /// Presses a key.
    public func press(_ key: PadKey) async {
        do {
            let step = try BibtrailCore.press(pad: pad, key: key)
            pad = step.pad
            feel(step.sound, step.haptic)
            if let entry = step.record { await record(entry) }
        } catch {
            failed(error)
        }
    }

    /// Takes what one frame of the camera showed, nothing if it showed no code.
    public func see(_ text: String?) async {
        guard let filter, (try? filter.see(text: text)) == true, let text else { return }
        // Before anything waits: this is when they were seen.
        let now = try? clock.now()
        let bytes = Data(text.utf8)
        guard let read = await attempt({ try $0.readCode(bytes: bytes) }) else { return }
        switch read.kind {
        case .bib:
            code = nil
            await press(.read(bib: ReadBib(bib: read.bib, at: now), way: screen?.cameraWay))
        default:
            code = read
            feel(read.sound, read.haptic)
        }
    }

    /// The camera was closed.
    public func forgetCode() {
        code = nil
    }

    /// Takes the last entry back.
    public func undo() async {
        guard let scan = badge?.scan, let undone = await attempt({ try $0.undo(scan: scan) }) else { return }
        show(undone)
        await refresh()
    }

    /// Gives its bib to an entry.
    public func giveBib(_ bib: String, to scan: String) async {
        if let given = await attempt({ try $0.giveBib(scan: scan, bib: bib) }), badge?.scan == scan {
            show(given)
        }
        await refresh()
    }

    public override func refresh() async {
        await super.refresh()
        if badge == nil { badge = screen?.last }
        // Where this fails the screen has failed too, and says so.
        guard let times = try? await phone.run({ try $0.timesScreen() }) else { return }
        timesWithoutBib = times.lines
    }

    private func record(_ meant: PadEntry) async {
        let pacer = isWithPacer
        isWithPacer = false
        // Read before anything waits: this is the moment of the press.
        let at = meant.at ?? (try? clock.now())
        let entry = Entry(bib: meant.bib, way: meant.way, checkpoint: nil, at: at, withPacer: pacer)
        if let badge = await attempt({ try $0.record(entry: entry) }) {
            show(badge)
        } else {
            feel(.alarm, .long)
        }
        await refresh()
    }

    private func show(_ badge: Badge) {
        self.badge = badge
        feel(badge.sound, badge.haptic)
    }

    private func feel(_ sound: Sound, _ haptic: Haptic) {
        feedback = Feedback(number: feedback.number + 1, sound: sound, haptic: haptic)
    }
}
