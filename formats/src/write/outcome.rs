//! The results of a race as the writers take them: plain data, made from what the core worked out.
//!
//! Invariant: everything here follows from the setup and the results. Texts are on one line.

use bibtrail_core::{
    op::ScanKind,
    passings::{Passing, Slot},
    race::{RaceSetup, RankBy},
    results::{CourseResults, Results, Runner, State, gun_ms},
    view::{CourseStandings, GroupLine, Open, Standings},
};

use super::{cell::one_line, nations, zone::Zone};

/// The results of a race.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The race's name.
    pub race: String,
    /// The gun: milliseconds since 1970-01-01 UTC.
    pub start_ms: i64,
    /// For showing times of day.
    pub zone: Zone,
    /// Which time gives the places.
    pub rank_by: RankBy,
    /// Whether the file is to say that the results may change.
    pub is_provisional: bool,
    /// What is not settled, in words.
    pub open: Vec<String>,
    /// Course by course.
    pub courses: Vec<CourseOutcome>,
}

/// The results of a course.
#[derive(Clone, Debug)]
pub struct CourseOutcome {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Metres from start to finish.
    pub distance_m: i64,
    /// Where times belong, in order: the start first, the finish last.
    pub places: Vec<Place>,
    /// Its runners, finishers first.
    pub lines: Vec<Line>,
    /// Its teams or tour groups: those with a time by it, then those with too few finishers.
    pub teams: Vec<GroupLine>,
    /// Its nations, likewise.
    pub nations: Vec<GroupLine>,
    /// So many finishers' times make the time of a team or nation.
    pub team_score: usize,
    /// Why its standings are provisional; nothing if they are official.
    pub provisional: Vec<String>,
}

/// A place on a course where a time belongs.
#[derive(Clone, Debug)]
pub struct Place {
    /// The checkpoint's key.
    pub key: String,
    /// The checkpoint's name.
    pub name: String,
    /// Whether both ways are recorded here.
    pub is_in_out: bool,
    /// Which way this is.
    pub is_out: bool,
    /// Which time on the course this checkpoint comes, from 1; nothing if it comes once.
    pub lap: Option<usize>,
    /// Metres from the start.
    pub distance_m: i64,
}

/// One runner.
#[derive(Clone, Debug)]
pub struct Line {
    /// Their place, if they finished.
    pub place: Option<usize>,
    /// Their place in their gender.
    pub gender_place: Option<usize>,
    /// Their place in their category.
    pub category_place: Option<usize>,
    /// What they wear.
    pub bib: String,
    /// Who they are.
    pub name: PersonName,
    /// `M`, `F` or `X`.
    pub gender: Option<String>,
    /// Years on race day.
    pub age: Option<i64>,
    /// Category or division.
    pub category: Option<String>,
    /// Nation, as the entry says it.
    pub nation: Option<String>,
    /// Team or tour group.
    pub team: Option<String>,
    /// Where they are in the race.
    pub state: State,
    /// From where their time counts: milliseconds since 1970-01-01 UTC.
    pub base_ms: i64,
    /// The time that gives the place, in milliseconds.
    pub time_ms: Option<i64>,
    /// From the gun to the finish, in milliseconds.
    pub gun_ms: Option<i64>,
    /// From their own start to the finish, in milliseconds.
    pub net_ms: Option<i64>,
    /// Whether they were seen, one for each place of the course.
    pub seen: Vec<bool>,
    /// Their times, one for each place of the course; nothing also where they were seen and nobody knows when.
    pub splits: Vec<Option<SplitTime>>,
    /// Whether they were not seen where they must have passed.
    pub has_gap: bool,
    /// Where they were seen last.
    pub last_seen: Option<String>,
    /// Why the line wants a second look.
    pub doubts: Vec<String>,
}

/// When a runner passed a place.
#[derive(Clone, Copy, Debug)]
pub struct SplitTime {
    /// Milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// Milliseconds since their time began to count.
    pub elapsed_ms: i64,
}

/// A name, told apart as far as the entry did.
#[derive(Clone, Debug, Default)]
pub struct PersonName {
    /// As it is to be shown.
    pub shown: String,
    /// Given name; empty if the entry did not tell it apart.
    pub given: String,
    /// Family name; the whole name if the entry did not tell it apart. Where one name ends and the other begins is
    /// written differently from nation to nation, so it is not guessed.
    pub family: String,
}

impl Outcome {
    /// What `results` amount to: of one course, or of all. `still_open` decides what is official.
    #[must_use]
    pub fn of(setup: &RaceSetup, results: &Results, still_open: &Open, course: Option<&str>) -> Self {
        let is_wanted = |c: &&CourseResults| course.is_none_or(|key| c.course.key.as_str() == key);
        let standings = Standings::judged(setup, results, still_open);
        let courses: Vec<CourseOutcome> = results
            .courses
            .iter()
            .zip(standings.courses)
            .filter(|(course, _)| is_wanted(course))
            .map(|(course, standings)| CourseOutcome::of(setup, course, standings))
            .collect();
        let mut open: Vec<String> =
            courses.iter().flat_map(|c| c.lines.iter().flat_map(Line::open)).collect();
        for runner in results.courses.iter().filter(is_wanted).flat_map(|c| &c.runners) {
            open.extend(runner.doubts.iter().map(|doubt| format!("bib {}: {}", runner.bib, doubt.as_str())));
        }
        if course.is_none() {
            let lost = |runner: &Runner| format!("bib {}: on no course, so in no result", runner.bib);
            open.extend(results.others.iter().map(|runner| lost(runner)));
        }
        if !results.unread.is_empty() {
            open.push(format!("{} scans wait for a readable bib", results.unread.len()));
        }
        Self {
            race: one_line(&setup.name),
            start_ms: setup.start_ms,
            zone: Zone::new(&setup.time_zone),
            rank_by: setup.rank_by,
            is_provisional: false,
            open,
            courses,
        }
    }

    /// Whether anybody is still on the course.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.lines().any(|(_, line)| line.state == State::OnCourse)
    }

    /// All runners with their course.
    pub fn lines(&self) -> impl Iterator<Item = (&CourseOutcome, &Line)> {
        self.courses.iter().flat_map(|course| course.lines.iter().map(move |line| (course, line)))
    }
}

impl CourseOutcome {
    fn of(setup: &RaceSetup, course: &CourseResults, standings: CourseStandings) -> Self {
        let lines = course.runners.iter().zip(&standings.lines);
        let groups = |groups: Vec<GroupLine>| {
            groups.into_iter().map(|group| GroupLine { name: one_line(&group.name), ..group }).collect()
        };
        Self {
            key: course.course.key.to_string(),
            name: one_line(&course.course.name),
            distance_m: course.slots.last().map_or(0, |slot| slot.distance_m),
            places: (0..course.slots.len()).map(|n| Place::of(setup, &course.slots, n)).collect(),
            lines: lines
                .map(|(runner, line)| Line { doubts: line.doubts_told(), ..Line::of(setup, course, runner) })
                .collect(),
            teams: groups(standings.teams),
            nations: groups(standings.nations),
            team_score: standings.team_score,
            provisional: standings.provisional,
        }
    }

    /// `official` or `provisional`: what stands behind each of its lines. A file that is asked to be provisional is so as
    /// a whole.
    #[must_use]
    pub fn marking(&self, outcome: &Outcome) -> &'static str {
        if self.provisional.is_empty() && !outcome.is_provisional { "official" } else { "provisional" }
    }
}

impl Place {
    fn of(setup: &RaceSetup, slots: &[Slot], n: usize) -> Self {
        let slot = &slots[n];
        let is_here = |other: &&Slot| other.checkpoint == slot.checkpoint && other.kind == slot.kind;
        let laps = slots.iter().filter(is_here).count();
        let lap = slots[..=n].iter().filter(is_here).count();
        let name = setup.checkpoint(&slot.checkpoint).map_or(slot.checkpoint.as_str(), |c| &c.name);
        Self {
            key: slot.checkpoint.to_string(),
            name: one_line(name),
            is_in_out: slots.iter().any(|other| other.visit == slot.visit && other.kind == ScanKind::Out),
            is_out: slot.kind == ScanKind::Out,
            lap: (laps > 1).then_some(lap),
            distance_m: slot.distance_m,
        }
    }

    /// The place as a heading: `Arch`, `Arch In`, `Arch Out`, `Arch In 2`.
    #[must_use]
    pub fn heading(&self) -> String {
        let way = match (self.is_in_out, self.is_out) {
            (false, _) => "",
            (true, false) => " In",
            (true, true) => " Out",
        };
        let lap = self.lap.map(|lap| format!(" {lap}")).unwrap_or_default();
        format!("{}{way}{lap}", self.name)
    }
}

impl Line {
    fn of(setup: &RaceSetup, course: &CourseResults, runner: &Runner) -> Self {
        let entrant = runner.entrant.as_ref();
        let text = |text: Option<&String>| text.map(|text| one_line(text)).filter(|text| !text.is_empty());
        let gun_at = gun_ms(setup, &course.course, entrant);
        let own_start =
            runner.passings.first().and_then(Option::as_ref).and_then(Passing::known_ms).unwrap_or(gun_at);
        let base_ms = if setup.rank_by == RankBy::Net { own_start } else { gun_at };
        let split = |passing: &Option<Passing>| {
            let at_ms = passing.as_ref()?.known_ms()?;
            Some(SplitTime { at_ms, elapsed_ms: at_ms.saturating_sub(base_ms) })
        };
        let last = runner.last_slot().and_then(|slot| course.slots.get(slot));
        let ranks = course.ranks(runner);
        Self {
            place: ranks.map(|ranks| ranks.overall),
            gender_place: ranks.and_then(|ranks| ranks.gender),
            category_place: ranks.and_then(|ranks| ranks.category),
            bib: runner.bib.to_string(),
            name: PersonName::of(entrant),
            gender: text(entrant.and_then(|e| e.gender.as_ref())),
            age: entrant.and_then(|e| e.age),
            category: text(entrant.and_then(|e| e.category.as_ref())),
            nation: text(entrant.and_then(|e| e.nation.as_ref())),
            team: text(entrant.and_then(|e| e.team.as_ref())),
            state: runner.state,
            base_ms,
            time_ms: runner.total_ms(setup.rank_by),
            gun_ms: runner.gun_ms,
            net_ms: runner.net_ms,
            seen: runner.passings.iter().map(Option::is_some).collect(),
            splits: runner.passings.iter().map(split).collect(),
            has_gap: !runner.missed().is_empty(),
            doubts: Vec::new(),
            last_seen: last.map(|slot| one_line(&bibtrail_core::view::place_name(setup, slot))),
        }
    }

    /// The IOC's code of their nation; an error names a nation that has none.
    pub(super) fn ioc(&self) -> Result<&'static str, String> {
        let Some(nation) = &self.nation else { return Ok("") };
        let no_code = || format!("bib {}: \"{nation}\" has no IOC code, so the nation is empty", self.bib);
        nations::ioc(nation).ok_or_else(no_code)
    }

    /// The usual letters for those without a place; nothing for finishers, for who is still on the course, and for whom
    /// nobody saw and nobody spoke of.
    #[must_use]
    pub fn letters(&self) -> Option<&'static str> {
        match self.state {
            State::Dropped => Some("DNF"),
            State::OverTime => Some("OTL"),
            State::Disqualified => Some("DSQ"),
            State::DidNotStart => Some("DNS"),
            State::Finished | State::OnCourse | State::NotStarted => None,
        }
    }

    /// What about them is not settled.
    fn open(&self) -> Option<String> {
        match self.state {
            State::OnCourse => {
                let last = self.last_seen.as_deref().map(|place| format!("seen last at {place}"));
                let last = last.unwrap_or_else(|| "seen where it proves nothing".to_owned());
                Some(format!("bib {}: still on the course, {last}", self.bib))
            }
            State::NotStarted => {
                Some(format!("bib {}: never seen, and nobody said that they did not start", self.bib))
            }
            State::Finished if self.has_gap => {
                Some(format!("bib {}: finished, and was not seen at every checkpoint", self.bib))
            }
            _ => None,
        }
    }
}

impl PersonName {
    /// The name of an entrant; empty if nobody entered.
    #[must_use]
    pub fn of(entrant: Option<&bibtrail_core::state::EntrantRow>) -> Self {
        let Some(entrant) = entrant else { return Self::default() };
        let shown = one_line(&entrant.name);
        match (&entrant.given_name, &entrant.family_name) {
            (None, None) => Self { family: shown.clone(), shown, given: String::new() },
            (given, family) => {
                let text = |text: &Option<String>| text.as_deref().map(one_line).unwrap_or_default();
                Self { shown, given: text(given), family: text(family) }
            }
        }
    }
}
