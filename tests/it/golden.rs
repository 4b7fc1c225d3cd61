//! The formats, tied to golden files: a change of bytes fails here and names the document to change.
//!
//! Invariant: old files open for ever (binding from format version 1 on). Run with `BIBTRAIL_WRITE_GOLDEN=1` to write the
//! files of a new version; never to overwrite those of a released one.

use std::{collections::BTreeMap, fs, path::PathBuf};

use bibtrail_core::{
    bundle,
    op::{Entity, ScanKind, Value, chained, field},
    store::{Durability, Record, Store},
};
use bibtrail_tests::{
    disk::{DATABASE, Disk, Files, JOURNAL},
    pipe::meet_watched,
    world::{self, identity, scan},
};

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

/// Compares with the golden file, or writes it when asked to.
fn check(name: &str, document: &str, bytes: &[u8]) {
    let path = data(name);
    if std::env::var_os("BIBTRAIL_WRITE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
    }
    let golden = fs::read(&path).unwrap();
    assert!(
        golden == bytes,
        "{name} is not what this build writes: change {document} and the format's version first"
    );
}

/// A day with one of everything.
fn day(disk: &Disk) -> Store {
    let vfs = disk.register();
    let mut store = world::director(disk.place(&vfs, Durability::Full), 3).unwrap();
    let enrol = bibtrail_core::op::Enrol {
        name: "본부".to_owned(),
        checkpoint: Some(world::key("k1")),
        ..bibtrail_core::op::Enrol::default()
    };
    store.enrol(enrol).unwrap();
    let scans = [
        scan("1", "start", ScanKind::In, 0),
        scan("W1", "k1", ScanKind::In, 60_000),
        scan("00101", "k1", ScanKind::Out, 61_000),
        scan("", "k1", ScanKind::In, 61_001),
        scan("2*", "k1", ScanKind::In, 59_999),
    ];
    let confirmed = store.record(&scans).unwrap();
    let values = vec![
        (field::BIB, "3".into()),
        (field::TIME, (world::START_MS + 1).into()),
        (field::VOID, Value::Bool(true)),
    ];
    store.put(Entity::Scan(confirmed[3].at()), values, Some("read from the photo")).unwrap();
    store
        .put(
            Entity::Bib(world::bib("W1")),
            vec![(field::STATUS, Value::List(vec!["dnf".into(), "k1".into()]))],
            None,
        )
        .unwrap();
    store.settle().unwrap();
    store
}

#[test]
fn bundle_of_version_0() {
    let bytes = day(&Disk::default()).bundle(&BTreeMap::new()).unwrap();
    check("bundle-v0-sealed.bibtrail", "docs/wire.md", &bytes);
}

#[test]
fn operations_of_version_0() {
    let store = day(&Disk::default());
    let mut text = String::new();
    let mut bundle_bytes = Vec::new();
    let bytes = { store }.bundle(&BTreeMap::new()).unwrap();
    let mut bundle = bundle::Bundle::open(&bytes).unwrap();
    while let Some((segment, encoded)) = bundle.next_segment().unwrap() {
        for (at, op) in segment.iter() {
            let hex: String = op.iter().map(|byte| format!("{byte:02x}")).collect();
            text += &format!("{} {hex}\n", at.seq);
        }
        bundle_bytes.extend(encoded);
    }
    check("operations-v0-sealed.txt", "docs/wire.md", text.as_bytes());
    check("segment-v0-sealed.bin", "docs/wire.md", &bundle_bytes);
}

#[test]
fn journal_of_version_0() {
    let disk = Disk::default();
    drop(day(&disk));
    check("journal-v0-sealed.bin", "docs/store.md", &disk.files()[JOURNAL]);
}

/// SQLite may lay pages out differently from one version to the next, so the database is held to what it says.
#[test]
fn database_of_version_0_opens() {
    let disk = Disk::default();
    let mut fresh = day(&disk);
    let expected = format!("{:?}", fresh.digest().unwrap());
    assert_eq!(fresh.verify().unwrap().problems, []);
    drop(fresh);
    if std::env::var_os("BIBTRAIL_WRITE_GOLDEN").is_some() {
        fs::create_dir_all(data("")).unwrap();
        fs::write(data("journal-v0-sealed.bin"), &disk.files()[JOURNAL]).unwrap();
        fs::write(data("store-v0-sealed.sqlite"), &disk.files()[DATABASE]).unwrap();
    }
    let files: Files = [
        (DATABASE.to_owned(), fs::read(data("store-v0-sealed.sqlite")).unwrap()),
        (JOURNAL.to_owned(), fs::read(data("journal-v0-sealed.bin")).unwrap()),
    ]
    .into();
    let old = Disk::with(files);
    let vfs = old.register();
    let (mut store, opened) = Store::open(old.place(&vfs, Durability::Full), identity(0)).unwrap();
    assert_eq!(opened, bibtrail_core::store::Opened::default());
    assert_eq!(format!("{:?}", store.digest().unwrap()), expected, "docs/store.md");
    assert_eq!(store.verify().unwrap().problems, []);
}

/// What was written before personal words were sealed: one race, as bundle, operations, journal and database.
#[test]
fn what_was_written_before_seals_opens() {
    let disk = Disk::with(
        [
            (DATABASE.to_owned(), fs::read(data("store-v0.sqlite")).unwrap()),
            (JOURNAL.to_owned(), fs::read(data("journal-v0.bin")).unwrap()),
        ]
        .into(),
    );
    let vfs = disk.register();
    let (mut store, opened) = Store::open(disk.place(&vfs, Durability::Full), identity(0)).unwrap();
    assert_eq!(opened, bibtrail_core::store::Opened::default());
    assert_eq!(store.verify().unwrap().problems, []);
    let disk = Disk::default();
    let vfs = disk.register();
    let bundle = fs::read(data("bundle-v0.bibtrail")).unwrap();
    let phone = Store::join(disk.place(&vfs, Durability::Full), identity(1), &bundle).unwrap();
    assert_eq!(phone.digest().unwrap(), store.digest().unwrap());
    let mut segments = Vec::new();
    let mut bundle = bundle::Bundle::open(&bundle).unwrap();
    let mut operations = String::new();
    while let Some((segment, encoded)) = bundle.next_segment().unwrap() {
        for (at, op) in segment.iter() {
            let hex: String = op.iter().map(|byte| format!("{byte:02x}")).collect();
            operations += &format!("{} {hex}\n", at.seq);
        }
        segments.extend(encoded);
    }
    assert_eq!(operations, fs::read_to_string(data("operations-v0.txt")).unwrap());
    assert_eq!(segments, fs::read(data("segment-v0.bin")).unwrap());
    assert_eq!(phone.entrants().unwrap().len(), 3);
    // The two races differ in nothing but the seals.
    let fresh = day(&Disk::default());
    let names = |store: &Store| store.entrants().unwrap();
    assert_eq!(names(&fresh), names(&store));
}

/// Seeds for the fuzzer are the golden files, cut into what each decoder reads.
#[test]
fn seeds_for_the_fuzzer() {
    if std::env::var_os("BIBTRAIL_WRITE_GOLDEN").is_none() {
        return;
    }
    let write = |target: &str, name: String, bytes: &[u8]| {
        let folder = data("corpus").join(target);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), bytes).unwrap();
    };
    let disk = Disk::default();
    let mut store = day(&disk);
    let bytes = store.bundle(&BTreeMap::new()).unwrap();
    write("bundle", "day".to_owned(), &bytes);
    let mut bundle = bundle::Bundle::open(&bytes).unwrap();
    while let Some((segment, encoded)) = bundle.next_segment().unwrap() {
        write("segment", format!("{}", segment.first_seq), &encoded);
        for (at, op) in segment.iter() {
            let is_sealed = chained(op).len() < op.len();
            write("op", if is_sealed { format!("sealed-{}", at.seq) } else { at.seq.to_string() }, op);
        }
    }
    let journal = &disk.files()[JOURNAL];
    assert!(!Record::all_in(journal).is_empty());
    write("journal", "day".to_owned(), journal);
    let registers = store.registers(&Entity::Race).unwrap().unwrap();
    write("registers", "race".to_owned(), &minicbor::to_vec(registers).unwrap());
    for (n, bib) in ["117", "W1", "2*", "", "서울"].iter().enumerate() {
        write("bib", n.to_string(), bib.as_bytes());
    }
    let race = store.bundle(&BTreeMap::new()).unwrap();
    let phone_disk = Disk::default();
    let vfs = phone_disk.register();
    let mut phone = world::join(phone_disk.place(&vfs, Durability::Off), 4, &race).unwrap();
    phone.record(&[scan("9", "k2", ScanKind::In, 7000)]).unwrap();
    let mut n = 0;
    let met = meet_watched(&mut phone, &mut store, 0, &mut |message, _| {
        write("message", n.to_string(), message);
        n += 1;
    });
    assert!(met.unwrap().dialled.is_converged && n > 5);
    write("ticket", "volunteer".to_owned(), world::invitation(&store, 5).link().as_bytes());
    let demo = bibtrail::demo::race(bibtrail::demo::Edition::Y2025, 1).unwrap();
    write("race_file", "demo".to_owned(), demo.race_toml.as_bytes());
    let first_lines = |text: &str| text.lines().take(12).collect::<Vec<_>>().join("\r\n");
    write("entrants", "demo".to_owned(), first_lines(&demo.entrants_csv).as_bytes());
    write("splits", "demo".to_owned(), first_lines(&demo.splits_csv).as_bytes());
}
