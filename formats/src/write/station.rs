//! What stations send by radio: bib reports by Winlink, and lines to read aloud.
//!
//! Invariant: the report says how many entries it has, so that who receives it sees a loss.
//!
//! Source: the Bigfoot bib report form of Winlink; the comms manual of the High Lonesome 100.

use std::collections::BTreeMap;

use super::{Drop, Mark, Options, Records, Written, records::refused};

pub(super) fn winlink(records: &Records, options: &Options) -> Written {
    let station = |key: &str| options.station.clone().unwrap_or_else(|| key.to_uppercase());
    let mut left_out = Vec::new();
    let mut lines: Vec<(i64, String)> = Vec::new();
    let line = |bib: &str, action: &str, at_ms: i64, key: &str| {
        let (time, day) = (records.zone.hhmm(at_ms), records.zone.day(at_ms));
        (at_ms, format!("{bib}\t{action}\t{time}\t{day}\t{}\r\n", station(key)))
    };
    let (good, bad): (Vec<&Mark>, Vec<&Mark>) = records.marks.iter().partition(|mark| !mark.bib.is_empty());
    left_out.extend(refused(bad.iter().map(|mark| mark.bib.as_str()), "it cannot be sent without a bib"));
    for mark in good {
        let action = if mark.is_out { "OUT" } else { "IN" };
        lines.push(line(&mark.bib, action, mark.at_ms, &mark.checkpoint));
    }
    for drop in &records.drops {
        match (&drop.place, drop.at_ms) {
            (Some((key, _)), Some(at_ms)) => lines.push(line(&drop.bib, "DROP", at_ms, key)),
            _ => left_out.push(without_place(drop)),
        }
    }
    lines.sort_by_key(|(at_ms, _)| *at_ms);
    let mut text = String::from("Format: Bib Action Time Day AidStation\r\n-----\r\n");
    text.extend(lines.iter().map(|(_, line)| line.as_str()));
    text += &format!("-----\r\nClaimed Entry Count: {}\r\n", lines.len());
    Written { bytes: text.into_bytes(), records: lines.len(), left_out }
}

fn without_place(drop: &Drop) -> String {
    format!("{}: stopped, and it is not known where or when; tell headquarters by voice", drop.bib)
}

pub(super) fn radio(records: &Records) -> Written {
    let mut left_out = Vec::new();
    let mut visits: Vec<Visit<'_>> = Vec::new();
    // An in and the out that follows it make one line.
    let mut open: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for mark in &records.marks {
        let key = (mark.bib.as_str(), mark.checkpoint.as_str());
        match open.get(&key).copied() {
            _ if mark.bib.is_empty() => {
                let at = records.zone.hhmm(mark.at_ms);
                left_out.push(format!("a bib that comes later, {at} at {}", mark.place));
            }
            Some(n) if mark.is_out && visits[n].out.is_none() => visits[n].out = Some(mark),
            _ => {
                open.insert(key, visits.len());
                visits.push(if mark.is_out {
                    Visit { came: None, out: Some(mark) }
                } else {
                    Visit { came: Some(mark), out: None }
                });
            }
        }
    }
    let mut text = String::new();
    let mut place = None;
    visits.sort_by_key(|visit| visit.first().map(|mark| (place_order(records, mark), mark.at_ms)));
    for visit in &visits {
        if let Some(mark) = visit.first().filter(|mark| place != Some(&mark.place)) {
            place = Some(&mark.place);
            text += &format!("At {}:\n", mark.place);
        }
        text += &visit.line(records);
    }
    for drop in &records.drops {
        match &drop.place {
            Some((_, place)) => text += &drop_line(records, drop, place),
            None => left_out.push(without_place(drop)),
        }
    }
    let records =
        text.lines().filter(|line| line.starts_with("Runner #") || line.starts_with("Drop ")).count();
    Written { bytes: text.into_bytes(), records, left_out }
}

fn place_order(records: &Records, mark: &Mark) -> Option<usize> {
    records.checkpoints.iter().position(|key| *key == mark.checkpoint)
}

/// One runner at one place.
struct Visit<'a> {
    came: Option<&'a Mark>,
    out: Option<&'a Mark>,
}

impl Visit<'_> {
    fn first(&self) -> Option<&Mark> {
        self.came.or(self.out)
    }

    fn line(&self, records: &Records) -> String {
        let Some(first) = self.first() else { return String::new() };
        let name = spoken(&first.name.shown);
        let came = self.came.map(|mark| format!(" {} in", records.zone.hhmm(mark.at_ms)));
        let out = self.out.map(|mark| format!(" {} out", records.zone.hhmm(mark.at_ms)));
        let has_pacer = self.came.is_some_and(|m| m.has_pacer) || self.out.is_some_and(|m| m.has_pacer);
        let pacer = if has_pacer { " w/pacer" } else { "" };
        format!(
            "Runner #{} {name}{}{}{pacer}\n",
            first.bib,
            came.unwrap_or_default(),
            out.unwrap_or_default()
        )
    }
}

/// A name as a line can hold it: without what would read as a time, or as the beginning of the place.
fn spoken(name: &str) -> String {
    let is_way = |word: &&str| ["in", "out"].iter().any(|way| way.eq_ignore_ascii_case(word));
    let may_be_time = |word: &str| word.contains(|c: char| c.is_ascii_digit() || c == '?');
    let mut words: Vec<&str> = Vec::new();
    for word in name.split_whitespace().rev() {
        let is_timed = may_be_time(word) && words.last().is_some_and(is_way);
        if !is_timed && !word.eq_ignore_ascii_case("at") {
            words.push(word);
        }
    }
    words.reverse();
    if words.is_empty() { "unknown".to_owned() } else { words.join(" ") }
}

fn drop_line(records: &Records, drop: &Drop, place: &str) -> String {
    let time = drop.at_ms.map_or_else(|| "----".to_owned(), |at_ms| records.zone.hhmm(at_ms));
    let name = spoken(&drop.name.shown);
    format!("Drop {} {time} {name} at {place}\n", drop.bib)
}
