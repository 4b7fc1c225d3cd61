//! Categories, waves, teams, cut-offs and factors of the race file.
//!
//! Invariant: what reads is in range; what is not written has the core's default.

use std::collections::BTreeMap;

use bibtrail_core::race::{CategoryRule, Factors, Rules, Visit};

use super::{
    RaceFileError, name,
    raw::{Raw, RawCategory, RawCourse, RawGender},
    start,
};

/// The most categories or waves: their list must fit one operation.
const LIST_MAX: usize = 60;
/// The latest cut-off, in milliseconds after the gun.
const CUT_OFF_MAX_MS: i64 = 200 * 3_600_000;

pub(super) fn rules(raw: &Raw) -> Result<Rules, RaceFileError> {
    let usual = Rules::default();
    for (what, count) in [("category", raw.category.len()), ("wave", raw.wave.len())] {
        if count > LIST_MAX {
            return Err(RaceFileError::TooMany { what, count });
        }
    }
    let score = in_range("team_score", raw.team_score, 1, 50, "1 to 50")?;
    let overdue_min = in_range("overdue_min", raw.overdue_min, 1, 1440, "1 to 1440 minutes")?;
    Ok(Rules {
        categories: raw.category.iter().map(category).collect::<Result<_, _>>()?,
        waves: waves(raw)?,
        team_score: score.and_then(|score| usize::try_from(score).ok()).unwrap_or(usual.team_score),
        overdue_ms: overdue_min.map_or(usual.overdue_ms, |minutes| minutes * 60_000),
        factors: raw.factors.map(factors).transpose()?.unwrap_or(usual.factors),
    })
}

fn in_range(
    key: &'static str,
    value: Option<i64>,
    least: i64,
    most: i64,
    range: &'static str,
) -> Result<Option<i64>, RaceFileError> {
    match value {
        Some(value) if !(least..=most).contains(&value) => {
            Err(RaceFileError::Range { key, value: value.to_string(), range })
        }
        value => Ok(value),
    }
}

fn category(raw: &RawCategory) -> Result<CategoryRule, RaceFileError> {
    name(&format!("category \"{}\"", raw.name), &raw.name, &BTreeMap::new())?;
    let (from_age, to_age) = (raw.from_age.unwrap_or(0), raw.to_age.unwrap_or(120));
    if from_age < 0 || to_age > 120 || from_age > to_age {
        return Err(RaceFileError::Category(raw.name.clone()));
    }
    let gender = raw.gender.as_ref().map(|gender| match gender {
        RawGender::M => "M".to_owned(),
        RawGender::F => "F".to_owned(),
        RawGender::X => "X".to_owned(),
    });
    Ok(CategoryRule { name: raw.name.clone(), gender, from_age, to_age })
}

fn waves(raw: &Raw) -> Result<BTreeMap<String, i64>, RaceFileError> {
    let mut waves = BTreeMap::new();
    for wave in &raw.wave {
        let of = format!("wave \"{}\"", wave.name);
        name(&of, &wave.name, &BTreeMap::new())?;
        if waves.insert(wave.name.clone(), start(&of, &wave.start)?).is_some() {
            return Err(RaceFileError::Twice { what: "wave", key: wave.name.clone() });
        }
    }
    Ok(waves)
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "a float too large becomes the largest integer, which is refused"
)]
fn factors(raw: [f64; 4]) -> Result<Factors, RaceFileError> {
    let [bad_below, doubtful_below, doubtful_above, bad_above] =
        raw.map(|factor| (factor * 1000.0).round() as i64);
    let factors = Factors { bad_below, doubtful_below, doubtful_above, bad_above };
    if factors.make_sense() {
        return Ok(factors);
    }
    let range = "four growing factors, two of 0.001 to 1 and two of 1 to 100, as [0.4, 0.6, 1.7, 2.5]";
    Err(RaceFileError::Range { key: "factors", value: format!("{raw:?}"), range })
}

/// The visits with the times at which they close. In laps, a cut-off is that of the last lap.
pub(super) fn cut_offs(raw: &RawCourse, mut visits: Vec<Visit>) -> Result<Vec<Visit>, RaceFileError> {
    let before_last_lap = visits.len() - raw.visits.len();
    let mut before_ms = 0;
    for (n, written) in raw.visits.iter().enumerate() {
        let Some(text) = &written.cut_off else { continue };
        let wrong = || RaceFileError::CutOff { course: raw.key.clone(), number: n + 1, text: text.clone() };
        let cut_off_ms = span_ms(text).filter(|ms| (1..=CUT_OFF_MAX_MS).contains(ms) && *ms > before_ms);
        let cut_off_ms = cut_off_ms.ok_or_else(wrong)?;
        let at = if n == 0 { 0 } else { before_last_lap + n };
        visits[at].cut_off_ms = Some(cut_off_ms);
        before_ms = cut_off_ms;
    }
    Ok(visits)
}

/// `h:mm` or `h:mm:ss`.
fn span_ms(text: &str) -> Option<i64> {
    let parts: Vec<i64> = text
        .split(':')
        .map(|part| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok()).flatten())
        .collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] => (*hours, *minutes, 0),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return None,
    };
    let is_good = hours <= 999 && minutes < 60 && seconds < 60;
    is_good.then_some((hours * 3600 + minutes * 60 + seconds) * 1000)
}
