//! Closing a checkpoint, and what wants a person's look.
//!
//! Invariant: a screen offers the step that comes next and applies none by itself.

use bibtrail_clerk::{findings, stations::Station};
use bibtrail_core::{
    closing::{self, Stage},
    ids::Bib,
    proposal::is_about_runner,
    race::RaceSetup,
    review::{Act, Finding, Kind},
};

use super::{Place, Tone, badge::count};
use crate::words::{Say, Wording};

/// What can be said about closing a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ClosingAct {
    /// Headquarters asks who is still to come.
    Ask,
    /// The station answers.
    Answer,
    /// The station names the last runner who came through.
    NameLast,
    /// The sweepers passed.
    Sweepers,
    /// Headquarters lets the station go.
    Release,
    /// It is opened again.
    Reopen,
}

/// What the closing of a checkpoint shows.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ClosingScreen {
    /// Which.
    pub place: Place,
    /// How far it is, and what is to be done.
    pub stage: Wording,
    /// Its colour.
    pub tone: Tone,
    /// The bibs still to come.
    pub expected: Vec<String>,
    /// The code of that list, to be read over the radio.
    pub code: String,
    /// That code in the words of the radio alphabet.
    pub code_spoken: String,
    /// The code of the question that was asked, for the answer.
    pub asked_code: Option<String>,
    /// The bib of the last runner who came through, if it was named.
    pub last_through: Option<String>,
    /// Whether the sweepers passed.
    pub is_swept: bool,
    /// What can be said next, the likeliest first.
    pub next: Vec<ClosingAct>,
}

impl ClosingScreen {
    pub(crate) fn of(setup: &RaceSetup, station: &Station) -> Self {
        let (stage, closing) = (station.stage(), &station.closing);
        let code = closing::code(&station.key, closing.round, &station.expected);
        let waiting = i64::try_from(station.expected.len()).unwrap_or(i64::MAX);
        let asked = closing.code.clone().unwrap_or_default();
        let (say, tone, next) = match stage {
            Stage::Open => (Say::ClosingOpen {}, Tone::Quiet, vec![ClosingAct::Ask]),
            Stage::Asked => (Say::ClosingAsked { code: asked }, Tone::Notice, vec![ClosingAct::Answer]),
            Stage::Contested => (Say::ClosingContested {}, Tone::Alarm, vec![]),
            Stage::Stale => (Say::ClosingStale {}, Tone::Warning, vec![ClosingAct::Ask]),
            Stage::Agreed if waiting > 0 => {
                let next = vec![ClosingAct::NameLast, ClosingAct::Sweepers];
                (Say::ClosingWaiting { runners: waiting }, Tone::Notice, next)
            }
            Stage::Agreed if closing.last.is_none() => {
                (Say::ClosingNameLast {}, Tone::Notice, vec![ClosingAct::NameLast])
            }
            Stage::Agreed => (Say::ClosingSweepers {}, Tone::Notice, vec![ClosingAct::Sweepers]),
            Stage::Ready => (Say::ClosingReady {}, Tone::Good, vec![ClosingAct::Release]),
            Stage::Closed => (Say::ClosingClosed {}, Tone::Good, vec![ClosingAct::Reopen]),
            Stage::ClosedStale => (Say::ClosingClosedStale {}, Tone::Alarm, vec![ClosingAct::Reopen]),
        };
        Self {
            place: Place::of(setup, station.key.as_str()),
            stage: say.wording(),
            tone,
            expected: station.expected.iter().map(Bib::to_string).collect(),
            code_spoken: closing::phonetic(&code),
            code,
            asked_code: closing.code.clone(),
            last_through: closing.last.as_ref().map(Bib::to_string),
            is_swept: closing.is_swept,
            next,
        }
    }
}

/// What would settle a finding.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SuggestionLine {
    /// Its number, from 1, for `accept`.
    pub number: u32,
    /// Why, in the core's own English words.
    pub reason: String,
    /// Whether it says what became of a runner: then a second tap is asked for.
    pub asks_twice: bool,
}

/// Something that wants a person's look.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct FindingLine {
    /// Its name, for `accept` and `dismiss`.
    pub finding: String,
    /// What is wrong.
    pub kind: Wording,
    /// Its colour.
    pub tone: Tone,
    /// The bibs it is about.
    pub bibs: Vec<String>,
    /// Where, if it is about one place.
    pub place: Option<Place>,
    /// When, if it is about one moment: milliseconds since 1970-01-01 UTC.
    pub time_ms: Option<i64>,
    /// All of it in the core's own English words.
    pub detail: String,
    /// What would settle it, the likeliest first.
    pub suggestions: Vec<SuggestionLine>,
    /// Whether somebody said that it is nothing.
    pub is_dismissed: bool,
}

/// What the review shows.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ReviewScreen {
    /// The findings, in the order in which people should look.
    pub findings: Vec<FindingLine>,
    /// How many more there are, of runners who were only missed somewhere.
    pub missed: u32,
}

impl ReviewScreen {
    /// The findings at a checkpoint, or everywhere.
    pub(crate) fn of(setup: &RaceSetup, found: &[Finding], at: Option<&str>) -> Self {
        let is_here = |finding: &&Finding| {
            at.is_none_or(|key| finding.checkpoint.as_ref().is_some_and(|place| place.as_str() == key))
        };
        let (missed, shown): (Vec<&Finding>, Vec<&Finding>) =
            found.iter().filter(is_here).partition(|finding| findings::is_plain_gap(finding));
        Self {
            findings: shown.into_iter().map(|finding| line(setup, finding)).collect(),
            missed: count(missed.len()),
        }
    }
}

fn line(setup: &RaceSetup, finding: &Finding) -> FindingLine {
    let suggestions = finding.suggestions.iter().zip(1..);
    FindingLine {
        finding: finding.id.to_string(),
        kind: kind(finding.kind).wording(),
        tone: if finding.is_dismissed { Tone::Quiet } else { Tone::Warning },
        bibs: finding.bibs.iter().map(|bib| bib.as_str().to_owned()).collect(),
        place: finding.checkpoint.as_ref().map(|key| Place::of(setup, key.as_str())),
        time_ms: finding.time_ms,
        detail: finding.text.clone(),
        suggestions: suggestions
            .map(|(suggestion, number)| SuggestionLine {
                number,
                reason: suggestion.reason.clone(),
                asks_twice: suggestion.acts.iter().any(tells_of_runner),
            })
            .collect(),
        is_dismissed: finding.is_dismissed,
    }
}

fn tells_of_runner(act: &Act) -> bool {
    let Act::Put((_, values)) = act else { return false };
    values.iter().any(|(field, _)| is_about_runner(*field))
}

fn kind(kind: Kind) -> Say {
    match kind {
        Kind::StationOff => Say::FindingStationOff {},
        Kind::Told | Kind::Proposed => Say::FindingProposed {},
        Kind::AfterDrop => Say::FindingAfterDrop {},
        Kind::SeenThoughDns => Say::FindingSeenThoughDns {},
        Kind::TwoPlaces => Say::FindingTwoPlaces {},
        Kind::OutBeforeIn => Say::FindingOutBeforeIn {},
        Kind::TwiceHere => Say::FindingTwiceHere {},
        Kind::Impossible => Say::FindingImpossible {},
        Kind::OffCourse => Say::FindingOffCourse {},
        Kind::UnknownBib => Say::FindingUnknownBib {},
        Kind::UnsureBib => Say::FindingUnsureBib {},
        Kind::NoBib => Say::FindingNoBib {},
        Kind::TooFast => Say::FindingTooFast {},
        Kind::TooSlow => Say::FindingTooSlow {},
        Kind::SharedBib => Say::FindingSharedBib {},
        Kind::SamePerson => Say::FindingSamePerson {},
        Kind::Contested => Say::FindingContested {},
        Kind::Missed => Say::FindingMissed {},
    }
}
