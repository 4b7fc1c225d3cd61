//! Erasing runners: all that tells who they are goes, bib and times stay.
//!
//! Invariant: only what counts is written; a name is not taken from anybody who may still have to be looked for, unless
//! somebody says so.

use bibtrail_core::{
    ids::OpRef,
    members::Members,
    op::{Body, Entity, EntityValues, Put, Value, Write, field},
    state::EntrantRow,
    store::{Store, StoreError},
    watch::{State, Watch, watch},
};

use crate::ClerkError;

/// What came of erasing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// How many were erased now.
    pub runners: usize,
    /// How many were erased before.
    pub before: usize,
    /// Operations of older apps that name them: those are not sealed, and stay in the log, shown nowhere.
    pub stay: usize,
    /// Whether every file of this replica is rid of the words.
    pub is_done: bool,
}

/// Erases these entrants, all or none.
///
/// # Errors
/// When this replica's log may not, or it cannot be written.
pub fn erase(store: &mut Store, entrants: &[EntrantRow]) -> Result<Erased, ClerkError> {
    let rules = store.setup()?.rules;
    let wanted: Vec<EntityValues> = entrants
        .iter()
        .filter(|entrant| !entrant.is_erased)
        .map(|entrant| {
            let mut values = vec![(field::ERASED, Value::Bool(true))];
            // Without their age nobody could tell it any more, and places of others depend on it.
            let category = rules.category(entrant.gender.as_deref(), entrant.age);
            if let Some(category) = category.filter(|_| entrant.category.is_none()) {
                values.push((field::CATEGORY, category.into()));
            }
            (Entity::Entrant(entrant.id), values)
        })
        .collect();
    if let Some((entity, values)) = wanted.first()
        && !may(store, entity, values)?
    {
        let role = store.members().role_at(next(store));
        return Err(ClerkError::MayNot { role, what: "erase runners" });
    }
    let runners = wanted.len();
    store.put_all(wanted, None)?;
    store.settle()?;
    store.erase()?;
    let stay = plain_words(store, entrants)?;
    Ok(Erased { runners, before: entrants.len() - runners, stay, is_done: !store.is_erasing()? })
}

/// Those of these who may still have to be looked for: they are not known to be safe.
///
/// # Errors
/// When the database fails.
pub fn still_out(store: &Store, entrants: &[EntrantRow], now_ms: i64) -> Result<Vec<String>, StoreError> {
    let Watch { runners, .. } = watch(&store.known()?, &store.heard()?, now_ms);
    let is_meant = |bib| entrants.iter().any(|entrant| entrant.bib.as_ref() == Some(bib));
    let is_open = |state: State| !state.is_safe() && state != State::NotStarted;
    let out = runners.iter().filter(|runner| is_open(runner.state) && is_meant(&runner.bib));
    Ok(out.map(|runner| runner.bib.to_string()).collect())
}

/// When the race was over: the time of its last scan that counts, or its gun if there is none. Milliseconds since
/// 1970-01-01 UTC.
///
/// # Errors
/// When the database fails.
pub fn over_ms(store: &Store) -> Result<i64, StoreError> {
    let known = store.known()?;
    let last = known.scans.iter().filter(|scan| !scan.is_void).map(|scan| scan.time_ms).max();
    Ok(last.map_or(known.setup.start_ms, |last| last.max(known.setup.start_ms)))
}

fn next(store: &Store) -> OpRef {
    OpRef { log: store.own_log(), seq: store.own_seq() + 1 }
}

fn may(store: &Store, entity: &Entity, values: &[(u16, Value)]) -> Result<bool, StoreError> {
    let write =
        |(field, value): &(u16, Value)| Write { field: *field, value: value.clone(), saw: Vec::new() };
    let writes = values.iter().map(write).collect();
    let put = Put { entity: entity.clone(), writes, reason: None, check: None, seal: None };
    let members: &Members = store.members();
    store.would_count(members, next(store), &Body::Put(put))
}

fn plain_words(store: &Store, entrants: &[EntrantRow]) -> Result<usize, StoreError> {
    let is_about = |put: &Put| match &put.entity {
        Entity::Entrant(id) => entrants.iter().any(|entrant| entrant.id == *id),
        Entity::Bib(bib) => entrants.iter().any(|entrant| entrant.bib.as_ref() == Some(bib)),
        Entity::Race | Entity::Scan(_) | Entity::Checkpoint(_) | Entity::Course(_) | Entity::Finding(_) => {
            false
        }
    };
    let mut found = 0;
    for info in store.logs()? {
        found += store
            .ops(info.log, 1)?
            .iter()
            .filter(|logged| match logged.op.as_ref().map(|op| &op.body) {
                Some(Body::Put(put)) => put.seal.is_none() && put.has_personal_words() && is_about(put),
                _ => false,
            })
            .count();
    }
    Ok(found)
}
