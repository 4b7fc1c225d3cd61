//! Answers to a review: one of its suggestions, or that it is nothing.
//!
//! Invariant: nothing is applied by itself. What is accepted becomes ordinary operations with the reason beside them,
//! as if they had been written by hand.

use bibtrail_core::{
    op::{Entity, EntityValues, Scan, Source, Status, StatusCode, Value, field},
    review::{Act, Finding, Kind, Suggestion},
    store::Store,
};

use crate::{ClerkError, pen::Pen, whom::Whom, words};

/// The finding whose name begins so.
///
/// # Errors
/// When there is none, or several.
pub fn find<'a>(findings: &'a [Finding], digits: &str) -> Result<&'a Finding, ClerkError> {
    let mut fitting = findings.iter().filter(|finding| finding.id.to_string().starts_with(digits));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) if !digits.is_empty() => Ok(only),
        _ => Err(ClerkError::NoFinding(digits.to_owned())),
    }
}

/// Missed somewhere, and nothing to fill the gap with.
#[must_use]
pub fn is_plain_gap(finding: &Finding) -> bool {
    finding.kind == Kind::Missed && finding.suggestions.is_empty()
}

/// The first digits of its name, enough to tell the findings of a race apart.
#[must_use]
pub fn short(finding: &Finding) -> String {
    finding.id.to_string().chars().take(8).collect()
}

/// The suggestion of this number, from 1, as people write it; the first if they write none.
///
/// # Errors
/// When there is none.
pub fn suggestion<'a>(finding: &'a Finding, n: Option<&str>) -> Result<&'a Suggestion, ClerkError> {
    let known = finding.suggestions.len();
    let wanted = n.map_or(Some(1), |n| n.trim_start_matches('#').parse::<usize>().ok());
    let found = wanted.and_then(|n| n.checked_sub(1)).and_then(|n| finding.suggestions.get(n));
    found.ok_or_else(|| ClerkError::NoSuggestion { finding: short(finding), known })
}

/// Writes what a suggestion says. Scans first: a correction that is written without them would tell half.
///
/// # Errors
/// When the person may not say part of it, or it cannot be written.
pub fn accept(pen: &mut Pen<'_>, acts: &[Act], reason: &str) -> Result<(), ClerkError> {
    let puts = acts.iter().filter_map(|act| match act {
        Act::Put(values) => Some(values.clone()),
        Act::Record { .. } => None,
    });
    let mut puts: Vec<EntityValues> = puts.collect();
    pen.check(&puts)?;
    for act in acts {
        let Act::Record { of, .. } = act else { continue };
        let Some(scan) = second(pen.store(), act)? else { continue };
        let recorded = pen.record(&[scan])?;
        // Where a person set the time of the one, it is the time of both.
        let set_ms = pen.store().scan(*of)?.and_then(|scan| scan.set_ms);
        let time = recorded.iter().zip(set_ms);
        puts.extend(time.map(|(new, ms)| (Entity::Scan(new.at()), vec![(field::TIME, ms.into())])));
    }
    let back = puts.iter().filter_map(|put| whose_return(pen, put).transpose());
    let back: Vec<Whom> = back.collect::<Result<_, _>>()?;
    pen.put_all(puts, Some(reason))?;
    back.iter().try_for_each(|whom| words::goes_on(pen, whom, Some(reason)))
}

/// Who is in the race again by this.
fn whose_return(pen: &Pen<'_>, (entity, values): &EntityValues) -> Result<Option<Whom>, ClerkError> {
    let is_ok = |(number, value): &(u16, Value)| {
        *number == field::STATUS && Status::read(value).is_some_and(|status| status.code == StatusCode::Ok)
    };
    let bib = match entity {
        _ if !values.iter().any(is_ok) => return Ok(None),
        Entity::Bib(bib) => bib.clone(),
        Entity::Entrant(id) => {
            let worn = pen.store().entrants()?.into_iter().find(|entrant| entrant.id == *id);
            worn.and_then(|entrant| entrant.bib).unwrap_or_default()
        }
        _ => return Ok(None),
    };
    Ok(Some(Whom { bib, entity: entity.clone() }))
}

/// The scan of the second runner of whom another scan tells as well. It is a copy of that record, so that accepting it
/// on two phones makes one.
fn second(store: &Store, act: &Act) -> Result<Option<Scan>, ClerkError> {
    let Act::Record { bib, checkpoint, kind, of } = act else { return Ok(None) };
    let Some(scan) = store.scan(*of)? else { return Ok(None) };
    let within_ms = scan.source.as_ref().map_or(0, |source| source.within_ms);
    let name = format!("review of {of}");
    let source = Source::new(&name, bib.as_str(), within_ms).map_err(|_| ClerkError::NoFinding(name))?;
    Ok(Some(Scan { source: Some(source), ..Scan::new(bib.clone(), checkpoint.clone(), *kind, scan.reading) }))
}

/// Says that a finding is nothing, or that it is something after all.
///
/// # Errors
/// When the person may not, or it cannot be written.
pub fn dismiss(
    pen: &mut Pen<'_>,
    finding: &Finding,
    is_nothing: bool,
    reason: Option<&str>,
) -> Result<(), ClerkError> {
    pen.put(Entity::Finding(finding.id), vec![(field::DISMISSED, Value::Bool(is_nothing))], reason)?;
    Ok(())
}
