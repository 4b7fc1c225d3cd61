//! How far apart runners are: time behind or ahead of the median, place by place.
//!
//! Invariant: times count from each runner's own start where it was seen, else from their gun.

use bibtrail_core::{results::State, time::span};

use super::{
    Chart,
    axis::{self, Scale},
    data::{self, SHARES, Way, km, number},
    lines::{Corners, Lines, nobody, shade, whole},
    svg::{Anchor, GRID, Pen, SOFT, Svg, Type, shortened},
};
use crate::when::Calendar;

/// A chart is readable with labels this far apart, in pixels.
const GAP_PX: f64 = 17.0;

pub(super) fn draw(chart: &Chart<'_>) -> String {
    let (width, height) = chart.size();
    let (setup, course) = (chart.setup, chart.course);
    let mut ways = data::ways(course);
    let title = format!("{} · {}", setup.name, course.course.name);
    let mut svg = Svg::new(width, height, &format!("{title}: time behind the median"));
    let date = Calendar::new(setup).date(setup.start_ms);
    let subtitle =
        format!("{date} · behind (below) and ahead of (above) the median at each place, since the own start");
    axis::title(&mut svg, &title, &subtitle, width);
    relative(chart, &mut ways);
    let mut gaps: Vec<i64> = ways.iter().flat_map(|way| way.points.iter().map(|point| point.1)).collect();
    gaps.sort_unstable();
    let Some((ahead, late)) = axis::bounds(&gaps) else {
        return nobody(svg, (width, height));
    };
    let lines = Lines::of(chart, &ways);
    let top = lines.key(&mut svg, width);
    let area = ((128.0, top + 6.0), (width - 40.0, height - 168.0));
    let pad = ((late - ahead) * 0.04).max(30_000.0);
    let y = Scale::new((ahead - pad, late + pad), (area.0.1, area.1.1));
    let length = course.slots.last().map_or(1.0, |slot| km(slot.distance_m)).max(0.001);
    let x = Scale::new((0.0, length), (area.0.0, area.1.0 - 14.0));
    gap_axis(&mut svg, (ahead - pad, late + pad), y, area);
    place_axis(&mut svg, &data::places(setup, course), x, area);

    svg.clip(area.0, area.1);
    let at = |(slot, gap): &(usize, i64)| (x.at(km(course.slots[*slot].distance_m)), y.at(number(*gap)));
    if lines.has_bands {
        bands(&mut svg, chart, &ways, &at);
    }
    lines.draw(&mut svg, &at);
    svg.finish()
}

/// Makes moments spans behind the median of that place: of those who have finished, where there are three or more.
fn relative(chart: &Chart<'_>, ways: &mut [Way<'_>]) {
    let finished = ways.iter().filter(|way| way.runner.state == State::Finished).count();
    let mut elapsed: Vec<Vec<i64>> = vec![Vec::new(); chart.course.slots.len()];
    for way in ways.iter_mut() {
        let start_ms = way.start_ms(chart.setup, chart.course);
        let counts = finished < 3 || way.runner.state == State::Finished;
        for (slot, ms) in &mut way.points {
            *ms = ms.saturating_sub(start_ms);
            if counts {
                elapsed[*slot].push(*ms);
            }
        }
    }
    let median = |mut times: Vec<i64>| {
        times.sort_unstable();
        data::quantile(&times, 50)
    };
    let medians: Vec<Option<i64>> = elapsed.into_iter().map(median).collect();
    for way in ways {
        way.points.retain(|(slot, _)| medians[*slot].is_some());
        for (slot, ms) in &mut way.points {
            *ms = ms.saturating_sub(medians[*slot].unwrap_or_default());
        }
    }
}

fn bands(svg: &mut Svg, chart: &Chart<'_>, ways: &[Way<'_>], at: &impl Fn(&(usize, i64)) -> (f64, f64)) {
    let mut edges: [Vec<(f64, f64)>; 5] = Default::default();
    for slot in 0..chart.course.slots.len() {
        let here = |way: &Way<'_>| way.points.iter().find(|point| point.0 == slot).map(|point| point.1);
        let mut gaps: Vec<i64> = ways.iter().filter_map(here).collect();
        gaps.sort_unstable();
        for (edge, share) in edges.iter_mut().zip(SHARES) {
            edge.extend(data::quantile(&gaps, share).map(|gap| at(&(slot, gap))));
        }
    }
    shade(svg, &edges);
}

fn gap_axis(svg: &mut Svg, (from, to): (f64, f64), y: Scale, area: Corners) {
    let step = axis::step(whole(to - from), 10);
    let first = whole(from).div_euclid(step) * step;
    for tick in (0..=11).map(|n| first + n * step).filter(|ms| (from..=to).contains(&number(*ms))) {
        let at = y.at(number(tick));
        let (color, width) = if tick == 0 { ("#777777", 1.5) } else { (GRID, 1.0) };
        svg.line(&[(area.0.0, at), (area.1.0, at)], Pen::new(color, width), "");
        let sign = if tick > 0 { "+" } else { "" };
        let label = format!("{sign}{}", span(tick).replace('-', "−"));
        svg.text(&label, (area.0.0 - 8.0, at + 4.5), Type::new(13.0, Anchor::End));
    }
    let name = Type { fill: SOFT, turn: -90.0, ..Type::new(13.0, Anchor::Middle) };
    svg.text("Behind the median (h:mm:ss)", (30.0, f64::midpoint(area.0.1, area.1.1)), name);
}

fn place_axis(svg: &mut Svg, places: &[(usize, f64, String)], x: Scale, area: Corners) {
    let wanted: Vec<f64> = places.iter().map(|(_, km, _)| x.at(*km)).collect();
    let labels = axis::spread(&wanted, GAP_PX, (area.0.0, area.1.0));
    for ((line, label), (_, km, name)) in wanted.iter().zip(labels).zip(places) {
        svg.line(&[(*line, area.0.1), (*line, area.1.1)], Pen::new(GRID, 1.0), "");
        let hook = [(*line, area.1.1), (*line, area.1.1 + 4.0), (label, area.1.1 + 14.0)];
        svg.line(&hook, Pen::new("#9A9A9A", 1.0), "");
        let text =
            shortened(&format!("{km:.1} km · {name}"), 12.5, ((label - 14.0) / 0.743).clamp(60.0, 200.0));
        let style = Type { turn: -42.0, ..Type::new(12.5, Anchor::End) };
        svg.text(&text, (label + 5.0, area.1.1 + 25.0), style);
    }
}
