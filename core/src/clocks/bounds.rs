//! What is certain: the tightest interval for every event, by shortest paths over difference constraints.
//!
//! Invariant: exact in whole nanoseconds; a net that has settled without conflict has `low <= high` at every event.

use std::collections::BTreeSet;

use super::{Anchor, Contact, DRIFT_PPM, Suspect};
use crate::ids::BootId;

/// Nanoseconds: wide enough that nothing made of `u64` and `i64` milliseconds overflows.
pub(super) type Ns = i128;

/// Nanoseconds in a millisecond.
pub(super) const NS: Ns = 1_000_000;

/// Beyond every path: not reached.
const FAR: Ns = Ns::MAX;

/// After how many passes the search for a negative cycle begins.
const PATIENCE: usize = 8;

/// What was given, in its one order.
pub(super) struct World {
    /// All segments, ascending.
    pub(super) boots: Vec<BootId>,
    /// For a reference: its lowest and highest offset.
    pub(super) anchors: Vec<Option<(Ns, Ns)>>,
    /// The allowed drift, by segment; 0 for a reference.
    pub(super) ppm: Vec<i64>,
    /// The contacts that say something, ascending.
    pub(super) contacts: Vec<Link>,
}

/// A contact between two known segments.
pub(super) struct Link {
    pub(super) contact: Contact,
    /// The segment that measured, and its peer.
    pub(super) ends: (usize, usize),
    /// When, by the clock of the first.
    pub(super) at: Ns,
    /// Peer minus mine.
    pub(super) lo: Option<Ns>,
    pub(super) hi: Option<Ns>,
}

impl World {
    /// Sorts, removes repetitions, and sets aside what contradicts itself.
    pub(super) fn new(anchors: &[Anchor], contacts: &[Contact]) -> (Self, Vec<Suspect>) {
        let mut suspects = Vec::new();
        let mut boots: BTreeSet<BootId> = anchors.iter().map(|anchor| anchor.boot).collect();
        boots.extend(contacts.iter().flat_map(|contact| [contact.boot, contact.peer]));
        let boots: Vec<BootId> = boots.into_iter().collect();
        let mut fixed: Vec<Option<(Ns, Ns)>> = vec![None; boots.len()];
        for anchor in anchors {
            let Ok(seg) = boots.binary_search(&anchor.boot) else { continue };
            let offset = Ns::from(anchor.offset_ms) * NS;
            let (low, high) = fixed[seg].unwrap_or((offset, offset));
            fixed[seg] = Some((low.min(offset), high.max(offset)));
        }
        for (boot, offsets) in boots.iter().zip(&fixed) {
            if let Some((low, high)) = offsets
                && low < high
            {
                suspects.push(Suspect::Anchor { boot: *boot, spread_ms: super::whole((high - low) / NS) });
            }
        }
        let ppm = fixed.iter().map(|offsets| if offsets.is_some() { 0 } else { DRIFT_PPM }).collect();
        let sorted: BTreeSet<&Contact> = contacts.iter().collect();
        let mut links = Vec::new();
        for contact in sorted {
            let lo = contact.lo_ms.filter(|lo| *lo != i64::MIN).map(|lo| Ns::from(lo) * NS);
            let hi = contact.hi_ms.filter(|hi| *hi != i64::MAX).map(|hi| Ns::from(hi) * NS);
            let is_self = contact.boot == contact.peer;
            // A clock is 0 ahead of itself.
            let (low, high) = if is_self { (0, 0) } else { (lo.unwrap_or(-FAR), hi.unwrap_or(FAR)) };
            let excess = (lo.unwrap_or(-FAR).saturating_sub(high)).max(low.saturating_sub(hi.unwrap_or(FAR)));
            if excess > 0 {
                let excess_ms = super::whole(excess / NS);
                suspects.push(Suspect::Contact { contact: *contact, excess_ms, certain: true });
            } else if !is_self
                && (lo.is_some() || hi.is_some())
                && let (Ok(own), Ok(peer)) =
                    (boots.binary_search(&contact.boot), boots.binary_search(&contact.peer))
            {
                let at = Ns::from(contact.boot_ms) * NS;
                links.push(Link { contact: *contact, ends: (own, peer), at, lo, hi });
            }
        }
        (Self { boots, anchors: fixed, ppm, contacts: links }, suspects)
    }
}

/// Two events, of which the first was not after the second.
#[derive(Clone, Debug, PartialEq)]
struct Edge {
    before: usize,
    after: usize,
    /// The contact that says so.
    link: usize,
}

/// Where a bound came from.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Via {
    /// The reference, or nowhere yet.
    Origin,
    /// The neighbour on the same segment.
    Neighbour(usize),
    /// Another segment, by an edge.
    Edge(usize),
}

/// The distances of all events from the reference in one direction: upper bounds, or lower bounds negated.
#[derive(Clone, Debug, PartialEq)]
struct Side {
    is_upper: bool,
    best: Vec<Ns>,
    from: Vec<Via>,
}

/// Constraints that cannot all hold.
#[derive(Default)]
pub(super) struct Conflict {
    /// All segments that take part, without references.
    pub(super) segs: BTreeSet<usize>,
    /// Those of them whose drift is part of it.
    pub(super) drifting: BTreeSet<usize>,
    /// The contacts that are part of it.
    pub(super) links: BTreeSet<usize>,
    /// By how much they miss each other.
    pub(super) excess: Ns,
}

impl Conflict {
    /// Adds a step to an event of `seg`: by a contact, or along the segment.
    fn add(&mut self, seg: usize, link: Option<usize>) {
        self.segs.insert(seg);
        match link {
            Some(link) => _ = self.links.insert(link),
            None => _ = self.drifting.insert(seg),
        }
    }
}

/// The segments, their events and what is known of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Net {
    boots: Vec<BootId>,
    anchors: Vec<Option<(Ns, Ns)>>,
    ppm: Vec<i64>,
    /// The events of segment `s` are `starts[s]..starts[s + 1]`, ascending in time.
    starts: Vec<usize>,
    /// When, by the segment's own clock.
    at: Vec<Ns>,
    seg: Vec<usize>,
    edges: Vec<Edge>,
    upper: Side,
    lower: Side,
}

impl Net {
    /// The constraints of `alive` (contacts of `world`) under the allowances of `world`; bounds are not known yet.
    pub(super) fn new(world: &World, alive: &[usize]) -> Self {
        let mut events: Vec<(usize, Ns)> = Vec::with_capacity(alive.len() * 3);
        for link in alive.iter().map(|link| &world.contacts[*link]) {
            events.push((link.ends.0, link.at));
            events.extend([link.lo, link.hi].into_iter().flatten().map(|by| (link.ends.1, link.at + by)));
        }
        events.sort_unstable();
        events.dedup();
        let find = |seg: usize, at: Ns| events.binary_search(&(seg, at)).unwrap_or_default();
        let mut edges = Vec::with_capacity(alive.len() * 2);
        for id in alive {
            let link = &world.contacts[*id];
            let own = find(link.ends.0, link.at);
            if let Some(lo) = link.lo {
                edges.push(Edge { before: find(link.ends.1, link.at + lo), after: own, link: *id });
            }
            if let Some(hi) = link.hi {
                edges.push(Edge { before: own, after: find(link.ends.1, link.at + hi), link: *id });
            }
        }
        let starts =
            (0..=world.boots.len()).map(|seg| events.partition_point(|event| event.0 < seg)).collect();
        let empty = |is_upper| Side {
            is_upper,
            best: vec![FAR; events.len()],
            from: vec![Via::Origin; events.len()],
        };
        Self {
            boots: world.boots.clone(),
            anchors: world.anchors.clone(),
            ppm: world.ppm.clone(),
            starts,
            upper: empty(true),
            lower: empty(false),
            seg: events.iter().map(|event| event.0).collect(),
            at: events.iter().map(|event| event.1).collect(),
            edges,
        }
    }

    /// The segment of `boot`.
    pub(super) fn find(&self, boot: BootId) -> Option<usize> {
        self.boots.binary_search(&boot).ok()
    }

    /// How far apart two events of a segment can be by the reference, at least and at most.
    fn span(&self, seg: usize, dt: Ns) -> (Ns, Ns) {
        // Events are whole milliseconds apart (middles of intervals half ones), so the division is exact.
        let drift = dt * Ns::from(self.ppm[seg]) / 1_000_000;
        (dt - drift, dt + drift)
    }

    /// When segment `seg` said `at`, by the reference. `None` where a side is open.
    pub(super) fn bounds(&self, seg: usize, at: Ns) -> Option<(Ns, Ns)> {
        if let Some((low, high)) = self.anchors[seg] {
            return Some((at + low, at + high));
        }
        let (start, end) = (self.starts[seg], self.starts[seg + 1]);
        let next = start + self.at[start..end].partition_point(|event| *event < at);
        let (mut low, mut high) = (-FAR, FAR);
        if next < end && self.upper.best[next] != FAR {
            high = high.min(self.upper.best[next] - self.span(seg, self.at[next] - at).0);
        }
        if next < end && self.lower.best[next] != FAR {
            low = low.max(-self.lower.best[next] - self.span(seg, self.at[next] - at).1);
        }
        if next > start && self.upper.best[next - 1] != FAR {
            high = high.min(self.upper.best[next - 1] + self.span(seg, at - self.at[next - 1]).1);
        }
        if next > start && self.lower.best[next - 1] != FAR {
            low = low.max(-self.lower.best[next - 1] + self.span(seg, at - self.at[next - 1]).0);
        }
        (low != -FAR && high != FAR).then_some((low, high))
    }

    /// Finds all bounds, or conflicts that share no segment, the worst first.
    pub(super) fn solve(&mut self) -> Vec<Conflict> {
        for is_upper in [true, false] {
            match self.relax(is_upper) {
                Ok(side) if is_upper => self.upper = side,
                Ok(side) => self.lower = side,
                Err(cycles) => return Self::apart(cycles),
            }
        }
        let mut empty: Vec<(Ns, usize)> = Vec::new();
        for (node, (high, low)) in self.upper.best.iter().zip(&self.lower.best).enumerate() {
            if *high != FAR && *low != FAR && high + low < 0 {
                empty.push((high + low, node));
            }
        }
        empty.sort_unstable();
        let mut seen = BTreeSet::new();
        let mut conflicts = Vec::new();
        for (short, node) in empty {
            if seen.insert(self.seg[node]) {
                let mut conflict = Conflict { excess: -short, ..Conflict::default() };
                self.walk(&self.upper, node, &mut conflict);
                self.walk(&self.lower, node, &mut conflict);
                seen.extend(&conflict.segs);
                conflicts.push(conflict);
            }
        }
        for edge in &self.edges {
            let excess = -self.lower.best[edge.before].saturating_add(self.upper.best[edge.after]);
            let both = [edge.before, edge.after].iter().all(|node| self.anchors[self.seg[*node]].is_some());
            if both && excess > 0 {
                conflicts.push(Conflict { links: [edge.link].into(), excess, ..Conflict::default() });
            }
        }
        Self::apart(conflicts)
    }

    /// Those of `conflicts` that have no segment in common with an earlier one.
    fn apart(conflicts: Vec<Conflict>) -> Vec<Conflict> {
        let mut taken = BTreeSet::new();
        let mut apart = Vec::new();
        for conflict in conflicts {
            if conflict.segs.is_disjoint(&taken) {
                taken.extend(conflict.segs.iter().copied());
                apart.push(conflict);
            }
        }
        apart
    }

    /// Shortest paths in one direction, or the negative cycles that were met.
    fn relax(&self, is_upper: bool) -> Result<Side, Vec<Conflict>> {
        let nodes = self.at.len();
        let mut side = Side { is_upper, best: vec![FAR; nodes], from: vec![Via::Origin; nodes] };
        let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); self.boots.len()];
        for (id, edge) in self.edges.iter().enumerate() {
            leaving[self.seg[if is_upper { edge.after } else { edge.before }]].push(id);
        }
        let mut dirty: Vec<bool> = self.anchors.iter().map(Option::is_some).collect();
        for node in 0..nodes {
            if let Some((low, high)) = self.anchors[self.seg[node]] {
                side.best[node] = if is_upper { self.at[node] + high } else { -(self.at[node] + low) };
            }
        }
        let mut pass = 0;
        while dirty.contains(&true) {
            for seg in 0..dirty.len() {
                if std::mem::take(&mut dirty[seg]) {
                    self.sweep(seg, &mut side);
                    for id in &leaving[seg] {
                        let edge = &self.edges[*id];
                        let (source, target) =
                            if is_upper { (edge.after, edge.before) } else { (edge.before, edge.after) };
                        let target_seg = self.seg[target];
                        if side.best[source] < side.best[target] && self.anchors[target_seg].is_none() {
                            side.best[target] = side.best[source];
                            side.from[target] = Via::Edge(*id);
                            dirty[target_seg] = true;
                        }
                    }
                }
            }
            pass += 1;
            if pass >= PATIENCE {
                let cycles = self.cycles(&side);
                if !cycles.is_empty() {
                    return Err(cycles);
                }
            }
        }
        Ok(side)
    }

    /// Carries bounds along one segment, both ways.
    fn sweep(&self, seg: usize, side: &mut Side) {
        if self.anchors[seg].is_some() {
            return;
        }
        let (start, end) = (self.starts[seg], self.starts[seg + 1]);
        let forward = (start + 1..end).map(|node| (node - 1, node));
        let back = (start + 1..end).rev().map(|node| (node, node - 1));
        for (source, target) in forward.chain(back) {
            if side.best[source] != FAR {
                let best = side.best[source] + self.weight(side.is_upper, source, target);
                if best < side.best[target] {
                    side.best[target] = best;
                    side.from[target] = Via::Neighbour(source);
                }
            }
        }
    }

    /// What the step between neighbours adds to a distance.
    fn weight(&self, is_upper: bool, source: usize, target: usize) -> Ns {
        let (least, most) = self.span(self.seg[source], (self.at[target] - self.at[source]).abs());
        if (source < target) == is_upper { most } else { -least }
    }

    /// The step by which the bound of `node` came: its source, and the contact if there was one.
    fn step(&self, side: &Side, node: usize) -> Option<(usize, Option<usize>)> {
        match side.from[node] {
            Via::Origin => None,
            Via::Neighbour(source) => Some((source, None)),
            Via::Edge(id) => {
                let edge = &self.edges[id];
                Some((if side.is_upper { edge.after } else { edge.before }, Some(edge.link)))
            }
        }
    }

    /// Adds to `conflict` what the bound of `node` rests on.
    fn walk(&self, side: &Side, mut node: usize, conflict: &mut Conflict) {
        while let Some((source, link)) = self.step(side, node) {
            conflict.add(self.seg[node], link);
            node = source;
        }
    }

    /// The cycles in which bounds rest on themselves: each is negative.
    fn cycles(&self, side: &Side) -> Vec<Conflict> {
        // 0: not visited; otherwise in the walk that began at `mark - 1`.
        let mut marks = vec![0; self.at.len()];
        let mut cycles = Vec::new();
        for first in 0..self.at.len() {
            let mut node = first;
            while marks[node] == 0 {
                marks[node] = first + 1;
                match self.step(side, node) {
                    Some((source, _)) => node = source,
                    None => break,
                }
            }
            if marks[node] != first + 1 || self.step(side, node).is_none() {
                continue;
            }
            let mut cycle = Conflict::default();
            let end = node;
            while let Some((source, link)) = self.step(side, node) {
                cycle.add(self.seg[node], link);
                if link.is_none() {
                    cycle.excess -= self.weight(side.is_upper, source, node);
                }
                node = source;
                if node == end {
                    break;
                }
            }
            cycles.push(cycle);
        }
        cycles
    }
}
