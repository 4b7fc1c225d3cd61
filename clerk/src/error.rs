//! Why something is not done.
//!
//! Invariant: each message says what is wrong and what to do.

use bibtrail_core::{closing::AnswerError, ids::BibError, op::Role, store::StoreError};
use thiserror::Error;

/// Why something is not done.
#[derive(Debug, Error)]
pub enum ClerkError {
    /// The replica's.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No bib.
    #[error(transparent)]
    Bib(#[from] BibError),
    /// An empty bib.
    #[error("a bib is missing. Use ? to record the time now and add the bib later with `bibtrail amend`")]
    EmptyBib,
    /// Several wear it.
    #[error("bib {0} is worn by {1} entrants. Give one of them another bib first")]
    SharedBib(String, usize),
    /// The person may not say so.
    #[error(
        "a {} may not {what} (docs/roles.md). Nothing was written; ask somebody who may", .role.as_str()
    )]
    MayNot {
        /// The person's role.
        role: Role,
        /// What they wanted.
        what: &'static str,
    },
    /// A checkpoint that the race does not have.
    #[error("the race has no checkpoint \"{given}\". Its checkpoints: {known}")]
    UnknownCheckpoint {
        /// What was given.
        given: String,
        /// What there is.
        known: String,
    },
    /// A time that is none.
    #[error(
        "\"{0}\" is no time. Write 2025-04-06T09:12:31+09:00, or 09:12:31 for a time on the day of the race"
    )]
    Time(String),
    /// A status that is none.
    #[error("\"{0}\" is no status. Use dns, dnf, dsq, otl or ok")]
    Status(String),
    /// A value that is not among those in conflict.
    #[error(
        "\"{given}\" is none of the values in conflict: {known}. Pass one of them, or its number; for another value use amend"
    )]
    NotAValue {
        /// What was given.
        given: String,
        /// What there is.
        known: String,
    },
    /// A finding that there is not.
    #[error(
        "no finding, or more than one, begins with \"{0}\". `bibtrail review` lists them; what was settled is gone"
    )]
    NoFinding(String),
    /// A suggestion that there is not.
    #[error("finding {finding} has {known} suggestions; pass the number of one of them, from 1")]
    NoSuggestion {
        /// Which finding.
        finding: String,
        /// How many there are.
        known: usize,
    },
    /// A place that says nothing, or too much.
    #[error("a place of {chars} characters; say in 1 to 120 where they are: a checkpoint, or other words")]
    SafePlace {
        /// How long it is.
        chars: usize,
    },
    /// An answer about closing a checkpoint that cannot be understood.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// An answer to another question.
    #[error(
        "the code {given} belongs to no open question{}. Ask headquarters to read its question again",
        asked.as_ref().map(|code| format!(" (it is {code} now)")).unwrap_or_default()
    )]
    OtherCode {
        /// What was given.
        given: String,
        /// What was asked.
        asked: Option<String>,
    },
    /// A step about a list that is another by now.
    #[error("the list of those who are still to come has changed since you looked. Look again")]
    ListChanged,
    /// Opened again without a word.
    #[error("say why it is opened again")]
    WhyReopen,
    /// Too many are on the way to ask about each.
    #[error(
        "{expected} runners are still to come; a question names at most {most}. It is too early to close"
    )]
    TooEarlyToClose {
        /// How many are.
        expected: usize,
        /// How many may be.
        most: usize,
    },
    /// A release before its time.
    #[error(
        "{name} is not ready to close: {stage}. Take the next step that `bibtrail close` names, or say with --reason why \
         it closes all the same"
    )]
    NotReadyToClose {
        /// Which.
        name: String,
        /// How far it is.
        stage: &'static str,
    },
}
