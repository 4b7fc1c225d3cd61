//! What a volunteer may say of a runner with one tap: that they stopped here, go on after all, or are safe here.
//!
//! Invariant: only what makes sense as things stand is offered. Who may not settle it says it all the same: then it is
//! shown to those who may.

use bibtrail_core::op::StatusCode;

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

/// What may be said of a runner who has this status, and of whom somebody said or did not say that they are safe.
pub(crate) fn offers(status: Option<StatusCode>, is_safe: bool) -> Vec<ActOffer> {
    let acts: &[RunnerAct] = match status {
        None | Some(StatusCode::Ok) => &[RunnerAct::DroppedHere],
        Some(StatusCode::Dnf) if is_safe => &[RunnerAct::BackInRace],
        Some(StatusCode::Dnf) => &[RunnerAct::SafeHere, RunnerAct::BackInRace],
        Some(StatusCode::Otl) if !is_safe => &[RunnerAct::SafeHere],
        // What headquarters decided is not taken back at a checkpoint.
        Some(StatusCode::Dns | StatusCode::Dsq | StatusCode::Otl) => &[],
    };
    acts.iter().map(|act| ActOffer { act: *act, text: act.say().wording() }).collect()
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
