//! The High Lonesome 100, frozen in mid-race, on real stores: the whole picture, and the picture without one station.
//!
//! Invariant: with a station's phones missing nobody is safe who is not safe with them, nobody is overdue because of them,
//! and whoever looks different names that station.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use bibtrail_core::{
    ids::{BootId, EntrantId, Key},
    members::{enrol_signature, ticket_signature},
    op::{ClockContact, Enrol, Entity, Role, Scan, ScanKind, Status, StatusCode, Ticket, TicketProof, field},
    race::{Checkpoint, Course, RaceSetup, Visit},
    store::{Durability, Place, Store},
    time::Reading,
    watch::{State, Watch, Watched, watch},
};
use bibtrail_tests::{
    disk::Disk,
    world::{self, bib, identity, key, log},
};

type Rows = Vec<BTreeMap<String, String>>;

/// 2022-07-23T07:00:00-06:00: a minute after the last scan that is not of a clock four years ahead.
const NOW_MS: i64 = 1_658_581_200_000;
/// 2022-07-22T06:00:00-06:00.
const GUN_MS: i64 = NOW_MS - 25 * 3_600_000;
/// 2020-01-01T00:00:00Z: what boot clocks count from here.
const BOOT_MS: i64 = 1_577_836_800_000;

fn rows() -> Option<Rows> {
    let path = "../../shared/data/lonesome-100/lonesome_raw_times_flat.csv";
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    if !file.exists() {
        println!("SKIPPED: {} is not here; this test replays a real race from it", file.display());
        return None;
    }
    Some(csv::Reader::from_path(file).unwrap().deserialize().map(Result::unwrap).collect())
}

fn place() -> Place {
    let disk = Disk::default();
    let vfs = disk.register();
    disk.place(&vfs, Durability::Off)
}

fn key_of(name: &str) -> Key {
    key(&name.to_lowercase().replace(' ', "-"))
}

/// The race as the rows tell it.
fn race(rows: &Rows) -> RaceSetup {
    let mut places: BTreeMap<i64, (String, bool)> = BTreeMap::new();
    for row in rows {
        let place = places.entry(row["distance_m"].parse().unwrap()).or_default();
        *place = (row["split_name"].clone(), place.1 || row["sub_split_kind"] == "out");
    }
    let checkpoint = |(name, _): &(String, bool)| Checkpoint {
        key: key_of(name),
        name: name.clone(),
        names: [].into(),
        place: None,
        pick: None,
        window_ms: None,
    };
    let visit = |(distance_m, (name, in_out)): (&i64, &(String, bool))| Visit {
        checkpoint: key_of(name),
        distance_m: *distance_m,
        in_out: *in_out,
        cut_off_ms: None,
    };
    let course = Course {
        key: key("hundred"),
        name: "Hundred".to_owned(),
        names: [].into(),
        start_ms: None,
        visits: places.iter().map(visit).collect(),
    };
    RaceSetup {
        name: "Lonesome 100".to_owned(),
        start_ms: GUN_MS,
        checkpoints: places.values().map(checkpoint).collect(),
        courses: vec![course],
        ..world::setup()
    }
}

/// Milliseconds since 1970 of `2022-07-22T07:05:56.753-06:00`.
fn ms(text: &str) -> i64 {
    let (date, rest) = text.split_once('T').unwrap();
    let number = |text: &str| text.parse::<i64>().unwrap();
    let parts: Vec<i64> = date.split('-').map(number).collect();
    let (year, month, day) = (parts[0], parts[1], parts[2]);
    // Days since 1970 (Hinnant, civil calendar).
    let (y, m) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 719_469;
    let (h, min, s, milli) =
        (number(&rest[0..2]), number(&rest[3..5]), number(&rest[6..8]), number(&rest[9..12]));
    assert!(rest.ends_with("-06:00"), "{text}");
    days * 86_400_000 + (h + 6) * 3_600_000 + min * 60_000 + s * 1000 + milli
}

/// Headquarters with the entrants and who dropped; the source names no place for a drop.
fn headquarters(rows: &Rows) -> Store {
    let mut hq = Store::create(place(), identity(0), "Lonesome 100", log(999), [7; 16]).unwrap();
    hq.put_all(race(rows).values(), None).unwrap();
    let bibs = bibs(rows, |_| true);
    let id =
        |bib: &str| EntrantId::from_random(std::array::from_fn(|n| *bib.as_bytes().get(n).unwrap_or(&0)));
    let values = |bib: &String| {
        let name = format!("Runner {bib}");
        (
            Entity::Entrant(id(bib)),
            vec![(field::BIB, bib.as_str().into()), (field::NAME, name.as_str().into())],
        )
    };
    hq.put_all(bibs.iter().map(values).collect(), None).unwrap();
    let dnf = Status { code: StatusCode::Dnf, checkpoint: None }.value();
    let dropped = |bib: &String| (Entity::Entrant(id(bib)), vec![(field::STATUS, dnf.clone())]);
    hq.put_all(bibs_where(rows, "dropped").iter().map(dropped).collect(), None).unwrap();
    hq.settle().unwrap();
    hq
}

fn bibs(rows: &Rows, wanted: impl Fn(&BTreeMap<String, String>) -> bool) -> BTreeSet<String> {
    rows.iter().filter(|row| wanted(row)).map(|row| row["bib"].clone()).collect()
}

fn bibs_where(rows: &Rows, column: &str) -> BTreeSet<String> {
    bibs(rows, |row| row[column] == "True")
}

/// One station's two phones: what they hold halfway through their scans, and at the end, when they report in.
struct Station {
    key: Key,
    halfway: Vec<Vec<u8>>,
    whole: Vec<Vec<u8>>,
}

fn stations(rows: &Rows, hq: &mut Store) -> Vec<Station> {
    let bundle = hq.bundle(&[].into()).unwrap();
    let keys: Vec<Key> = race(rows).checkpoints.into_iter().map(|c| c.key).collect();
    let station = |(number, key): (u64, Key)| {
        let here = rows.iter().filter(|row| key_of(&row["split_name"]) == key);
        let (mut halfway, mut whole) = (Vec::new(), Vec::new());
        for half in 0..2 {
            let n = number * 2 + half + 1;
            let mut phone = Store::join(place(), identity(n), &bundle).unwrap();
            enrol(&mut phone, n, &key);
            let boot = BootId(n.to_le_bytes());
            // Even lines on one phone, odd ones on the other; every fifth on both.
            let mine = here.clone().enumerate().filter(|(at, _)| *at as u64 % 2 == half || at % 5 == 0);
            let mut scans: Vec<Scan> = mine.map(|(_, row)| scan(row, &key, boot)).collect();
            scans.sort_by_key(|scan| scan.reading.wall_ms);
            let (early, late) = scans.split_at(scans.len() / 2);
            phone.record(early).unwrap();
            phone.settle().unwrap();
            halfway.push(phone.bundle(&[].into()).unwrap());
            phone.record(late).unwrap();
            let reading = Reading { boot, boot_ms: (NOW_MS - BOOT_MS).unsigned_abs(), wall_ms: NOW_MS };
            phone
                .note_contact(ClockContact { reading, peer: BootId([99; 8]), lo_ms: None, hi_ms: None })
                .unwrap();
            whole.push(phone.bundle(&[].into()).unwrap());
        }
        Station { key, halfway, whole }
    };
    (0..).zip(keys).map(station).collect()
}

fn scan(row: &BTreeMap<String, String>, key: &Key, boot: BootId) -> Scan {
    let wall_ms = ms(&row["absolute_time"]);
    let kind = if row["sub_split_kind"] == "out" { ScanKind::Out } else { ScanKind::In };
    let reading = Reading { boot, boot_ms: (wall_ms - BOOT_MS).unsigned_abs(), wall_ms };
    Scan::new(bib(&row["bib"]), key.clone(), kind, reading)
}

fn enrol(store: &mut Store, n: u64, checkpoint: &Key) {
    let secret = identity(10_000 + n);
    let mut ticket = Ticket {
        key: secret.log(),
        role: Role::Volunteer,
        checkpoints: vec![checkpoint.clone()],
        root: None,
    };
    ticket.root = Some(ticket_signature(&identity(999), store.race(), &ticket));
    let signature = enrol_signature(&secret, store.race(), identity(n).log());
    let (ticket, checkpoint) = (Some(TicketProof { ticket, signature }), Some(checkpoint.clone()));
    store.enrol(Enrol { name: format!("phone {n}"), ticket, checkpoint, ..Enrol::default() }).unwrap();
}

/// What headquarters sees when one station's phones gave it less than all.
fn picture(rows: &Rows, stations: &[Station], without: Option<(&Key, bool)>) -> (RaceSetup, Watch) {
    let mut hq = headquarters(rows);
    for station in stations {
        let bundles = match without {
            Some((key, true)) if *key == station.key => &station.halfway,
            Some((key, false)) if *key == station.key => continue,
            _ => &station.whole,
        };
        bundles.iter().for_each(|bundle| drop(hq.merge(bundle).unwrap()));
    }
    let known = hq.known().unwrap();
    let watch = watch(&known, &hq.heard().unwrap(), NOW_MS);
    (known.setup, watch)
}

fn in_states(watch: &Watch, states: &[State]) -> BTreeSet<String> {
    let runners = watch.runners.iter().filter(|runner| states.contains(&runner.state));
    runners.map(|runner| runner.bib.to_string()).collect()
}

fn clock(ms: i64) -> String {
    let minutes = (ms - GUN_MS).div_euclid(60_000);
    format!("+{}:{:02}", minutes / 60, minutes.rem_euclid(60))
}

#[test]
fn who_is_out_there_in_mid_race() {
    let Some(mut rows) = rows() else { return };
    // As it is kept: 55 scans at Final Approach bear a date four years after the race.
    let (_, full) = whole_picture(&rows);
    assert_eq!(in_states(&full, &[State::Unknown]).len(), 44);
    assert_eq!(
        full.runners.iter().filter(|runner| runner.ahead.is_some() && runner.state.is_out()).count(),
        43
    );
    // As it was then: nobody had made those scans.
    rows.retain(|row| ms(&row["absolute_time"]) <= NOW_MS);
    let (stations, full) = whole_picture(&rows);
    let mut wrong = Vec::new();
    for station in &stations {
        for is_halfway in [false, true] {
            let (setup, less) = picture(&rows, &stations, Some((&station.key, is_halfway)));
            wrong.extend(compare(&station.key, is_halfway, &full, &less, &setup));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The known lists come out, bib by bib.
fn whole_picture(rows: &Rows) -> (Vec<Station>, Watch) {
    let stations = stations(rows, &mut headquarters(rows));
    let (setup, full) = picture(rows, &stations, None);
    println!("the whole picture: {}", full.summary());
    let (dropped, finished) = (bibs_where(rows, "dropped"), bibs_where(rows, "finished"));
    let out = [State::OnCourse, State::Inside, State::Overdue, State::Unknown];
    let on_course: BTreeSet<String> =
        bibs(rows, |_| true).into_iter().filter(|b| !dropped.contains(b) && !finished.contains(b)).collect();
    assert_eq!((on_course.len(), dropped.len(), finished.len()), (123, 21, 7));
    assert_eq!(in_states(&full, &out), on_course);
    assert_eq!(in_states(&full, &[State::Dropped]), dropped);
    assert_eq!(in_states(&full, &[State::Finished]), finished);
    for runner in &full.runners {
        let reason = runner.reason(&setup, &clock);
        assert!(!reason.is_empty(), "{}", runner.bib);
        if runner.state == State::Unknown {
            assert!(runner.ahead.is_some() || !runner.silent.is_empty(), "{}: {reason}", runner.bib);
        }
    }
    for state in State::ALL {
        if let Some(runner) = full.runners.iter().find(|runner| runner.state == state) {
            println!("  {} {}: {}", runner.bib, state.as_str(), runner.reason(&setup, &clock));
        }
    }
    (stations, full)
}

/// What is wrong about the smaller picture.
fn compare(station: &Key, is_halfway: bool, full: &Watch, less: &Watch, setup: &RaceSetup) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut must = |is_so: bool, what: String| {
        if !is_so {
            wrong.push(what);
        }
    };
    let by_bib = |watch: &Watch| -> BTreeMap<String, Watched> {
        watch.runners.iter().map(|runner| (runner.bib.to_string(), runner.clone())).collect()
    };
    let (full, mut seen) = (by_bib(full), by_bib(less));
    let (mut changed, mut unknown, mut names_it) = (0, 0, 0);
    for (bib, whole) in &full {
        let Some(less) = seen.remove(bib) else { panic!("{bib} is an entrant and has no line") };
        let what = format!(
            "without {station}, {bib} {} -> {}: {}",
            whole.state.as_str(),
            less.state.as_str(),
            less.reason(setup, &clock)
        );
        must(whole.state.is_safe() || !less.state.is_safe(), format!("safe by what is missing: {what}"));
        must(
            whole.state == State::Overdue || less.state != State::Overdue,
            format!("overdue by what is missing: {what}"),
        );
        let names = less.silent.iter().any(|silent| silent.checkpoint == *station);
        if whole.state != less.state {
            changed += 1;
            must(names, format!("does not name the station: {what}"));
        }
        unknown += usize::from(less.state == State::Unknown && whole.state != State::Unknown);
        names_it += usize::from(names);
    }
    assert!(seen.is_empty());
    let how = if is_halfway { "heard half of" } else { "heard nothing of" };
    println!(
        "{how} {station}: {changed} runners in another state, {unknown} of them unknown, {names_it} name it"
    );
    let example =
        full.iter().zip(by_bib(less).into_values()).find(|((_, whole), less)| whole.state != less.state);
    if let Some(((bib, whole), less)) = example {
        let (was, is) = (whole.state.as_str(), less.state.as_str());
        println!("  {bib}, {was} in the whole picture, is {is}: {}", less.reason(setup, &clock));
    }
    wrong
}
