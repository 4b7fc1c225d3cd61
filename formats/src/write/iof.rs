//! IOF XML 3.0 `ResultList`, as orienteering tools exchange results.
//!
//! Invariant: elements stand in the order of the schema; every place between start and finish is a `SplitTime` in the
//! order of the course, seen or not; only `OK` has a position.
//!
//! Source: `IOF.xsd` of the IOF's data standard 3.0.

use std::io;

use bibtrail_core::{race::RankBy, results::State};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use super::{CourseOutcome, Line, Options, Outcome, Place, WriteError, Written, nations, zone::whole_s};

type Xml = Writer<Vec<u8>>;

pub(super) fn write(outcome: &Outcome, options: &Options) -> Result<Written, WriteError> {
    let mut written = Written::default();
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    // `Complete` ends a race for whoever reads it.
    let status = if outcome.is_provisional || outcome.is_running() { "Snapshot" } else { "Complete" };
    let made = outcome.zone.iso(options.now_ms);
    xml.create_element("ResultList")
        .with_attribute(("xmlns", "http://www.orienteering.org/datastandard/3.0"))
        .with_attribute(("iofVersion", "3.0"))
        .with_attribute(("createTime", made.as_str()))
        .with_attribute(("creator", "Bibtrail"))
        .with_attribute(("status", status))
        .write_inner_content(|xml| {
            event(xml, outcome)?;
            for course in &outcome.courses {
                class_result(xml, outcome, course, options, &mut written)?;
            }
            Ok(())
        })?;
    xml.write_event(Event::Text(BytesText::new("\n")))?;
    written.bytes = xml.into_inner();
    Ok(written)
}

fn text(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(text))?;
    Ok(())
}

fn event(xml: &mut Xml, outcome: &Outcome) -> io::Result<()> {
    let start = outcome.zone.iso(outcome.start_ms);
    let (date, time) = start.split_once('T').unwrap_or((&start, ""));
    xml.create_element("Event").write_inner_content(|xml| {
        text(xml, "Name", &outcome.race)?;
        xml.create_element("StartTime").write_inner_content(|xml| {
            text(xml, "Date", date)?;
            text(xml, "Time", time)
        })?;
        Ok(())
    })?;
    Ok(())
}

fn class_result(
    xml: &mut Xml,
    outcome: &Outcome,
    course: &CourseOutcome,
    options: &Options,
    written: &mut Written,
) -> io::Result<()> {
    xml.create_element("ClassResult").write_inner_content(|xml| {
        xml.create_element("Class").write_inner_content(|xml| {
            text(xml, "Id", &course.key)?;
            text(xml, "Name", &course.name)
        })?;
        xml.create_element("Course").write_inner_content(|xml| {
            text(xml, "Id", &course.key)?;
            text(xml, "Name", &course.name)?;
            text(xml, "Length", &course.distance_m.to_string())
        })?;
        let winner_s = course.lines.iter().find(|line| status(line, outcome, options) == "OK");
        let winner_s = winner_s.and_then(|line| line.time_ms).map(whole_s);
        let mut without_position = 0;
        for line in &course.lines {
            let status = status(line, outcome, options);
            without_position += usize::from(line.place.is_some() && status == "MissingPunch");
            let position = line.place.filter(|_| status == "OK").map(|place| place - without_position);
            let shown = Shown { line, status, position, winner_s };
            person_result(xml, outcome, course, &shown, written)?;
        }
        Ok(())
    })?;
    Ok(())
}

/// A runner with what their class makes of them.
struct Shown<'a> {
    line: &'a Line,
    status: &'static str,
    position: Option<usize>,
    winner_s: Option<i64>,
}

/// The schema's word for a state. `Finished` is its word for a result that nobody confirmed yet.
fn status(line: &Line, outcome: &Outcome, options: &Options) -> &'static str {
    match line.state {
        State::Finished if line.has_gap && options.is_strict => "MissingPunch",
        State::Finished if line.has_gap && outcome.is_provisional => "Finished",
        State::Finished => "OK",
        State::OnCourse => "Active",
        State::Dropped => "DidNotFinish",
        State::OverTime => "OverTime",
        State::Disqualified => "Disqualified",
        State::DidNotStart => "DidNotStart",
        State::NotStarted => "Inactive",
    }
}

fn person_result(
    xml: &mut Xml,
    outcome: &Outcome,
    course: &CourseOutcome,
    shown: &Shown<'_>,
    written: &mut Written,
) -> io::Result<()> {
    let line = shown.line;
    written.records += 1;
    let nation = line.ioc().unwrap_or_else(|why| {
        written.left_out.push(why);
        ""
    });
    xml.create_element("PersonResult").write_inner_content(|xml| {
        let person = xml.create_element("Person");
        let person = match line.gender.as_deref() {
            Some(sex @ ("M" | "F")) => person.with_attribute(("sex", sex)),
            _ => person,
        };
        person.write_inner_content(|xml| {
            xml.create_element("Name").write_inner_content(|xml| {
                text(xml, "Family", &line.name.family)?;
                text(xml, "Given", &line.name.given)
            })?;
            if !nation.is_empty() {
                xml.create_element("Nationality")
                    .with_attribute(("code", nation))
                    .write_text_content(BytesText::new(nations::name(nation).unwrap_or(nation)))?;
            }
            Ok(())
        })?;
        if let Some(team) = &line.team {
            xml.create_element("Organisation").write_inner_content(|xml| text(xml, "Name", team))?;
        }
        xml.create_element("Result").write_inner_content(|xml| result(xml, outcome, course, shown))?;
        Ok(())
    })?;
    Ok(())
}

fn result(xml: &mut Xml, outcome: &Outcome, course: &CourseOutcome, shown: &Shown<'_>) -> io::Result<()> {
    let line = shown.line;
    text(xml, "BibNumber", &line.bib)?;
    let was_seen = line.seen.contains(&true);
    let start_is_known = outcome.rank_by == RankBy::Gun || line.splits.first().is_some_and(Option::is_some);
    if was_seen && start_is_known {
        text(xml, "StartTime", &outcome.zone.iso(line.base_ms))?;
    }
    if let Some(finish) = line.splits.last().copied().flatten() {
        text(xml, "FinishTime", &outcome.zone.iso(finish.at_ms))?;
        let time_s = whole_s(finish.elapsed_ms);
        text(xml, "Time", &time_s.to_string())?;
        if let (Some(_), Some(winner_s)) = (shown.position, shown.winner_s) {
            text(xml, "TimeBehind", &(time_s - winner_s).to_string())?;
        }
    }
    if let Some(position) = shown.position {
        text(xml, "Position", &position.to_string())?;
    }
    text(xml, "Status", shown.status)?;
    // Start and finish are no controls.
    let last = course.places.len().saturating_sub(1);
    for ((place, split), seen) in course.places.iter().zip(&line.splits).zip(&line.seen).take(last).skip(1) {
        let element = xml.create_element("SplitTime");
        let element = if *seen { element } else { element.with_attribute(("status", "Missing")) };
        element.write_inner_content(|xml| {
            text(xml, "ControlCode", &control(place))?;
            match split {
                Some(split) => text(xml, "Time", &whole_s(split.elapsed_ms).to_string()),
                None => Ok(()),
            }
        })?;
    }
    Ok(())
}

/// The way out of a place is a control of its own.
fn control(place: &Place) -> String {
    if place.is_out { format!("{}-out", place.key) } else { place.key.clone() }
}
