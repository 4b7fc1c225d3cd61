//! What is likely: offset and rate of every segment as a Gaussian process, seen through its contacts.
//!
//! Invariant: fixed order, fixed number of rounds, and of floating point only `+ - * /` and `sqrt`, which IEEE 754
//! rounds the same everywhere.
//!
//! The model of a segment's offset `x` (ms) and its rate `r` (ms/s): `dx = r dt`, `dr = dW`, where `r` begins as
//! N(0, 40 ppm) and `W` grows as (5 ppm)² per 6 h, the swing of a crystal between day and night. Between two contacts
//! its expectation is the cubic through both ends with both rates, a straight line where nothing else is known; beyond
//! the last contact it goes on with the rate found so far, drawn towards 0 by the prior. It is smoothed exactly by the
//! Kalman filter and the recursion of Rauch, Tung and Striebel.
//!
//! A contact measures the difference of two offsets as the middle of its interval. Where both legs of an exchange have
//! exponential delays, their shares of a known sum are uniform, so the variance is width²/12, and 1 ms² for the
//! truncation of clocks. One-way contacts are no measurements, but the bounds they led to are: uniform too, with the
//! variance multiplied by their number, because they may all stem from the same pair.
//!
//! Segments are settled one after another, the one first that the settled ones determine best. The standard error comes
//! from that round: a settled neighbour's variance is added to that of the contact; and as the errors of its contacts
//! may all be one and the same, the square of what that one error does to the segment is added again, times 1 - 1/n
//! for n such contacts (exact for one contact and for n at one time; otherwise on the safe side). Then all are
//! re-fitted against all neighbours [`ROUNDS`] times (Gauss and Seidel, towards the joint least squares).

use std::collections::BTreeMap;

use super::{
    DRIFT_PPM,
    bounds::{NS, Net, Ns, World},
};

/// How often all segments are re-fitted against each other.
const ROUNDS: usize = 6;

/// The standard deviation of rates, in ms/s (40 ppm).
const RATE: f64 = 0.04;

/// How fast the variance of a rate grows, in (ms/s)² per second: (5 ppm)² in 6 h.
const WANDER: f64 = 0.005 * 0.005 / (6.0 * 3600.0);

/// The variance of an offset of which no bound is known, in ms².
const UNBOUND: f64 = 1e12;

/// An offset beyond these many milliseconds is none.
const SANE: f64 = 1e21;

/// Offset and rate, with their variances and covariance: `[xx, xr, rr]`.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
struct State {
    /// Offset (ms, from the segment's base) and rate (ms/s).
    mean: [f64; 2],
    /// What an error of one standard deviation, common to all neighbours, does to both.
    shift: [f64; 2],
    var: [f64; 3],
    /// Covariance with the next state: `[xx', xr', rx', rr']`.
    next: [f64; 4],
}

/// The fitted offset of a segment.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Track {
    /// Offsets count from here, in nanoseconds.
    base: Ns,
    /// The variance of the offset before any measurement, in ms².
    prior: f64,
    /// Whether it is a reference: the offset is its base, whatever others say.
    is_reference: bool,
    /// The events at which it was measured, by its own clock, ascending.
    at: Vec<Ns>,
    states: Vec<State>,
    /// The part of `shift` that is added to the variance: 1 - 1/n.
    common: f64,
}

/// One measurement of a segment.
struct Sight {
    /// Which of the segment's events.
    event: usize,
    /// The variance of the medium alone, in ms².
    var: f64,
    seen: Seen,
}

enum Seen {
    /// Another segment at one of its events, where `offset = other's offset + by`.
    Peer { seg: usize, event: usize, by: Ns },
    /// The middle of its own bounds.
    Bounds { offset: Ns },
}

/// A measurement ready for the filter: event, offset from base, variance, error common with others.
type Datum = (usize, f64, f64, f64);

#[expect(clippy::cast_precision_loss, reason = "53 bits are enough for differences; exact ones stay in Ns")]
fn ms(ns: Ns) -> f64 {
    ns as f64 / 1e6
}

/// Seconds between two events.
fn seconds(from: Ns, to: Ns) -> f64 {
    ms(to - from) / 1e3
}

/// In whole nanoseconds; what is no number is 0, what is out of range the nearest.
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and that is what is wanted")]
fn ns(ms: f64) -> Ns {
    (ms.clamp(-SANE, SANE) * 1e6) as Ns
}

impl Track {
    /// The reference time in nanoseconds when the segment's clock said `at`, and its standard error in milliseconds.
    pub(super) fn at(&self, at: Ns) -> (Ns, Ns) {
        let next = self.at.partition_point(|event| *event < at);
        let (x, var) = match (next.checked_sub(1).map(|last| self.states[last]), self.states.get(next)) {
            _ if self.is_reference => (0.0, self.prior),
            (None, None) => (0.0, self.prior),
            (Some(a), Some(b)) => self.between(&a, b, self.at[next - 1], at, self.at[next]),
            (None, Some(b)) => self.beyond(b, seconds(self.at[next], at)),
            (Some(a), None) => self.beyond(&a, seconds(self.at[next - 1], at)),
        };
        let sigma = if var == 0.0 { 0 } else { ns(var.sqrt()) / NS + 1 };
        (at + self.base + ns(x), sigma)
    }

    /// `dt` seconds before the first event or after the last.
    fn beyond(&self, state: &State, dt: f64) -> (f64, f64) {
        let ([x, r], [s, t], [xx, xr, rr]) = (state.mean, state.shift, state.var);
        let shift = s + t * dt;
        let walk = if dt < 0.0 { -dt } else { dt };
        let var = xx + 2.0 * dt * xr + dt * dt * rr + WANDER * walk * walk * walk / 3.0;
        (x + r * dt, var + self.common * shift * shift)
    }

    /// Between two events: the cubic of Hermite, which is the model's expectation given both ends.
    fn between(&self, a: &State, b: &State, from: Ns, at: Ns, to: Ns) -> (f64, f64) {
        let span = seconds(from, to);
        let u = seconds(from, at) / span;
        let v = 1.0 - u;
        let h = [v * v * (1.0 + 2.0 * u), span * u * v * v, u * u * (1.0 + 2.0 * v), -span * u * u * v];
        let along = |p: [f64; 2], q: [f64; 2]| h[0] * p[0] + h[1] * p[1] + h[2] * q[0] + h[3] * q[1];
        let own =
            |w: [f64; 2], p: [f64; 3]| w[0] * w[0] * p[0] + 2.0 * w[0] * w[1] * p[1] + w[1] * w[1] * p[2];
        let cross =
            h[0] * (a.next[0] * h[2] + a.next[1] * h[3]) + h[1] * (a.next[2] * h[2] + a.next[3] * h[3]);
        let bridge = WANDER * span * span * span * (u * u * u) * (v * v * v) / 3.0;
        let shift = along(a.shift, b.shift);
        let var = own([h[0], h[1]], a.var) + own([h[2], h[3]], b.var) + 2.0 * cross + bridge;
        (along(a.mean, b.mean), var + self.common * shift * shift)
    }

    /// The variance of the offset at an event.
    fn var(&self, event: usize) -> f64 {
        let state = &self.states[event];
        state.var[0] + self.common * state.shift[0] * state.shift[0]
    }

    /// Smooths `data` (ascending by event), from what is known of offset and rate without them.
    fn smooth(&self, data: &[Datum], rate: f64) -> Vec<State> {
        let mut data = data.iter().peekable();
        let (mut ahead, mut states): (Vec<State>, Vec<State>) = (Vec::new(), Vec::new());
        let mut last = State { var: [self.prior, 0.0, rate * rate], ..State::default() };
        for event in 0..self.at.len() {
            if event > 0 {
                last = last.predict(seconds(self.at[event - 1], self.at[event]));
            }
            ahead.push(last);
            while let Some((_, x, var, error)) = data.next_if(|datum| datum.0 == event) {
                last.update(*x, *error, *var);
            }
            states.push(last);
        }
        for event in (1..states.len()).rev() {
            let dt = seconds(self.at[event - 1], self.at[event]);
            let (before, after) = states.split_at_mut(event);
            if let (Some(state), Some(next)) = (before.last_mut(), after.first()) {
                state.look_back(next, &ahead[event], dt);
            }
        }
        states
    }
}

impl State {
    /// `dt` seconds later, by the model.
    fn predict(&self, dt: f64) -> Self {
        let [xx, xr, rr] = self.var;
        let noise = WANDER * dt;
        let go = |[x, r]: [f64; 2]| [x + r * dt, r];
        let var = [
            xx + 2.0 * dt * xr + dt * dt * rr + noise * dt * dt / 3.0,
            xr + dt * rr + noise * dt / 2.0,
            rr + noise,
        ];
        Self { mean: go(self.mean), shift: go(self.shift), var, next: [0.0; 4] }
    }

    /// Takes in an offset of `x` with variance `noise`, and `error` of it common with others.
    fn update(&mut self, x: f64, error: f64, noise: f64) {
        let [xx, xr, rr] = self.var;
        let total = xx + noise;
        let gain = [xx / total, xr / total];
        for (state, value) in [(&mut self.mean, x), (&mut self.shift, error)] {
            let miss = value - state[0];
            state[0] += gain[0] * miss;
            state[1] += gain[1] * miss;
        }
        self.var = [xx * (noise / total), xr * (noise / total), rr - gain[1] * xr];
    }

    /// Takes in what the smoothed `next`, predicted as `ahead`, says of this one, `dt` seconds before.
    fn look_back(&mut self, next: &Self, ahead: &Self, dt: f64) {
        let [xx, xr, rr] = self.var;
        let [a, b, c] = ahead.var;
        let det = a * c - b * b;
        let [p, q, s, t] = [xx + dt * xr, xr, xr + dt * rr, rr];
        let gain = if det > 0.0 {
            [(p * c - q * b) / det, (q * a - p * b) / det, (s * c - t * b) / det, (t * a - s * b) / det]
        } else {
            [0.0; 4]
        };
        let turn = |[x, r]: [f64; 2]| [gain[0] * x + gain[1] * r, gain[2] * x + gain[3] * r];
        for (state, next, ahead) in
            [(&mut self.mean, next.mean, ahead.mean), (&mut self.shift, next.shift, ahead.shift)]
        {
            let [x, r] = turn([next[0] - ahead[0], next[1] - ahead[1]]);
            state[0] += x;
            state[1] += r;
        }
        let less = [next.var[0] - a, next.var[1] - b, next.var[2] - c];
        let (left, right) = (turn([less[0], less[1]]), turn([less[1], less[2]]));
        // left and right are the columns of gain * less.
        self.var = [
            xx + gain[0] * left[0] + gain[1] * right[0],
            xr + gain[2] * left[0] + gain[3] * right[0],
            rr + gain[2] * left[1] + gain[3] * right[1],
        ];
        let (first, second) = (turn([next.var[0], next.var[1]]), turn([next.var[1], next.var[2]]));
        self.next = [first[0], second[0], first[1], second[1]];
    }
}

/// All segments' tracks, with nothing settled yet.
struct Fit<'a> {
    world: &'a World,
    /// The settled bounds; none while it is not known whom to believe.
    net: Option<&'a Net>,
    tracks: Vec<Track>,
    sights: Vec<Vec<Sight>>,
    is_settled: Vec<bool>,
}

/// By how much each of the contacts `alive` misses a first fit to all of them, in nanoseconds beyond its interval.
/// A liar among many honest ones misses by about its lie, they by their share of it. One-way contacts: 0.
pub(super) fn misses(world: &World, alive: &[usize]) -> BTreeMap<usize, Ns> {
    let mut fit = Fit::new(world, None, alive);
    fit.settle();
    let mut misses = BTreeMap::new();
    for id in alive {
        let link = &world.contacts[*id];
        let (own, peer) = link.ends;
        if let Some((lo, hi)) = link.lo.zip(link.hi)
            && fit.is_settled[own]
            && fit.is_settled[peer]
        {
            let then = link.at + (lo + hi) / 2;
            let miss = (fit.tracks[own].at(link.at).0 - fit.tracks[peer].at(then).0).abs() - (hi - lo) / 2;
            misses.insert(*id, miss.max(0));
        }
    }
    misses
}

/// Fits the connected segments to the contacts `alive`; the tracks of others are empty.
pub(super) fn fit(world: &World, net: &Net, alive: &[usize]) -> Vec<Track> {
    let mut fit = Fit::new(world, Some(net), alive);
    let order = fit.settle();
    for round in 0..ROUNDS {
        for n in 0..order.len() {
            let seg = order[if round % 2 == 0 { n } else { order.len() - 1 - n }];
            let states = fit.tracks[seg].smooth(&fit.data(seg, false), fit.rate(seg));
            for (state, new) in fit.tracks[seg].states.iter_mut().zip(states) {
                state.mean = new.mean;
            }
        }
    }
    fit.tracks
}

impl<'a> Fit<'a> {
    /// Sets up events and measurements.
    fn new(world: &'a World, net: Option<&'a Net>, alive: &[usize]) -> Self {
        let count = world.boots.len();
        let mut events: Vec<(usize, Ns)> = Vec::new();
        for link in alive.iter().map(|link| &world.contacts[*link]) {
            let middle = link.lo.zip(link.hi).map(|(lo, hi)| (lo + hi) / 2);
            events.push((link.ends.0, link.at));
            events.push((link.ends.1, link.at + middle.or(link.lo).or(link.hi).unwrap_or_default()));
        }
        let mut tracks = vec![Track::default(); count];
        let mut sorted = events.clone();
        sorted.sort_unstable();
        sorted.dedup();
        let is_bound = |seg, at| net.is_none_or(|net| net.bounds(seg, at).is_some());
        for (seg, at) in sorted.into_iter().filter(|(seg, at)| is_bound(*seg, *at)) {
            tracks[seg].at.push(at);
            tracks[seg].states.push(State::default());
        }
        for (seg, track) in tracks.iter_mut().enumerate() {
            let first = track.at.first().copied().unwrap_or_default();
            track.prior = UNBOUND;
            if let Some((low, high)) = net.and_then(|net| net.bounds(seg, first)) {
                track.base = (low + high).div_euclid(2) - first;
                // Ten times the bounds: next to no information, yet no loss of digits.
                track.prior = 100.0 * ms(high - low) * ms(high - low) + 1.0;
            }
            if let Some((low, high)) = world.anchors[seg] {
                track.base = (low + high).div_euclid(2);
                track.is_reference = true;
                track.prior = ms(high - low) * ms(high - low) / 12.0;
                track.states.iter_mut().for_each(|state| state.var[0] = track.prior);
            }
        }
        let is_settled = world.anchors.iter().map(Option::is_some).collect();
        let sights = (0..count).map(|_| Vec::new()).collect();
        let mut fit = Self { world, net, tracks, sights, is_settled };
        for (link, ends) in alive.iter().zip(events.chunks_exact(2)) {
            fit.see(*link, ends[0], ends[1]);
        }
        for sights in &mut fit.sights {
            let halves = sights.iter().filter(|sight| matches!(sight.seen, Seen::Bounds { .. })).count();
            let times = u32::try_from(halves).map_or(f64::MAX, f64::from);
            for sight in sights.iter_mut().filter(|sight| matches!(sight.seen, Seen::Bounds { .. })) {
                sight.var *= times;
            }
            sights.sort_by_key(|sight| sight.event);
        }
        fit
    }

    /// Adds what one contact measures at its two events.
    fn see(&mut self, link: usize, own: (usize, Ns), peer: (usize, Ns)) {
        let event = |(seg, at): (usize, Ns)| self.tracks[seg].at.binary_search(&at).ok();
        let (Some(here), Some(there)) = (event(own), event(peer)) else { return };
        let link = &self.world.contacts[link];
        // While liars are sought none may have its way by being precise.
        let floor = if self.net.is_some() { 1.0 } else { 100.0 };
        let var = |width: Ns| ms(width) * ms(width) / 12.0 + floor;
        if let Some((lo, hi)) = link.lo.zip(link.hi) {
            let (by, var) = (peer.1 - own.1, var(hi - lo));
            let seen = Seen::Peer { seg: peer.0, event: there, by };
            self.sights[own.0].push(Sight { event: here, var, seen });
            let seen = Seen::Peer { seg: own.0, event: here, by: -by };
            self.sights[peer.0].push(Sight { event: there, var, seen });
        } else {
            for (event, (seg, at)) in [(here, own), (there, peer)] {
                if let Some((low, high)) = self.net.and_then(|net| net.bounds(seg, at)) {
                    let seen = Seen::Bounds { offset: (low + high).div_euclid(2) - at };
                    self.sights[seg].push(Sight { event, var: var(high - low), seen });
                }
            }
        }
    }

    /// The prior of a segment's rate: wider where the allowance had to be, and while it is open how bad it is.
    fn rate(&self, seg: usize) -> f64 {
        let open = if self.net.is_some() { 1.0 } else { 10.0 };
        open * RATE * f64::from(i32::try_from(self.world.ppm[seg] / DRIFT_PPM).unwrap_or(i32::MAX))
    }

    /// What segment `seg` sees of settled ones: with their own uncertainty, or taking them at their word.
    fn data(&self, seg: usize, is_wary: bool) -> Vec<Datum> {
        let base = self.tracks[seg].base;
        let mut data = Vec::new();
        for sight in &self.sights[seg] {
            match sight.seen {
                Seen::Peer { seg: other, event, by } if self.is_settled[other] => {
                    let track = &self.tracks[other];
                    let x = track.states[event].mean[0] + ms(track.base + by - base);
                    let more = if is_wary { track.var(event) } else { 0.0 };
                    data.push((sight.event, x, sight.var + more, more.sqrt()));
                }
                Seen::Peer { .. } => {}
                Seen::Bounds { offset } => data.push((sight.event, ms(offset - base), sight.var, 0.0)),
            }
        }
        data
    }

    /// Settles all segments that can be, the surest first. Returns their order.
    fn settle(&mut self) -> Vec<usize> {
        let mut order = Vec::new();
        loop {
            let mut surest: Option<(f64, usize, Ns)> = None;
            for seg in (0..self.tracks.len()).filter(|seg| !self.is_settled[*seg]) {
                let seen = self.sights[seg].iter().filter_map(|sight| match sight.seen {
                    Seen::Peer { seg: other, event, by } => {
                        let track = &self.tracks[other];
                        let offset = || track.base + ns(track.states[event].mean[0]) + by;
                        self.is_settled[other].then(|| (sight.var + track.var(event), offset()))
                    }
                    Seen::Bounds { offset } => Some((sight.var, offset)),
                });
                for (var, offset) in seen {
                    if surest.is_none_or(|(least, ..)| var < least) {
                        surest = Some((var, seg, offset));
                    }
                }
            }
            let Some((_, seg, offset)) = surest else { break };
            if self.net.is_none() {
                self.tracks[seg].base = offset;
            }
            let data = self.data(seg, true);
            let borrowed = data.iter().filter(|datum| datum.3 > 0.0).count();
            let states = self.tracks[seg].smooth(&data, self.rate(seg));
            self.tracks[seg].states = states;
            self.tracks[seg].common = 1.0 - 1.0 / u32::try_from(borrowed.max(1)).map_or(f64::MAX, f64::from);
            self.is_settled[seg] = true;
            order.push(seg);
        }
        order
    }
}
