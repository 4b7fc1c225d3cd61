//! The table of all texts: each key with its arguments.
//!
//! Invariant: [`Say`] and [`keys`] come from one list, so neither knows a text that the other lacks.

use super::{Wording, WordingArg, WordingValue};

/// Makes an argument's value; the kinds are those of the table's second word.
macro_rules! value {
    (word, $value:expr) => {
        WordingValue::Word { word: $value }
    };
    (number, $value:expr) => {
        WordingValue::Number { number: $value }
    };
    (time, $value:expr) => {
        WordingValue::Time { time_ms: $value }
    };
    (span, $value:expr) => {
        WordingValue::Span { span_ms: $value }
    };
    (key, $value:expr) => {
        WordingValue::Key { key: $value.wording().key }
    };
}

macro_rules! kind {
    (word) => { String };
    (number) => { i64 };
    (time) => { i64 };
    (span) => { i64 };
    (key) => { Box<Say> };
}

macro_rules! says {
    ($($key:literal $name:ident ($($arg:ident: $kind:ident),*))*) => {
        /// Something that is said. The variants stand for the keys beside them; arguments are those of the table.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the key says what it is, and the English texts say it in full")]
        pub enum Say {
            $($name { $($arg: kind!($kind)),* },)*
        }

        impl Say {
            /// The text by key.
            #[must_use]
            pub fn wording(&self) -> Wording {
                match self.clone() {
                    $(Self::$name { $($arg),* } => Wording {
                        key: $key.to_owned(),
                        args: vec![$(WordingArg {
                            name: stringify!($arg).to_owned(),
                            value: value!($kind, $arg),
                        }),*],
                    },)*
                }
            }
        }

        /// All keys, each with the names and kinds of its arguments: `word`, `number`, `time`, `span`, or `key` (another
        /// text).
        #[must_use]
        pub fn keys() -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
            vec![$(($key, vec![$((stringify!($arg), stringify!($kind))),*])),*]
        }
    };
}

says! {
    // Warnings beside a scan. None of them refuses it.
    "warning.time-only" TimeOnly()
    "warning.unsure-bib" UnsureBib(bib: word)
    "warning.unknown-bib" UnknownBib(bib: word)
    "warning.shared-bib" SharedBib(bib: word, entrants: number)
    "warning.seen-before" SeenBefore(bib: word, ago: span)
    "warning.did-not-start" WarnDns(bib: word)
    "warning.dropped" WarnDropped(bib: word)
    "warning.dropped-at" WarnDroppedAt(bib: word, place: word)
    "warning.disqualified" WarnDsq(bib: word)
    "warning.over-time" WarnOtl(bib: word)
    "warning.off-course" WarnOffCourse(bib: word, course: word)
    "warning.not-approved" WarnNotApproved()
    "warning.not-on-disk" WarnNotOnDisk()

    // What the camera read.
    "scan.bib" ScanBib(bib: word)
    "scan.unsure" ScanUnsure(bib: word)
    "scan.join-code" ScanJoinCode(race: word)
    "scan.other-race" ScanOtherRace(bib: word)
    "scan.moving-code" ScanMovingCode()
    "scan.damaged" ScanDamaged()
    "scan.newer" ScanNewer()
    "scan.unreadable" ScanUnreadable()

    // The badge of the last entry.
    "badge.recorded" BadgeRecorded(bib: word)
    "badge.recorded-named" BadgeRecordedNamed(bib: word, name: word)
    "badge.time-only" BadgeTimeOnly()
    "badge.kept" BadgeKept(bib: word)
    "badge.undone" BadgeUndone(bib: word)
    "badge.announce" BadgeAnnounce(bib: word, way: key, time: time)

    // Ways, roles, states.
    "way.in" WayIn()
    "way.out" WayOut()
    "role.pending" RolePending()
    "role.volunteer" RoleVolunteer()
    "role.captain" RoleCaptain()
    "role.director" RoleDirector()
    "role.revoked" RoleRevoked()
    "state.contested" StateContested()
    "state.overdue" StateOverdue()
    "state.unknown" StateUnknown()
    "state.on-course" StateOnCourse()
    "state.inside" StateInside()
    "state.dropped" StateDropped()
    "state.not-started" StateNotStarted()
    "state.collected" StateCollected()
    "state.safe" StateSafe()
    "state.finished" StateFinished()
    "state.did-not-start" StateDidNotStart()
    "runner.due" RunnerDue(place: word, likely: time)
    "runner.late" RunnerLate(place: word, late: span)
    "runner.last-seen" RunnerLastSeen(place: word, time: time)
    "runner.waits-for" RunnerWaitsFor(place: word)
    "runner.unentered" RunnerUnentered()

    // How many copies, and how old our knowledge is.
    "held.nobody-else" HeldNobodyElse()
    "held.devices" HeldDevices(devices: number)
    "pending.none" PendingNone()
    "pending.waiting" PendingWaiting(scans: number)
    "stale.never" StaleNever()
    "stale.now" StaleNow()
    "stale.ago" StaleAgo(ago: span)
    "stale.closed" StaleClosed()
    "met.never" MetNever()
    "met.ago" MetAgo(ago: span)
    "lacks.nothing" LacksNothing()
    "lacks.operations" LacksOperations(operations: number)

    // What wants attention, beside everything else.
    "notice.unconfirmed" NoticeUnconfirmed(scans: number)
    "notice.disk-full" NoticeDiskFull()
    "notice.disk-low" NoticeDiskLow(megabytes: number)
    "notice.battery-low" NoticeBatteryLow(percent: number)
    "notice.not-approved" NoticeNotApproved()
    "notice.revoked" NoticeRevoked()
    "notice.new-key" NoticeNewKey()
    "notice.mended" NoticeMended()
    "notice.clock-off" NoticeClockOff(off: span)
    "notice.no-settings" NoticeNoSettings()
    "notice.newer-app" NoticeNewerApp()
    "notice.no-checkpoint" NoticeNoCheckpoint()

    // Clocks.
    "clock.reference" ClockReference()
    "clock.within" ClockWithin(within: span)
    "clock.alone" ClockAlone()

    // Meetings.
    "sync.going" SyncGoing(received: number, sent: number)
    "sync.same" SyncSame(received: number, sent: number)
    "sync.not-same" SyncNotSame(received: number, sent: number)
    "sync.failed" SyncFailed()
    "sync.refused-here" SyncRefusedHere(parts: number)
    "sync.refused-there" SyncRefusedThere(parts: number)
    "sync.forked" SyncForked()
    "frames.have" FramesHave(have: number, need: number)

    // Closing a checkpoint.
    "closing.open" ClosingOpen()
    "closing.asked" ClosingAsked(code: word)
    "closing.contested" ClosingContested()
    "closing.stale" ClosingStale()
    "closing.waiting" ClosingWaiting(runners: number)
    "closing.name-last" ClosingNameLast()
    "closing.sweepers" ClosingSweepers()
    "closing.ready" ClosingReady()
    "closing.closed" ClosingClosed()
    "closing.closed-stale" ClosingClosedStale()

    // Corrections.
    "correction.void" CorrectionVoid()
    "correction.corrected" CorrectionCorrected()
    "correction.proposal" CorrectionProposal()
    "correction.copied" CorrectionCopied(source: word)

    // What may be said of a runner.
    "act.dropped-here" ActDroppedHere()
    "act.back-in-race" ActBackInRace()
    "act.safe-here" ActSafeHere()

    // What wants a person's look.
    "finding.station-off" FindingStationOff()
    "finding.proposed" FindingProposed()
    "finding.after-drop" FindingAfterDrop()
    "finding.seen-though-dns" FindingSeenThoughDns()
    "finding.two-places" FindingTwoPlaces()
    "finding.out-before-in" FindingOutBeforeIn()
    "finding.twice-here" FindingTwiceHere()
    "finding.impossible" FindingImpossible()
    "finding.off-course" FindingOffCourse()
    "finding.unknown-bib" FindingUnknownBib()
    "finding.unsure-bib" FindingUnsureBib()
    "finding.no-bib" FindingNoBib()
    "finding.too-fast" FindingTooFast()
    "finding.too-slow" FindingTooSlow()
    "finding.shared-bib" FindingSharedBib()
    "finding.same-person" FindingSamePerson()
    "finding.contested" FindingContested()
    "finding.missed" FindingMissed()

    // Failures, by the variants of the error.
    "error.no-replica" ErrorNoReplica()
    "error.exists" ErrorExists()
    "error.closed" ErrorClosed()
    "error.disk-full" ErrorDiskFull()
    "error.disk" ErrorDisk()
    "error.damaged" ErrorDamaged()
    "error.newer-app" ErrorNewerApp()
    "error.bad-bib" ErrorBadBib()
    "error.bad-ticket" ErrorBadTicket()
    "error.other-race" ErrorOtherRace()
    "error.no-checkpoint" ErrorNoCheckpoint()
    "error.not-found" ErrorNotFound()
    "error.not-allowed" ErrorNotAllowed()
    "error.invalid" ErrorInvalid()
    "error.link" ErrorLink()
    "error.refused" ErrorRefused()
    "error.interrupted" ErrorInterrupted()
    "error.host" ErrorHost()
    "error.panic" ErrorPanic()
}
