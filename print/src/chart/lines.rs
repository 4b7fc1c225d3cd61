//! Runners as lines, and the field as bands where they are too many: what the charts of ways have in common.
//!
//! Invariant: nobody who was seen and has not finished is left out before those who have.

use bibtrail_core::{ids::Bib, results::State};

use super::{
    Chart, End, HIGHLIGHTS, LOOKS,
    axis::{self, Entry},
    data::{self, LINES_MAX, OTHERS_MAX, Way, number},
    look,
    svg::{Anchor, Pen, Svg, Type},
};

/// Corners of the part that holds the lines.
pub(super) type Corners = ((f64, f64), (f64, f64));

/// The runners of a chart.
pub(super) struct Lines<'a, 'b> {
    ways: &'b [Way<'a>],
    highlighted: Vec<&'b Way<'a>>,
    /// Whether they are too many for a line each: the field is shown as bands.
    pub(super) has_bands: bool,
    /// Whether only who is highlighted has a line.
    is_of_few: bool,
}

impl<'a, 'b> Lines<'a, 'b> {
    pub(super) fn of(chart: &Chart<'_>, ways: &'b [Way<'a>]) -> Self {
        let wears = |bib: &Bib| ways.iter().find(|way| way.runner.bib == *bib);
        let highlighted = chart.bibs.iter().filter_map(wears).collect();
        let is_of_few = chart.is_of_few;
        Self { ways, highlighted, has_bands: is_of_few || ways.len() > LINES_MAX, is_of_few }
    }

    /// Draws the key below the title, and gives where it ends.
    pub(super) fn key(&self, svg: &mut Svg, width: f64) -> f64 {
        let entries = self.entries();
        92.0 + axis::key(svg, &entries, (24.0, 92.0), width - 48.0)
    }

    /// Draws the lines, and takes off the clip before those that stand out.
    pub(super) fn draw(&self, svg: &mut Svg, at: &impl Fn(&(usize, i64)) -> (f64, f64)) {
        let is_drawn = |way: &&Way<'_>| !self.has_bands || way.runner.state != State::Finished;
        let mut drawn: Vec<&Way<'_>> = self.ways.iter().filter(is_drawn).collect();
        if self.is_of_few {
            drawn.clear();
        } else if self.has_bands {
            drawn.truncate(OTHERS_MAX);
            drawn.extend(self.ways.first());
        }
        draw_ways(svg, &drawn, at);
        svg.unclip();
        for (n, way) in self.highlighted.iter().enumerate() {
            highlight(svg, n, way, at);
        }
    }

    fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        let bands = || {
            let all = format!("{} runners: middle half", self.ways.len());
            [
                Entry::band(&all, 0.45),
                Entry::band("all but 5 % at each end", 0.18),
                Entry::line("median", 2.5),
            ]
        };
        if self.is_of_few {
            entries.extend(bands());
        }
        let counts = if self.is_of_few { Vec::new() } else { data::counts(self.ways) };
        for (state, count) in counts {
            if self.has_bands && state == State::Finished {
                entries.extend(bands());
                entries.push(Entry::line("first", 1.2));
            } else {
                let mut entry = Entry::of_state(look(state), count);
                if self.has_bands && count > OTHERS_MAX {
                    entry.text.push_str(&format!(" ({OTHERS_MAX} lines at most)"));
                }
                entries.push(entry);
            }
        }
        entries.extend(self.highlighted.iter().enumerate().map(|(n, way)| Entry::highlight(n, way)));
        entries
    }
}

/// A chart of a course on which nobody was seen.
pub(super) fn nobody(mut svg: Svg, (width, height): (f64, f64)) -> String {
    svg.text("Nobody was seen yet", (width / 2.0, height / 2.0), Type::new(20.0, Anchor::Middle));
    svg.finish()
}

pub(super) fn shade(svg: &mut Svg, edges: &[Vec<(f64, f64)>; 5]) {
    for (low, high, opacity) in [(0, 4, 0.18), (1, 3, 0.33)] {
        let around: Vec<_> = edges[low].iter().chain(edges[high].iter().rev()).copied().collect();
        svg.area(&around, LOOKS[0].color, opacity);
    }
    svg.line(&edges[2], Pen::new(LOOKS[0].color, 2.5), "median");
}

/// Those who have finished first, so that nobody covers those who have not.
fn draw_ways(svg: &mut Svg, ways: &[&Way<'_>], at: &impl Fn(&(usize, i64)) -> (f64, f64)) {
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
fn highlight(svg: &mut Svg, n: usize, way: &Way<'_>, at: &impl Fn(&(usize, i64)) -> (f64, f64)) {
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
