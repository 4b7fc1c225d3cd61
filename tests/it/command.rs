//! The command, as people use it and misuse it: text in, text out.
//!
//! Invariant: bad input ends non-zero with a message that says what, where and what to do, and the replica is as before.

use std::{fs, path::Path};

pub(super) use bibtrail_tests::desk::{Desk, ENTRANTS, RACE, Said};

#[test]
fn scans_are_confirmed_and_the_unexpected_is_said_aloud() {
    let desk = Desk::new();
    let said = desk.run("scan @phone-1 --stdin", "117\r\n117 out\n\n999\n2*\n?\n117\n");
    let told: Vec<String> =
        said.out.lines().map(|line| line.split(" · ").next().unwrap().trim_end().to_owned()).collect();
    assert_eq!(
        told,
        [
            "✓ 117    Kim Chol-su",
            "✓ 117    Kim Chol-su",
            "✓ 999    unknown",
            "  ! nobody entered under this bib (recorded all the same)",
            "✓ 2*     unknown",
            "  ! not all of the bib could be read: complete it with `bibtrail amend`",
            "✓ ?      bib comes later",
            "  ! time only: add the bib with `bibtrail amend`",
            "✓ 117    Kim Chol-su",
            "  ! seen here before, 0:00 ago",
        ]
    );
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

#[test]
fn bad_bibs_are_named_and_stop_no_other() {
    let desk = Desk::new();
    let said = desk.run("scan @phone-1 --stdin", "117\n12345678901234567\na\x07b\n118\n1 7\n");
    assert_eq!(said.code, 1);
    assert_eq!(said.out.lines().count(), 2, "{said:?}");
    assert_eq!(
        said.err,
        "✗ not recorded: bib \"12345678…\" has 17 characters; a bib has at most 16
✗ not recorded: bib \"a\\u{7}b\" holds a control character (U+0007); type or scan it again
✗ not recorded: bib \"1 7\" holds a space; scan one bib at a time
bibtrail: 3 of the lines were not recorded; they are named above. All others were
"
    );
    let said = desk.run("scan @phone-1", "");
    assert_eq!((said.code, said.err.as_str()), (1, "bibtrail: no bibs given. Pass bibs, or --stdin\n"));
    desk.refused(
        "scan @hq 117",
        "bibtrail: which checkpoint? Pass --checkpoint, or join with one. The race has: start, arch, finish",
    );
    desk.refused(
        "scan @hq 117 --checkpoint ark",
        "bibtrail: the race has no checkpoint \"ark\". Its checkpoints: start, arch, finish",
    );
}

#[test]
fn a_day_from_scan_to_results() {
    let desk = Desk::new();
    desk.ok("scan @phone-1 117 118 --checkpoint start");
    desk.ok("scan @phone-2 117 18 --checkpoint finish");
    let seq = 3;
    desk.ok(&format!("amend @phone-2 {seq} --bib 118 --reason misread"));
    desk.ok("status @hq W1 dns --reason ill");
    desk.ok("bundle @phone-1 -o @1.bibtrail");
    desk.ok("bundle @phone-2 -o @2.bibtrail");
    desk.ok("merge @hq @2.bibtrail @1.bibtrail @2.bibtrail");
    let csv = desk.ok("results @hq --csv");
    let states: Vec<String> = csv
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            format!("{} {} {}", cells[1], cells[2], cells[9])
        })
        .collect();
    assert!(
        states.contains(&"1 117 finished".to_owned()) && states.contains(&" W1 did not start".to_owned()),
        "{states:?}"
    );
    assert!(states.iter().any(|s| s.ends_with("118 finished")), "{states:?}");
    desk.ok("bundle @hq -o @all.bibtrail");
    desk.ok("merge @phone-1 @all.bibtrail");
    desk.ok("merge @phone-2 @all.bibtrail");
    let digests: Vec<String> = ["hq", "phone-1", "phone-2"].map(|d| desk.ok(&format!("digest @{d}"))).into();
    assert!(digests.windows(2).all(|pair| pair[0] == pair[1]), "{digests:?}");
    for name in ["hq", "phone-1", "phone-2"] {
        assert!(desk.ok(&format!("verify @{name}")).starts_with("all well: 3 logs"));
    }
    for line in [
        "splits @hq",
        "splits @hq --json",
        "runner @hq 117",
        "runner @hq 117 --json",
        "log @hq",
        "log @hq --json",
    ] {
        assert!(desk.ok(line).contains("117"), "{line}");
    }
}

#[test]
fn asking_for_what_is_not_there() {
    let desk = Desk::new();
    desk.refused(
        "results @hq --course hundred",
        "bibtrail: the race has no course \"hundred\". Its courses: ten",
    );
    desk.refused(
        "splits @hq --course hundred",
        "bibtrail: the race has no course \"hundred\". Its courses: ten",
    );
    desk.refused("runner @hq 55", "bibtrail: nobody entered under bib 55, and no scan shows it");
    desk.refused("void @phone-1 99 --reason why", "bibtrail: there is no scan 99 here");
    desk.refused(
        "status @hq 117 gone --reason why",
        "bibtrail: \"gone\" is no status. Use dns, dnf, dsq, otl or ok",
    );
    assert!(desk.ok("results @hq --unaccounted").ends_with("nobody\n"));
}

#[test]
fn conflicts_are_listed_and_resolved() {
    let desk = Desk::new();
    desk.ok("scan @phone-1 17");
    desk.ok("bundle @phone-1 -o @1.bibtrail");
    desk.ok("merge @phone-2 @1.bibtrail");
    let scan = desk.ok("log @phone-1 --json");
    let log = serde_json::from_str::<serde_json::Value>(&scan).unwrap();
    let own = log
        .as_array()
        .unwrap()
        .iter()
        .find(|op| op["says"].as_str().unwrap().starts_with("scan 17"))
        .unwrap();
    let at = format!("{}:{}", &own["log"].as_str().unwrap()[..8], own["seq"]);
    desk.ok(&format!("amend @phone-1 {at} --bib 117 --reason looked"));
    desk.ok(&format!("amend @phone-2 {at} --bib 118 --reason paper"));
    desk.ok("bundle @phone-1 -o @1.bibtrail");
    desk.ok("merge @phone-2 @1.bibtrail");
    let listed = serde_json::from_str::<serde_json::Value>(&desk.ok("conflicts @phone-2 --json")).unwrap();
    let conflict = listed[0]["conflict"].as_str().unwrap().to_owned();
    assert_eq!((listed[0]["field"].as_str(), listed.as_array().unwrap().len()), (Some("bib"), 1));
    let said = desk.run(&format!("resolve @phone-2 {conflict} 119 --reason no"), "");
    assert!(said.code == 1 && said.err.contains("is none of the values in conflict: #1 "), "{said:?}");
    desk.ok(&format!("resolve @phone-2 {conflict} 117 --reason asked"));
    assert_eq!(desk.ok("conflicts @phone-2"), "no conflicts\n");
    let said = desk.run(&format!("resolve @phone-2 {conflict} 117 --reason again"), "");
    assert!(said.err.contains("is settled or has changed since you looked"), "{said:?}");
}

#[test]
fn bad_bundles() {
    let desk = Desk::new();
    desk.ok("scan @phone-1 117 118");
    desk.ok("bundle @phone-1 -o @good.bibtrail");
    let good = fs::read(desk.path("good.bibtrail")).unwrap();
    let broken = |name: &str, bytes: Vec<u8>| desk.write(name, &bytes);
    let changed = |at: usize, to: &[u8]| {
        let mut bytes = good.clone();
        bytes[at..at + to.len()].copy_from_slice(to);
        bytes
    };
    broken("torn", good[..good.len() - 7].to_vec());
    broken("stub", good[..20].to_vec());
    broken("flipped", changed(good.len() / 2, &[good[good.len() / 2] ^ 4]));
    broken("future", changed(8, &[9]));
    broken("huge", changed(25, &(1_u64 << 30).to_le_bytes()));
    broken("photo", b"\xff\xd8\xff\xe0 JFIF".to_vec());
    broken("empty", Vec::new());
    let other = Desk::new();
    other.ok("bundle @hq -o @foreign");
    fs::copy(other.path("foreign"), desk.path("foreign")).unwrap();

    let (size, torn) = (good.len(), good.len() - 7);
    let not_a_bundle = "this is not a Bibtrail bundle: it does not begin with BIBTRAIL. Choose a file that ends in .bibtrail";
    let damaged = format!(
        "the bundle is damaged: its checksum does not match, so at least one of its {size} bytes changed on the way. Ask for it to be sent again"
    );
    for (name, why) in [
        ("torn", format!("the bundle is cut short: {torn} of {size} bytes are here. Ask for it to be sent or copied again")),
        ("stub", "the bundle is cut short: 20 of 65 bytes are here. Ask for it to be sent or copied again".to_owned()),
        ("flipped", damaged),
        ("future", "the bundle has format 9, this app reads up to 0. Update the app; nothing is lost".to_owned()),
        ("huge", "the bundle claims 1073741824 bytes; the limit is 67108864. It is damaged or not honest; ask for a new one".to_owned()),
        ("photo", not_a_bundle.to_owned()),
        ("empty", not_a_bundle.to_owned()),
    ] {
        desk.refused(&format!("merge @hq @{name}"), &format!("✗ @{name}: refused. {why}"));
    }
    let said = desk.run("merge @hq @foreign", "");
    assert!(said.code == 1 && said.err.contains("belongs to another race"), "{said:?}");
    let said = desk.run("merge @hq @gone", "");
    assert!(said.code == 1 && said.err.contains("@gone: No such file"), "{said:?}");

    // The others land all the same.
    let said = desk.run("merge @hq @torn @good.bibtrail @flipped", "");
    assert_eq!(said.code, 1);
    assert!(said.out.starts_with("✓ @good.bibtrail: 3 new"), "{said:?}");
}

#[test]
fn a_later_bundle_waits_for_an_earlier_one() {
    let desk = Desk::new();
    desk.ok("scan @phone-1 117");
    desk.ok("bundle @phone-1 -o @1.bibtrail");
    desk.ok("scan @phone-1 118");
    desk.ok("bundle @phone-1 -o @2.bibtrail --since @1.bibtrail");
    let said = desk.run("merge @hq @2.bibtrail", "");
    assert!(said.out.contains("1 waiting") && said.err.contains("waits for its operation 1"), "{said:?}");
    let said = desk.run("merge @hq @1.bibtrail", "");
    assert!(said.out.starts_with("✓ @1.bibtrail: 3 new"), "{said:?}");
    desk.ok("bundle @phone-1 -o @all.bibtrail");
    assert!(desk.ok("merge @hq @all.bibtrail").contains(": 0 new"));
}

#[test]
fn bad_race_files_and_entrants_make_nothing() {
    let desk = Desk::new();
    let cases: [(&str, String, &str); 5] = [
        ("race.toml", RACE.replace("time_zone", "timezone"), "unknown field `timezone`"),
        (
            "race.toml",
            RACE.replace("at = \"finish\"", "at = \"end\""),
            "course \"ten\", visit 3: there is no checkpoint \"end\". The checkpoints are: start, arch, finish",
        ),
        (
            "race.toml",
            RACE.replace("10000", "400"),
            "course \"ten\", visit 3 (finish): 400 m is not farther than the visit before",
        ),
        (
            "entrants.csv",
            ENTRANTS.replace("118", "117"),
            "line 3: bib 117 stands in line 2 already. Give one of them another bib",
        ),
        (
            "entrants.csv",
            ENTRANTS.replace("bib,", "no,"),
            "missing column: bib. The heading has: no, name, nation",
        ),
    ];
    for (name, text, expected) in cases {
        desk.write("race.toml", RACE.as_bytes());
        desk.write("entrants.csv", ENTRANTS.as_bytes());
        desk.write(name, text.as_bytes());
        let said = desk.run("race new @new --file @race.toml --entrants @entrants.csv", "");
        assert!(said.code == 1 && said.err.contains(expected) && said.err.contains(name), "{said:?}");
        assert!(!desk.path("new").exists(), "{name}: nothing may be left behind");
    }
    desk.write("race.toml", RACE.as_bytes());
    desk.write("entrants.csv", b"\xef\xbb\xbfbib,name\r\n1,Jos\xe9\r\n");
    let said = desk.run("race new @new --file @race.toml --entrants @entrants.csv", "");
    assert!(said.code == 1 && said.err.contains("line 2, byte 6 (0xE9) is not UTF-8"), "{said:?}");
    desk.ok("race new @new --file @race.toml --entrants @entrants.csv --encoding latin1");
    let said = desk.run("race new @new --file @race.toml", "");
    assert!(said.code == 1 && said.err.contains("already holds a replica"), "{said:?}");
}

#[test]
fn folders_that_are_locked_newer_damaged_or_gone() {
    let desk = Desk::new();
    let (held, _, _) = bibtrail::replica::Folder::new(&desk.path("phone-1")).open().unwrap();
    let locked = "bibtrail: @phone-1: another program is using this replica. Close it there, then try again; nothing was changed";
    // One process may not hold a file twice under `unix-excl`, so the second opener is another process.
    let said = elsewhere(&desk, "scan @phone-1 117");
    assert_eq!((said.code, said.err.trim_end()), (1, locked));
    drop(held);

    let database = desk.path("phone-1/store.sqlite");
    let db = rusqlite::Connection::open(&database).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let said = desk.run("digest @phone-1", "");
    assert_eq!(
        (said.code, said.err.trim_end()),
        (
            1,
            "bibtrail: @phone-1: the replica was written by a newer Bibtrail (database version 99, this one knows 3). Update Bibtrail; nothing was changed"
        )
    );

    fs::write(&database, b"this is no database, and was never one; it only looks like a file").unwrap();
    let said = desk.run("digest @phone-1", "");
    assert!(said.code == 0 && said.err.contains("built again from the journal"), "{said:?}");
    assert!(desk.path("phone-1/store.damaged-1.sqlite").exists());
    fs::remove_file(&database).unwrap();
    assert!(desk.run("digest @phone-1", "").err.contains("built again from the journal"));

    let said = desk.run("digest @nowhere", "");
    assert_eq!(
        said.err.trim_end(),
        "bibtrail: @nowhere holds no replica. Begin one with `bibtrail race new` or `bibtrail join`"
    );
}

/// Runs a command in a process of its own.
fn elsewhere(desk: &Desk, line: &str) -> Said {
    let words = line.split(' ').map(|word| match word.strip_prefix('@') {
        Some(name) => desk.path(name).into_os_string(),
        None => word.into(),
    });
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_command")).args(words).output().unwrap();
    let text = |bytes: Vec<u8>| {
        String::from_utf8(bytes).unwrap().replace(&format!("{}/", desk.root().display()), "@")
    };
    let code = done.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(255);
    Said { code, out: text(done.stdout), err: text(done.stderr) }
}

/// The damage shows only when the scan is written. The volunteer must not have to stop.
#[test]
fn a_database_that_breaks_while_recording_is_built_again() {
    let desk = Desk::new();
    desk.ok("scan @phone-1 117 118");
    let database = desk.path("phone-1/store.sqlite");
    let db = rusqlite::Connection::open(&database).unwrap();
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'scan_by_bib'";
    let page = db.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap() as usize;
    drop(db);
    let mut bytes = fs::read(&database).unwrap();
    bytes[(page - 1) * 4096..page * 4096].fill(0xee);
    fs::write(&database, bytes).unwrap();
    let said = desk.run("scan @phone-1 W1", "");
    assert!(said.code == 0 && said.out.starts_with("✓ W1     Ann"), "{said:?}");
    assert!(said.err.contains("built again from the journal"), "{said:?}");
    assert!(desk.ok("verify @phone-1").starts_with("all well"));
    assert_eq!(desk.ok("log @phone-1").matches(" arch in ").count(), 3);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_and_a_read_only_folder() {
    let desk = Desk::new();
    desk.ok("scan @phone-1 117");
    // A file may not grow beyond so many blocks: what a full disk looks like to a process.
    let command = env!("CARGO_BIN_EXE_command");
    let script =
        format!("trap '' XFSZ; ulimit -f 16; exec {command} scan {} 118 119", desk.path("phone-1").display());
    let done = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
    let err = String::from_utf8_lossy(&done.stderr);
    assert!(!done.status.success() && !err.contains("panicked"), "{err}");
    assert!(err.contains("free some space and try again"), "{err}");
    assert!(desk.ok("verify @phone-1").starts_with("all well"));
    // What was confirmed before is there; what was not confirmed may have reached the journal, and then counts.
    assert!(desk.ok("log @phone-1").contains("scan 117"));

    read_only(&desk, Path::new("phone-2"));
}

/// A folder that may not be written. Root may write anywhere, so there only a read-only mount would tell.
#[cfg(target_os = "linux")]
fn read_only(desk: &Desk, name: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let folder = desk.root().join(name);
    let mode = |mode: u32| {
        for entry in fs::read_dir(&folder).unwrap() {
            fs::set_permissions(entry.unwrap().path(), fs::Permissions::from_mode(mode & 0o666)).unwrap();
        }
        fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(0o555);
    let script = format!(
        "if [ $(id -u) = 0 ]; then chmod -R a+rX {0}; exec setpriv --reuid 65534 --regid 65534 --clear-groups {1} scan {0}/{2} 117; \
         else exec {1} scan {0}/{2} 117; fi",
        desk.root().display(),
        env!("CARGO_BIN_EXE_command"),
        name.display()
    );
    let done = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
    let err = String::from_utf8_lossy(&done.stderr);
    mode(0o755);
    assert_eq!(done.status.code(), Some(1), "{err}");
    assert!(
        err.contains(
            "may not be written (read-only folder or medium). Copy the folder to a place where you may write"
        ),
        "{err}"
    );
}
