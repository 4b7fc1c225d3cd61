//! Everybody's way: distance against time of day.
//!
//! Invariant: nobody who was seen and has not finished is left out before those who have.

use super::{
    Chart, End, HIGHLIGHTS, LOOKS,
    axis::{self, Entry, Scale},
    data::{self, LINES_MAX, OTHERS_MAX, SHARES, Way, km, number},
    look,
    svg::{Anchor, GRID, Pen, SOFT, Svg, Type, roughly, shortened},
};
use crate::when::Calendar;
use bibtrail_core::results::State;

pub(super) fn draw(chart: &Chart<'_>) -> String {
    let (width, height) = chart.size();
    let (setup, course) = (chart.setup, chart.course);
    let ways = data::ways(course);
    let calendar = Calendar::new(setup);
    let title = format!("{} · {}", setup.name, course.course.name);
    let mut svg = Svg::new(width, height, &format!("{title}: distance against time of day"));
    let date = calendar.date(setup.start_ms);
    axis::title(&mut svg, &title, &format!("{date} · every runner from place to place"), width);

    let mut moments: Vec<i64> = ways.iter().flat_map(|way| way.points.iter().map(|point| point.1)).collect();
    moments.sort_unstable();
    let Some((from, to)) = axis::bounds(&moments) else {
        svg.text("Nobody was seen yet", (width / 2.0, height / 2.0), Type::new(20.0, Anchor::Middle));
        return svg.finish();
    };
    let highlighted = highlighted(chart, &ways);
    let has_bands = ways.len() > LINES_MAX;
    let top =
        92.0 + axis::key(&mut svg, &entries(&ways, has_bands, &highlighted), (24.0, 92.0), width - 48.0);

    let places = data::places(setup, course);
    let names: Vec<String> =
        places.iter().map(|(_, km, name)| place_name(name, *km, (width * 0.22).max(240.0))).collect();
    let widest =
        names.iter().map(|name| roughly(name, 12.5)).fold(80.0, f64::max).min((width * 0.22).max(240.0));
    let area = ((24.0 + widest + 26.0, top + 6.0), (width - 34.0, height - 58.0));
    let pad = (to - from) * 0.015;
    let x = Scale::new((from - pad, to + pad), (area.0.0, area.1.0));
    let length = course.slots.last().map_or(1.0, |slot| km(slot.distance_m)).max(0.001);
    let y = Scale::new((0.0, length), (area.1.1, area.0.1 + 14.0));

    time_axis(&mut svg, &calendar, (from - pad, to + pad), x, area);
    place_axis(&mut svg, &places, &names, y, area);
    svg.clip(area.0, area.1);
    let at = |(slot, ms): &(usize, i64)| (x.at(number(*ms)), y.at(km(course.slots[*slot].distance_m)));
    if has_bands {
        bands(&mut svg, chart, &ways, &at);
    }
    let is_drawn = |way: &&Way<'_>| !has_bands || way.runner.state != State::Finished;
    let mut drawn: Vec<&Way<'_>> = ways.iter().filter(is_drawn).collect();
    if has_bands {
        drawn.truncate(OTHERS_MAX);
        drawn.extend(ways.first());
    }
    draw_ways(&mut svg, &drawn, &at);
    svg.unclip();
    for (n, way) in highlighted.iter().enumerate() {
        highlight(&mut svg, n, way, &at);
    }
    svg.finish()
}

/// Corners of the part that holds the lines.
pub(super) type Corners = ((f64, f64), (f64, f64));

pub(super) fn highlighted<'a, 'b>(chart: &Chart<'_>, ways: &'b [Way<'a>]) -> Vec<&'b Way<'a>> {
    chart.bibs.iter().filter_map(|bib| ways.iter().find(|way| way.runner.bib == *bib)).collect()
}

pub(super) fn entries(ways: &[Way<'_>], has_bands: bool, highlighted: &[&Way<'_>]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (state, count) in data::counts(ways) {
        if has_bands && state == State::Finished {
            entries.push(Entry::band(&format!("{} runners: middle half", ways.len()), 0.45));
            entries.push(Entry::band("all but 5 % at each end", 0.18));
            entries.push(Entry::line("median", 2.5));
            entries.push(Entry::line("first", 1.2));
        } else {
            let mut entry = Entry::of_state(look(state), count);
            if has_bands && count > OTHERS_MAX {
                entry.text.push_str(&format!(" ({OTHERS_MAX} lines at most)"));
            }
            entries.push(entry);
        }
    }
    entries.extend(highlighted.iter().enumerate().map(|(n, way)| Entry::highlight(n, way)));
    entries
}

/// `Arch of Triumph · 0.9 km`, with as much of the name as fits.
fn place_name(name: &str, km: f64, width: f64) -> String {
    let km = format!(" · {km:.1} km");
    format!("{}{km}", shortened(name, 12.5, width - roughly(&km, 12.5)))
}

fn time_axis(svg: &mut Svg, calendar: &Calendar, (from, to): (f64, f64), x: Scale, area: Corners) {
    let (top, bottom) = (area.0.1, area.1.1);
    for (ms, label) in axis::times(calendar, whole(from), whole(to), 12) {
        let at = x.at(number(ms));
        svg.line(&[(at, top), (at, bottom)], Pen::new(GRID, 1.0), "");
        svg.text(&label, (at, bottom + 20.0), Type::new(13.0, Anchor::Middle));
    }
    let name = format!("Time of day ({})", calendar.zone());
    let middle = f64::midpoint(area.0.0, area.1.0);
    svg.text(&name, (middle, bottom + 44.0), Type { fill: SOFT, ..Type::new(13.0, Anchor::Middle) });
}

fn place_axis(svg: &mut Svg, places: &[(usize, f64, String)], names: &[String], y: Scale, area: Corners) {
    let wanted: Vec<f64> = places.iter().rev().map(|(_, km, _)| y.at(*km)).collect();
    let labels = axis::spread(&wanted, 16.0, (area.0.1 + 4.0, area.1.1));
    for ((line, label), name) in wanted.iter().zip(labels).zip(names.iter().rev()) {
        svg.line(&[(area.0.0, *line), (area.1.0, *line)], Pen::new(GRID, 1.0), "");
        let hook = [(area.0.0 - 20.0, label), (area.0.0 - 6.0, *line), (area.0.0, *line)];
        svg.line(&hook, Pen::new("#9A9A9A", 1.0), "");
        svg.text(name, (area.0.0 - 24.0, label + 4.5), Type::new(12.5, Anchor::End));
    }
}

/// The shares of the field at every place, as bands along the way.
fn bands(svg: &mut Svg, chart: &Chart<'_>, ways: &[Way<'_>], at: &impl Fn(&(usize, i64)) -> (f64, f64)) {
    let mut moments: Vec<Vec<i64>> = vec![Vec::new(); chart.course.slots.len()];
    for (slot, ms) in ways.iter().flat_map(|way| &way.points) {
        moments[*slot].push(*ms);
    }
    let mut edges: [Vec<(f64, f64)>; 5] = Default::default();
    for (slot, moments) in moments.iter_mut().enumerate() {
        moments.sort_unstable();
        for (edge, share) in edges.iter_mut().zip(SHARES) {
            edge.extend(data::quantile(moments, share).map(|ms| at(&(slot, ms))));
        }
    }
    shade(svg, &edges);
}

pub(super) fn shade(svg: &mut Svg, edges: &[Vec<(f64, f64)>; 5]) {
    for (low, high, opacity) in [(0, 4, 0.18), (1, 3, 0.33)] {
        let around: Vec<_> = edges[low].iter().chain(edges[high].iter().rev()).copied().collect();
        svg.area(&around, LOOKS[0].color, opacity);
    }
    svg.line(&edges[2], Pen::new(LOOKS[0].color, 2.5), "median");
}

/// Those who have finished first, so that nobody covers those who have not.
pub(super) fn draw_ways(svg: &mut Svg, ways: &[&Way<'_>], at: &impl Fn(&(usize, i64)) -> (f64, f64)) {
    let faint = (30.0 / number(i64::try_from(ways.len()).unwrap_or(i64::MAX)).max(1.0)).clamp(0.16, 0.85);
    for is_finished in [true, false] {
        for way in ways.iter().filter(|way| (way.runner.state == State::Finished) == is_finished) {
            let look = look(way.runner.state);
            let points: Vec<(f64, f64)> = way.points.iter().map(at).collect();
            let (width, opacity) = if is_finished { (1.2, faint) } else { (1.6, 0.9) };
            let pen = Pen { color: look.color, width, dash: look.dash, opacity };
            svg.line(&points, pen, &format!("{} · {}", way.label(), look.state.as_str()));
            if let Some(last) = points.last().filter(|_| look.end != End::None) {
                axis::end(svg, look.end, *last, look.color);
            }
        }
    }
}

/// A line that stands out, with the bib at its end.
pub(super) fn highlight(svg: &mut Svg, n: usize, way: &Way<'_>, at: &impl Fn(&(usize, i64)) -> (f64, f64)) {
    let (color, dash) = HIGHLIGHTS[n % HIGHLIGHTS.len()];
    let points: Vec<(f64, f64)> = way.points.iter().map(at).collect();
    svg.line(&points, Pen::new("#FFFFFF", 6.5), "");
    svg.line(&points, Pen { dash, ..Pen::new(color, 3.5) }, &way.label());
    if let Some((x, y)) = points.last() {
        svg.dot((*x, *y), 5.0, color);
        let label = Type { is_bold: true, turn: -35.0, has_halo: true, ..Type::new(13.0, Anchor::Start) };
        svg.text(way.runner.bib.as_str(), (x + 7.0, y - 5.0), label);
    }
}

/// Milliseconds of a number on the axis.
#[allow(clippy::cast_possible_truncation, reason = "it was made of milliseconds")]
pub(super) fn whole(ms: f64) -> i64 {
    ms.round() as i64
}
