//! Ranks among finishers.
//!
//! Invariant: equal times share a rank, and the next runner's rank counts everybody before them (1, 2, 2, 4).

use std::collections::BTreeMap;

use super::{Runner, State};
use crate::{race::RaceSetup, state::EntrantRow};

/// A finisher's places among all, and among those who share their gender, category, nation or team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranks {
    /// Among all finishers of the course.
    pub overall: usize,
    /// Among those of their gender.
    pub gender: Option<usize>,
    /// Within their category.
    pub category: Option<usize>,
    /// Within their nation.
    pub nation: Option<usize>,
    /// Within their team.
    pub team: Option<usize>,
}

/// Where a division stands: how many came in, and the time and rank of the last.
#[derive(Default)]
struct Division {
    count: usize,
    last: Option<(i64, usize)>,
}

impl Division {
    fn next_rank(&mut self, time_ms: i64) -> usize {
        self.count += 1;
        let rank = match self.last {
            Some((last_ms, rank)) if last_ms == time_ms => rank,
            _ => self.count,
        };
        self.last = Some((time_ms, rank));
        rank
    }
}

/// Ranks the finishers among `runners`, all of one course.
pub(super) fn rank(setup: &RaceSetup, runners: &mut [Runner]) {
    let mut order: Vec<(i64, usize)> = (0..runners.len())
        .filter(|n| runners[*n].state == State::Finished)
        .filter_map(|n| Some((runners[n].rank_ms(setup)?, n)))
        .collect();
    order.sort_unstable();
    let mut overall = Division::default();
    let mut divisions: BTreeMap<(u8, String), Division> = BTreeMap::new();
    for (time_ms, n) in order {
        let entrant = runners[n].entrant.clone();
        let mut within = |kind: u8, part: fn(&EntrantRow) -> Option<&String>| {
            let name = entrant.as_ref().and_then(part)?;
            Some(divisions.entry((kind, name.clone())).or_default().next_rank(time_ms))
        };
        runners[n].ranks = Some(Ranks {
            gender: within(0, |e| e.gender.as_ref()),
            category: within(1, |e| e.category.as_ref()),
            nation: within(2, |e| e.nation.as_ref()),
            team: within(3, |e| e.team.as_ref()),
            overall: overall.next_rank(time_ms),
        });
    }
}
