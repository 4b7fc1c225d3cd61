//! What standings add to states: ranks and how certain they are, teams and nations, relays, and whether it is official.
//! Text in, text out.
//!
//! Invariant: a case names no API; it says what was seen and said, and what must be shown.

use std::fmt::Write;

use bibtrail_core::{
    ids::EntrantId,
    op::{Entity, field},
    results::results,
    time::span,
    view::{CourseStandings, GroupLine, Open, Standings},
};
use bibtrail_tests::{
    story,
    world::{bib, key, log},
};

fn standings(told: &str, open: &Open) -> Standings {
    let known = story::known(told);
    let setup = known.setup.clone();
    Standings::judged(&setup, &results(&known), open)
}

fn same(shown: &str, expected: &str) {
    let trim =
        |text: &str| text.trim().lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>().join("\n");
    assert_eq!(trim(shown), trim(expected));
}

/// Shown for each runner: rank, bib, the time that ranks, places within gender, category, nation and team, doubts.
fn check(told: &str, expected: &str) {
    let standings = standings(told, &Open::default());
    let mut text = String::new();
    for line in &standings.courses[0].lines {
        let place = |rank: Option<usize>| rank.map_or("–".to_owned(), |rank| rank.to_string());
        let ms = if standings.rank_by == "gun" { line.gun_ms } else { line.net_ms };
        write!(text, "{} {} {}", place(line.rank), line.bib, ms.map_or("–".to_owned(), span)).unwrap();
        let places = [line.gender_rank, line.category_rank, line.nation_rank, line.team_rank].map(place);
        write!(text, " {}", places.join(" ")).unwrap();
        line.doubts_told().iter().for_each(|doubt| write!(text, "; {doubt}").unwrap());
        text.push('\n');
    }
    same(&text, expected);
}

fn groups(told: &str, of: fn(&CourseStandings) -> &Vec<GroupLine>, expected: &str) {
    let standings = standings(told, &Open::default());
    let mut text = String::new();
    for group in of(&standings.courses[0]) {
        let rank = group.rank.map_or("–".to_owned(), |rank| rank.to_string());
        let time = group.time_ms.map_or("–".to_owned(), span);
        let (finishers, entrants, scorers) = (group.finishers, group.entrants, group.scorers.join(" "));
        writeln!(text, "{rank} {} {time} {finishers}/{entrants} {scorers}", group.name).unwrap();
    }
    same(&text, expected);
}

#[test]
fn ranks_in_every_division_and_ties() {
    check(
        "enter 1 2 3 4 5
         about 1 F 30 KOR A\n about 2 M 30 KOR A\n about 3 F 30 ETH A\n about 4 M 30 KOR B\n about 5 X
         1 finish 60:00\n 2 finish 60:00\n 3 finish 61:00\n 4 finish 62:00",
        "1 1 1:00:00 1 – 1 1
         1 2 1:00:00 1 – 1 1
         3 3 1:01:00 2 – 1 3
         4 4 1:02:00 2 – 3 1
         – 5 – – – – –",
    );
}

#[test]
fn gun_and_net_and_waves() {
    let seen = "enter 1 2\n 1 start 2:00\n 1 finish 61:00\n 2 start 0:05\n 2 finish 60:00\n";
    check(seen, "1 1 59:00 1 – – –\n2 2 59:55 1 – – –");
    check(&format!("rank gun\n{seen}"), "1 2 1:00:00 1 – – –\n2 1 1:01:00 1 – – –");
    check(&format!("rank gun\n{seen} wave 1 red 1:30"), "1 1 59:30 1 – – –\n2 2 1:00:00 1 – – –");
}

#[test]
fn neighbours_whose_order_the_clocks_do_not_tell() {
    // Two phones at the finish, one and two seconds sure; the runners came two seconds apart.
    check(
        "enter 1 2 3\n rank gun\n 1 finish 60:00 a±1\n 2 finish 60:02 b±2\n 3 finish 60:09 a±1",
        "1 1 1:00:00 1 – – –; order not certain within ±3 s
         2 2 1:00:02 1 – – –; order not certain within ±3 s
         3 3 1:00:09 2 – – –",
    );
    // One phone saw both: it may be wrong, and is wrong by the same.
    check(
        "enter 1 2\n rank gun\n 1 finish 60:00 a±30\n 2 finish 60:01 a±30",
        "1 1 1:00:00 1 – – –\n2 2 1:00:01 1 – – –",
    );
    // A paper that knows minutes rounds each line by itself.
    check(
        "enter 1 2\n rank gun\n 1 finish 60:00 paper±30\n 2 finish 61:00 paper±30",
        "1 1 1:00:00 1 – – –; order not certain within ±60 s
         2 2 1:01:00 1 – – –; order not certain within ±60 s",
    );
    check(
        "enter 1 2\n rank gun\n 1 finish 60:00 paper±30\n 2 finish 61:01 paper±30",
        "1 1 1:00:00 1 – – –\n2 2 1:01:01 1 – – –",
    );
    // In net time the start counts too. Equal times are a tie, not an order.
    check(
        "enter 1 2\n 1 start 0:00 a±2\n 1 finish 60:00 c±0\n 2 start 0:00 b±2\n 2 finish 60:03 c±0",
        "1 1 1:00:00 1 – – –; order not certain within ±4 s
         2 2 1:00:03 1 – – –; order not certain within ±4 s",
    );
    check(
        "enter 1 2\n rank gun\n 1 finish 60:00 a±9\n 2 finish 60:00 b±9",
        "1 1 1:00:00 1 – – –\n1 2 1:00:00 1 – – –",
    );
}

#[test]
fn teams_by_the_sum_of_their_best() {
    let told = "enter 1 2 3 4 5 6 7 8\n score 2
         about 1 F 30 KOR A\n about 2 F 30 KOR A\n about 3 F 30 KOR A
         about 4 M 30 ETH B\n about 5 M 30 ETH B
         about 6 M 30 GBR C\n about 7 M 30 - C\n about 8 M 30 GBR D
         1 finish 60:00\n 2 finish 70:00\n 3 finish 65:00
         4 finish 61:00\n 5 finish 64:00\n 6 finish 50:00\n 7 k2 40:00\n 8 k2 40:00\n dnf 8";
    groups(
        told,
        |course| &course.teams,
        "1 A 2:05:00 3/3 1 3
         1 B 2:05:00 2/2 4 5
         – C – 1/2 6
         – D – 0/1",
    );
    groups(
        told,
        |course| &course.nations,
        "1 ETH 2:05:00 2/2 4 5
         1 KOR 2:05:00 3/3 1 3
         – GBR – 1/2 6",
    );
    // After a tie the next place is left out; who is over time makes no team's time.
    groups(
        &format!("{told}\n 7 finish 90:00\n cut finish 80:00"),
        |course| &course.teams,
        "1 A 2:05:00 3/3 1 3\n1 B 2:05:00 2/2 4 5\n– C – 1/2 6\n– D – 0/1",
    );
    groups(
        &format!("{told}\n 7 finish 90:00"),
        |course| &course.teams,
        "1 A 2:05:00 3/3 1 3\n1 B 2:05:00 2/2 4 5\n3 C 2:20:00 2/2 6 7\n– D – 0/1",
    );
}

/// Shown for each leg of the first runner: who, to where, how long.
fn relay(told: &str, expected: &str) {
    let standings = standings(told, &Open::default());
    let leg = |leg: &bibtrail_core::view::LegLine| {
        let time = leg.time_ms.map_or("–".to_owned(), span);
        format!("{} {} {time}\n", leg.name, leg.to.as_deref().unwrap_or("–"))
    };
    same(&standings.courses[0].lines[0].legs.iter().map(leg).collect::<String>(), expected);
}

#[test]
fn legs_of_relays() {
    // As many legs as visits after the start: each ends at one. The start was not seen: the gun.
    relay(
        "enter 7\n relay 7 Ann Bob Cid\n 7 k1 20:00\n 7 k1 out 21:00\n 7 k2 50:00\n 7 finish 60:00",
        "Ann K1 20:00\nBob K2 30:00\nCid FINISH 10:00",
    );
    // A place that nobody saw leaves two legs open.
    relay(
        "enter 7\n relay 7 Ann Bob Cid\n 7 start 0:30\n 7 k1 20:30\n 7 finish 60:00",
        "Ann K1 20:00\nBob K2 –\nCid FINISH –",
    );
    // Laps over one line, with another place between.
    let laps = "course start@0 k1@3 finish@5 k1@8 finish@10\n enter 7\n";
    relay(
        &format!("{laps} relay 7 Ann Bob\n 7 start 0:00\n 7 finish 25:00\n 7 finish 55:00"),
        "Ann FINISH 25:00\nBob FINISH 30:00",
    );
    // The course does not say where they change.
    relay("enter 7\n relay 7 Ann Bob\n 7 finish 60:00", "Ann – –\nBob – –");
    relay("enter 7\n 7 finish 60:00", "");
}

/// Shown: `official`, or why not.
fn final_or_why(told: &str, open: &Open, expected: &str) {
    let standings = standings(told, open);
    let course = &standings.courses[0];
    assert_eq!(course.is_official, course.provisional.is_empty());
    assert_eq!(standings.is_official, course.is_official);
    let shown = if course.is_official { "official".to_owned() } else { course.provisional.join(", ") };
    assert_eq!(shown, expected);
}

#[test]
fn official_or_why_not() {
    let told = "enter 1 2\n 1 finish 60:00\n 2 k2 40:00\n";
    let done = format!("{told} dnf 2 k2");
    let frozen = Open { is_frozen: true, ..Open::default() };
    final_or_why(&done, &frozen, "official");
    final_or_why(&done, &Open::default(), "times are not frozen");
    final_or_why(told, &frozen, "1 runner is unaccounted for");
    let late = Open { scans_since: 2, ..frozen.clone() };
    final_or_why(&done, &late, "2 scans came in after times were frozen");
    final_or_why(&done, &Open { is_frozen: false, ..late }, "times are not frozen");
    let entrant = |n: u8| Entity::Entrant(EntrantId::from_random([n; 16]));
    let at = bibtrail_core::ids::OpRef { log: log(1), seq: 1 };
    for (entity, field, concerns) in [
        (entrant(0), field::STATUS, true),
        (entrant(9), field::STATUS, false),
        (entrant(9), field::COURSE, true),
        (entrant(9), field::BIB, true),
        (Entity::Scan(at), field::BIB, true),
        (Entity::Race, field::START, true),
        (Entity::Checkpoint(key("k2")), field::WINDOW, true),
        (Entity::Checkpoint(key("k9")), field::WINDOW, false),
        (Entity::Course(key("ten")), field::VISITS, true),
        (Entity::Course(key("five")), field::VISITS, false),
        (Entity::Bib(bib("1")), field::STATUS, true),
        (Entity::Bib(bib("99")), field::STATUS, false),
    ] {
        let open = Open { conflicts: vec![(entity.clone(), field)], ..frozen.clone() };
        final_or_why(&done, &open, if concerns { "1 conflict is open" } else { "official" });
    }
}

#[test]
fn unread_scans_stay_in_sight() {
    let standings = standings("enter 7\n ? k1 20:00\n 2* k1 out 19:00", &Open::default());
    let shown: Vec<String> = standings
        .unread
        .iter()
        .map(|scan| format!("{} {} {}", scan.bib, scan.checkpoint, scan.kind))
        .collect();
    assert_eq!((shown, standings.unread_scans), (vec!["2* k1 out".to_owned(), "? k1 in".to_owned()], 2));
}

#[test]
fn the_order_of_scans_and_entrants_changes_nothing() {
    let told = "enter 1 2 3\n score 1\n about 1 F 30 KOR A\n about 2 M 30 ETH A\n about 3 M 30 KOR B
         1 k1 19:00 paper±30\n 1 k1 19:20\n 1 finish 60:00 a±1\n 2 finish 60:01 b±1\n 3 finish 60:00 paper?\n 3 k2 40:00";
    let known = story::known(told);
    let shown = |known: bibtrail_core::results::Known| {
        let setup = known.setup.clone();
        serde_json::to_string(&Standings::of(&setup, &results(&known))).unwrap()
    };
    let expected = shown(known.clone());
    for turn in 0..known.scans.len() {
        let mut turned = known.clone();
        turned.scans.rotate_left(turn);
        turned.entrants.reverse();
        assert_eq!(shown(turned), expected, "turned by {turn}");
    }
}
