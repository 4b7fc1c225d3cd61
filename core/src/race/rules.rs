//! Rules of a race beyond its way: categories, waves, teams, and when a runner or a time is worth a worry.
//!
//! Invariant: as everywhere in the setup, what makes no sense falls back to its stated default.

use std::collections::BTreeMap;

use crate::{
    members::Members,
    op::{Value, field},
    registers::Registers,
};

/// So many finishers' times make the time of a team or nation, unless the race says otherwise.
pub const TEAM_SCORE_DEFAULT: usize = 3;

/// So long after the latest expected time a runner is overdue, unless the race says otherwise.
pub const OVERDUE_MS_DEFAULT: i64 = 1_800_000;

/// Thousandths of the typical time outside of which a time is doubted: the reference tool's factors for terrain where it
/// has statistics of its own (0.4, 0.6, 1.7, 2.5).
pub const FACTORS_DEFAULT: Factors =
    Factors { bad_below: 400, doubtful_below: 600, doubtful_above: 1700, bad_above: 2500 };

/// The most that a list in one operation may hold.
const LIST_MAX: usize = 100;

/// Rules of a race.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Categories by gender and age, in the order in which they are tried. An entrant's own category goes before.
    pub categories: Vec<CategoryRule>,
    /// The gun of each wave: milliseconds since 1970-01-01 UTC.
    pub waves: BTreeMap<String, i64>,
    /// How many finishers' times make the time of a team or nation. 1 to 50.
    pub team_score: usize,
    /// How long after the latest expected time a runner is overdue, in milliseconds. 1 minute to 24 hours.
    pub overdue_ms: i64,
    /// When a time between two places is doubted.
    pub factors: Factors,
}

/// A category that entrants fall into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryRule {
    /// Its name.
    pub name: String,
    /// `M`, `F` or `X`; nothing for all.
    pub gender: Option<String>,
    /// The youngest age in it, in years on race day.
    pub from_age: i64,
    /// The oldest.
    pub to_age: i64,
}

/// Thousandths of the typical time between two places: 1 to 1000 below, 1000 to 100,000 above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factors {
    /// Below this it cannot be.
    pub bad_below: i64,
    /// Below this it is doubtful.
    pub doubtful_below: i64,
    /// Above this it is doubtful.
    pub doubtful_above: i64,
    /// Above this it cannot be.
    pub bad_above: i64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            categories: Vec::new(),
            waves: BTreeMap::new(),
            team_score: TEAM_SCORE_DEFAULT,
            overdue_ms: OVERDUE_MS_DEFAULT,
            factors: FACTORS_DEFAULT,
        }
    }
}

impl Rules {
    /// The values that write these rules down; defaults are not written.
    pub(super) fn values(&self) -> Vec<(u16, Value)> {
        let usual = Self::default();
        let mut values = Vec::new();
        if !self.categories.is_empty() {
            let parts = self.categories.iter().flat_map(CategoryRule::parts).collect();
            values.push((field::CATEGORIES, Value::List(parts)));
        }
        if !self.waves.is_empty() {
            let parts =
                self.waves.iter().flat_map(|(wave, gun)| [wave.as_str().into(), (*gun).into()]).collect();
            values.push((field::WAVES, Value::List(parts)));
        }
        if self.team_score != usual.team_score {
            values.push((field::TEAM_SCORE, i64::try_from(self.team_score).unwrap_or(i64::MAX).into()));
        }
        if self.overdue_ms != usual.overdue_ms {
            values.push((field::OVERDUE, self.overdue_ms.into()));
        }
        if self.factors != usual.factors {
            let Factors { bad_below, doubtful_below, doubtful_above, bad_above } = self.factors;
            let parts = [bad_below, doubtful_below, doubtful_above, bad_above].map(Value::from).into();
            values.push((field::FACTORS, Value::List(parts)));
        }
        values
    }

    /// The rules that the race's registers show.
    pub(super) fn read(race: &Registers, members: &Members) -> Self {
        let usual = Self::default();
        let list = |field| match race.shown(field, members) {
            Some(Value::List(parts)) => parts,
            _ => Vec::new(),
        };
        let int = |field, range: std::ops::RangeInclusive<i64>| {
            race.int(field, members).filter(|int| range.contains(int))
        };
        let wave = |pair: &[Value]| Some((pair[0].as_text()?.to_owned(), pair[1].as_int()?));
        let score = int(field::TEAM_SCORE, 1..=50).and_then(|score| usize::try_from(score).ok());
        Self {
            categories: list(field::CATEGORIES)
                .chunks_exact(4)
                .take(LIST_MAX)
                .filter_map(CategoryRule::read)
                .collect(),
            waves: list(field::WAVES).chunks_exact(2).take(LIST_MAX).filter_map(wave).collect(),
            team_score: score.unwrap_or(usual.team_score),
            overdue_ms: int(field::OVERDUE, 60_000..=86_400_000).unwrap_or(usual.overdue_ms),
            factors: Factors::read(&list(field::FACTORS)).unwrap_or(usual.factors),
        }
    }

    /// The category of somebody of this gender and age; nothing if no rule fits or the age is not known.
    #[must_use]
    pub fn category(&self, gender: Option<&str>, age: Option<i64>) -> Option<&str> {
        let age = age?;
        let fits = |rule: &&CategoryRule| {
            (rule.from_age..=rule.to_age).contains(&age)
                && rule.gender.as_deref().is_none_or(|wanted| Some(wanted) == gender)
        };
        self.categories.iter().find(fits).map(|rule| rule.name.as_str())
    }
}

impl CategoryRule {
    fn parts(&self) -> [Value; 4] {
        let gender = self.gender.as_deref().map_or(Value::Null, Value::from);
        [self.name.as_str().into(), gender, self.from_age.into(), self.to_age.into()]
    }

    fn read(parts: &[Value]) -> Option<Self> {
        let [name, gender, from_age, to_age] = parts else { return None };
        Some(Self {
            name: name.as_text()?.to_owned(),
            gender: gender.as_text().map(str::to_owned),
            from_age: from_age.as_int()?,
            to_age: to_age.as_int()?,
        })
    }
}

impl Factors {
    /// Whether each stands on its side of the typical time, and none before its neighbour.
    #[must_use]
    pub fn make_sense(&self) -> bool {
        1 <= self.bad_below
            && self.bad_below <= self.doubtful_below
            && self.doubtful_below <= 1000
            && 1000 <= self.doubtful_above
            && self.doubtful_above <= self.bad_above
            && self.bad_above <= 100_000
    }

    fn read(parts: &[Value]) -> Option<Self> {
        let [bad_below, doubtful_below, doubtful_above, bad_above] = parts else { return None };
        let factors = Self {
            bad_below: bad_below.as_int()?,
            doubtful_below: doubtful_below.as_int()?,
            doubtful_above: doubtful_above.as_int()?,
            bad_above: bad_above.as_int()?,
        };
        factors.make_sense().then_some(factors)
    }
}
