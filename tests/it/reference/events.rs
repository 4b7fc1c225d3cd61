//! Events of the reference tool's fixtures, as races of ours.
//!
//! Invariant: every time of the fixtures becomes one scan, and its slot is told from its split, lap and way alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use bibtrail_core::{
    ids::{EntrantId, Key, OpRef},
    op::{ScanKind, Status, StatusCode},
    passings::{Slot, slots},
    race::{Checkpoint, Course, RaceSetup, Visit},
    results::Known,
    state::{EntrantRow, ScanRow, Sighting},
};
use bibtrail_tests::world::{self, bib, key, log, setup};

/// Races by laps: so many are run at most. Where a lap ends the next begins, so it is one place with in and out.
const LAPS: u32 = 8;

pub(super) type Row = BTreeMap<String, String>;

/// Rows of a file of the fixtures; nothing if they are not here.
pub(super) fn data(file: &str) -> Option<Vec<Row>> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/opensplittime-fixtures").join(file);
    if !path.exists() {
        println!(
            "SKIPPED: {} is not here; this test compares with the reference tool's data",
            path.display()
        );
        return None;
    }
    Some(csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect())
}

/// One time of the fixtures.
pub(super) struct Time {
    pub(super) bib: String,
    pub(super) slot: usize,
    pub(super) time_ms: i64,
    /// `good`, `questionable`, `bad`, or nothing.
    pub(super) status: String,
    pub(super) has_stopped: bool,
}

/// One event of the fixtures.
pub(super) struct Event {
    pub(super) name: String,
    pub(super) course: String,
    pub(super) slots: Vec<Slot>,
    pub(super) times: Vec<Time>,
    pub(super) known: Known,
}

pub(super) fn events() -> Option<Vec<Event>> {
    let (splits, times) = (data("splits.csv")?, data("split_times.csv")?);
    let event = |row: Row| event(&row, &splits, times.iter().filter(|time| time["event"] == row["event"]));
    Some(data("events.csv")?.into_iter().map(event).collect())
}

fn event<'a>(row: &Row, splits: &[Row], rows: impl Iterator<Item = &'a Row>) -> Event {
    let mut places: Vec<&Row> = splits.iter().filter(|split| split["course"] == row["course"]).collect();
    places.sort_by_key(|split| split["distance_from_start"].parse::<i64>().unwrap());
    let is_by_laps = row["laps_required"] == "0";
    let course = if is_by_laps { laps(&places) } else { once(&places) };
    let slots = slots(&course);
    let mut nameless = 0;
    let time = |row| time(row, slot_of(row, &places, &slots, is_by_laps), &mut nameless);
    let times: Vec<Time> = rows.map(time).collect();
    let mut setup = setup();
    setup.start_ms = moment(&row["scheduled_start_time"]);
    setup.checkpoints = checkpoints(&course);
    setup.courses = vec![course];
    let known = known(setup, &slots, &times);
    Event { name: row["event"].clone(), course: row["course"].clone(), slots, times, known }
}

fn place_key(split: &Row) -> String {
    let name: String = split["parameterized_base_name"].chars().take(16).collect();
    name.trim_end_matches('-').to_owned()
}

fn visit(place: &str, distance_m: i64, in_out: bool) -> Visit {
    Visit { checkpoint: key(place), distance_m, in_out, cut_off_ms: None }
}

fn course(visits: Vec<Visit>) -> Course {
    Course { key: key("ten"), name: "Ten".to_owned(), names: [].into(), start_ms: None, visits }
}

fn once(places: &[&Row]) -> Course {
    let visit = |split: &&Row| {
        let distance_m = split["distance_from_start"].parse().unwrap();
        visit(&place_key(split), distance_m, split["sub_split_bitmap"] == "65")
    };
    course(places.iter().map(visit).collect())
}

fn laps(places: &[&Row]) -> Course {
    let metres = |split: &Row| split["distance_from_start"].parse::<i64>().unwrap();
    let lap_m = metres(places.last().unwrap());
    let mut visits = vec![visit("base", 0, false)];
    for lap in 0..LAPS {
        let before_m = i64::from(lap) * lap_m;
        let between = &places[1..places.len() - 1];
        visits.extend(between.iter().map(|split| visit(&place_key(split), before_m + metres(split), false)));
        visits.push(visit("base", before_m + lap_m, lap + 1 < LAPS));
    }
    course(visits)
}

fn checkpoints(course: &Course) -> Vec<Checkpoint> {
    let keys: BTreeSet<_> = course.visits.iter().map(|visit| &visit.checkpoint).collect();
    let checkpoint = |key: &Key| Checkpoint {
        key: key.clone(),
        name: key.to_string(),
        names: [].into(),
        place: None,
        pick: None,
        window_ms: None,
    };
    keys.into_iter().map(checkpoint).collect()
}

/// Where a row belongs, from its split, lap and way alone: the passings must come to the same from the times.
fn slot_of(row: &Row, places: &[&Row], slots: &[Slot], is_by_laps: bool) -> usize {
    let split = places.iter().find(|split| split["split"] == row["split"]).unwrap();
    let lap: usize = row["lap"].parse().unwrap();
    // Per lap: the peak, in at the base, out of it again to the next.
    match (is_by_laps, split["base_name"].as_str()) {
        (true, "Start") => 3 * (lap - 1),
        (true, "Finish") => 3 * lap - 1,
        (true, _) => 3 * lap - 2,
        (false, _) => {
            let kind = if row["sub_split_kind"] == "out" { ScanKind::Out } else { ScanKind::In };
            let place = key(&place_key(split));
            slots.iter().position(|slot| slot.kind == kind && slot.checkpoint == place).unwrap()
        }
    }
}

fn time(row: &Row, slot: usize, nameless: &mut u32) -> Time {
    *nameless += u32::from(slot == 0);
    let bib = if row["bib_number"].is_empty() { format!("R{nameless}") } else { row["bib_number"].clone() };
    Time {
        bib,
        slot,
        time_ms: moment(&row["absolute_time_utc"]),
        status: row["data_status"].clone(),
        has_stopped: row["stopped_here"] == "True",
    }
}

/// Milliseconds since 1970-01-01 UTC.
fn moment(text: &str) -> i64 {
    text.replace(' ', "T").parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// Who stopped elsewhere than at the finish has dropped there; of several stops the last word counts.
fn known(setup: RaceSetup, slots: &[Slot], times: &[Time]) -> Known {
    let mut known = Known {
        setup,
        entrants: Vec::new(),
        scans: Vec::new(),
        said: [].into(),
        dismissed: [].into(),
        proposals: Vec::new(),
    };
    let bibs: BTreeSet<&str> = times.iter().map(|time| time.bib.as_str()).collect();
    for (n, text) in (0..).zip(bibs) {
        let stop =
            times.iter().filter(|time| time.bib == text && time.has_stopped).map(|time| time.slot).max();
        // Who ends a race by laps at the base is through, not dropped.
        let dropped = stop
            .map(|slot| &slots[slot])
            .filter(|slot| !["finish", "base"].contains(&slot.checkpoint.as_str()));
        known.entrants.push(EntrantRow {
            bib: Some(bib(text)),
            status: dropped.map(|slot| dnf(&slot.checkpoint)),
            ..EntrantRow::new(EntrantId::from_random([n; 16]))
        });
    }
    for (seq, time) in (1..).zip(times) {
        let slot = &slots[time.slot];
        let recorded = world::scan(&time.bib, slot.checkpoint.as_str(), slot.kind, 0);
        let scan = ScanRow::recorded(OpRef { log: log(1), seq }, seq, &recorded);
        known.scans.push(Sighting { scan, time_ms: time.time_ms, moment: None, is_approved: true });
    }
    known
}

pub(super) fn dnf(place: &Key) -> Status {
    Status { code: StatusCode::Dnf, checkpoint: Some(place.clone()) }
}
