//! The race that ships with the program: a city marathon behind a closed border.
//!
//! Invariant: everything follows from the edition and the seed, and everybody in it is invented.

mod live;
mod names;
mod people;
mod running;

use std::fmt::Write;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::Error;
pub(crate) use live::Live;

/// Which race.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// The 31st, 6 April 2025: 200 foreign entrants.
    Y2025,
    /// The 30th, 7 April 2019: 950 foreign entrants.
    Y2019,
}

/// The three files of a rehearsal.
pub struct DemoRace {
    /// The race file.
    pub race_toml: String,
    /// The entrants.
    pub entrants_csv: String,
    /// What happened.
    pub splits_csv: String,
}

impl Edition {
    fn foreign(self) -> usize {
        match self {
            Self::Y2025 => 200,
            Self::Y2019 => 950,
        }
    }

    fn local(self) -> usize {
        match self {
            Self::Y2025 => 800,
            Self::Y2019 => 1600,
        }
    }

    /// The edition of 2019 ran the same way on another day.
    fn race_toml(self) -> String {
        let text = include_str!("demo/pyongyang-2025.toml");
        match self {
            Self::Y2025 => text.to_owned(),
            Self::Y2019 => text
                .replace("31st", "30th")
                .replace("제31차", "제30차")
                .replace("2025-04-06", "2019-04-07")
                .replace("6 April 2025", "7 April 2019"),
        }
    }
}

/// Invents a race.
///
/// # Errors
/// When its own race file does not read; a test sees to that.
pub fn race(edition: Edition, seed: u64) -> Result<DemoRace, Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let race_toml = edition.race_toml();
    let file = bibtrail_formats::read::race_file::parse(race_toml.as_bytes());
    let file = file.map_err(|source| Error::RaceFile { path: "race.toml".into(), source })?;
    let people = people::people(&mut rng, edition.foreign(), edition.local());
    let happened = running::run(&mut rng, &file, &people);

    let mut entrants_csv = csv::Writer::from_writer(Vec::new());
    entrants_csv.write_record(["bib", "name", "gender", "age", "category", "nation", "team", "course"])?;
    for p in &people {
        let age = p.age.to_string();
        entrants_csv.write_record([
            &p.bib,
            &p.name,
            p.gender,
            &age,
            &p.category,
            p.nation,
            &p.team,
            p.course,
        ])?;
    }
    let entrants_csv = entrants_csv.into_inner().map_err(|error| Error::Output(error.into_error()))?;
    let mut splits_csv = String::from("bib,checkpoint,kind,time\n");
    for (time_ms, bib, checkpoint, kind) in happened {
        let at = jiff::Timestamp::from_millisecond(time_ms).unwrap_or_default();
        // Writing to a `String` cannot fail.
        let _written = writeln!(splits_csv, "{bib},{checkpoint},{kind},{at:.3}");
    }
    Ok(DemoRace { race_toml, entrants_csv: String::from_utf8_lossy(&entrants_csv).into_owned(), splits_csv })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use bibtrail_formats::read::{entrants, splits};

    fn read(edition: Edition, seed: u64) -> (Vec<entrants::EntrantRow>, Vec<splits::SplitRow>) {
        let race = race(edition, seed).unwrap();
        let entrants = entrants::parse(race.entrants_csv.as_bytes(), entrants::Encoding::Utf8).unwrap();
        (entrants.rows, splits::parse(race.splits_csv.as_bytes(), 0).unwrap())
    }

    #[test]
    fn as_many_as_came() {
        for (edition, foreign, local) in [(Edition::Y2025, 200, 800), (Edition::Y2019, 950, 1600)] {
            let (entrants, _) = read(edition, 7);
            let locals = entrants.iter().filter(|e| e.nation.as_deref() == Some("PRK")).count();
            assert_eq!((entrants.len() - locals, locals), (foreign, local));
            let elite = entrants.iter().filter(|e| e.category.as_deref() == Some("Elite"));
            let nations: BTreeSet<&str> = elite.filter_map(|e| e.nation.as_deref()).collect();
            assert!(
                ["CHN", "ROU", "MAR", "ETH"].iter().all(|nation| nations.contains(nation)),
                "{nations:?}"
            );
        }
    }

    #[test]
    fn the_same_seed_is_the_same_race() {
        let splits = |seed| race(Edition::Y2025, seed).unwrap().splits_csv;
        assert_eq!(splits(7), splits(7));
        assert_ne!(splits(7), splits(8));
    }

    #[test]
    fn times_run_forward_and_three_vanish() {
        let (entrants, splits) = read(Edition::Y2025, 7);
        let mut last: BTreeMap<&str, (i64, &str)> = BTreeMap::new();
        let mut said: BTreeSet<&str> = BTreeSet::new();
        for split in &splits {
            if !matches!(split.kind, splits::SplitKind::In) {
                said.insert(&split.bib);
                continue;
            }
            let (time, place) = (split.time_ms.unwrap(), split.checkpoint.as_deref().unwrap());
            let before = last.insert(&split.bib, (time, place));
            assert!(before.is_none_or(|(before, _)| before < time), "{split:?}");
        }
        let vanished =
            last.iter().filter(|(bib, (_, place))| *place != "stadium-finish" && !said.contains(*bib));
        assert_eq!(vanished.count(), 3);
        assert_eq!(last.len() + said.iter().filter(|bib| !last.contains_key(*bib)).count(), entrants.len());
    }
}
