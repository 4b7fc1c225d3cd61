//! What people say of runners, scans and contended values.
//!
//! Invariant: nothing is overwritten; a word supersedes exactly what its author saw.

use std::collections::BTreeSet;

use bibtrail_core::{
    ids::OpRef,
    op::{Entity, Safety, Status, StatusCode, Value, field},
    race::RaceSetup,
    store::{Conflict, StoreError},
};

use crate::{
    ClerkError,
    clock::RaceClock,
    pen::Pen,
    whom::{self, Whom},
};

/// Says that a runner is safe somewhere, or that it is not known any more. `place` is a checkpoint or other words.
///
/// # Errors
/// When there is no such runner, the place says nothing, or the person may not.
pub fn safe(
    pen: &mut Pen<'_>,
    whom: &Whom,
    is_safe: bool,
    place: &str,
    reason: Option<&str>,
) -> Result<(), ClerkError> {
    let setup = pen.store().setup()?;
    let place = setup.find_checkpoint(place).map_or_else(|| place.to_owned(), |c| c.key.to_string());
    let chars = place.chars().count();
    if chars == 0 || chars > Safety::PLACE_MAX_CHARS {
        return Err(ClerkError::SafePlace { chars });
    }
    let word = Safety { is_safe, place, said_ms: pen.now_ms()? };
    pen.put(whom.entity.clone(), vec![(field::SAFETY, word.value())], reason)?;
    Ok(())
}

/// Says what became of a runner.
///
/// # Errors
/// When the person may not, or it cannot be written.
pub fn status(
    pen: &mut Pen<'_>,
    whom: &Whom,
    status: &Status,
    reason: Option<&str>,
) -> Result<(), ClerkError> {
    pen.put(whom.entity.clone(), vec![(field::STATUS, status.value())], reason)?;
    if status.code == StatusCode::Ok {
        goes_on(pen, whom, reason)?;
    }
    Ok(())
}

/// Takes back that a runner is safe, wherever it was said: who is in the race again is not. In the register of safety
/// itself, so that no later status brings the old word back, and so that two who disagree contend and are seen.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn goes_on(pen: &mut Pen<'_>, whom: &Whom, reason: Option<&str>) -> Result<(), ClerkError> {
    let of_bib = Some(Entity::Bib(whom.bib.clone())).filter(|entity| *entity != whom.entity);
    for entity in [Some(whom.entity.clone()), of_bib.filter(|_| !whom.bib.is_empty())].into_iter().flatten() {
        if let Some(word) = said_safe(pen, &entity)? {
            let value = taken_back(pen, &entity, &word)?;
            pen.put(entity, vec![(field::SAFETY, value)], reason)?;
        }
    }
    Ok(())
}

/// A word that somebody is safe: one that counts, or one of this replica's own that does not so far.
fn said_safe(pen: &Pen<'_>, entity: &Entity) -> Result<Option<Safety>, StoreError> {
    let registers = pen.store().registers(entity)?.unwrap_or_default();
    let siblings = registers.get(field::SAFETY).map(|register| register.siblings()).unwrap_or_default();
    let counting = siblings.into_iter().map(|sibling| sibling.value);
    let own = pen.store().proposals_about(&BTreeSet::from([entity.clone()]))?;
    let own = own.into_iter().filter(|proposal| proposal.at.log == pen.store().own_log());
    let own = own.flat_map(|proposal| proposal.says.1).filter(|(number, _)| *number == field::SAFETY);
    let words = counting.chain(own.map(|(_, value)| value)).filter_map(|value| Safety::read(&value));
    Ok(words.into_iter().find(|word| word.is_safe))
}

/// That it is not known any more, of a place of which the author may say so: of the word's own, if they may.
fn taken_back(pen: &Pen<'_>, entity: &Entity, word: &Safety) -> Result<Value, ClerkError> {
    let said_ms = pen.now_ms()?;
    let not_safe = |place: &str| Safety { is_safe: false, place: place.to_owned(), said_ms }.value();
    let setup = pen.store().setup()?;
    let places = setup.checkpoints.iter().map(|checkpoint| checkpoint.key.as_str());
    for place in std::iter::once(word.place.as_str()).chain(places) {
        let value = not_safe(place);
        if pen.would_count(entity, &[(field::SAFETY, value.clone())])? {
            return Ok(value);
        }
    }
    Ok(not_safe(&word.place))
}

/// Says that a scan counts for nothing, or counts again.
///
/// # Errors
/// When the person may not, or it cannot be written.
pub fn void(pen: &mut Pen<'_>, scan: OpRef, is_void: bool, reason: Option<&str>) -> Result<(), ClerkError> {
    pen.put(Entity::Scan(scan), vec![(field::VOID, Value::Bool(is_void))], reason)?;
    Ok(())
}

/// Settles a conflict by one of its values: as it is shown, or `#` and its number.
///
/// # Errors
/// When the conflict is settled or has changed, the value is none of it, or the person may not.
pub fn resolve(
    pen: &mut Pen<'_>,
    conflict: &str,
    given: &str,
    reason: Option<&str>,
) -> Result<(Conflict, Value), ClerkError> {
    let clock = RaceClock::new(&pen.store().setup()?);
    let found = pen.store().conflicts()?.into_iter().find(|found| found.id() == conflict);
    let conflict = found.ok_or_else(|| StoreError::NoConflict(conflict.to_owned()))?;
    let shown: Vec<String> =
        conflict.siblings.iter().map(|s| show_value(&clock, conflict.field, &s.value)).collect();
    let by_place =
        given.strip_prefix('#').and_then(|n| n.parse::<usize>().ok()).and_then(|n| n.checked_sub(1));
    let chosen = by_place.or_else(|| shown.iter().position(|value| value == given));
    let chosen = chosen.and_then(|n| conflict.siblings.get(n)).ok_or_else(|| ClerkError::NotAValue {
        given: given.to_owned(),
        known: shown.iter().zip(1..).map(|(value, n)| format!("#{n} {value}")).collect::<Vec<_>>().join(", "),
    })?;
    let value = chosen.value.clone();
    pen.put(conflict.entity.clone(), vec![(conflict.field, value.clone())], reason)?;
    Ok((conflict, value))
}

/// A value as people read it: times of day for times.
#[must_use]
pub fn show_value(clock: &RaceClock, field: u16, value: &Value) -> String {
    match (field, value) {
        (field::TIME, Value::Int(ms)) => clock.show_exactly(*ms),
        (_, value) => value.to_string(),
    }
}

/// The status of this word, at this checkpoint if one is named.
///
/// # Errors
/// When there is no such status, or no such checkpoint.
pub fn read_status(setup: &RaceSetup, code: &str, checkpoint: Option<&str>) -> Result<Status, ClerkError> {
    let code = StatusCode::parse(code).ok_or_else(|| ClerkError::Status(code.to_owned()))?;
    let checkpoint = checkpoint.map(|text| whom::checkpoint(setup, text)).transpose()?;
    Ok(Status { code, checkpoint })
}
