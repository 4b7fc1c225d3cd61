//! Charts: everybody's way through a course, how far apart they are, and how many pass in a minute.
//!
//! Invariant: a chart is a function of setup and results alone; the SVG names no font that must be there, and states
//! differ in dash and mark as well as in colour, so that a chart says the same in black and white.

mod axis;
mod behind;
mod data;
mod lines;
mod picture;
mod rates;
mod splits;
mod svg;

use bibtrail_core::{
    ids::Bib,
    race::RaceSetup,
    results::{CourseResults, State},
};

pub use picture::png;
pub(crate) use picture::tree;

/// A chart of one course.
#[derive(Clone, Copy, Debug)]
pub struct Chart<'a> {
    /// The race.
    pub setup: &'a RaceSetup,
    /// The course, with its results.
    pub course: &'a CourseResults,
    /// Runners to be seen among the others.
    pub bibs: &'a [Bib],
    /// Width in pixels; at least 600.
    pub width_px: u32,
    /// Height in pixels; at least 400. Rates take more where there are many places.
    pub height_px: u32,
    /// Whether only who is highlighted has a line; the field is bands, however few they are, and whoever is still to come to
    /// a place counts there as later than all who were seen.
    pub is_of_few: bool,
}

impl<'a> Chart<'a> {
    /// A chart that highlights nobody, 1,400 × 900 pixels.
    #[must_use]
    pub fn new(setup: &'a RaceSetup, course: &'a CourseResults) -> Self {
        Self { setup, course, bibs: &[], width_px: 1400, height_px: 900, is_of_few: false }
    }

    fn size(&self) -> (f64, f64) {
        (f64::from(self.width_px.max(600)), f64::from(self.height_px.max(400)))
    }
}

/// Each runner a line of distance against time of day, as SVG. Of more than 1,000 runners the shares of the field as
/// bands, and as lines the first, those who did not finish, and who is highlighted.
#[must_use]
pub fn splits(chart: &Chart<'_>) -> String {
    splits::draw(chart)
}

/// How far each runner is behind or ahead of the median at every place, since their own start, as SVG.
#[must_use]
pub fn behind(chart: &Chart<'_>) -> String {
    behind::draw(chart)
}

/// How many runners pass each place in a minute, over the time of day, as SVG.
#[must_use]
pub fn rates(chart: &Chart<'_>) -> String {
    rates::draw(chart)
}

/// How the lines of a state look. Colours are those of Okabe and Ito, which people tell apart however they see colours.
struct Look {
    state: State,
    color: &'static str,
    dash: &'static str,
    end: End,
}

/// How a line ends where the runner was seen last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    None,
    Dot,
    Cross,
}

const LOOKS: [Look; 5] = [
    Look { state: State::Finished, color: "#0072B2", dash: "", end: End::None },
    Look { state: State::OnCourse, color: "#D55E00", dash: "8 3", end: End::Dot },
    Look { state: State::Dropped, color: "#000000", dash: "2 3", end: End::Cross },
    Look { state: State::OverTime, color: "#AA4499", dash: "9 3 2 3", end: End::Cross },
    Look { state: State::Disqualified, color: "#7A7A7A", dash: "5 5", end: End::Cross },
];

/// Lines of highlighted runners, in turn: colour and dash.
const HIGHLIGHTS: [(&str, &str); 6] = [
    ("#E69F00", ""),
    ("#009E73", "10 4"),
    ("#CC79A7", "3 3"),
    ("#56B4E9", "12 3 3 3"),
    ("#B22222", "6 3"),
    ("#4B0082", "1 4"),
];

fn look(state: State) -> &'static Look {
    LOOKS.iter().find(|look| look.state == state).unwrap_or(&LOOKS[1])
}
