//! What a volunteer may say of a runner with one tap: that they stopped here, go on after all, or are safe here.
//!
//! Invariant: only what makes sense as things stand, and as this phone said already, is offered. Who may not settle it says
//! it all the same: then it is shown to those who may.

use bibtrail_core::{
    ids::{Bib, Key, LogId},
    op::{Safety, Status, StatusCode, field},
    proposal::Proposal,
};

use crate::words::{Say, Wording};

/// Something to say of a runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum RunnerAct {
    /// They stopped, and are here.
    DroppedHere,
    /// They go on after all.
    BackInRace,
    /// They stopped, and are safe here.
    SafeHere,
}

/// Something to say of a runner, as its button says it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ActOffer {
    /// What, for `say_of_runner`.
    pub act: RunnerAct,
    /// What the button says.
    pub text: Wording,
}

/// What was said of a runner, so far as it decides what else may be.
#[derive(Clone, Debug, Default)]
pub(crate) struct SoFar {
    status: Option<Status>,
    is_safe: bool,
}

impl SoFar {
    /// What counts, and over it what this phone said that does not: its volunteer goes on from their own word.
    pub(crate) fn of(
        (status, is_safe): (Option<&Status>, bool),
        (proposals, own, bib): (&[Proposal], LogId, &Bib),
    ) -> Self {
        let mut so_far = Self { status: status.cloned(), is_safe };
        let own = proposals.iter().filter(|proposal| proposal.at.log == own && proposal.bib == *bib);
        for (number, value) in own.flat_map(|proposal| &proposal.says.1) {
            match *number {
                field::STATUS => so_far.status = Status::read(value),
                field::SAFETY => so_far.is_safe = Safety::read(value).is_some_and(|word| word.is_safe),
                _ => {}
            }
        }
        so_far
    }

    /// What may be said at a checkpoint.
    pub(crate) fn offers(&self, here: &Key) -> Vec<ActOffer> {
        let (code, at) = match &self.status {
            None => (StatusCode::Ok, None),
            Some(Status { code, checkpoint }) => (*code, checkpoint.as_ref()),
        };
        // Whoever stopped elsewhere is not safe here by being looked for.
        let is_safe_next = !self.is_safe && at.is_none_or(|at| at == here);
        let acts: &[RunnerAct] = match code {
            StatusCode::Ok => &[RunnerAct::DroppedHere],
            StatusCode::Dnf if is_safe_next => &[RunnerAct::SafeHere, RunnerAct::BackInRace],
            StatusCode::Dnf => &[RunnerAct::BackInRace],
            StatusCode::Otl if is_safe_next => &[RunnerAct::SafeHere],
            // What headquarters decided is not taken back at a checkpoint.
            StatusCode::Dns | StatusCode::Dsq | StatusCode::Otl => &[],
        };
        acts.iter().map(|act| ActOffer { act: *act, text: act.say().wording() }).collect()
    }
}

impl RunnerAct {
    fn say(self) -> Say {
        match self {
            Self::DroppedHere => Say::ActDroppedHere {},
            Self::BackInRace => Say::ActBackInRace {},
            Self::SafeHere => Say::ActSafeHere {},
        }
    }
}
