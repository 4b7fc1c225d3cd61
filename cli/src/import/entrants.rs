//! stub
#![allow(missing_docs, reason = "stub")]
#[derive(Debug, thiserror::Error)]
pub enum EntrantsError { #[error("{0}")] Csv(String) }
#[derive(Clone, Copy)] pub enum Encoding { Utf8, Latin1 }
#[derive(Clone, Copy, Debug)] pub enum Gender { Female, Male, Other }
#[derive(Debug, Clone)]
pub struct EntrantRow { pub line: u64, pub bib: String, pub name: String, pub gender: Option<Gender>, pub age: Option<u8>, pub birth_year: Option<i32>, pub category: Option<String>, pub nation: Option<String>, pub team: Option<String>, pub course: Option<String>, pub wave: Option<String>, pub start_ms: Option<i64> }
pub struct Entrants { pub rows: Vec<EntrantRow>, pub ignored_columns: Vec<String> }
pub fn parse(bytes: &[u8], _e: Encoding) -> Result<Entrants, EntrantsError> {
    let mut r = csv::Reader::from_reader(bytes);
    let h = r.headers().map_err(|e| EntrantsError::Csv(e.to_string()))?.clone();
    let mut rows = vec![];
    for (i, rec) in r.records().enumerate() {
        let rec = rec.map_err(|e| EntrantsError::Csv(e.to_string()))?;
        let g = |n: &str| h.iter().position(|x| x == n).and_then(|i| rec.get(i)).filter(|s| !s.is_empty()).map(str::to_owned);
        rows.push(EntrantRow { line: i as u64 + 2, bib: g("bib").unwrap_or_default(), name: g("name").unwrap_or_default(), gender: g("gender").map(|g| if g == "F" { Gender::Female } else { Gender::Male }), age: g("age").and_then(|a| a.parse().ok()), birth_year: None, category: g("category"), nation: g("nation"), team: g("team"), course: g("course"), wave: None, start_ms: None });
    }
    Ok(Entrants { rows, ignored_columns: vec![] })
}
