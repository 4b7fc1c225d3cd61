//! Erasing runners: their words go from every file of every replica that hears of it, and nothing else changes.
//!
//! Invariant: before each erasure the words are found where they are looked for, so a search that finds nothing proves it.

use std::{collections::BTreeMap, fs, path::Path};

use bibtrail::replica::Folder;
use bibtrail_core::{
    bundle::{self, Bundle},
    ids::{Bib, EntrantId},
    op::{Body, Entity, Op, ScanKind, Seal, Status, StatusCode, Value, chained, field},
    store::{Durability, Store},
};
use bibtrail_server::shared::{Address, Side};
use bibtrail_tests::{
    desk::Desk,
    disk::{Disk, Files, images},
    pipe::{meet, meet_watched},
    postgres::Postgres,
    world::{self, identity, scan},
};

/// What tells who runner 2 is, and what was said of them.
const WORDS: [&str; 5] = ["Canary Æsc", "Canary Given", "Canary Team", "Canary knee", "Canary radio"];

/// The one who is erased.
fn runner() -> EntrantId {
    let mut random = [0; 16];
    random[0] = 2;
    EntrantId::from_random(random)
}

/// A race in which all that can be said of runner 2 was said.
fn race(disk: &Disk) -> Store {
    let vfs = disk.register();
    let mut store = world::director(disk.place(&vfs, Durability::Full), 4).unwrap();
    say(&mut store);
    store
}

fn say(store: &mut Store) {
    let words = [(field::NAME, WORDS[0]), (field::GIVEN_NAME, WORDS[1]), (field::TEAM, WORDS[2])]
        .map(|(f, w)| (f, w.into()));
    let values = words.into_iter().chain([(field::AGE, 41.into())]).collect();
    store.put(Entity::Entrant(runner()), values, None).unwrap();
    let dropped = Status { code: StatusCode::Dnf, checkpoint: Some(world::key("k1")) };
    store.put(Entity::Entrant(runner()), vec![(field::STATUS, dropped.value())], Some(WORDS[3])).unwrap();
    let seen = store.record(&[scan("2", "k1", ScanKind::In, 60_000), scan("3", "k1", ScanKind::In, 61_000)]);
    store.put(Entity::Scan(seen.unwrap()[0].at()), vec![(field::NOTE, WORDS[4].into())], None).unwrap();
    store.settle().unwrap();
}

fn erase(store: &mut Store) {
    store.put(Entity::Entrant(runner()), vec![(field::ERASED, Value::Bool(true))], None).unwrap();
    store.settle().unwrap();
}

/// Which of the words stand in these files.
fn found(files: &Files) -> Vec<&'static str> {
    let stands = |word: &&str| {
        files.values().any(|bytes| bytes.windows(word.len()).any(|window| window == word.as_bytes()))
    };
    WORDS.into_iter().filter(|word| stands(word)).collect()
}

fn all(store: &mut Store) -> Vec<u8> {
    store.bundle(&BTreeMap::new()).unwrap()
}

/// Which of the words stand in a bundle, unpacked.
fn found_in_bundle(bytes: &[u8]) -> Vec<&'static str> {
    let mut bundle = Bundle::open(bytes).unwrap();
    let mut unpacked = Files::new();
    while let Some((segment, encoded)) = bundle.next_segment().unwrap() {
        unpacked.insert(format!("{} {}", segment.log, segment.first_seq), encoded);
    }
    found(&unpacked)
}

/// Everything of them is gone, but what results are made of.
fn check_erased(store: &mut Store, disk: &Disk) {
    assert!(!store.is_erasing().unwrap());
    assert_eq!(found(&disk.files()), [""; 0]);
    assert_eq!(found_in_bundle(&all(store)), [""; 0]);
    let entrant = store.entrants_with(&world::bib("2")).unwrap().remove(0);
    let shown = (entrant.name.as_str(), entrant.given_name, entrant.age, entrant.nation, entrant.team);
    assert_eq!(shown, ("name withheld", None, None, None, None));
    assert_eq!(entrant.gender.as_deref(), Some("F"));
    assert_eq!(entrant.status.map(|status| status.code), Some(StatusCode::Dnf));
    assert_eq!(store.scans().unwrap().iter().filter(|scan| scan.bib.as_str() == "2").count(), 1);
    assert_eq!(store.entrants_with(&world::bib("3")).unwrap()[0].name, "Runner 3", "nobody else");
    assert_eq!(store.verify().unwrap().problems, []);
}

#[test]
fn a_name_goes_from_database_wal_and_journal() {
    let disk = Disk::default();
    let mut store = race(&disk);
    assert_eq!(found(&disk.files()), WORDS);
    assert_eq!(found_in_bundle(&all(&mut store)), WORDS);
    erase(&mut store);
    check_erased(&mut store, &disk);
    // And stays away: what an import says again, a restart, a journal that must rebuild the database.
    say(&mut store);
    check_erased_words(&mut store, &disk);
    drop(store);
    let mut files = disk.files();
    assert_eq!(found(&files), [""; 0]);
    files.retain(|name, _| name.contains("journal"));
    let disk = Disk::with(files);
    let vfs = disk.register();
    let (mut store, _) = Store::recover(disk.place(&vfs, Durability::Full), identity(0)).unwrap();
    check_erased_words(&mut store, &disk);
}

fn check_erased_words(store: &mut Store, disk: &Disk) {
    assert!(!store.is_erasing().unwrap());
    assert_eq!(found(&disk.files()), [""; 0]);
    assert_eq!(store.verify().unwrap().problems, []);
}

#[test]
fn a_phone_that_hears_of_it_later_erases_too_and_all_agree() {
    let disk = Disk::default();
    let mut hq = race(&disk);
    let before = all(&mut hq);
    let phones = [1, 2, 3].map(|n| {
        let disk = Disk::default();
        let vfs = disk.register();
        let phone = world::join(disk.place(&vfs, Durability::Full), n, &before).unwrap();
        assert_eq!(found(&disk.files()), WORDS);
        (phone, disk)
    });
    let [(mut met, met_disk), (mut carried, carried_disk), (mut late, late_disk)] = phones;
    // What a phone says meanwhile, with no network, goes as soon as it meets somebody who knows.
    late.put(Entity::Bib(Bib::new("2").unwrap()), vec![(field::STATUS, Value::Null)], Some(WORDS[3]))
        .unwrap();
    erase(&mut hq);
    meet(&mut met, &mut hq, 1000).unwrap();
    check_erased(&mut met, &met_disk);
    carried.merge(&all(&mut hq)).unwrap();
    check_erased(&mut carried, &carried_disk);
    meet(&mut met, &mut late, 2000).unwrap();
    check_erased(&mut late, &late_disk);
    check_erased(&mut met, &met_disk);
    // Somebody who never knew the name learns none.
    let new_disk = Disk::default();
    let vfs = new_disk.register();
    let mut new =
        Store::join_empty(new_disk.place(&vfs, Durability::Full), identity(9), hq.origin()).unwrap();
    world::enrol(&mut new, 9, bibtrail_core::op::Role::Volunteer, &[]).unwrap();
    let mut frames = Files::new();
    meet_watched(&mut new, &mut hq, 3000, &mut |message, _| {
        frames.insert(frames.len().to_string(), message.to_vec());
    })
    .unwrap();
    assert!(frames.len() > 4 && found(&frames).is_empty());
    check_erased(&mut new, &new_disk);
    for (n, store) in [&mut met, &mut carried, &mut late, &mut new].into_iter().enumerate() {
        meet(store, &mut hq, 10_000 * (n as u64 + 1)).unwrap();
    }
    for (n, store) in [&mut met, &mut carried, &mut late, &mut new].into_iter().enumerate() {
        meet(store, &mut hq, 100_000 * (n as u64 + 1)).unwrap();
        assert!(found_in_bundle(&all(store)).is_empty());
    }
    let expected = new.digest().unwrap();
    assert_eq!(hq.digest().unwrap(), expected, "the last two who met hold the same, and make the same of it");
}

/// The words come after the word that erases them, in every order, and in the middle of a log that lacks its beginning.
#[test]
fn words_that_come_late_go_at_once() {
    let disk = Disk::default();
    let mut hq = race(&disk);
    let with_words = all(&mut hq);
    erase(&mut hq);
    let without = all(&mut hq);
    for order in [[&with_words, &without], [&without, &with_words]] {
        let disk = Disk::default();
        let vfs = disk.register();
        let mut phone =
            Store::join_empty(disk.place(&vfs, Durability::Full), identity(5), hq.origin()).unwrap();
        order.iter().for_each(|bundle| drop(phone.merge(bundle).unwrap()));
        check_erased(&mut phone, &disk);
        assert_eq!(phone.digest().unwrap(), hq.digest().unwrap());
    }
    // A director who had not heard of it names the runner again, on another phone.
    let other_disk = Disk::default();
    let vfs = other_disk.register();
    let mut other = Store::join(other_disk.place(&vfs, Durability::Full), identity(6), &with_words).unwrap();
    world::enrol(&mut other, 6, bibtrail_core::op::Role::Director, &[]).unwrap();
    say(&mut other);
    assert_eq!(found(&other_disk.files()), WORDS);
    let news = all(&mut other);
    hq.merge(&news).unwrap();
    check_erased_words(&mut hq, &disk);
    other.merge(&all(&mut hq)).unwrap();
    check_erased_words(&mut other, &other_disk);
    assert_eq!(other.digest().unwrap(), hq.digest().unwrap());
}

#[test]
fn only_a_director_erases() {
    let disk = Disk::default();
    let mut hq = race(&disk);
    let phone_disk = Disk::default();
    let vfs = phone_disk.register();
    let mut phone = world::join(phone_disk.place(&vfs, Durability::Full), 1, &all(&mut hq)).unwrap();
    erase(&mut phone);
    assert_eq!(found(&phone_disk.files()), WORDS, "it was said, and counts for nothing");
    hq.merge(&all(&mut phone)).unwrap();
    assert_eq!(found(&disk.files()), WORDS);
    assert_eq!(hq.entrants_with(&world::bib("2")).unwrap()[0].name, WORDS[0]);
}

/// A relay can keep words back, and cannot put others in their place.
#[test]
fn words_prove_right_or_are_refused() {
    let disk = Disk::default();
    let mut hq = race(&disk);
    let bytes = all(&mut hq);
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bundle = Bundle::open(&bytes).unwrap();
        let mut segments = Vec::new();
        while let Some((mut segment, _)) = bundle.next_segment().unwrap() {
            segment.ops.iter_mut().filter(|op| chained(op).len() < op.len()).for_each(change);
            segments.push(segment);
        }
        let disk = Disk::default();
        let vfs = disk.register();
        let mut phone =
            Store::join_empty(disk.place(&vfs, Durability::Full), identity(5), hq.origin()).unwrap();
        let report = phone.merge(&bundle::encode(hq.race(), &segments)).unwrap();
        (report.rejected.len(), report.new_ops, found(&disk.files()))
    };
    let all_ops = hq.digest().unwrap().op_count;
    assert_eq!(changed(&|_| ()), (0, all_ops, WORDS.to_vec()));
    assert_eq!(changed(&|op| op.truncate(chained(op).len())), (0, all_ops, vec![]));
    let (refused, taken, words) = changed(&|op| *op.last_mut().unwrap() ^= 1);
    assert!(refused > 0 && taken < all_ops && words.is_empty(), "{refused} {taken} {words:?}");
    let (refused, ..) = changed(&|op| op.push(0));
    assert!(refused > 0);
}

#[test]
fn sealed_bytes_are_canonical() {
    let disk = Disk::default();
    let mut hq = race(&disk);
    let bytes = all(&mut hq);
    let mut bundle = Bundle::open(&bytes).unwrap();
    let mut sealed = 0;
    while let Some((segment, _)) = bundle.next_segment().unwrap() {
        for bytes in segment.ops {
            let op = Op::decode(&bytes).unwrap();
            assert_eq!(op.encode(), bytes);
            let Body::Put(put) = &op.body else { continue };
            let closed = Op::decode(chained(&bytes)).unwrap();
            assert_eq!(closed.encode(), chained(&bytes));
            let Body::Put(closed) = closed.body else { panic!("still a put") };
            if matches!(put.seal, Some(Seal::Open(_))) {
                sealed += 1;
                assert!(matches!(closed.seal, Some(Seal::Closed(_))) && closed.reason.is_none());
                assert!(!closed.has_personal_words() || closed.writes.iter().any(|w| w.value == Value::Null));
            } else {
                assert_eq!(&closed, put, "nothing personal, nothing sealed");
            }
        }
    }
    assert_eq!(sealed, 7, "four entrants, and three words on one of them");
}

/// The power goes at every place of an erasure: whatever is left, the next opening ends it.
#[test]
fn no_power_cut_leaves_a_name_behind() {
    let disk = Disk::default();
    let mut store = race(&disk);
    let ops = store.digest().unwrap().op_count;
    let start = disk.files();
    disk.load(start.clone());
    erase(&mut store);
    assert_eq!(found(&disk.files()), [""; 0]);
    let after = Disk::default();
    let vfs = after.register();
    let (mut cuts, mut erased) = (0, 0);
    images(&start, &disk.events(), false, 7, |files, _, _| {
        cuts += 1;
        after.load(files);
        let (mut store, _) = Store::open(after.place(&vfs, Durability::Full), identity(0)).unwrap();
        assert!(store.digest().unwrap().op_count >= ops, "nothing is lost");
        assert_eq!(store.verify().unwrap().problems, []);
        if store.entrants_with(&world::bib("2")).unwrap()[0].is_erased {
            erased += 1;
            assert_eq!(found(&after.files()), [""; 0], "cut {cuts}");
        }
    });
    assert!(cuts > 20 && erased > 5 && erased < cuts, "{erased} of {cuts}");
}

/// While somebody looks at an earlier moment its pages stay; they go with the next call after that.
#[test]
fn a_reader_keeps_words_no_longer_than_it_looks() {
    let (desk, words) = (Desk::new(), ["Kim Chol-su", "PRK"]);
    let hq = desk.path("hq");
    let mut store = Folder::new(&hq).open().unwrap().0;
    let erased = store.entrants_with(&world::bib("117")).unwrap()[0].id;
    let reader = store.reader().unwrap();
    store.put(Entity::Entrant(erased), vec![(field::ERASED, Value::Bool(true))], None).unwrap();
    assert!(store.is_erasing().unwrap());
    assert_eq!(in_folder(&hq, &words), words);
    drop(reader);
    store.settle().unwrap();
    assert!(!store.is_erasing().unwrap());
    assert_eq!(in_folder(&hq, &words), [""; 0]);
}

/// All at once, as a server takes in what phones bring.
#[test]
fn a_group_erases_when_it_is_committed() {
    let disk = Disk::default();
    let mut hq = race(&disk);
    let phone_disk = Disk::default();
    let vfs = phone_disk.register();
    let mut phone = world::join(phone_disk.place(&vfs, Durability::Full), 1, &all(&mut hq)).unwrap();
    erase(&mut hq);
    let news = all(&mut hq);
    phone
        .together(|phone| {
            phone.merge(&news).unwrap();
            phone.record(&[scan("4", "k1", ScanKind::In, 70_000)]).unwrap();
        })
        .unwrap();
    check_erased(&mut phone, &phone_disk);
}

#[test]
fn rows_of_a_shared_database_are_shortened() {
    let Some(database) = Postgres::begin() else { return };
    let address = || Address::parse(&database.url(), None).unwrap();
    let rows = || {
        let hex = database.sql("SELECT encode(bytes, 'hex') FROM bibtrail.segment ORDER BY number");
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        let bytes = |line: &str| line.trim().as_bytes().chunks_exact(2).map(byte).collect::<Vec<u8>>();
        let rows = hex.lines().enumerate().map(|(n, line)| (n.to_string(), bytes(line)));
        rows.collect::<Files>()
    };
    let disk = Disk::default();
    let mut hq = race(&disk);
    let mut side = Side::begin(address(), &mut hq).unwrap();
    assert_eq!(found(&rows()), WORDS);
    erase(&mut hq);
    side.push(&mut hq).unwrap();
    assert_eq!(found(&rows()), [""; 0]);
    // A server that was away comes back with the name; then a new one begins from the database alone.
    let new_disk = Disk::default();
    let vfs = new_disk.register();
    let mut new =
        Store::join_empty(new_disk.place(&vfs, Durability::Full), identity(8), hq.origin()).unwrap();
    Side::begin(address(), &mut new).unwrap();
    check_erased(&mut new, &new_disk);
    assert_eq!(new.digest().unwrap(), hq.digest().unwrap());
    let said = database.try_sql("UPDATE bibtrail.segment SET bytes = ''");
    assert!(said.is_err_and(|said| said.contains("append-only")));
}

/// Which words stand in any file of a folder.
fn in_folder(folder: &Path, words: &[&'static str]) -> Vec<&'static str> {
    let mut files = Files::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        files.insert(path.display().to_string(), fs::read(path).unwrap());
    }
    let stands = |word: &&str| {
        files.values().any(|bytes| bytes.windows(word.len()).any(|window| window == word.as_bytes()))
    };
    words.iter().copied().filter(|word| stands(word)).collect()
}

#[test]
fn the_command_erases_and_says_what_it_cannot() {
    let desk = Desk::new();
    let words = ["Kim Chol-su", "PRK"];
    let in_hq = || in_folder(&desk.path("hq"), &words);
    assert_eq!(in_hq(), words);
    desk.ok("scan @hq 117 --checkpoint start");
    let refused = |line: &str, expected: &str| {
        let said = desk.run(line, "");
        assert!(said.code != 0 && said.err.contains(expected), "{line}: {said:?}");
    };
    refused("erase @hq 117", "not known to be safe: 117");
    refused("erase @hq 999", "nobody entered under bib 999");
    refused("erase @phone-1 117 --even-if-out", "a captain may not erase runners");
    assert_eq!(in_hq(), words);
    let said = desk.ok("erase @hq 117 --even-if-out");
    assert!(said.contains("117: name withheld"), "{said}");
    assert_eq!(in_hq(), [""; 0]);
    assert_eq!(in_folder(&desk.path("phone-1"), &words), words);
    desk.ok("bundle @hq -o @news.bibtrail");
    desk.ok("merge @phone-1 @news.bibtrail");
    assert_eq!(in_folder(&desk.path("phone-1"), &words), [""; 0]);
    desk.ok("backup @hq @hq.backup");
    desk.ok("restore @hq.backup @restored");
    assert_eq!(in_folder(&desk.path("restored"), &words), [""; 0]);
    let results = desk.ok("results @hq --json");
    assert!(results.contains("name withheld") && !results.contains(words[0]), "{results}");
    // A database that was set aside is not touched, and named.
    desk.write("hq/store.damaged-1.sqlite", b"Kim Chol-su");
    let said = desk.run("erase @hq 117 --even-if-out --json", "");
    assert_eq!(said.code, 1);
    assert!(
        said.out.contains("\"erased_before\": 1") && said.out.contains("store.damaged-1.sqlite"),
        "{said:?}"
    );
}

#[test]
fn names_go_when_their_time_is_over() {
    let desk = Desk::new();
    let words = ["Kim Chol-su", "Åsa Ødegård", "Ann"];
    let in_hq = || in_folder(&desk.path("hq"), &words);
    let said = desk.ok("retain @hq --days 30 --at 2025-05-06T08:59:59+09:00");
    assert!(said.contains("3 runners are named until"), "{said}");
    let said = desk.ok("retain @hq --days 30 --at 2025-05-06T09:00:00+09:00 --dry-run --json");
    assert!(said.contains("\"is_due\": true") && said.contains("\"named\": 3"), "{said}");
    assert_eq!(in_hq(), words);
    let said = desk.run("retain @phone-1 --days 30 --at 2025-05-06T09:00:00+09:00", "");
    assert!(said.code != 0 && said.err.contains("may not erase runners"), "{said:?}");
    let said = desk.ok("retain @hq --days 30 --at 2025-05-06T09:00:00+09:00");
    assert!(said.contains("3 runners erased"), "{said}");
    assert_eq!(in_hq(), [""; 0]);
    let said = desk.ok("retain @hq --days 30 --at 2025-05-06T09:00:00+09:00");
    assert!(said.contains("0 runners erased"), "{said}");
}
