//! Looking: what the screens show, each made when it is asked for.
//!
//! Invariant: looking changes nothing, and holds nothing afterwards: an idle phone keeps no picture of the race.

use bibtrail_clerk::stations::Station;
use bibtrail_core::{
    ids::{Bib, Key},
    op::{Role, ScanKind},
    results::results,
    review,
    scan::{self, Code},
    store::{Store, StoreError},
    time::Reading,
    watch,
};

use super::{
    Inner, Race,
    entries::{corrections, count_times_in_memory, times},
    lock, place, stop,
};
use crate::{
    CoreError,
    desk::Desk,
    scanner::{CodeKind, CodeRead},
    screen::{
        CheckpointScreen, ClockStatus, ClosingScreen, CorrectionsScreen, DevicesScreen, Entered, Haptic,
        LETTERS_MAX, Notice, Place, RecordScreen, ReviewScreen, Sound, Tone, Way, WayCount, clock_status,
        count, device_lines,
    },
    session::SyncTarget,
    words::Say,
};

/// What a replica is, in numbers: for comparing two of them.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Overview {
    /// The race's id.
    pub race_id: String,
    /// This phone's log: 64 hexadecimal digits.
    pub log: String,
    /// The last operation of this phone's log.
    pub own_seq: i64,
    /// How many operations are here.
    pub operations: i64,
    /// The digest of the set of operations.
    pub operations_digest: String,
    /// The digest of all that follows from them. Equal on two replicas that hold the same.
    pub state_digest: String,
}

#[uniffi::export]
impl Race {
    /// The record screen.
    ///
    /// # Errors
    /// When the race was shut down, or the database fails.
    pub fn record_screen(&self) -> Result<RecordScreen, CoreError> {
        let now = self.inner.reading();
        self.work(|inner, desk| match inner.record_screen(desk, now) {
            // Whoever cannot see what is here must still be able to record.
            Err(error) if !desk.is_shut() => Ok(inner.bare_screen(desk, now, &error)),
            screen => screen,
        })
    }

    /// "My checkpoint", or another one by key or name.
    ///
    /// # Errors
    /// When there is no such checkpoint, or nobody said where this phone stands.
    pub fn checkpoint_screen(&self, checkpoint: Option<String>) -> Result<CheckpointScreen, CoreError> {
        let now = self.inner.reading();
        self.work(|inner, desk| {
            let key = inner.place_or_own(desk, checkpoint.as_deref())?;
            let store = desk.store()?;
            let (known, now_ms) = (store.known()?, store.timing()?.time_ms(now));
            let watch = watch::watch(&known, &store.heard()?, now_ms);
            Ok(CheckpointScreen::of(&known, &watch, &key, store.own_log()))
        })
    }

    /// The list of entries: the last `most` of all phones, or all of one bib.
    ///
    /// # Errors
    /// When the database fails.
    pub fn corrections_screen(&self, most: u32, bib: Option<String>) -> Result<CorrectionsScreen, CoreError> {
        self.work(|inner, desk| {
            let here = inner.own_place(desk).ok();
            corrections(desk, most, bib.as_deref(), here.as_ref())
        })
    }

    /// The entries of this phone that were recorded as a time only and whose bib is still to come, the latest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn times_screen(&self) -> Result<CorrectionsScreen, CoreError> {
        self.work(|inner, desk| {
            let here = inner.own_place(desk).ok();
            times(desk, here.as_ref())
        })
    }

    /// Devices and meetings.
    ///
    /// # Errors
    /// When the database or the key store fails.
    pub fn devices_screen(&self) -> Result<DevicesScreen, CoreError> {
        let (now, servers) = (self.inner.reading(), self.inner.home.servers()?);
        self.work(|inner, desk| {
            let notices = inner.notices(desk, now)?;
            let store = desk.store()?;
            let pending = store.count_own_scans_to_share()? + desk.waiting.len();
            let store = desk.store()?;
            Ok(DevicesScreen {
                devices: device_lines(store, now.wall_ms)?,
                servers: servers.into_iter().map(SyncTarget::of).collect(),
                pending_scans: count(pending),
                pending: say_pending(pending).wording(),
                clock: clock_status(store, now)?,
                notices,
            })
        })
    }

    /// How this phone's clock stands to the race's.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clock_status(&self) -> Result<ClockStatus, CoreError> {
        let now = self.inner.reading();
        self.work(|_, desk| Ok(clock_status(desk.store()?, now)?))
    }

    /// The closing of my checkpoint, or another one by key or name.
    ///
    /// # Errors
    /// When there is no such checkpoint, or nobody said where this phone stands.
    pub fn closing_screen(&self, checkpoint: Option<String>) -> Result<ClosingScreen, CoreError> {
        let now = self.inner.reading();
        self.work(|inner, desk| {
            let key = inner.place_or_own(desk, checkpoint.as_deref())?;
            let store = desk.store()?;
            let station = Station::at(store, key.as_str(), store.timing()?.time_ms(now))?;
            Ok(ClosingScreen::of(&store.setup()?, &station))
        })
    }

    /// What wants a person's look, at one checkpoint or everywhere.
    ///
    /// # Errors
    /// When there is no such checkpoint, or the database fails.
    pub fn review_screen(&self, checkpoint: Option<String>) -> Result<ReviewScreen, CoreError> {
        self.work(|_, desk| {
            let store = desk.store()?;
            let at = checkpoint.as_deref().map(|text| place(store, text)).transpose()?;
            let known = store.known()?;
            let found = review::review(&known, &results(&known));
            Ok(ReviewScreen::of(&known.setup, &found, at.as_ref().map(Key::as_str)))
        })
    }

    /// What a code says that the camera read. Zeros before a bib are passed over where nobody entered under it with them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read_code(&self, bytes: Vec<u8>) -> Result<CodeRead, CoreError> {
        self.work(|inner, desk| read_code(desk.store()?, &scan::read_bytes(&bytes, inner.race)))
    }

    /// What this replica is, in numbers.
    ///
    /// # Errors
    /// When the database fails.
    pub fn overview(&self) -> Result<Overview, CoreError> {
        self.work(|inner, desk| {
            let store = desk.store()?;
            let digest = store.digest()?;
            let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            Ok(Overview {
                race_id: inner.race.to_string(),
                log: store.own_log().to_string(),
                own_seq: whole(store.own_seq()),
                operations: whole(digest.op_count),
                operations_digest: digest.ops.to_string(),
                state_digest: digest.state.to_string(),
            })
        })
    }

    /// The checkpoints of the race, in its order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn places(&self) -> Result<Vec<Place>, CoreError> {
        self.work(|_, desk| Ok(places(desk.store()?)?))
    }
}

impl Inner {
    pub(super) fn place_or_own(&self, desk: &mut Desk, given: Option<&str>) -> Result<Key, CoreError> {
        match given {
            Some(text) => place(desk.store()?, text),
            None => self.own_place(desk),
        }
    }

    fn record_screen(&self, desk: &mut Desk, now: Reading) -> Result<RecordScreen, CoreError> {
        let setup = desk.setup()?;
        let last = self.badge(desk);
        let notices = self.notices(desk, now)?;
        let (waiting, times, zone) = (desk.waiting.len(), count_times_in_memory(desk), desk.zone.clone());
        let at = desk.store()?.own_enrolment()?.and_then(|enrol| enrol.checkpoint);
        let way_in_memory = way_in_memory(desk, at.as_ref());
        let store = desk.store()?;
        let here = at.as_ref().map(|key| Place::of(&setup, key.as_str()));
        let pending = store.count_own_scans_to_share()? + waiting;
        let counts = match (&at, &here) {
            (Some(key), Some(here)) => counts(store, key, here.has_both_ways)?,
            _ => Vec::new(),
        };
        let role = store.members().standing(store.own_log()).role_at(store.own_seq());
        Ok(RecordScreen {
            zone,
            race: setup.name,
            camera_way: only_way(&counts),
            time_way: time_way(way_in_memory, store, at.as_ref())?,
            place: here,
            counts,
            times_waiting: count(store.own_times()?.len()).saturating_add(count(times)),
            letters: letters(store)?,
            last,
            pending_scans: count(pending),
            pending: say_pending(pending).wording(),
            unconfirmed: count(waiting),
            notices,
            role: say_role(role).wording(),
            now_ms: now.wall_ms,
        })
    }

    /// The record screen where the database does not answer: what memory holds, and why there is no more.
    fn bare_screen(&self, desk: &mut Desk, now: Reading, error: &CoreError) -> RecordScreen {
        let waiting = desk.waiting.len();
        let place = |key: &Key| Place { key: key.to_string(), name: key.to_string(), has_both_ways: true };
        let none = |way| WayCount { way, runners: 0 };
        let last = desk.last.clone().map(|last| last.badge(0, desk.clock(last.time_ms)));
        RecordScreen {
            race: String::new(),
            zone: desk.zone.clone(),
            place: desk.place.as_ref().map(place),
            counts: vec![none(Way::In), none(Way::Out)],
            camera_way: None,
            time_way: way_in_memory(desk, desk.place.as_ref()).unwrap_or(Way::In),
            times_waiting: count(count_times_in_memory(desk)),
            letters: Vec::new(),
            last,
            pending_scans: count(waiting),
            pending: say_pending(waiting).wording(),
            unconfirmed: count(waiting),
            notices: vec![Notice::new(Tone::Alarm, &error.say())],
            role: say_role(Role::Pending).wording(),
            now_ms: now.wall_ms,
        }
    }

    /// What wants attention, the worst first.
    fn notices(&self, desk: &mut Desk, now: Reading) -> Result<Vec<Notice>, CoreError> {
        let (is_full, is_mended, is_rotated) = (desk.is_full, desk.is_mended, desk.is_rotated);
        let waiting = i64::try_from(desk.waiting.len()).unwrap_or(i64::MAX);
        let store = desk.store()?;
        let standing = store.members().standing(store.own_log());
        let role = standing.role_at(store.own_seq());
        let setup = store.setup()?;
        let mut notices = Vec::new();
        let mut note = |is_so: bool, tone: Tone, say: Say| {
            if is_so {
                notices.push(Notice::new(tone, &say));
            }
        };
        note(waiting > 0, Tone::Alarm, Say::NoticeUnconfirmed { scans: waiting });
        note(is_full, Tone::Alarm, Say::NoticeDiskFull {});
        note(standing.is_revoked_at(store.own_seq()), Tone::Alarm, Say::NoticeRevoked {});
        let has_place = store.own_enrolment()?.is_some_and(|enrol| enrol.checkpoint.is_some());
        note(!has_place, Tone::Warning, Say::NoticeNoCheckpoint {});
        note(setup.checkpoints.is_empty(), Tone::Notice, Say::NoticeNoSettings {});
        note(role == Role::Pending && !setup.checkpoints.is_empty(), Tone::Notice, Say::NoticeNotApproved {});
        note(is_rotated, Tone::Notice, Say::NoticeNewKey {});
        note(is_mended, Tone::Notice, Say::NoticeMended {});
        let is_unread = store.unread()?.values().any(|kind| kind.is_none_or(|kind| kind % 2 == 1));
        note(is_unread, Tone::Warning, Say::NoticeNewerApp {});
        let clock = clock_status(store, now)?;
        if clock.tone == Tone::Notice {
            notices.push(Notice { text: clock.text, tone: Tone::Notice });
        }
        notices.extend(stop::warnings(&lock(&self.host)));
        notices.sort_by_key(|notice| std::cmp::Reverse(notice.tone));
        Ok(notices)
    }
}

/// The keys beside the digits.
pub(super) fn letters(store: &Store) -> Result<Vec<String>, StoreError> {
    Ok(store.bib_letters()?.into_iter().take(LETTERS_MAX).map(String::from).collect())
}

pub(super) fn places(store: &Store) -> Result<Vec<Place>, StoreError> {
    let setup = store.setup()?;
    Ok(setup.checkpoints.iter().map(|checkpoint| Place::of(&setup, checkpoint.key.as_str())).collect())
}

fn counts(store: &Store, key: &Key, has_both_ways: bool) -> Result<Vec<WayCount>, StoreError> {
    let tallies = store.tallies()?;
    let one = |kind: ScanKind| {
        let tally = tallies.iter().find(|tally| tally.checkpoint == *key && tally.kind == kind);
        let times = store.count_times(key, kind)?;
        // No bib at all is one of the different bibs.
        let bibs = tally.map_or(0, |tally| tally.bibs).saturating_sub(u64::from(times > 0));
        Ok::<_, StoreError>(WayCount { way: Way::of(kind), runners: count(bibs.saturating_add(times)) })
    };
    let out = one(ScanKind::Out)?;
    let mut counts = vec![one(ScanKind::In)?];
    if has_both_ways || out.runners > 0 {
        counts.push(out);
    }
    Ok(counts)
}

/// The way of the last entry that waits for the disk and counts, at a checkpoint.
fn way_in_memory(desk: &Desk, at: Option<&Key>) -> Option<Way> {
    let is_here = |entered: &Entered| at.is_some_and(|at| *at.as_str() == entered.place.key);
    let mut entered = desk.waiting.iter().rev().map(|waiting| &waiting.entered);
    entered.find(|entered| !entered.is_void && is_here(entered)).map(|entered| entered.way)
}

/// The way that runners go here, if they go only one.
fn only_way(counts: &[WayCount]) -> Option<Way> {
    match counts {
        [only] => Some(only.way),
        _ => None,
    }
}

/// Which way an entry goes for which nobody says it.
fn time_way(in_memory: Option<Way>, store: &Store, at: Option<&Key>) -> Result<Way, StoreError> {
    let Some(at) = at.filter(|_| in_memory.is_none()) else { return Ok(in_memory.unwrap_or(Way::In)) };
    Ok(store.last_own_kind(at)?.map_or(Way::In, Way::of))
}

fn say_pending(scans: usize) -> Say {
    match scans {
        0 => Say::PendingNone {},
        n => Say::PendingWaiting { scans: i64::try_from(n).unwrap_or(i64::MAX) },
    }
}

fn say_role(role: Role) -> Say {
    match role {
        Role::Pending => Say::RolePending {},
        Role::Volunteer => Say::RoleVolunteer {},
        Role::Captain => Say::RoleCaptain {},
        Role::Director => Say::RoleDirector {},
    }
}

fn read_code(store: &Store, code: &Code) -> Result<CodeRead, CoreError> {
    let (kind, bib, say, tone) = match code {
        Code::Bib(bib) if bib.is_uncertain() => {
            let bib = bib.to_string();
            (CodeKind::Bib, bib.clone(), Say::ScanUnsure { bib }, Tone::Notice)
        }
        Code::Bib(bib) => {
            let bib = entered_as(store, bib)?.to_string();
            (CodeKind::Bib, bib.clone(), Say::ScanBib { bib }, Tone::Good)
        }
        Code::OtherRace(bib) => {
            let bib = bib.to_string();
            (CodeKind::OtherRace, bib.clone(), Say::ScanOtherRace { bib }, Tone::Warning)
        }
        Code::Join(invitation) => {
            let race = invitation.race_name();
            (CodeKind::Join, String::new(), Say::ScanJoinCode { race }, Tone::Notice)
        }
        Code::Frame => (CodeKind::Frame, String::new(), Say::ScanMovingCode {}, Tone::Notice),
        Code::Damaged => (CodeKind::Damaged, String::new(), Say::ScanDamaged {}, Tone::Warning),
        Code::Newer => (CodeKind::Newer, String::new(), Say::ScanNewer {}, Tone::Warning),
        Code::Unreadable => (CodeKind::Unreadable, String::new(), Say::ScanUnreadable {}, Tone::Warning),
    };
    let (sound, haptic) = match tone {
        Tone::Warning => (Sound::Warned, Haptic::Twice),
        _ => (Sound::Silent, Haptic::Still),
    };
    Ok(CodeRead { kind, bib, text: say.wording(), tone, sound, haptic })
}

/// The bib as somebody entered under it: as it stands, or without zeros that a printer filled up with.
fn entered_as(store: &Store, bib: &Bib) -> Result<Bib, CoreError> {
    let short = bib.as_str().trim_start_matches('0');
    if short.len() == bib.as_str().len() || short.is_empty() || !store.entrants_with(bib)?.is_empty() {
        return Ok(bib.clone());
    }
    let short = Bib::new(short)?;
    let is_known = store.entrants_with(&short)?.len() == 1;
    Ok(if is_known { short } else { bib.clone() })
}
