//! Words for what operations are about, as people read and type them.
//!
//! Invariant: each register has one word; it is for people, and decides nothing.

use super::{Entity, field};

impl std::fmt::Display for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Race => f.write_str("race"),
            Self::Scan(at) => write!(f, "scan {at}"),
            Self::Entrant(id) => write!(f, "entrant {id}"),
            Self::Checkpoint(key) => write!(f, "checkpoint {key}"),
            Self::Course(key) => write!(f, "course {key}"),
            Self::Bib(bib) => write!(f, "bib {bib}"),
            Self::Finding(id) => write!(f, "finding {id}"),
        }
    }
}

/// The word for a register, as people read it in lists and type it in commands.
#[must_use]
pub fn field_name(field: u16) -> &'static str {
    match field {
        field::VOID => "void",
        field::BIB => "bib",
        field::CHECKPOINT => "checkpoint",
        field::TIME => "time",
        field::KIND => "kind",
        field::NOTE => "note",
        field::NAME => "name",
        field::NAMES => "names",
        field::START => "start",
        field::TIME_ZONE => "time zone",
        field::RANK_BY => "rank by",
        field::CLOCK_REFERENCE => "clock reference",
        field::WINDOW => "window",
        field::PICK => "pick",
        field::ORDER => "order",
        field::PLACE => "place",
        field::VISITS => "visits",
        field::GENDER => "gender",
        field::AGE => "age",
        field::CATEGORY => "category",
        field::NATION => "nation",
        field::TEAM => "team",
        field::COURSE => "course",
        field::WAVE => "wave",
        field::STATUS => "status",
        field::SAFETY => "safety",
        field::LEGS => "legs",
        field::GIVEN_NAME => "given name",
        field::FAMILY_NAME => "family name",
        field::ERASED => "erased",
        field::CATEGORIES => "categories",
        field::WAVES => "waves",
        field::TEAM_SCORE => "team score",
        field::OVERDUE => "overdue after",
        field::FACTORS => "factors",
        field::CUT_OFFS => "cut-offs",
        field::CLOSE_ASK => "closing: question",
        field::CLOSE_ANSWER => "closing: answer",
        field::CLOSE_LAST => "closing: last runner",
        field::CLOSE_SWEPT => "closing: swept",
        field::CLOSE_RELEASE => "closing: release",
        field::CLOSE_REOPEN => "closing: reopened",
        field::DISMISSED => "dismissed",
        _ => "a field of a newer app",
    }
}
