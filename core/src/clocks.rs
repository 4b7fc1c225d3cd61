//! Corrected times: when a phone that had no network says 09:41:07, when was that by the race's reference?
//!
//! Invariant: a pure function of the *set* of anchors and contacts (order and repetition change nothing), the same to
//! the last bit on every platform; `earliest_ms <= ms <= latest_ms`, always. No wall clock comes in anywhere.
//!
//! **Clocks.** A segment is one run of a device's boot clock, from start-up to shut-down. The reference is one segment
//! or several ([`Anchor`]) whose clock is UTC by definition. Any other segment runs at a rate within
//! 1 ± [`DRIFT_PPM`]/10⁶ of it: that is the one assumption.
//!
//! **Bounds** (`bounds`). "Peer minus mine within `[lo, hi]` when mine said `b`" is two facts of the kind *this was
//! not after that*: the peer's clock turned to `b + lo` no later, and to `b + hi` no earlier, than mine turned to `b`.
//! A one-way medium proves one of the two. Together with the rates they make a system of difference constraints; the
//! tightest bounds are shortest paths from and to the reference (Bellman and Ford), here in whole nanoseconds, where
//! one millisecond at one ppm is one nanosecond, so nothing is rounded until the answer.
//!
//! **Contradictions** (`repair`). Where the constraints cannot all hold, the assumption is broken. The segments
//! concerned get a wider allowance (doubled, up to [`WIDEST_PPM`]) if steady rates explain it, otherwise the contact
//! goes without which the rest fits best. Either way [`Clocks::suspects`] names it.
//!
//! **Estimate** (`estimate`). Offset and rate of a segment are a Gaussian process: rate N(0, 40 ppm) plus a random
//! walk of it (temperature), measured by every two-sided contact with variance width²/12. Segments are settled from
//! the surest on, by a Kalman smoother, then all are re-fitted against each other a fixed number of times.

mod bounds;
mod estimate;
mod repair;

use bounds::{NS, Net, Ns, World};
use estimate::Track;

use crate::ids::BootId;

/// The stated assumption, in parts per million: how far the rate of any segment is from the reference's.
/// (Phones: 10 to 20; a survey of hosts on the Internet: median 78.)
pub const DRIFT_PPM: i64 = 100;

/// As bad as an oscillator is believed to be, in parts per million, before a contact is disbelieved instead.
pub const WIDEST_PPM: i64 = 1_600;

/// One meeting of two devices, as one of them proved it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contact {
    /// The segment of the device that measured.
    pub boot: BootId,
    /// What its clock said, in milliseconds since boot.
    pub boot_ms: u64,
    /// The segment of the other.
    pub peer: BootId,
    /// At least so much was the peer's clock ahead of its own, in milliseconds, already widened for truncation.
    /// `None` (or `i64::MIN`): not proved.
    pub lo_ms: Option<i64>,
    /// At most so much. `None` (or `i64::MAX`): not proved.
    pub hi_ms: Option<i64>,
}

/// How a reference segment's boot clock reads in UTC: `utc_ms = boot_ms + offset_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Anchor {
    /// The reference segment.
    pub boot: BootId,
    /// From its boot clock to UTC, in milliseconds.
    pub offset_ms: i64,
}

/// The instant at which a segment's clock turned to some millisecond, by the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The best estimate, in milliseconds since 1970-01-01 UTC.
    pub ms: i64,
    /// Its standard error in milliseconds: 0 on a reference, at least 1 elsewhere, never above `latest - earliest`.
    pub sigma_ms: i64,
    /// Not before this, given [`DRIFT_PPM`] and honest contacts.
    pub earliest_ms: i64,
    /// Not after this, given the same.
    pub latest_ms: i64,
}

/// What does not fit the assumption. All are reported, the worst of no kind hidden by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suspect {
    /// A reference segment was given different offsets: all moments by it are as wide as the spread.
    Anchor {
        /// The reference segment.
        boot: BootId,
        /// From the lowest to the highest offset, in milliseconds.
        spread_ms: i64,
    },
    /// A segment's contacts contradict [`DRIFT_PPM`], alone or with those of others: its bounds were widened.
    Rate {
        /// The segment.
        boot: BootId,
        /// The allowance with which its contacts fit, in parts per million: [`DRIFT_PPM`] doubled until they do.
        ppm: i64,
    },
    /// A contact that no believable rate explains: it was left out.
    Contact {
        /// The contact.
        contact: Contact,
        /// By how much it contradicts the others, in milliseconds, beyond what drift allows.
        excess_ms: i64,
        /// Whether only leaving out this one helped. If not, it may have been another that lied.
        certain: bool,
    },
}

/// The clocks of a race, as far as the contacts connect them to the reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Clocks {
    net: Net,
    /// One for each segment of `net`, in its order.
    tracks: Vec<Track>,
    suspects: Vec<Suspect>,
}

impl Clocks {
    /// Solves for all segments that appear in `anchors` or `contacts`. Contacts without a bound say nothing and are
    /// passed over. It always comes to an end and never fails: what contradicts itself becomes a [`Suspect`].
    #[must_use]
    pub fn solve(anchors: &[Anchor], contacts: &[Contact]) -> Self {
        let (mut world, mut suspects) = World::new(anchors, contacts);
        let (net, alive) = repair::settle(&mut world, &mut suspects);
        let tracks = estimate::fit(&world, &net, &alive);
        suspects.sort();
        Self { net, tracks, suspects }
    }

    /// When the clock of `boot` turned to `boot_ms`. (An event stamped `boot_ms` came up to one millisecond later.)
    /// Extreme values saturate. `None`: the segment has no bound on both sides, so no estimate.
    #[must_use]
    pub fn at(&self, boot: BootId, boot_ms: u64) -> Option<Moment> {
        let seg = self.net.find(boot)?;
        let at = Ns::from(boot_ms) * NS;
        let (low, high) = self.net.bounds(seg, at)?;
        let (earliest_ms, latest_ms) = (whole(low.div_euclid(NS)), whole(-(-high).div_euclid(NS)));
        let (estimate, sigma) = self.tracks[seg].at(at);
        let ms = whole((estimate + NS / 2).div_euclid(NS)).clamp(earliest_ms, latest_ms);
        let sigma_ms = whole(sigma).clamp(0, latest_ms.saturating_sub(earliest_ms));
        Some(Moment { ms, sigma_ms, earliest_ms, latest_ms })
    }

    /// Whether [`Clocks::at`] has an answer for `boot`.
    #[must_use]
    pub fn is_connected(&self, boot: BootId) -> bool {
        self.at(boot, 0).is_some()
    }

    /// What does not fit, in a fixed order: references, rates, contacts.
    #[must_use]
    pub fn suspects(&self) -> &[Suspect] {
        &self.suspects
    }
}

/// As an `i64`, the nearest there is.
fn whole(value: Ns) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests;
