//! Review: which records are wrong, why we think so, and what would settle it. Rules and figures in `docs/review.md`.
//!
//! Invariant: a pure function of what is known, the same on every replica, in whole numbers. Nothing is applied by
//! itself: a suggestion is plain data until a person says yes, and where nothing is worth suggesting, nothing is.

mod bibs;
mod candidates;
mod doubles;
mod entrants;
mod field;
mod gaps;
mod hidden;
mod index;
mod kept;
mod odd;
mod proposed;
mod reads;
mod runners;
mod sheet;
mod strangers;
mod way;
mod words;
mod yardstick;

pub use bibs::Slip;
pub(crate) use field::has_way;
pub(crate) use kept::{Changes, Kept};
pub use yardstick::Yardstick;

use std::collections::BTreeMap;

use crate::{
    ids::{Bib, FindingId, Key, OpRef},
    op::{EntityValues, ScanKind},
    race::RaceSetup,
    results::{Known, Results},
    state::{EntrantRow, Said, Sighting},
};
use field::Field;
use sheet::Sheet;

/// At most so many suggestions stand beside a finding.
pub const SUGGESTIONS_MAX: usize = 8;

/// Something that wants a person's look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its name: the same while what it is about and its evidence are the same.
    pub id: FindingId,
    /// What is wrong.
    pub kind: Kind,
    /// The bibs it is about, as recorded.
    pub bibs: Vec<Bib>,
    /// Where, if it is about one place.
    pub checkpoint: Option<Key>,
    /// When, in milliseconds since 1970-01-01 UTC, if it is about one moment.
    pub time_ms: Option<i64>,
    /// The scans that say so; the one that is most likely wrong first.
    pub scans: Vec<OpRef>,
    /// The word that it is about, if it is about one.
    pub said: Option<OpRef>,
    /// What is wrong, in plain words.
    pub text: String,
    /// What would settle it, the likeliest first. May be empty: then people must ask around.
    pub suggestions: Vec<Suggestion>,
    /// Whether somebody looked already, and it is nothing.
    pub is_dismissed: bool,
}

/// What would settle a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Why, in plain words.
    pub reason: String,
    /// The operations, to be written together.
    pub acts: Vec<Act>,
    /// How far-fetched it is, in hundredths: 0 is what everything speaks for. For ranking only.
    pub cost: i64,
}

/// One operation of a suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Values for the registers of an entity.
    Put(EntityValues),
    /// A scan of a second runner of whom another scan tells as well: same clock, same moment.
    Record {
        /// Whose.
        bib: Bib,
        /// Where.
        checkpoint: Key,
        /// Which way.
        kind: ScanKind,
        /// The scan that tells of both.
        of: OpRef,
    },
}

/// What is wrong. In the order in which people should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A station's clocks disagree with everybody's pace.
    StationOff,
    /// Somebody who may not settle it alone said what became of a runner.
    Told,
    /// Seen after the place where they are said to have stopped.
    AfterDrop,
    /// Seen though said not to have started.
    SeenThoughDns,
    /// At two places at once, or faster between them than anybody can be.
    TwoPlaces,
    /// Out before in.
    OutBeforeIn,
    /// Seen again, long after, at a place they pass once.
    TwiceHere,
    /// Seen where and when they cannot have been.
    Impossible,
    /// Seen where their course does not lead.
    OffCourse,
    /// A bib that no entrant wears.
    UnknownBib,
    /// A bib of which a character could not be read.
    UnsureBib,
    /// A time without a bib.
    NoBib,
    /// From one place to the next faster than the field makes believable.
    TooFast,
    /// From one place to the next slower than the field makes believable.
    TooSlow,
    /// One bib on several entrants.
    SharedBib,
    /// Two entrants of one name and age.
    SamePerson,
    /// Different values contend.
    Contested,
    /// Somebody who may not settle it alone said something else, or nobody vouched for them.
    Proposed,
    /// Not seen at a place that they must have passed.
    Missed,
}

impl Kind {
    /// All of them, in order.
    pub const ALL: [Self; 19] = [
        Self::StationOff,
        Self::Told,
        Self::AfterDrop,
        Self::SeenThoughDns,
        Self::TwoPlaces,
        Self::OutBeforeIn,
        Self::TwiceHere,
        Self::Impossible,
        Self::OffCourse,
        Self::UnknownBib,
        Self::UnsureBib,
        Self::NoBib,
        Self::TooFast,
        Self::TooSlow,
        Self::SharedBib,
        Self::SamePerson,
        Self::Contested,
        Self::Proposed,
        Self::Missed,
    ];

    /// The word for it. It is part of every finding's id, and never changes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StationOff => "station-off",
            Self::Told => "told",
            Self::AfterDrop => "after-drop",
            Self::SeenThoughDns => "seen-though-dns",
            Self::TwoPlaces => "two-places",
            Self::OutBeforeIn => "out-before-in",
            Self::TwiceHere => "twice-here",
            Self::Impossible => "impossible",
            Self::OffCourse => "off-course",
            Self::UnknownBib => "unknown-bib",
            Self::UnsureBib => "unsure-bib",
            Self::NoBib => "no-bib",
            Self::TooFast => "too-fast",
            Self::TooSlow => "too-slow",
            Self::SharedBib => "shared-bib",
            Self::SamePerson => "same-person",
            Self::Contested => "contested",
            Self::Proposed => "proposed",
            Self::Missed => "missed",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What is wrong with the records of a race, best first: by kind, then what has a good suggestion, then by time. The
/// results must be those of what is known. Dismissed findings are among them, and say so.
#[must_use]
pub fn review(known: &Known, results: &Results) -> Vec<Finding> {
    list(known, &measured(&Evidence::of(known), results))
}

/// The same by a yardstick that was measured when something else was known: of this race, with these entrants.
#[must_use]
pub fn review_by(yardstick: &Yardstick, known: &Known, results: &Results) -> Vec<Finding> {
    let yard = yardstick.clone();
    let evidence = Evidence::of(known);
    let field = match yard.put_right(&evidence) {
        None => Field::by(&evidence, results, yard),
        Some((right, results)) => Field::by(&Evidence::of(&right), &results, yard),
    };
    list(known, &field)
}

fn measured(evidence: &Evidence<'_>, results: &Results) -> Field {
    let yard = Yardstick::of_stations(evidence);
    match yard.put_right(evidence) {
        None => Field::measured(evidence, results, yard),
        Some((right, results)) => Field::measured(&Evidence::of(&right), &results, yard),
    }
}

/// What records are measured from, wherever it is kept.
pub(crate) struct Evidence<'a> {
    pub(crate) setup: &'a RaceSetup,
    pub(crate) entrants: &'a [EntrantRow],
    pub(crate) said: &'a BTreeMap<Bib, Said>,
    /// Void ones included, in any order.
    pub(crate) scans: Vec<&'a Sighting>,
}

impl<'a> Evidence<'a> {
    fn of(known: &'a Known) -> Self {
        let Known { setup, entrants, said, scans, .. } = known;
        Self { setup, entrants, said, scans: scans.iter().collect() }
    }
}

fn list(known: &Known, field: &Field) -> Vec<Finding> {
    let entrants = entrants::findings(&known.entrants, &known.said);
    let proposed = proposed::findings(&known.setup, &known.proposals);
    all_of(field, entrants, proposed, |_| ()).findings(&known.dismissed).collect()
}

/// The findings about all records, about the list of entrants and about proposals. `made` is told after each subject.
fn all_of(
    field: &Field,
    entrants: Vec<Finding>,
    proposed: Vec<Finding>,
    mut made: impl FnMut(&Subject),
) -> Sheet {
    let stations = field.yard.alarms.iter().map(words::station).collect();
    let records = field.subjects().map(|subject| {
        let mut findings = Vec::new();
        of_subject(field, &subject, &mut findings);
        made(&subject);
        (subject, findings)
    });
    let lists =
        [(Subject::Stations, stations), (Subject::Entrants, entrants), (Subject::Proposals, proposed)];
    Sheet::of(lists.into_iter().chain(records))
}

/// Whom or what findings are about. They follow from the subject and the look-ups of the field alone, never from the
/// findings about another, so that each can be made again by itself; `docs/review.md` says what each reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    /// The stations whose clocks are off.
    Stations,
    /// The way of an entrant on a course.
    Runner(usize),
    /// A bib that no entrant wears.
    Stranger(Bib),
    /// A record whose bib nobody could read.
    Unread(OpRef),
    /// The list of entrants.
    Entrants,
    /// What people said who may not settle it alone.
    Proposals,
}

/// Findings about stations, the list of entrants and proposals are made all at once, not here.
fn of_subject(field: &Field, subject: &Subject, findings: &mut Vec<Finding>) {
    match subject {
        Subject::Runner(n) => {
            odd::findings(field, *n, findings);
            runners::findings(field, *n, findings);
        }
        Subject::Stranger(bib) => {
            field
                .strangers
                .get(bib)
                .into_iter()
                .for_each(|runner| strangers::stranger(field, runner, findings));
        }
        Subject::Unread(at) => {
            findings.extend(field.unread.get(at).map(|scan| strangers::unread(field, scan)))
        }
        Subject::Stations | Subject::Entrants | Subject::Proposals => {}
    }
}

impl Finding {
    /// A finding about a bib, to be filled in.
    fn about(kind: Kind, bib: &Bib, text: String) -> Self {
        Self {
            id: FindingId([0; 8]),
            kind,
            bibs: vec![bib.clone()],
            checkpoint: None,
            time_ms: None,
            scans: Vec::new(),
            said: None,
            text,
            suggestions: Vec::new(),
            is_dismissed: false,
        }
    }
}
