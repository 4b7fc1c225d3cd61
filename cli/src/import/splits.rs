//! stub
#![allow(missing_docs, reason = "stub")]
#[derive(Debug, thiserror::Error)]
pub enum SplitsError { #[error("{0}")] Csv(String) }
#[derive(Clone, Copy, Debug)] pub enum SplitKind { In, Out, Dns, Dnf, Dsq, Otl }
pub struct SplitRow { pub line: u64, pub bib: String, pub checkpoint: Option<String>, pub kind: SplitKind, pub time_ms: Option<i64> }
pub fn parse(bytes: &[u8], _start_ms: i64) -> Result<Vec<SplitRow>, SplitsError> {
    let mut r = csv::Reader::from_reader(bytes);
    let mut rows = vec![];
    for (i, rec) in r.records().enumerate() {
        let rec = rec.map_err(|e| SplitsError::Csv(e.to_string()))?;
        let kind = match &rec[2] { "out" => SplitKind::Out, "dns" => SplitKind::Dns, "dnf" => SplitKind::Dnf, "dsq" => SplitKind::Dsq, _ => SplitKind::In };
        rows.push(SplitRow { line: i as u64 + 2, bib: rec[0].into(), checkpoint: Some(rec[1].to_owned()).filter(|s| !s.is_empty()), kind, time_ms: rec[3].parse::<jiff::Timestamp>().ok().map(|t| t.as_millisecond()) });
    }
    Ok(rows)
}
