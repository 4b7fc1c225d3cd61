//! What to believe when contacts contradict each other.
//!
//! Invariant: it ends, because every round widens an allowance (four times at most) or leaves out a contact; and what
//! remains has no contradiction.
//!
//! A contradiction is a cycle of contacts and segments. All contacts are fitted first, with rates left open. If those
//! of the cycle miss that fit by little, steady rates explain them: the cycle's segments get the allowance they need.
//! If one misses by much, or no believable allowance is enough, a contact is wrong.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    DRIFT_PPM, Suspect, WIDEST_PPM,
    bounds::{Conflict, NS, Net, Ns, World},
    estimate, whole,
};

/// After so many rounds contacts go in numbers: nobody's lies may cost a phone its afternoon.
const ROUNDS: usize = 100;

/// Widens and leaves out until all fits. Returns the settled net and the contacts that it believes.
pub(super) fn settle(world: &mut World, suspects: &mut Vec<Suspect>) -> (Net, Vec<usize>) {
    let mut alive: Vec<usize> = (0..world.contacts.len()).collect();
    let mut round = 0;
    let net = loop {
        let mut net = Net::new(world, &alive);
        let conflicts = net.solve();
        if conflicts.is_empty() {
            break net;
        }
        round += 1;
        let misses = estimate::misses(world, &alive);
        // The worst first: what is left of the others is judged better without them.
        let worst = conflicts.iter().map(|conflict| conflict.excess).max().unwrap_or_default();
        for conflict in conflicts.iter().filter(|conflict| conflict.excess >= worst / 4) {
            let near = neighbourhood(world, &alive, conflict);
            if round <= ROUNDS
                && misses_of(&misses, conflict).first().is_none_or(|worst| worst.0 <= conflict.excess / 4)
                && let Some(ppm) = allowances(world, conflict).find(|ppm| fits(world, &near, conflict, *ppm))
            {
                conflict.drifting.iter().for_each(|seg| world.ppm[*seg] = world.ppm[*seg].max(ppm));
                continue;
            }
            let (liar, certain) = culprit(world, &near, conflict, &misses);
            // Late on, all that misses by half as much goes with it.
            let miss = |link: usize| misses.get(&link).copied().unwrap_or_default();
            let limit = conflict.links.iter().map(|link| miss(*link)).max().unwrap_or_default().max(NS);
            let goes = |link: usize| link == liar || (round > ROUNDS && miss(link) >= limit / 2);
            for link in alive.iter().copied().filter(|link| goes(*link)) {
                let contact = world.contacts[link].contact;
                let excess_ms = whole((conflict.excess + NS - 1) / NS);
                suspects.push(Suspect::Contact { contact, excess_ms, certain: certain && link == liar });
            }
            alive.retain(|link| !goes(*link));
        }
    };
    for (boot, ppm) in world.boots.iter().zip(&world.ppm) {
        if *ppm > DRIFT_PPM {
            suspects.push(Suspect::Rate { boot: *boot, ppm: *ppm });
        }
    }
    (net, alive)
}

/// The contacts among the segments of a conflict and the references.
fn neighbourhood(world: &World, alive: &[usize], conflict: &Conflict) -> Vec<usize> {
    let near = |seg: usize| conflict.segs.contains(&seg) || world.anchors[seg].is_some();
    let is_near = |link: &usize| {
        conflict.links.contains(link)
            || (near(world.contacts[*link].ends.0) && near(world.contacts[*link].ends.1))
    };
    alive.iter().copied().filter(is_near).collect()
}

/// The allowances to try: doubled until the widest.
fn allowances(world: &World, conflict: &Conflict) -> impl Iterator<Item = i64> + use<> {
    let now = conflict.drifting.iter().map(|seg| world.ppm[*seg]).max().unwrap_or(WIDEST_PPM);
    std::iter::successors(now.checked_mul(2), |ppm| ppm.checked_mul(2)).take_while(|ppm| *ppm <= WIDEST_PPM)
}

/// Whether `links` fit together if the segments of the conflict may drift by `ppm`.
fn fits(world: &mut World, links: &[usize], conflict: &Conflict, ppm: i64) -> bool {
    let before: Vec<(usize, i64)> = conflict.drifting.iter().map(|seg| (*seg, world.ppm[*seg])).collect();
    before.iter().for_each(|(seg, now)| world.ppm[*seg] = (*now).max(ppm));
    let is_fit = Net::new(world, links).solve().is_empty();
    before.iter().for_each(|(seg, now)| world.ppm[*seg] = *now);
    is_fit
}

/// The contacts of a conflict, and by how much each misses, the worst first.
fn misses_of(misses: &BTreeMap<usize, Ns>, conflict: &Conflict) -> Vec<(Ns, usize)> {
    let miss = |link: &usize| misses.get(link).copied().unwrap_or_default();
    let mut all: Vec<(Ns, usize)> = conflict.links.iter().map(|link| (miss(link), *link)).collect();
    all.sort_unstable_by(|a, b| b.cmp(a));
    all
}

/// How many of `near` the contact `link` contradicts one to one.
fn votes(world: &mut World, near: &[usize], conflict: &Conflict, link: usize) -> usize {
    near.iter().filter(|other| **other != link && !fits(world, &[link, **other], conflict, 0)).count()
}

/// The contact of a conflict to leave out, and whether it is surely that one. In this order:
/// * the one that contradicts three others or more one to one, and twice as many as any other that takes part;
/// * the only one without which the rest fits, or fits with the smallest allowance;
/// * of several such, the one that misses the fit to all contacts by most (surely, if by four times as much
///   as the next and a quarter of the contradiction); then the widest; then the last.
fn culprit(
    world: &mut World,
    near: &[usize],
    conflict: &Conflict,
    misses: &BTreeMap<usize, Ns>,
) -> (usize, bool) {
    let mut polled: Vec<(usize, usize)> =
        conflict.links.iter().map(|link| (votes(world, near, conflict, *link), *link)).collect();
    polled.sort_unstable_by(|a, b| b.cmp(a));
    let next = polled.get(1).map_or(0, |vote| vote.0);
    if let Some((most, link)) = polled.first()
        && *most >= 3.max(next * 2)
    {
        return (*link, true);
    }
    let mut needs = Vec::new();
    for (miss, link) in misses_of(misses, conflict) {
        let rest: Vec<usize> = near.iter().copied().filter(|other| *other != link).collect();
        let mut allowed = std::iter::once(0).chain(allowances(world, conflict));
        let ppm = allowed.find(|ppm| fits(world, &rest, conflict, *ppm)).unwrap_or(i64::MAX);
        let ends = &world.contacts[link];
        // A one-way contact is wider than any other.
        let width = ends.lo.zip(ends.hi).map_or(Ns::MAX, |(lo, hi)| hi - lo);
        needs.push((ppm, Reverse((miss, width, link))));
    }
    needs.sort_unstable();
    match needs.as_slice() {
        [(ppm, Reverse((miss, _, link))), (next_ppm, Reverse((next, ..))), ..] => {
            (*link, ppm < next_ppm || *miss > (4 * next).max(conflict.excess / 4))
        }
        [(_, Reverse((.., link)))] => (*link, true),
        [] => (0, false),
    }
}
