//! Everybody's way: distance against time of day.
//!
//! Invariant: a line runs through the places in the order of the course, each at its own distance.

use bibtrail_core::results::State;

use super::{
    Chart,
    axis::{self, Scale},
    data::{self, SHARES, Way, km, number},
    lines::{Corners, Lines, nobody, shade, whole},
    svg::{Anchor, GRID, Pen, SOFT, Svg, Type, roughly, shortened},
};
use crate::when::Calendar;

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
        return nobody(svg, (width, height));
    };
    let lines = Lines::of(chart, &ways);
    let top = lines.key(&mut svg, width);

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
    if lines.has_bands {
        bands(&mut svg, chart, &ways, &at);
    }
    lines.draw(&mut svg, &at);
    svg.finish()
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
    // Beside one runner of a race that goes on, whoever is still to come to a place counts there as later than all who were
    // seen: else the few who are ahead would stand for the field.
    let goes_on = |way: &&Way<'_>| matches!(way.runner.state, State::Finished | State::OnCourse);
    let counted: Vec<&Way<'_>> = ways.iter().filter(|way| !chart.is_of_few || goes_on(way)).collect();
    for (slot, ms) in counted.iter().flat_map(|way| &way.points) {
        moments[*slot].push(*ms);
    }
    let mut edges: [Vec<(f64, f64)>; 5] = Default::default();
    for (slot, moments) in moments.iter_mut().enumerate() {
        moments.sort_unstable();
        for (edge, share) in edges.iter_mut().zip(SHARES) {
            let quantile = if chart.is_of_few {
                data::quantile_of(moments, counted.len(), share)
            } else {
                data::quantile(moments, share)
            };
            edge.extend(quantile.map(|ms| at(&(slot, ms))));
        }
    }
    shade(svg, &edges);
}
