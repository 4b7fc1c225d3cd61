//! Findings about the list of entrants: one bib on two, one person twice, values in conflict.
//!
//! Invariant: found by sorting, never by comparing each with each.

use std::collections::{BTreeMap, BTreeSet};

use super::{Act, Finding, Kind, Suggestion};
use crate::{
    ids::Bib,
    op::{Entity, Value, field},
    state::{EntrantRow, Said},
};

pub(super) fn findings(entrants: &[EntrantRow], said: &BTreeMap<Bib, Said>) -> Vec<Finding> {
    let mut findings = Vec::new();
    alike(
        entrants,
        |entrant| entrant.bib.clone().filter(|bib| !bib.is_empty()),
        |group| {
            findings.push(shared(group));
        },
    );
    let person = |entrant: &EntrantRow| {
        let name = entrant.name.trim().to_lowercase();
        (!name.is_empty()).then_some((name, entrant.age?))
    };
    alike(entrants, person, |group| findings.push(same(group)));
    let contested = entrants.iter().filter(|entrant| entrant.is_contested);
    let bib = |entrant: &EntrantRow| entrant.bib.clone().unwrap_or_default();
    findings.extend(contested.map(|entrant| contends(&bib(entrant), &entrant.name)));
    let worn: BTreeSet<&Bib> = entrants.iter().filter_map(|entrant| entrant.bib.as_ref()).collect();
    let said = said.iter().filter(|(bib, said)| said.is_contested && !worn.contains(bib));
    findings.extend(said.map(|(bib, _)| contends(bib, "")));
    findings
}

/// Groups of entrants that share what `what` gives.
fn alike<T: Ord>(
    entrants: &[EntrantRow],
    what: impl Fn(&EntrantRow) -> Option<T>,
    mut take: impl FnMut(&[(T, &EntrantRow)]),
) {
    let mut sorted: Vec<(T, &EntrantRow)> = entrants.iter().filter_map(|e| Some((what(e)?, e))).collect();
    sorted.sort_by(|a, b| (&a.0, a.1.id).cmp(&(&b.0, b.1.id)));
    sorted.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1).for_each(&mut take);
}

fn shared(group: &[(Bib, &EntrantRow)]) -> Finding {
    let bib = &group[0].0;
    let names: Vec<&str> = group.iter().map(|(_, entrant)| entrant.name.as_str()).collect();
    let text = format!("{bib} is worn by {} entrants: {}", group.len(), names.join(", "));
    let take_off = |(_, entrant): &(Bib, &EntrantRow)| Suggestion {
        reason: format!("{} wears another: take this bib off, and give the right one", entrant.name),
        acts: vec![Act::Put((Entity::Entrant(entrant.id), vec![(field::BIB, Value::Null)]))],
        cost: 300,
    };
    Finding {
        suggestions: group.iter().map(take_off).collect(),
        ..Finding::about(Kind::SharedBib, bib, text)
    }
}

fn same(group: &[((String, i64), &EntrantRow)]) -> Finding {
    let bibs: Vec<Bib> = group.iter().map(|(_, entrant)| entrant.bib.clone().unwrap_or_default()).collect();
    let (name, age) = (&group[0].1.name, group[0].0.1);
    let list = bibs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let text =
        format!("{name}, {age}, is entered {} times, under {list}: one person, or namesakes?", group.len());
    Finding { bibs, ..Finding::about(Kind::SamePerson, &Bib::default(), text) }
}

fn contends(bib: &Bib, name: &str) -> Finding {
    let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
    let text =
        format!("{bib}{name}: people say different things. `conflicts` lists them, `resolve` settles one");
    Finding::about(Kind::Contested, bib, text)
}
