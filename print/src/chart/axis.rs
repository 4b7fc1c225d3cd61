//! Axes: scales, ticks that people would choose, labels that do not lie on each other, titles and keys.
//!
//! Invariant: a tick stands on a round value of the race's own time zone, and every axis names its unit.

use super::{
    End, HIGHLIGHTS, Look,
    data::{Way, number},
    svg::{Anchor, Pen, SOFT, Svg, Type, roughly, shortened},
};
use crate::when::Calendar;

/// Values to pixels.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    from: (f64, f64),
    to: (f64, f64),
}

impl Scale {
    pub(super) fn new(from: (f64, f64), to: (f64, f64)) -> Self {
        Self { from, to }
    }

    pub(super) fn at(&self, value: f64) -> f64 {
        let span = self.from.1 - self.from.0;
        let share = if span.abs() > 0.0 { (value - self.from.0) / span } else { 0.0 };
        self.to.0 + share * (self.to.1 - self.to.0)
    }
}

const MINUTE_MS: i64 = 60_000;

/// Steps between ticks of time, in minutes.
const STEPS: [i64; 13] = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880];

/// Round times from `from_ms` to `to_ms`, at most `most` of them, and how each is called.
pub(super) fn times(calendar: &Calendar, from_ms: i64, to_ms: i64, most: i64) -> Vec<(i64, String)> {
    let step_ms = step(to_ms - from_ms, most);
    let offset_ms = i64::from(calendar.at(from_ms).offset().seconds()) * 1000;
    let first = (from_ms + offset_ms).div_euclid(step_ms) * step_ms - offset_ms;
    let is_long = to_ms - from_ms > 20 * 60 * MINUTE_MS;
    let label = |ms: i64| {
        let at = calendar.at(ms);
        if is_long { at.strftime("%a %H:%M").to_string() } else { at.strftime("%H:%M").to_string() }
    };
    let ticks = (0..=most + 1).map(|n| first + n * step_ms);
    ticks.filter(|ms| (from_ms..=to_ms).contains(ms)).map(|ms| (ms, label(ms))).collect()
}

/// A round step, in milliseconds, of which a span holds at most so many.
pub(super) fn step(span_ms: i64, most: i64) -> i64 {
    let fits = |minutes: &&i64| span_ms / (**minutes * MINUTE_MS) <= most;
    STEPS.iter().find(fits).map_or(span_ms.max(MINUTE_MS), |minutes| minutes * MINUTE_MS)
}

/// Moves places along an axis so that no two are nearer than `gap`, in order, and within bounds as far as they fit.
pub(super) fn spread(wanted: &[f64], gap: f64, (low, high): (f64, f64)) -> Vec<f64> {
    let mut at: Vec<f64> = wanted.to_vec();
    for n in 1..at.len() {
        at[n] = at[n].max(at[n - 1] + gap);
    }
    let mut limit = high;
    for place in at.iter_mut().rev() {
        *place = place.min(limit).max(low);
        limit = *place - gap;
    }
    at
}

/// Title, and below it what the chart shows.
pub(super) fn title(svg: &mut Svg, title: &str, subtitle: &str, width: f64) {
    let bold = Type { is_bold: true, ..Type::new(24.0, Anchor::Start) };
    svg.text(&shortened(title, 24.0, width - 48.0), (24.0, 38.0), bold);
    let soft = Type { fill: SOFT, ..Type::new(14.0, Anchor::Start) };
    svg.text(&shortened(subtitle, 14.0, width - 48.0), (24.0, 62.0), soft);
}

/// One entry of a key.
pub(super) struct Entry {
    pub(super) text: String,
    pub(super) color: &'static str,
    pub(super) dash: &'static str,
    pub(super) width: f64,
    pub(super) end: End,
    /// How strong a band is; 0 for a line.
    pub(super) band: f64,
}

impl Entry {
    pub(super) fn of_state(look: &Look, count: usize) -> Self {
        let text = format!("{} {}", count, look.state.as_str());
        Self { text, color: look.color, dash: look.dash, width: 2.0, end: look.end, band: 0.0 }
    }

    pub(super) fn line(text: &str, width: f64) -> Self {
        let (text, dash) = (text.to_owned(), "");
        Self { text, color: "#0072B2", dash, width, end: End::None, band: 0.0 }
    }

    pub(super) fn band(text: &str, band: f64) -> Self {
        Self { band, ..Self::line(text, 0.0) }
    }

    pub(super) fn highlight(n: usize, way: &Way<'_>) -> Self {
        let (color, dash) = HIGHLIGHTS[n % HIGHLIGHTS.len()];
        Self { text: way.label(), color, dash, width: 3.5, end: End::None, band: 0.0 }
    }
}

/// Draws a key in lines of at most `width`, and gives the height it took.
pub(super) fn key(svg: &mut Svg, entries: &[Entry], (left, top): (f64, f64), width: f64) -> f64 {
    let (mut x, mut y) = (left, top);
    for entry in entries {
        let text = shortened(&entry.text, 13.0, 260.0);
        let takes = 44.0 + roughly(&text, 13.0) + 18.0;
        if x + takes > left + width && x > left {
            (x, y) = (left, y + 22.0);
        }
        if entry.band > 0.0 {
            let corners = [(x, y - 11.0), (x + 34.0, y - 11.0), (x + 34.0, y + 1.0), (x, y + 1.0)];
            svg.area(&corners, entry.color, entry.band);
        } else {
            let pen = Pen { dash: entry.dash, ..Pen::new(entry.color, entry.width) };
            svg.line(&[(x, y - 4.5), (x + 34.0, y - 4.5)], pen, "");
        }
        end(svg, entry.end, (x + 34.0, y - 4.5), entry.color);
        svg.text(&text, (x + 44.0, y), Type::new(13.0, Anchor::Start));
        x += takes;
    }
    y - top + 22.0
}

/// Marks where a line ends.
pub(super) fn end(svg: &mut Svg, end: End, at: (f64, f64), color: &str) {
    match end {
        End::None => {}
        End::Dot => svg.dot(at, 4.5, color),
        End::Cross => svg.cross(at, 4.0, color),
    }
}

/// The least and the greatest of sorted values, without those so far off that they would make the rest unreadable.
pub(super) fn bounds(sorted: &[i64]) -> Option<(f64, f64)> {
    let (low, high) = (super::data::quantile(sorted, 5)?, super::data::quantile(sorted, 95)?);
    let reach = (high - low).max(MINUTE_MS);
    let (first, last) = (*sorted.first()?, *sorted.last()?);
    Some((number(first.max(low - reach)), number(last.min(high + reach))))
}

#[cfg(test)]
mod tests {
    use super::{MINUTE_MS, spread, step};

    #[test]
    fn steps_are_round() {
        let minutes = |span: i64| step(span * MINUTE_MS, 10) / MINUTE_MS;
        assert_eq!([5, 25, 150, 400, 1440, 4000].map(minutes), [1, 5, 15, 60, 180, 720]);
    }

    #[test]
    fn labels_make_room_for_each_other() {
        assert_eq!(
            spread(&[0.0, 2.0, 50.0, 99.0, 100.0], 10.0, (0.0, 100.0)),
            [0.0, 10.0, 50.0, 90.0, 100.0]
        );
        assert!(spread(&[], 10.0, (0.0, 1.0)).is_empty());
    }
}
