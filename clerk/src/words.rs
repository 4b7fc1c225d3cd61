//! What people say of runners, scans and contended values.
//!
//! Invariant: nothing is overwritten; a word supersedes exactly what its author saw.

use bibtrail_core::{
    ids::OpRef,
    op::{Entity, Safety, Status, Value, field},
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
    Ok(())
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
    let code =
        bibtrail_core::op::StatusCode::parse(code).ok_or_else(|| ClerkError::Status(code.to_owned()))?;
    let checkpoint = checkpoint.map(|text| whom::checkpoint(setup, text)).transpose()?;
    Ok(Status { code, checkpoint })
}
