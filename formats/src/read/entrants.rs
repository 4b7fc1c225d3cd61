//! Entrants, from the CSV that registration desks export. The columns: `docs/race-file.md`.
//!
//! Invariant: bibs are unique and readable; all that is wrong with a file is said at once.

use std::collections::BTreeMap;

use bibtrail_core::ids::Bib;

use super::text::{
    self,
    sheet::{Row, Sheet},
};

pub use super::text::Encoding;
pub use error::{EntrantsError, RowProblem};

mod error;

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
    /// Given name, if the file tells it apart.
    pub given_name: Option<String>,
    /// Family name, if the file tells it apart.
    pub family_name: Option<String>,
    /// Names of those who run one after the other; empty but for relays.
    pub legs: Vec<String>,
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
        if let Err(ragged) = sheet.check(row) {
            problems.push(ragged.into());
            continue;
        }
        let mut reader = Reader { row, problems: &mut problems };
        let bib = reader.bib(columns.bib, &mut first_lines);
        rows.extend(reader.entrant(bib, &columns));
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
    legs: Option<usize>,
    start: Option<usize>,
}

impl Columns {
    fn of(sheet: &Sheet) -> Result<Self, EntrantsError> {
        let missing = |missing| EntrantsError::Columns { missing, found: sheet.headings.join(", ") };
        let column = |names: &[&str]| sheet.column(names);
        let columns = Self {
            bib: column(&["bib", "bib number", "bib #", "bib no.", "bib no", "number"])
                .ok_or(missing("bib"))?,
            name: column(&["name", "full name"]),
            first_name: column(&["first name", "first", "given name", "given"]),
            last_name: column(&["last name", "last", "family name", "family"]),
            gender: column(&["gender", "sex"]),
            age: column(&["age"]),
            birth: column(&["birth year", "year of birth", "birthdate", "date of birth", "dob"]),
            category: column(&["category", "division"]),
            nation: column(&["nation", "country", "country code", "nationality"]),
            team: column(&["team", "group", "club"]),
            course: column(&["course", "event", "distance"]),
            wave: column(&["wave"]),
            legs: column(&["legs", "runners"]),
            start: column(&["start", "start time"]),
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
            self.legs,
            self.start,
        ];
        let is_unused = |(n, heading): &(usize, &String)| !known.contains(&Some(*n)) && !heading.is_empty();
        let unused = sheet.headings.iter().enumerate().filter(is_unused);
        unused.map(|(_, heading)| heading.clone()).collect()
    }
}

/// Reads one row, and notes all that is wrong with it.
struct Reader<'a> {
    row: &'a Row,
    problems: &'a mut Vec<RowProblem>,
}

impl Reader<'_> {
    /// The entrant, unless their bib or name is missing: that is noted.
    fn entrant(mut self, bib: Option<String>, columns: &Columns) -> Option<EntrantRow> {
        let line = self.row.line;
        let name = self.name(columns);
        if let (None, Some(bib)) = (&name, &bib) {
            self.problems.push(RowProblem::NoName { line, bib: bib.clone() });
        }
        let gender = self.cell(columns.gender, "gender", "write M, F or X", gender);
        let age = self.cell(columns.age, "age", "write whole years from 0 to 120", age);
        let birth_year =
            self.cell(columns.birth, "birth", "begin with the year, as 1984 or 1984-05-31", birth_year);
        let category = self.text(columns.category, "category");
        let nation = self.text(columns.nation, "nation");
        let team = self.text(columns.team, "team");
        let course = self.text(columns.course, "course");
        let wave = self.text(columns.wave, "wave");
        let legs = self.text(columns.legs, "legs").unwrap_or_default();
        let legs = legs.split(';').map(str::trim).filter(|leg| !leg.is_empty()).map(str::to_owned).collect();
        let given_name = self.text(columns.first_name, "first name");
        let family_name = self.text(columns.last_name, "last name");
        let start_ms = self.cell(columns.start, "start", "write 2025-04-06T09:00:00+09:00", moment);
        let (bib, name) = (bib?, name?);
        Some(EntrantRow {
            line,
            bib,
            name,
            given_name,
            family_name,
            legs,
            gender,
            age,
            birth_year,
            category,
            nation,
            team,
            course,
            wave,
            start_ms,
        })
    }

    /// The bib, if it is one that nobody before has.
    fn bib(&mut self, column: usize, first_lines: &mut BTreeMap<String, u64>) -> Option<String> {
        let line = self.row.line;
        let bib = match self.row.get(Some(column)).map(Bib::new) {
            None => Err(RowProblem::NoBib { line }),
            Some(Err(source)) => Err(RowProblem::Bib { line, source }),
            Some(Ok(bib)) if bib.is_uncertain() => Err(RowProblem::Star { line, bib: bib.to_string() }),
            Some(Ok(bib)) => Ok(bib.to_string()),
        };
        let bib = bib.map_err(|problem| self.problems.push(problem)).ok()?;
        match first_lines.get(&bib) {
            Some(&first) => self.problems.push(RowProblem::Twice { line, bib: bib.clone(), first }),
            None => drop(first_lines.insert(bib.clone(), line)),
        }
        Some(bib)
    }

    fn name(&mut self, columns: &Columns) -> Option<String> {
        self.text(columns.name, "name").or_else(|| {
            let parts =
                [self.text(columns.first_name, "first name"), self.text(columns.last_name, "last name")];
            let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
            (!name.is_empty()).then_some(name)
        })
    }

    fn text(&mut self, at: Option<usize>, column: &'static str) -> Option<String> {
        let text = self.row.get(at)?;
        if text.chars().any(char::is_control) {
            self.problems.push(RowProblem::Control { line: self.row.line, column });
        }
        Some(text.to_owned())
    }

    fn cell<T>(
        &mut self,
        at: Option<usize>,
        column: &'static str,
        wanted: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.row.get(at)?;
        let value = read(text);
        if value.is_none() {
            self.problems.push(RowProblem::Cell {
                line: self.row.line,
                column,
                text: text.to_owned(),
                wanted,
            });
        }
        value
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
    let year = match text.len() {
        4 => text.parse().ok()?,
        _ => text.replace(['/', '.'], "-").parse::<jiff::civil::Date>().ok()?.year(),
    };
    (1890..=2100).contains(&year).then_some(year)
}

fn moment(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests;
