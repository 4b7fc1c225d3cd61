//! From the files of a race to its first operations.
//!
//! Invariant: all files are read and checked before anything is written.

use std::collections::BTreeMap;

use bibtrail_core::{
    ids::{EntrantId, Key},
    op::{Enrol, Entity, EntityValues, Value, field},
    race::RaceSetup,
    store::{Store, StoreError},
    time::Reading,
};

use bibtrail_formats::read::entrants::{EntrantRow, Gender};

use crate::Error;

/// Writes a race's first operations into the director's new replica.
///
/// # Errors
/// When the replica fails.
pub(crate) fn begin(
    store: &mut Store,
    name: &str,
    race: &RaceSetup,
    entrants: Vec<EntityValues>,
    reading: Reading,
) -> Result<(), StoreError> {
    // The race's time is this device's, unless the director says otherwise: what its clocks say now is the anchor.
    store.enrol(Enrol { name: name.to_owned(), reading: Some(reading), ..Enrol::default() })?;
    store.put_all(race.values(), None)?;
    store.put_all(entrants, None)?;
    store.settle()
}

/// The operations that write entrants down. `random` gives an id for each.
///
/// # Errors
/// When an entrant's course is none of the race's.
pub(crate) fn entrant_values(
    setup: &RaceSetup,
    rows: &[EntrantRow],
    mut random: impl FnMut() -> Result<[u8; 16], Error>,
) -> Result<Vec<EntityValues>, Error> {
    let courses: BTreeMap<String, &Key> = setup
        .courses
        .iter()
        .flat_map(|c| [(c.key.to_string(), &c.key), (c.name.to_lowercase(), &c.key)])
        .collect();
    let race_year = jiff::Timestamp::from_millisecond(setup.start_ms).unwrap_or_default();
    let race_year = i64::from(race_year.to_zoned(jiff::tz::TimeZone::UTC).year());
    rows.iter()
        .map(|row| {
            let course = match &row.course {
                None => None,
                Some(text) => {
                    let known = courses.get(&text.to_lowercase()).copied();
                    Some(known.ok_or_else(|| unknown_course(setup, row, text))?)
                }
            };
            Ok((Entity::Entrant(EntrantId::from_random(random()?)), values(row, course, race_year)))
        })
        .collect()
}

fn unknown_course(setup: &RaceSetup, row: &EntrantRow, text: &str) -> Error {
    Error::UnknownCourse {
        line: row.line,
        bib: row.bib.clone(),
        course: text.to_owned(),
        known: setup.courses.iter().map(|c| c.key.to_string()).collect::<Vec<_>>().join(", "),
    }
}

fn values(row: &EntrantRow, course: Option<&Key>, race_year: i64) -> Vec<(u16, Value)> {
    let age = row.age.map(i64::from).or_else(|| row.birth_year.map(|year| race_year - i64::from(year)));
    let text = |field: u16, text: Option<&str>| text.map(|text| (field, Value::from(text)));
    let int = |field: u16, int: Option<i64>| int.map(|int| (field, Value::from(int)));
    [
        text(field::BIB, Some(&row.bib)),
        text(field::NAME, Some(&row.name)),
        text(field::GENDER, row.gender.map(gender_text)),
        int(field::AGE, age),
        text(field::CATEGORY, row.category.as_deref()),
        text(field::NATION, row.nation.as_deref()),
        text(field::TEAM, row.team.as_deref()),
        text(field::COURSE, course.map(Key::as_str)),
        text(field::WAVE, row.wave.as_deref()),
        int(field::START, row.start_ms),
        text(field::GIVEN_NAME, row.given_name.as_deref()),
        text(field::FAMILY_NAME, row.family_name.as_deref()),
        (!row.legs.is_empty())
            .then(|| (field::LEGS, Value::List(row.legs.iter().map(|leg| leg.as_str().into()).collect()))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn gender_text(gender: Gender) -> &'static str {
    match gender {
        Gender::Female => "F",
        Gender::Male => "M",
        Gender::Other => "X",
    }
}
