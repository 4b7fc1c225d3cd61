//! Entrants, from the CSV that registration desks export. The columns: `docs/race-file.md`.
//!
//! Invariant: bibs are unique and readable; all that is wrong with a file is said at once.

use std::collections::BTreeMap;

use bibtrail_core::ids::{Bib, BibError};
use thiserror::Error;

pub use super::text::Encoding;
use super::text::{self, Row, Sheet, SheetError, TextError};

/// The entrants of a file.
#[derive(Debug)]
pub struct Entrants {
    /// One a row.
    pub rows: Vec<EntrantRow>,
    /// Columns that mean nothing here.
    pub ignored_columns: Vec<String>,
}

/// One entrant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntrantRow {
    /// Where in the file.
    pub line: u64,
    /// What they wear.
    pub bib: String,
    /// Their name.
    pub name: String,
    /// Their gender.
    pub gender: Option<Gender>,
    /// Years on race day.
    pub age: Option<u8>,
    /// Year of birth, where no age was given.
    pub birth_year: Option<i16>,
    /// Category or division.
    pub category: Option<String>,
    /// Nation.
    pub nation: Option<String>,
    /// Team or tour group.
    pub team: Option<String>,
    /// Course: key or name.
    pub course: Option<String>,
    /// Wave.
    pub wave: Option<String>,
    /// Their own gun: milliseconds since 1970-01-01 UTC.
    pub start_ms: Option<i64>,
}

/// Genders that results know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gender {
    /// F.
    Female,
    /// M.
    Male,
    /// X.
    Other,
}

/// Why a file of entrants is refused.
#[derive(Debug, Error)]
pub enum EntrantsError {
    /// Not text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Not CSV.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// Columns that are needed.
    #[error(
        "missing column: {missing}. The heading has: {found}. Needed are bib and name (or first_name and last_name)"
    )]
    Columns {
        /// What is needed.
        missing: &'static str,
        /// What is there.
        found: String,
    },
    /// Rows that do not make sense.
    #[error("{}", text::list(.0))]
    Rows(Vec<RowProblem>),
}

/// What is wrong with a row.
#[derive(Debug, Error)]
pub enum RowProblem {
    /// No bib.
    #[error("line {line}: no bib. Give every entrant one, or leave the line out")]
    NoBib {
        /// From 1.
        line: u64,
    },
    /// No name.
    #[error("line {line}: bib {bib} has no name")]
    NoName {
        /// From 1.
        line: u64,
        /// Whose.
        bib: String,
    },
    /// The text is no bib.
    #[error("line {line}: {source}")]
    Bib {
        /// From 1.
        line: u64,
        /// Why.
        source: BibError,
    },
    /// A character that stands for an unreadable one.
    #[error("line {line}: bib {bib} holds a *, which stands for an unreadable character")]
    Star {
        /// From 1.
        line: u64,
        /// Whose.
        bib: String,
    },
    /// Two entrants with one bib.
    #[error("line {line}: bib {bib} stands in line {first} already. Give one of them another bib")]
    Twice {
        /// From 1.
        line: u64,
        /// Whose.
        bib: String,
        /// Where it stands first.
        first: u64,
    },
    /// A cell that does not read.
    #[error("line {line}: {column} \"{text}\" does not read; {wanted}")]
    Cell {
        /// From 1.
        line: u64,
        /// Which column.
        column: &'static str,
        /// What it says.
        text: String,
        /// What it may say.
        wanted: &'static str,
    },
    /// A control character in a text.
    #[error("line {line}: {column} holds a control character; type it again")]
    Control {
        /// From 1.
        line: u64,
        /// Which column.
        column: &'static str,
    },
}

/// Reads a file of entrants.
///
/// # Errors
/// When it is no CSV of text, lacks columns, or holds rows that make no sense: then all of them are named.
pub fn parse(bytes: &[u8], encoding: Encoding) -> Result<Entrants, EntrantsError> {
    let sheet = Sheet::read(&text::decode(bytes, encoding)?)?;
    let columns = Columns::of(&sheet)?;
    let mut problems = Vec::new();
    let mut first_lines: BTreeMap<String, u64> = BTreeMap::new();
    let mut rows = Vec::with_capacity(sheet.rows.len());
    for row in &sheet.rows {
        match columns.entrant(row) {
            Ok(entrant) => {
                let first = *first_lines.entry(entrant.bib.clone()).or_insert(row.line);
                if first != row.line {
                    problems.push(RowProblem::Twice { line: row.line, bib: entrant.bib.clone(), first });
                }
                rows.push(entrant);
            }
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(EntrantsError::Rows(problems));
    }
    let ignored_columns = columns.ignored(&sheet);
    Ok(Entrants { rows, ignored_columns })
}

/// Which column holds what.
struct Columns {
    bib: usize,
    name: Option<usize>,
    first_name: Option<usize>,
    last_name: Option<usize>,
    gender: Option<usize>,
    age: Option<usize>,
    birth: Option<usize>,
    category: Option<usize>,
    nation: Option<usize>,
    team: Option<usize>,
    course: Option<usize>,
    wave: Option<usize>,
    start: Option<usize>,
}

impl Columns {
    fn of(sheet: &Sheet) -> Result<Self, EntrantsError> {
        let missing = |missing| EntrantsError::Columns { missing, found: sheet.headings.join(", ") };
        let column = |names: &[&str]| sheet.column(names);
        let columns = Self {
            bib: column(&["bib", "bib_number", "bib_#", "bib no.", "bib number", "number"])
                .ok_or(missing("bib"))?,
            name: column(&["name", "full_name", "full name"]),
            first_name: column(&["first_name", "first", "given", "first name"]),
            last_name: column(&["last_name", "last", "family", "last name"]),
            gender: column(&["gender", "sex"]),
            age: column(&["age"]),
            birth: column(&["birth_year", "birthdate", "dob", "year of birth"]),
            category: column(&["category", "division"]),
            nation: column(&["nation", "country", "country_code", "nationality"]),
            team: column(&["team", "group", "club"]),
            course: column(&["course", "event", "distance"]),
            wave: column(&["wave"]),
            start: column(&["start", "start_time"]),
        };
        match (columns.name, columns.first_name, columns.last_name) {
            (None, None, None) => Err(missing("name")),
            _ => Ok(columns),
        }
    }

    fn ignored(&self, sheet: &Sheet) -> Vec<String> {
        let known = [
            Some(self.bib),
            self.name,
            self.first_name,
            self.last_name,
            self.gender,
            self.age,
            self.birth,
            self.category,
            self.nation,
            self.team,
            self.course,
            self.wave,
            self.start,
        ];
        let unused = sheet.headings.iter().enumerate().filter(|(n, _)| !known.contains(&Some(*n)));
        unused.map(|(_, heading)| heading.clone()).collect()
    }

    fn entrant(&self, row: &Row) -> Result<EntrantRow, RowProblem> {
        let line = row.line;
        let bib = self.bib(row)?;
        let text = |column: Option<usize>, name: &'static str| match row.get(column) {
            Some(text) if text.chars().any(char::is_control) => {
                Err(RowProblem::Control { line, column: name })
            }
            text => Ok(text.map(str::to_owned)),
        };
        let name = match text(self.name, "name")? {
            Some(name) => name,
            None => {
                let parts = [text(self.first_name, "first name")?, text(self.last_name, "last name")?];
                parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
            }
        };
        if name.is_empty() {
            return Err(RowProblem::NoName { line, bib });
        }
        Ok(EntrantRow {
            line,
            name,
            gender: cell(row, self.gender, "gender", "write M, F or X", gender)?,
            age: cell(row, self.age, "age", "write whole years from 0 to 120", age)?,
            birth_year: cell(
                row,
                self.birth,
                "birth",
                "begin with the year, as 1984 or 1984-05-31",
                birth_year,
            )?,
            category: text(self.category, "category")?,
            nation: text(self.nation, "nation")?,
            team: text(self.team, "team")?,
            course: text(self.course, "course")?,
            wave: text(self.wave, "wave")?,
            start_ms: cell(row, self.start, "start", "write 2025-04-06T09:00:00+09:00", moment)?,
            bib,
        })
    }

    fn bib(&self, row: &Row) -> Result<String, RowProblem> {
        let line = row.line;
        let text = row.get(Some(self.bib)).ok_or(RowProblem::NoBib { line })?;
        let bib = Bib::new(text).map_err(|source| RowProblem::Bib { line, source })?;
        if bib.is_uncertain() {
            Err(RowProblem::Star { line, bib: bib.to_string() })
        } else {
            Ok(bib.to_string())
        }
    }
}

fn cell<T>(
    row: &Row,
    at: Option<usize>,
    column: &'static str,
    wanted: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, RowProblem> {
    let Some(text) = row.get(at) else { return Ok(None) };
    match read(text) {
        Some(value) => Ok(Some(value)),
        None => Err(RowProblem::Cell { line: row.line, column, text: text.to_owned(), wanted }),
    }
}

fn gender(text: &str) -> Option<Gender> {
    match text.to_lowercase().as_str() {
        "f" | "w" | "female" | "woman" => Some(Gender::Female),
        "m" | "male" | "man" => Some(Gender::Male),
        "x" | "nonbinary" | "non-binary" | "other" => Some(Gender::Other),
        _ => None,
    }
}

fn age(text: &str) -> Option<u8> {
    text.parse().ok().filter(|age| *age <= 120)
}

fn birth_year(text: &str) -> Option<i16> {
    text.get(..4)?.parse().ok().filter(|year| (1890..=2100).contains(year))
}

fn moment(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests;
