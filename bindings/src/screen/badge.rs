//! The record screen: the last entry with its badge, counts, and what to look twice at.
//!
//! Invariant: a warning stands beside a scan and never instead of it.

use bibtrail_core::{
    ids::{Bib, Key},
    op::{ScanKind, StatusCode},
    race::RaceSetup,
    store::{Store, StoreError},
    time::Reading,
};

use super::{Haptic, Notice, Place, RaceZone, Sound, Tone, Way};
use crate::words::{Say, Wording};

/// How long the badge offers to take the entry back, in milliseconds. The list of corrections always does.
const UNDO_MS: i64 = 15_000;

/// So many keys for letters fit beside each other.
pub(crate) const LETTERS_MAX: usize = 3;

/// An entry, as the badge shows it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Badge {
    /// The scan, for `undo`, `amend` and `void`: its log and place, or `waiting:` and a number until it is on the disk.
    pub scan: String,
    /// The bib as it was recorded; empty when it comes later.
    pub bib: String,
    /// The runner's name; empty if nobody entered under this bib.
    pub name: String,
    /// Where.
    pub place: Place,
    /// Which way.
    pub way: Way,
    /// When, by the phone's clock: milliseconds since 1970-01-01 UTC.
    pub time_ms: i64,
    /// That moment as the race's people read it, `09:12:31`; empty while this phone does not know whose hours those are.
    pub clock: String,
    /// Whether it is on the disk and was read back. Until then it is kept in memory and tried again.
    pub is_confirmed: bool,
    /// Whether it counts for nothing, because it was taken back.
    pub is_void: bool,
    /// What the badge says.
    pub headline: Wording,
    /// What to look twice at, the most important first.
    pub warnings: Vec<Wording>,
    /// How many devices are known to hold it, this one included; 0 until it is on the disk.
    pub held_by: u32,
    /// That in words.
    pub held: Wording,
    /// Its colour.
    pub tone: Tone,
    /// What is heard when it appears.
    pub sound: Sound,
    /// What is felt when it appears.
    pub haptic: Haptic,
    /// What TalkBack and VoiceOver say when it appears.
    pub announce: Wording,
    /// Until when the badge offers to take it back, by the phone's clock: milliseconds since 1970-01-01 UTC.
    pub undo_until_ms: i64,
}

/// How many were recorded, one way.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct WayCount {
    /// Which way.
    pub way: Way,
    /// Runners, as far as the entries of all phones are here: different bibs, and each time whose bib is still to come.
    pub runners: u32,
}

/// What the record screen shows.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct RecordScreen {
    /// The race's name; empty until its settings are here.
    pub race: String,
    /// Whose hours all times of day are shown in; nothing until the race's settings are here.
    pub zone: Option<RaceZone>,
    /// Where this phone stands, if it was said.
    pub place: Option<Place>,
    /// Both ways, in first; one entry where runners only pass.
    pub counts: Vec<WayCount>,
    /// Which way the camera records. Nothing where runners go both: then a bib that it reads is typed, and the volunteer
    /// says which.
    pub camera_way: Option<Way>,
    /// Which way "time now" records: that of this phone's last entry here that counts, at first in. Where runners go both
    /// ways the button says it.
    pub time_way: Way,
    /// Entries of this phone that count, and whose bib is still to come: `times_screen` lists them.
    pub times_waiting: u32,
    /// Characters beside the digits that the race's bibs have, for keys of their own; at most three.
    pub letters: Vec<String>,
    /// The last entry of this phone since it was opened.
    pub last: Option<Badge>,
    /// Scans of this phone that no other device is known to hold.
    pub pending_scans: u32,
    /// That in words. It is no error: offline is normal.
    pub pending: Wording,
    /// Entries that are in memory only, because the disk did not take them yet.
    pub unconfirmed: u32,
    /// What wants attention, the worst first.
    pub notices: Vec<Notice>,
    /// What this phone may do.
    pub role: Wording,
    /// Now, by the phone's clock: milliseconds since 1970-01-01 UTC.
    pub now_ms: i64,
}

/// An entry, before it has its badge.
#[derive(Clone, Debug)]
pub(crate) struct Entered {
    pub(crate) scan: String,
    pub(crate) bib: Bib,
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) way: Way,
    pub(crate) time_ms: i64,
    pub(crate) warnings: Vec<Say>,
    pub(crate) is_confirmed: bool,
    pub(crate) is_void: bool,
}

impl Entered {
    /// Whether it is a time that counts, and whose bib is still to come.
    pub(crate) fn is_time_only(&self) -> bool {
        self.bib.is_empty() && !self.is_void
    }

    /// Its badge. `held_by`: how many devices are known to hold it; `clock`: the time as people read it.
    pub(crate) fn badge(&self, held_by: usize, clock: String) -> Badge {
        let mut warnings: Vec<Wording> = self.warnings.iter().map(Say::wording).collect();
        if !self.is_confirmed {
            warnings.insert(0, Say::WarnNotOnDisk {}.wording());
        }
        let (tone, sound, haptic) = match (self.is_confirmed, self.is_void, warnings.is_empty()) {
            (_, true, _) => (Tone::Quiet, Sound::Undone, Haptic::Tick),
            (false, ..) => (Tone::Alarm, Sound::Alarm, Haptic::Long),
            (true, false, false) => (Tone::Warning, Sound::Warned, Haptic::Twice),
            (true, false, true) => (Tone::Good, Sound::Recorded, Haptic::Once),
        };
        let bib = self.bib.as_str().to_owned();
        let announce = match self.bib.is_empty() {
            true => Say::BadgeTimeOnly {},
            false => {
                Say::BadgeAnnounce { bib: bib.clone(), way: Box::new(self.way.say()), time: self.time_ms }
            }
        };
        Badge {
            headline: self.headline().wording(),
            announce: announce.wording(),
            scan: self.scan.clone(),
            bib,
            name: self.name.clone(),
            place: self.place.clone(),
            way: self.way,
            time_ms: self.time_ms,
            clock,
            is_confirmed: self.is_confirmed,
            is_void: self.is_void,
            warnings,
            held_by: count(held_by),
            held: held(held_by).wording(),
            tone,
            sound,
            haptic,
            undo_until_ms: self.time_ms.saturating_add(UNDO_MS),
        }
    }

    fn headline(&self) -> Say {
        let bib = self.bib.as_str().to_owned();
        match (self.is_void, self.is_confirmed, self.bib.is_empty(), self.name.is_empty()) {
            (true, ..) => Say::BadgeUndone { bib },
            (_, false, ..) => Say::BadgeKept { bib },
            (.., true, _) => Say::BadgeTimeOnly {},
            (.., false) => Say::BadgeRecordedNamed { bib, name: self.name.clone() },
            (.., true) => Say::BadgeRecorded { bib },
        }
    }
}

/// How many devices hold something, in words.
fn held(devices: usize) -> Say {
    match devices {
        0 | 1 => Say::HeldNobodyElse {},
        n => Say::HeldDevices { devices: i64::try_from(n).unwrap_or(i64::MAX) },
    }
}

/// A count as screens show it.
pub(crate) fn count<N: TryInto<u32>>(n: N) -> u32 {
    n.try_into().unwrap_or(u32::MAX)
}

/// The name under a bib, and what to look twice at, before the scan is recorded.
///
/// # Errors
/// When the database fails.
pub(crate) fn expectations(
    store: &Store,
    setup: &RaceSetup,
    bib: &Bib,
    (checkpoint, kind, reading): (&Key, ScanKind, Reading),
) -> Result<(String, Vec<Say>), StoreError> {
    let text = bib.to_string();
    if bib.is_empty() {
        return Ok((String::new(), vec![Say::TimeOnly {}]));
    }
    if bib.is_uncertain() {
        return Ok((String::new(), vec![Say::UnsureBib { bib: text }]));
    }
    let mut warnings = Vec::new();
    let entrants = store.entrants_with(bib)?;
    let name = entrants.first().map(|entrant| entrant.name.clone()).unwrap_or_default();
    match entrants.as_slice() {
        // Before the settings are here, nobody is known.
        [] if setup.courses.is_empty() => {}
        [] => warnings.push(Say::UnknownBib { bib: text.clone() }),
        [entrant] => {
            let status = entrant.status.as_ref().filter(|status| status.code != StatusCode::Ok);
            warnings.extend(status.map(|status| {
                let at = status.checkpoint.as_ref().map(|key| Place::of(setup, key.as_str()).name);
                said(&text, status.code, at)
            }));
            let course = setup.course(entrant.course.as_ref());
            let leads_here = |course: &&bibtrail_core::race::Course| {
                course.visits.iter().any(|visit| visit.checkpoint == *checkpoint)
            };
            if let Some(course) = course.filter(|course| !leads_here(course)) {
                warnings.push(Say::WarnOffCourse { bib: text.clone(), course: course.name.clone() });
            }
        }
        several => {
            let entrants = i64::try_from(several.len()).unwrap_or(i64::MAX);
            warnings.push(Say::SharedBib { bib: text.clone(), entrants });
        }
    }
    if let Some(last) = store.seen(checkpoint, kind, bib)?.last() {
        let ago = store.timing()?.time_ms(reading).saturating_sub(last.time_ms);
        warnings.push(Say::SeenBefore { bib: text, ago: ago / 1000 * 1000 });
    }
    Ok((name, warnings))
}

fn said(bib: &str, code: StatusCode, at: Option<String>) -> Say {
    let bib = bib.to_owned();
    match (code, at) {
        (StatusCode::Dns, _) => Say::WarnDns { bib },
        (StatusCode::Dsq, _) => Say::WarnDsq { bib },
        (StatusCode::Otl, _) => Say::WarnOtl { bib },
        (_, Some(place)) => Say::WarnDroppedAt { bib, place },
        (_, None) => Say::WarnDropped { bib },
    }
}
