//! What people say of entries, runners, findings and checkpoints.
//!
//! Invariant: nothing is overwritten; what this phone may not say by itself is written as a proposal, and that is said.

use bibtrail_clerk::{
    findings,
    pen::{Pen, Said as Written},
    stations::{Station, Step},
    whom::Whom,
    words,
};
use bibtrail_core::{
    ids::Bib,
    op::{Entity, Status, StatusCode, Value, field},
    results::results,
    review,
    time::Reading,
};

use super::{Inner, Race, place};
use crate::{
    CoreError,
    desk::Desk,
    host::Change,
    screen::{ClosingAct, RunnerAct, Way, count},
    words::{Say, Wording},
};

/// What is put right in an entry; what is nothing stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, uniffi::Record)]
pub struct Amendment {
    /// The bib.
    pub bib: Option<String>,
    /// When: milliseconds since 1970-01-01 UTC.
    pub time_ms: Option<i64>,
    /// Where, by key or name.
    pub checkpoint: Option<String>,
    /// Which way.
    pub way: Option<Way>,
    /// A remark.
    pub note: Option<String>,
}

/// What became of a runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum StatusWord {
    /// In the race.
    Ok,
    /// Did not start.
    Dns,
    /// Dropped.
    Dnf,
    /// Disqualified.
    Dsq,
    /// Over the time limit.
    Otl,
}

/// What became of what was said.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Said {
    /// How many operations were written.
    pub operations: u32,
    /// How many of them are proposals: this phone may not say so by itself, somebody who may sees them.
    pub proposals: u32,
    /// Whether all is on the disk.
    pub is_confirmed: bool,
    /// What is to be known of it, if anything.
    pub remark: Option<Wording>,
}

impl Said {
    /// Of what only a role may say, no proposal is shown to anybody.
    fn by_role(self) -> Self {
        let remark = if self.proposals > 0 { Some(Say::ErrorNotAllowed {}.wording()) } else { self.remark };
        Self { remark, ..self }
    }

    /// What was written, and how much of it only as proposals.
    fn written(operations: u32, proposals: u32) -> Self {
        let remark = (proposals > 0).then(|| Say::CorrectionProposal {}.wording());
        Self { operations, proposals, is_confirmed: true, remark }
    }

    /// Operations that are on their way to the disk.
    fn on_the_way(operations: u32) -> Self {
        Self { operations, proposals: 0, is_confirmed: false, remark: Some(Say::WarnNotOnDisk {}.wording()) }
    }
}

#[uniffi::export]
impl Race {
    /// Puts an entry right.
    ///
    /// # Errors
    /// When there is no such entry, or what is given makes no sense.
    pub fn amend(
        &self,
        scan: String,
        amendment: Amendment,
        reason: Option<String>,
    ) -> Result<Said, CoreError> {
        self.saying(|inner, desk, now| {
            let values = values(desk, &amendment)?;
            inner.say_of(desk, &scan, (&values, reason.as_deref()), now)
        })
    }

    /// Says that an entry counts for nothing.
    ///
    /// # Errors
    /// When there is no such entry.
    pub fn void(&self, scan: String, reason: Option<String>) -> Result<Said, CoreError> {
        self.saying(|inner, desk, now| {
            inner.say_of(desk, &scan, (&[(field::VOID, Value::Bool(true))], reason.as_deref()), now)
        })
    }

    /// Says that an entry counts again.
    ///
    /// # Errors
    /// When there is no such entry.
    pub fn restore(&self, scan: String, reason: Option<String>) -> Result<Said, CoreError> {
        self.saying(|inner, desk, now| {
            inner.say_of(desk, &scan, (&[(field::VOID, Value::Bool(false))], reason.as_deref()), now)
        })
    }

    /// Says what became of a runner, and at which checkpoint.
    ///
    /// # Errors
    /// When the bib is none or worn by several, or there is no such checkpoint.
    pub fn say_status(
        &self,
        bib: String,
        word: StatusWord,
        checkpoint: Option<String>,
        reason: Option<String>,
    ) -> Result<Said, CoreError> {
        self.saying(|inner, desk, now| {
            inner.write(desk, now, |pen| {
                let whom = Whom::of(pen.store(), bib.trim())?;
                let checkpoint = checkpoint.as_deref().map(|text| place(pen.store(), text)).transpose()?;
                let status = Status { code: word.code(), checkpoint };
                Ok(words::status(pen, &whom, &status, reason.as_deref())?)
            })
        })
    }

    /// Says of a runner what was offered beside them, at my checkpoint or another one by key or name.
    ///
    /// # Errors
    /// When the bib is none or worn by several, there is no such checkpoint, or nobody said where this phone stands.
    pub fn say_of_runner(
        &self,
        bib: String,
        act: RunnerAct,
        checkpoint: Option<String>,
    ) -> Result<Said, CoreError> {
        self.saying(|inner, desk, now| {
            let here = inner.place_or_own(desk, checkpoint.as_deref())?;
            inner.write(desk, now, |pen| {
                let whom = Whom::of(pen.store(), bib.trim())?;
                let status = |code, checkpoint| Status { code, checkpoint };
                let status = match act {
                    RunnerAct::DroppedHere => status(StatusCode::Dnf, Some(here)),
                    RunnerAct::BackInRace => status(StatusCode::Ok, None),
                    RunnerAct::SafeHere => return Ok(words::safe(pen, &whom, true, here.as_str(), None)?),
                };
                Ok(words::status(pen, &whom, &status, None)?)
            })
        })
    }

    /// Says that a runner is safe somewhere (a checkpoint or other words), or that it is not known any more.
    ///
    /// # Errors
    /// When the bib is none or worn by several, or the place says nothing.
    pub fn say_safe(
        &self,
        bib: String,
        is_safe: bool,
        place: String,
        reason: Option<String>,
    ) -> Result<Said, CoreError> {
        self.saying(|inner, desk, now| {
            inner.write(desk, now, |pen| {
                let whom = Whom::of(pen.store(), bib.trim())?;
                Ok(words::safe(pen, &whom, is_safe, &place, reason.as_deref())?)
            })
        })
    }

    /// Takes a step in closing a checkpoint. `text`: for `Answer` what the station answered (the code of the question, and
    /// `came`, `out`, `dropped` with bibs), for `NameLast` the bib; `reason`: for `Reopen`, and for a release before its
    /// time.
    ///
    /// # Errors
    /// When it is not the time for it, or a bib means nobody.
    pub fn close_step(
        &self,
        checkpoint: String,
        act: ClosingAct,
        text: Option<String>,
        reason: Option<String>,
    ) -> Result<Said, CoreError> {
        self.saying(|inner, desk, now| {
            let said = inner.write(desk, now, |pen| {
                let station = Station::at(pen.store(), &checkpoint, pen.now_ms()?)?;
                let text = text.as_deref().unwrap_or_default();
                let mut step = Step { reason: reason.clone(), ..Step::default() };
                match act {
                    ClosingAct::Ask => step.asks = true,
                    ClosingAct::Answer => step.answer = Some(station.answer(text, [&[], &[], &[]])?),
                    ClosingAct::NameLast => step.last = Some(text.trim().to_owned()),
                    ClosingAct::Sweepers => step.is_swept = true,
                    ClosingAct::Release => step.releases = true,
                    ClosingAct::Reopen => step.reopens = true,
                }
                Ok(station.take(pen, &step)?)
            });
            said.map(Said::by_role)
        })
    }

    /// Accepts a suggestion of a finding, by its number.
    ///
    /// # Errors
    /// When there is no such finding or suggestion.
    pub fn accept(&self, finding: String, number: u32, reason: Option<String>) -> Result<Said, CoreError> {
        self.saying(|inner, desk, now| {
            inner.write(desk, now, |pen| {
                let known = pen.store().known()?;
                let all = review::review(&known, &results(&known));
                let found = findings::find(&all, &finding)?;
                let suggestion = findings::suggestion(found, Some(&number.to_string()))?;
                let reason = reason.as_deref().unwrap_or(&suggestion.reason);
                Ok(findings::accept(pen, &suggestion.acts, reason)?)
            })
        })
    }

    /// Says that a finding is nothing, or that it is something after all.
    ///
    /// # Errors
    /// When there is no such finding.
    pub fn dismiss(
        &self,
        finding: String,
        is_nothing: bool,
        reason: Option<String>,
    ) -> Result<Said, CoreError> {
        self.saying(|inner, desk, now| {
            let said = inner.write(desk, now, |pen| {
                let known = pen.store().known()?;
                let all = review::review(&known, &results(&known));
                let found = findings::find(&all, &finding)?;
                Ok(findings::dismiss(pen, found, is_nothing, reason.as_deref())?)
            });
            said.map(Said::by_role)
        })
    }
}

impl StatusWord {
    fn code(self) -> StatusCode {
        match self {
            Self::Ok => StatusCode::Ok,
            Self::Dns => StatusCode::Dns,
            Self::Dnf => StatusCode::Dnf,
            Self::Dsq => StatusCode::Dsq,
            Self::Otl => StatusCode::Otl,
        }
    }
}

/// An amendment as values of registers.
fn values(desk: &mut Desk, amendment: &Amendment) -> Result<Vec<(u16, Value)>, CoreError> {
    let mut values: Vec<(u16, Value)> = Vec::new();
    if let Some(bib) = &amendment.bib {
        values.push((field::BIB, Bib::new(bib.trim())?.as_str().into()));
    }
    values.extend(amendment.time_ms.map(|ms| (field::TIME, ms.into())));
    if let Some(checkpoint) = &amendment.checkpoint {
        values.push((field::CHECKPOINT, place(desk.store()?, checkpoint)?.as_str().into()));
    }
    values.extend(amendment.way.map(|way| (field::KIND, way.kind().as_str().into())));
    values.extend(amendment.note.as_deref().map(|note| (field::NOTE, note.into())));
    if values.is_empty() {
        let detail = "nothing is to be put right: pass a bib, time, checkpoint, way or note".to_owned();
        return Err(CoreError::Invalid { what: "amendment".to_owned(), detail });
    }
    Ok(values)
}

impl Race {
    fn saying(
        &self,
        work: impl FnOnce(&Inner, &mut Desk, Reading) -> Result<Said, CoreError>,
    ) -> Result<Said, CoreError> {
        let now = self.inner.reading();
        let said = self.work(|inner, desk| work(inner, desk, now))?;
        self.inner.tell(&Change::Said);
        Ok(said)
    }
}

impl Inner {
    /// Says something of an entry, wherever it stands.
    pub(super) fn say_of(
        &self,
        desk: &mut Desk,
        scan: &str,
        (values, reason): (&[(u16, Value)], Option<&str>),
        now: Reading,
    ) -> Result<Said, CoreError> {
        // What waits goes first, if it can.
        let drained = desk.drain(&self.home);
        match desk.find(scan)? {
            Err(number) => {
                desk.say_of_waiting(number, values, reason);
                desk.say_of_last(scan, values);
                Ok(Said::on_the_way(1))
            }
            Ok(at) if drained.is_err() => {
                desk.say_of_last(&at.to_string(), values);
                desk.put_later(at, values, reason);
                Ok(Said::on_the_way(1))
            }
            Ok(at) => {
                desk.say_of_last(&at.to_string(), values);
                self.write(desk, now, |pen| {
                    pen.put(Entity::Scan(at), values.to_vec(), reason)?;
                    Ok(())
                })
            }
        }
    }

    /// Writes by a pen. Where the disk does not take it, it is on its way, and is finished by the next call.
    pub(super) fn write(
        &self,
        desk: &mut Desk,
        now: Reading,
        work: impl FnOnce(&mut Pen<'_>) -> Result<(), CoreError>,
    ) -> Result<Said, CoreError> {
        desk.drain(&self.home)?;
        let mut pen = Pen::own(desk.store()?, now);
        let written = work(&mut pen).and_then(|()| Ok(pen.end()?));
        let waits = desk.store()?.unconfirmed();
        match written {
            Ok(Written { ops, idle, .. }) => {
                let store = desk.store()?;
                self.home.leave_mark(store);
                Ok(Said::written(count(ops.len()), count(idle)))
            }
            Err(_) if waits > 0 => Ok(Said::on_the_way(count(waits))),
            Err(error) => Err(error),
        }
    }
}
