//! How certain the order is: whether the clocks tell who of two neighbours in rank came first.
//!
//! Invariant: two whom the same clock saw come in order, however far off that clock may be: what is not known of it
//! moves both alike.

use super::Runner;
use crate::{
    passings::Passing,
    race::{RaceSetup, RankBy},
};

/// How sure a finisher's ranking time is, in milliseconds either way; nothing for who is not ranked.
pub(super) fn within_ms(setup: &RaceSetup, runner: &Runner) -> Option<i64> {
    runner.ranked_ms(setup.rank_by)?;
    let points = points(setup.rank_by, runner);
    Some(points.iter().flatten().fold(0, |sum, point| point.within_ms.saturating_add(sum)))
}

/// If the clocks do not tell whether a neighbour in rank came first: how sure the difference of their times is, in
/// milliseconds either way. `runners` are in order of rank; neighbours are all who share the next time before or after.
pub(super) fn order_within_ms<'a, R>(rank_by: RankBy, runners: &'a [R], n: usize) -> Option<i64>
where
    R: AsRef<Runner> + 'a,
{
    let ranked = |runner: &'a R| Some((runner.as_ref().ranked_ms(rank_by)?, runner.as_ref()));
    let (own_ms, own) = ranked(runners.get(n)?)?;
    let before = next_time(own_ms, runners[..n].iter().rev().map_while(ranked));
    let after = next_time(own_ms, runners[n + 1..].iter().map_while(ranked));
    let unclear = before.chain(after).filter_map(|(ms, other)| {
        let within_ms = between_ms(rank_by, own, other);
        (ms.saturating_sub(own_ms).saturating_abs() <= within_ms).then_some(within_ms)
    });
    unclear.max()
}

/// Those who share the first time that is not `own_ms`.
fn next_time<'a>(
    own_ms: i64,
    others: impl Iterator<Item = (i64, &'a Runner)>,
) -> impl Iterator<Item = (i64, &'a Runner)> {
    let mut others = others.skip_while(move |(ms, _)| *ms == own_ms).peekable();
    let next_ms = others.peek().map(|(ms, _)| *ms);
    others.take_while(move |(ms, _)| Some(*ms) == next_ms)
}

/// The passings that a runner's ranking time is made of: the finish, and in net time their own start.
fn points(rank_by: RankBy, runner: &Runner) -> [Option<&Passing>; 2] {
    let start = runner.passings.first().and_then(Option::as_ref).filter(|start| start.known_ms().is_some());
    let finish = runner.passings.last().and_then(Option::as_ref);
    [finish, start.filter(|_| rank_by == RankBy::Net)]
}

/// How sure the difference of two runners' ranking times is, in milliseconds either way.
fn between_ms(rank_by: RankBy, a: &Runner, b: &Runner) -> i64 {
    let unsure_ms = |pair: (Option<&Passing>, Option<&Passing>)| match pair {
        (Some(a), Some(b)) if a.clock.is_some() && a.clock == b.clock => {
            a.rounded_ms.saturating_add(b.rounded_ms)
        }
        (a, b) => a.map_or(0, |p| p.within_ms).saturating_add(b.map_or(0, |p| p.within_ms)),
    };
    points(rank_by, a).into_iter().zip(points(rank_by, b)).map(unsure_ms).fold(0, i64::saturating_add)
}
