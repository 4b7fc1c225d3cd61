//! Results as CSV, as UltraSignup and OpenSplitTime have them.
//!
//! Invariant: columns stand as the receiver names and orders them; what an entry does not tell is an empty cell.

use bibtrail_core::results::State;

use super::{
    Line, Options, Outcome, WriteError, Written,
    cell::{Table, or_blank},
    zone::{h_mm_ss, hh_mm_ss, whole_s},
};

pub(super) fn ultrasignup(outcome: &Outcome, options: &Options) -> Result<Written, WriteError> {
    let mut table = Table::new(options.has_mark);
    table
        .row(["place", "time", "first", "last", "age", "gender", "city", "state", "dob", "bib", "status"])?;
    let mut written = Written::default();
    for (_, line) in outcome.lines() {
        let status = match line.state {
            State::Finished => "1",
            State::Dropped | State::OverTime | State::Disqualified => "2",
            State::DidNotStart | State::NotStarted => "3",
            // There is no number for them, and the upload should fail rather than call them anything else.
            State::OnCourse => "on course",
        };
        if line.state == State::OnCourse {
            let bib = &line.bib;
            written.left_out.push(format!("bib {bib}: UltraSignup has no status for who is on the course"));
        }
        table.row([
            or_blank(line.place),
            finish_time(line),
            line.name.given.clone(),
            line.name.family.clone(),
            or_blank(line.age),
            or_blank(line.gender.as_ref()),
            String::new(),
            String::new(),
            String::new(),
            line.bib.clone(),
            status.to_owned(),
        ])?;
        written.records += 1;
    }
    written.bytes = table.bytes()?;
    Ok(written)
}

/// The time of who has a place; of others it would read as a result.
fn finish_time(line: &Line) -> String {
    or_blank(line.time_ms.filter(|_| line.place.is_some()).map(|ms| hh_mm_ss(whole_s(ms))))
}

pub(super) fn ost_finishers(outcome: &Outcome, options: &Options) -> Result<Written, WriteError> {
    let mut table = Table::new(options.has_mark);
    let marking = if outcome.is_provisional { " (provisional)" } else { "" };
    let as_of = outcome.zone.minute(options.now_ms);
    table.row([format!("Finishers for {} as of {as_of}{marking}", outcome.race)])?;
    table.row(["place", "time", "first", "last", "age", "gender", "city", "state", "bib"])?;
    let mut written = Written::default();
    for (_, line) in outcome.lines().filter(|(_, line)| line.place.is_some()) {
        table.row([
            or_blank(line.place),
            finish_time(line),
            line.name.given.clone(),
            line.name.family.clone(),
            or_blank(line.age),
            or_blank(line.gender.as_ref()),
            String::new(),
            String::new(),
            line.bib.clone(),
        ])?;
        written.records += 1;
    }
    written.bytes = table.bytes()?;
    Ok(written)
}

/// Columns of the spread, before the places.
const SPREAD: [&str; 10] = [
    "Overall rank",
    "Gender rank",
    "Bib number",
    "First name",
    "Last name",
    "Gender",
    "Age",
    "State code",
    "Country code",
    "Flexible geolocation",
];

pub(super) fn ost_spread(outcome: &Outcome, options: &Options) -> Result<Written, WriteError> {
    let mut table = Table::new(options.has_mark);
    let mut written = Written::default();
    for course in &outcome.courses {
        let places = course.places.iter().map(super::Place::heading);
        table.row(SPREAD.into_iter().map(str::to_owned).chain(places))?;
        for line in &course.lines {
            let own = [
                or_blank(line.place),
                or_blank(line.gender_place),
                line.bib.clone(),
                line.name.given.clone(),
                line.name.family.clone(),
                or_blank(line.gender.as_ref()),
                or_blank(line.age),
                String::new(),
                or_blank(line.nation.as_ref()),
                or_blank(line.nation.as_ref()),
            ];
            let splits =
                line.splits.iter().map(|split| or_blank(split.map(|s| h_mm_ss(whole_s(s.elapsed_ms)))));
            table.row(own.into_iter().chain(splits))?;
            written.records += 1;
        }
    }
    written.bytes = table.bytes()?;
    Ok(written)
}
