//! The race as it was set up: checkpoints, courses, guns, and the rules for reading scans.
//!
//! Invariant: a setup is read from registers alone, and a value that makes no sense falls back to its stated default;
//! no register can make the results unreadable.

mod rules;

use std::collections::BTreeMap;

use crate::{
    ids::{Key, LogId, RaceId},
    members::Members,
    op::{Body, Entity, EntityValues, Op, Value, field},
    registers::Registers,
};
pub use rules::{CategoryRule, FACTORS_DEFAULT, Factors, OVERDUE_MS_DEFAULT, Rules, TEAM_SCORE_DEFAULT};

/// Scans of one bib at one checkpoint closer than this are one passing, unless the race says otherwise.
pub const WINDOW_MS_DEFAULT: i64 = 120_000;

/// Where a race comes from: what its genesis says, and so its id commits to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The race.
    pub race: RaceId,
    /// The director's first log.
    pub director: LogId,
    /// The key that signs tickets.
    pub root: LogId,
}

impl Origin {
    /// The origin that the bytes of a genesis operation tell; nothing if they are none.
    #[must_use]
    pub fn of_genesis(bytes: &[u8]) -> Option<Self> {
        match Op::decode(bytes).ok()?.body {
            Body::Race(race) => {
                Some(Self { race: RaceId::of_genesis(bytes), director: race.director, root: race.root })
            }
            _ => None,
        }
    }
}

/// A race's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct RaceSetup {
    /// Its name in the race's main language.
    pub name: String,
    /// Its name in other languages, by language tag.
    pub names: BTreeMap<String, String>,
    /// The gun: milliseconds since 1970-01-01 UTC.
    pub start_ms: i64,
    /// An IANA time zone, for showing times of day.
    pub time_zone: String,
    /// Which time gives the ranks.
    pub rank_by: RankBy,
    /// Scans of one bib at one checkpoint closer than this are one passing. 1 s to 1 h.
    pub window_ms: i64,
    /// Categories, waves, and when to worry.
    pub rules: Rules,
    /// The checkpoints, in the order of the race file.
    pub checkpoints: Vec<Checkpoint>,
    /// The courses, in the order of the race file.
    pub courses: Vec<Course>,
}

/// Which time gives the ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RankBy {
    /// From the gun to the finish.
    Gun,
    /// From the runner's own start to the finish.
    Net,
}

impl RankBy {
    /// `gun` or `net`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gun => "gun",
            Self::Net => "net",
        }
    }
}

/// Which scan of a passing gives its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The earliest.
    First,
    /// The latest.
    Last,
    /// The one in the middle; of an even number the earlier.
    Middle,
}

/// A place where runners are seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Its short name.
    pub key: Key,
    /// Its name in the race's main language.
    pub name: String,
    /// Its name in other languages, by language tag.
    pub names: BTreeMap<String, String>,
    /// Latitude and longitude in microdegrees.
    pub place: Option<(i64, i64)>,
    /// Which scan gives the time; without it the last at the start and when going out, else the first.
    pub pick: Option<Pick>,
    /// Its own window in place of the race's.
    pub window_ms: Option<i64>,
}

/// A way through the checkpoints.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// Its short name.
    pub key: Key,
    /// Its name in the race's main language.
    pub name: String,
    /// Its name in other languages, by language tag.
    pub names: BTreeMap<String, String>,
    /// Its own gun in place of the race's.
    pub start_ms: Option<i64>,
    /// Where it leads, in order. The first visit is the start, the last the finish. A checkpoint may come again.
    pub visits: Vec<Visit>,
}

/// One visit of a course to a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The checkpoint.
    pub checkpoint: Key,
    /// Metres from the start.
    pub distance_m: i64,
    /// Whether both the way in and the way out are recorded.
    pub in_out: bool,
    /// Milliseconds after the gun at which it closes: who comes later is over time.
    pub cut_off_ms: Option<i64>,
}

impl RaceSetup {
    /// The values that write this setup down: per entity its fields.
    #[must_use]
    pub fn values(&self) -> Vec<EntityValues> {
        let mut race = vec![
            (field::NAME, self.name.as_str().into()),
            (field::NAMES, names_value(&self.names)),
            (field::START, self.start_ms.into()),
            (field::TIME_ZONE, self.time_zone.as_str().into()),
            (field::RANK_BY, if self.rank_by == RankBy::Net { "net" } else { "gun" }.into()),
            (field::WINDOW, self.window_ms.into()),
        ];
        race.extend(self.rules.values());
        let checkpoints = (0..).zip(&self.checkpoints).map(|(order, c)| c.values(order));
        let courses = (0..).zip(&self.courses).map(|(order, c)| c.values(order));
        std::iter::once((Entity::Race, race)).chain(checkpoints).chain(courses).collect()
    }

    /// The setup that the registers of race, checkpoints and courses show.
    #[must_use]
    pub fn read(registers: &BTreeMap<Entity, Registers>, members: &Members) -> Self {
        let none = Registers::default();
        let race = registers.get(&Entity::Race).unwrap_or(&none);
        let mut checkpoints = Vec::new();
        let mut courses = Vec::new();
        for (entity, values) in registers {
            let order = values.int(field::ORDER, members).unwrap_or(i64::MAX);
            match entity {
                Entity::Checkpoint(key) => checkpoints.push((order, Checkpoint::read(key, values, members))),
                Entity::Course(key) => courses.push((order, Course::read(key, values, members))),
                _ => {}
            }
        }
        checkpoints.sort_by(|a, b| (a.0, &a.1.key).cmp(&(b.0, &b.1.key)));
        courses.sort_by(|a, b| (a.0, &a.1.key).cmp(&(b.0, &b.1.key)));
        Self {
            name: race.text(field::NAME, members).unwrap_or_default(),
            names: names_read(race, members),
            start_ms: race.int(field::START, members).unwrap_or_default(),
            time_zone: race.text(field::TIME_ZONE, members).unwrap_or_else(|| "UTC".to_owned()),
            rank_by: match race.text(field::RANK_BY, members).as_deref() {
                Some("net") => RankBy::Net,
                _ => RankBy::Gun,
            },
            window_ms: window(race, members).unwrap_or(WINDOW_MS_DEFAULT),
            rules: Rules::read(race, members),
            checkpoints: checkpoints.into_iter().map(|(_, c)| c).collect(),
            courses: courses.into_iter().map(|(_, c)| c).collect(),
        }
    }

    /// The checkpoint of `key`, if the race has it.
    #[must_use]
    pub fn checkpoint(&self, key: &Key) -> Option<&Checkpoint> {
        self.checkpoints.iter().find(|c| c.key == *key)
    }

    /// The checkpoint that a person means: by key, or by name in any language, without regard to case.
    #[must_use]
    pub fn find_checkpoint(&self, text: &str) -> Option<&Checkpoint> {
        let wanted = text.to_lowercase();
        let is_meant = |c: &&Checkpoint| {
            std::iter::once(&c.name).chain(c.names.values()).any(|name| name.to_lowercase() == wanted)
        };
        self.checkpoints
            .iter()
            .find(|c| c.key.as_str() == wanted)
            .or_else(|| self.checkpoints.iter().find(is_meant))
    }

    /// The course of `key`, or the only course.
    #[must_use]
    pub fn course(&self, key: Option<&Key>) -> Option<&Course> {
        match (key, self.courses.as_slice()) {
            (Some(key), courses) => courses.iter().find(|c| c.key == *key),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }

    /// The window of a checkpoint, in milliseconds.
    #[must_use]
    pub fn window_ms(&self, checkpoint: &Key) -> i64 {
        self.checkpoint(checkpoint).and_then(|c| c.window_ms).unwrap_or(self.window_ms)
    }
}

impl Checkpoint {
    fn values(&self, order: i64) -> EntityValues {
        let mut values = vec![
            (field::NAME, self.name.as_str().into()),
            (field::NAMES, names_value(&self.names)),
            (field::ORDER, order.into()),
        ];
        if let Some((latitude, longitude)) = self.place {
            values.push((field::PLACE, Value::List(vec![latitude.into(), longitude.into()])));
        }
        if let Some(pick) = self.pick {
            values.push((field::PICK, pick.as_str().into()));
        }
        if let Some(window_ms) = self.window_ms {
            values.push((field::WINDOW, window_ms.into()));
        }
        (Entity::Checkpoint(self.key.clone()), values)
    }

    fn read(key: &Key, values: &Registers, members: &Members) -> Self {
        let place = values.shown(field::PLACE, members);
        Self {
            key: key.clone(),
            name: values.text(field::NAME, members).unwrap_or_else(|| key.to_string()),
            names: names_read(values, members),
            place: match place.as_ref().and_then(Value::as_list) {
                Some([latitude, longitude]) => latitude.as_int().zip(longitude.as_int()),
                _ => None,
            },
            pick: values.text(field::PICK, members).as_deref().and_then(Pick::parse),
            window_ms: window(values, members),
        }
    }

    /// The name in `language`, or in the race's main language.
    #[must_use]
    pub fn name_in(&self, language: Option<&str>) -> &str {
        language.and_then(|tag| self.names.get(tag)).unwrap_or(&self.name)
    }
}

impl Pick {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
            Self::Middle => "middle",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::First, Self::Last, Self::Middle].into_iter().find(|pick| pick.as_str() == text)
    }
}

impl Course {
    fn values(&self, order: i64) -> EntityValues {
        let visit = |v: &Visit| {
            let record = if v.in_out { "in-out" } else { "in" };
            [v.checkpoint.as_str().into(), v.distance_m.into(), record.into()]
        };
        let mut values = vec![
            (field::NAME, self.name.as_str().into()),
            (field::NAMES, names_value(&self.names)),
            (field::ORDER, order.into()),
            (field::VISITS, Value::List(self.visits.iter().flat_map(visit).collect())),
        ];
        if let Some(start_ms) = self.start_ms {
            values.push((field::START, start_ms.into()));
        }
        let closes = |(number, visit): (i64, &Visit)| Some([number.into(), visit.cut_off_ms?.into()]);
        let cut_offs: Vec<Value> = (0..).zip(&self.visits).filter_map(closes).flatten().collect();
        if !cut_offs.is_empty() {
            values.push((field::CUT_OFFS, Value::List(cut_offs)));
        }
        (Entity::Course(self.key.clone()), values)
    }

    fn read(key: &Key, values: &Registers, members: &Members) -> Self {
        let visits = values.shown(field::VISITS, members);
        let visits = visits.as_ref().and_then(Value::as_list).unwrap_or_default();
        let mut visits: Vec<Visit> = visits.chunks_exact(3).filter_map(Visit::read).collect();
        let cut_offs = values.shown(field::CUT_OFFS, members);
        for pair in cut_offs.as_ref().and_then(Value::as_list).unwrap_or_default().chunks_exact(2) {
            let number = pair[0].as_int().and_then(|number| usize::try_from(number).ok());
            if let Some(visit) = number.and_then(|number| visits.get_mut(number)) {
                visit.cut_off_ms = pair[1].as_int().filter(|ms| *ms > 0);
            }
        }
        Self {
            key: key.clone(),
            name: values.text(field::NAME, members).unwrap_or_else(|| key.to_string()),
            names: names_read(values, members),
            start_ms: values.int(field::START, members),
            visits,
        }
    }
}

impl Visit {
    fn read(parts: &[Value]) -> Option<Self> {
        let [checkpoint, distance_m, record] = parts else { return None };
        Some(Self {
            checkpoint: Key::new(checkpoint.as_text()?).ok()?,
            distance_m: distance_m.as_int()?,
            in_out: record.as_text() == Some("in-out"),
            cut_off_ms: None,
        })
    }
}

fn window(values: &Registers, members: &Members) -> Option<i64> {
    values.int(field::WINDOW, members).filter(|ms| (1_000..=3_600_000).contains(ms))
}

fn names_value(names: &BTreeMap<String, String>) -> Value {
    Value::List(names.iter().flat_map(|(tag, name)| [tag.as_str().into(), name.as_str().into()]).collect())
}

fn names_read(values: &Registers, members: &Members) -> BTreeMap<String, String> {
    let names = values.shown(field::NAMES, members);
    let names = names.as_ref().and_then(Value::as_list).unwrap_or_default();
    let pair = |pair: &[Value]| Some((pair[0].as_text()?.to_owned(), pair[1].as_text()?.to_owned()));
    names.chunks_exact(2).filter_map(pair).collect()
}
