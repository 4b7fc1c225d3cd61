//! How many pass in a minute, place by place, over the time of day.
//!
//! Invariant: every passing is in exactly one bar of its place.

use std::collections::BTreeMap;

use super::{
    Chart,
    axis::{self, Scale},
    data::{self, number},
    lines::whole,
    svg::{Anchor, GRID, Pen, SOFT, Svg, Type, shortened},
};
use crate::when::Calendar;

/// So many bars at most: narrower ones are not seen.
const BARS_MAX: i64 = 240;

/// The least height of a place, in pixels.
const PANEL_PX: f64 = 46.0;

pub(super) fn draw(chart: &Chart<'_>) -> String {
    let (setup, course) = (chart.setup, chart.course);
    let (width, wanted_height) = chart.size();
    let (top, foot) = (86.0, 56.0);
    let panels = number(i64::try_from(course.slots.len()).unwrap_or(1).max(1));
    let panel = ((wanted_height - top - foot) / panels).max(PANEL_PX);
    let height = top + foot + panel * panels;
    let calendar = Calendar::new(setup);
    let title = format!("{} · {}", setup.name, course.course.name);
    let mut svg = Svg::new(width, height, &format!("{title}: runners per minute"));

    let ways = data::ways(course);
    let mut moments: Vec<i64> = ways.iter().flat_map(|way| way.points.iter().map(|point| point.1)).collect();
    moments.sort_unstable();
    let Some((from, to)) = axis::bounds(&moments) else {
        axis::title(&mut svg, &title, "runners per minute", width);
        svg.text("Nobody was seen yet", (width / 2.0, height / 2.0), Type::new(20.0, Anchor::Middle));
        return svg.finish();
    };
    let bar_ms = axis::step(whole(to - from), BARS_MAX);
    // The first bar stands whole on the axis.
    let from = number(whole(from).div_euclid(bar_ms) * bar_ms);
    let minutes = bar_ms / 60_000;
    let bars = if minutes == 1 { "every minute".to_owned() } else { format!("in bars of {minutes} minutes") };
    let date = calendar.date(setup.start_ms);
    let subtitle =
        format!("{date} · runners per minute, {bars}; each place has its own scale, its peak is written");
    axis::title(&mut svg, &title, &subtitle, width);

    let (left, right) = ((width * 0.2).max(240.0), width - 34.0);
    let x = Scale::new((from, to + number(bar_ms)), (left, right));
    for (ms, label) in axis::times(&calendar, whole(from), whole(to) + bar_ms, 12) {
        let at = x.at(number(ms));
        svg.line(&[(at, top), (at, height - foot)], Pen::new(GRID, 1.0), "");
        svg.text(&label, (at, height - foot + 20.0), Type::new(13.0, Anchor::Middle));
    }
    let soft = Type { fill: SOFT, ..Type::new(13.0, Anchor::Middle) };
    let name = format!("Time of day ({})", calendar.zone());
    svg.text(&name, (f64::midpoint(left, right), height - foot + 44.0), soft);
    for (slot, name) in data::slot_names(setup, course).iter().enumerate() {
        let base = top + panel * (number(i64::try_from(slot).unwrap_or_default()) + 1.0);
        let here = ways.iter().flat_map(|way| &way.points).filter(|point| point.0 == slot);
        let counts = count(here.map(|point| point.1), bar_ms, (from, to));
        let label = Type { is_bold: true, ..Type::new(13.0, Anchor::End) };
        svg.text(&shortened(name, 13.5, left - 36.0), (left - 12.0, base - panel * 0.5), label);
        place(&mut svg, &calendar, &counts, (bar_ms, x), (left, right, base, panel));
    }
    svg.finish()
}

/// Passings by the beginning of their bar; what lies beyond the axis is in its first or last bar.
fn count(moments: impl Iterator<Item = i64>, bar_ms: i64, (from, to): (f64, f64)) -> BTreeMap<i64, i64> {
    let mut counts = BTreeMap::new();
    for ms in moments {
        let ms = ms.clamp(whole(from), whole(to));
        *counts.entry(ms.div_euclid(bar_ms) * bar_ms).or_default() += 1;
    }
    counts
}

fn place(
    svg: &mut Svg,
    calendar: &Calendar,
    counts: &BTreeMap<i64, i64>,
    (bar_ms, x): (i64, Scale),
    (left, right, base, panel): (f64, f64, f64, f64),
) {
    svg.line(&[(left, base), (right, base)], Pen::new("#8A8A8A", 1.0), "");
    // The earliest of the highest bars.
    let peak = counts.iter().fold(None, |best: Option<(i64, i64)>, (ms, count)| match best {
        Some((_, most)) if most >= *count => best,
        _ => Some((*ms, *count)),
    });
    let soft = Type { fill: SOFT, ..Type::new(12.0, Anchor::End) };
    let Some((peak_ms, most)) = peak else {
        svg.text("nobody yet", (left - 12.0, base - panel * 0.5 + 17.0), soft);
        return;
    };
    let total: i64 = counts.values().sum();
    let minutes = number(bar_ms) / 60_000.0;
    let rate = number(most) / minutes;
    let rate = if rate >= 10.0 || minutes <= 1.0 { format!("{rate:.0}") } else { format!("{rate:.1}") };
    let say = format!("{total} · peak {rate}/min at {}", calendar.minute(peak_ms));
    svg.text(&say, (left - 12.0, base - panel * 0.5 + 17.0), soft);
    let y = Scale::new((0.0, number(most)), (base, base - panel * 0.86));
    svg.clip((left, base - panel), (right, base + 1.0));
    for (ms, count) in counts {
        let (start, end, high) = (x.at(number(*ms)), x.at(number(*ms + bar_ms)), y.at(number(*count)));
        svg.area(&[(start, base), (start, high), (end, high), (end, base)], "#0072B2", 0.85);
    }
    svg.unclip();
}
