//! From the files of a race to its first operations.
//!
//! Invariant: all files are read and checked before anything is written.

use std::collections::BTreeMap;

use bibtrail_core::{
    ids::{EntrantId, Key},
    op::{Entity, EntityValues, Value, field},
    race::{Checkpoint, Course, Pick, RaceSetup, RankBy, Visit},
};

use crate::{
    Error,
    import::{
        entrants::EntrantRow,
        race_file::{self, RaceFile},
    },
};

/// The setup that a race file describes.
///
/// # Errors
/// When a key is none; the race file's own checks see to that first.
pub(crate) fn race_setup(file: &RaceFile) -> Result<RaceSetup, Error> {
    let checkpoints = file.checkpoints.iter().map(checkpoint).collect::<Result<_, _>>()?;
    let courses = file.courses.iter().map(course).collect::<Result<_, _>>()?;
    Ok(RaceSetup {
        name: file.name.clone(),
        names: file.names.clone(),
        start_ms: file.start_ms,
        time_zone: file.time_zone.clone(),
        rank_by: match file.rank_by {
            race_file::RankBy::Gun => RankBy::Gun,
            race_file::RankBy::Net => RankBy::Net,
        },
        window_ms: file.window_ms,
        checkpoints,
        courses,
    })
}

fn checkpoint(spec: &race_file::CheckpointSpec) -> Result<Checkpoint, Error> {
    Ok(Checkpoint {
        key: Key::new(&spec.key)?,
        name: spec.name.clone(),
        names: spec.names.clone(),
        place: spec.place.map(|(latitude, longitude)| (microdegrees(latitude), microdegrees(longitude))),
        pick: spec.pick.map(|pick| match pick {
            race_file::Pick::First => Pick::First,
            race_file::Pick::Last => Pick::Last,
            race_file::Pick::Middle => Pick::Middle,
        }),
        window_ms: spec.window_ms,
    })
}

fn course(spec: &race_file::CourseSpec) -> Result<Course, Error> {
    let visit = |visit: &race_file::Visit| {
        Ok(Visit {
            checkpoint: Key::new(&visit.at)?,
            distance_m: i64::from(visit.distance_m),
            in_out: visit.in_out,
        })
    };
    Ok(Course {
        key: Key::new(&spec.key)?,
        name: spec.name.clone(),
        names: spec.names.clone(),
        start_ms: spec.start_ms,
        visits: spec.visits.iter().map(visit).collect::<Result<_, Error>>()?,
    })
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "the race file holds degrees to ±180, so this is at most 1.8e8"
)]
fn microdegrees(degrees: f64) -> i64 {
    (degrees * 1e6).round() as i64
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
        text(field::GENDER, row.gender.map(race_file_gender)),
        int(field::AGE, age),
        text(field::CATEGORY, row.category.as_deref()),
        text(field::NATION, row.nation.as_deref()),
        text(field::TEAM, row.team.as_deref()),
        text(field::COURSE, course.map(Key::as_str)),
        text(field::WAVE, row.wave.as_deref()),
        int(field::START, row.start_ms),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn race_file_gender(gender: crate::import::entrants::Gender) -> &'static str {
    match gender {
        crate::import::entrants::Gender::Female => "F",
        crate::import::entrants::Gender::Male => "M",
        crate::import::entrants::Gender::Other => "X",
    }
}
