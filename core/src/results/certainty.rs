//! How certain the order is: whether the clocks tell who of two neighbours in rank came first.
//!
//! Invariant: two whom the same clock saw come in order, however far off that clock may be: what is not known of it
//! moves both alike.

use super::{Doubt, Runner};
use crate::{
    passings::Passing,
    race::{RaceSetup, RankBy},
};

/// Says of each finisher how sure their time is, and marks neighbours whose order the clocks do not tell.
pub(super) fn mark(setup: &RaceSetup, runners: &mut [Runner]) {
    let mut order: Vec<(i64, usize)> = (0..runners.len())
        .filter(|n| runners[*n].ranks.is_some())
        .filter_map(|n| Some((runners[n].rank_ms(setup)?, n)))
        .collect();
    order.sort_unstable();
    for (_, n) in &order {
        let points = points(setup, &runners[*n]);
        runners[*n].within_ms =
            Some(points.iter().flatten().fold(0, |sum, p| p.within_ms.saturating_add(sum)));
    }
    let equal: Vec<&[(i64, usize)]> = order.chunk_by(|a, b| a.0 == b.0).collect();
    for pair in equal.windows(2) {
        for (before_ms, before) in pair[0] {
            for (after_ms, after) in pair[1] {
                let within_ms = between_ms(setup, &runners[*before], &runners[*after]);
                if after_ms.saturating_sub(*before_ms) <= within_ms {
                    doubt(&mut runners[*before], within_ms);
                    doubt(&mut runners[*after], within_ms);
                }
            }
        }
    }
}

fn doubt(runner: &mut Runner, within_ms: i64) {
    if runner.order_within_ms.is_none() {
        runner.doubts.push(Doubt::OrderUncertain);
    }
    runner.order_within_ms = runner.order_within_ms.max(Some(within_ms));
}

/// The passings that a runner's ranking time is made of: the finish, and in net time their own start.
fn points<'a>(setup: &RaceSetup, runner: &'a Runner) -> [Option<&'a Passing>; 2] {
    let start = runner.passings.first().and_then(Option::as_ref).filter(|start| start.known_ms().is_some());
    let finish = runner.passings.last().and_then(Option::as_ref);
    [finish, start.filter(|_| setup.rank_by == RankBy::Net)]
}

/// How sure the difference of two runners' ranking times is, in milliseconds either way.
fn between_ms(setup: &RaceSetup, a: &Runner, b: &Runner) -> i64 {
    let unsure_ms = |pair: (Option<&Passing>, Option<&Passing>)| match pair {
        (Some(a), Some(b)) if a.clock.is_some() && a.clock == b.clock => {
            a.rounded_ms.saturating_add(b.rounded_ms)
        }
        (a, b) => a.map_or(0, |p| p.within_ms).saturating_add(b.map_or(0, |p| p.within_ms)),
    };
    points(setup, a).into_iter().zip(points(setup, b)).map(unsure_ms).fold(0, i64::saturating_add)
}
