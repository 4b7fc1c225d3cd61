//! The dialogue in which a checkpoint is closed, step by step.
//!
//! Invariant: each step is an operation of whoever says it; what the station corrects becomes scans and statuses.

use bibtrail_core::{
    closing::{Answer, Closing, EXPECTED_MAX, Stage, answer_from},
    ids::{Bib, Key},
    op::{Entity, EntityValues, Scan, ScanKind, Status, StatusCode, Value, field},
    race::RaceSetup,
    store::Store,
    watch,
};

use crate::{ClerkError, pen::Pen, whom, whom::Whom};

/// A checkpoint and what is known about closing it.
#[derive(Clone, Debug)]
pub struct Station {
    /// Its key.
    pub key: Key,
    /// Its name.
    pub name: String,
    /// What was said.
    pub closing: Closing,
    /// Who is still to come, in order of bib.
    pub expected: Vec<Bib>,
}

/// What is said in one step; several may be said together.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Headquarters asks about those who are still to come.
    pub asks: bool,
    /// The station answers.
    pub answer: Option<Answer>,
    /// The last runner who came through.
    pub last: Option<String>,
    /// The sweepers passed.
    pub is_swept: bool,
    /// Headquarters lets the station go.
    pub releases: bool,
    /// It is opened again.
    pub reopens: bool,
    /// Why.
    pub reason: Option<String>,
}

impl Station {
    /// The checkpoint that `text` names, as of `now_ms`.
    ///
    /// # Errors
    /// When the race has none of that name, or the database fails.
    pub fn at(store: &Store, text: &str, now_ms: i64) -> Result<Self, ClerkError> {
        let known = store.known()?;
        let watch = watch::watch(&known, &store.heard()?, now_ms);
        let key = whom::checkpoint(&known.setup, text)?;
        let name = known.setup.checkpoint(&key).map_or_else(|| key.to_string(), |c| c.name.clone());
        let closing = store.closings()?.remove(&key).unwrap_or_default();
        Ok(Self { expected: watch.expected_at(&key), key, name, closing })
    }

    /// How far the closing has come.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.closing.stage(&self.key, &self.expected)
    }

    /// What the station answers: the text as it was heard, and lists of bibs that were given beside it, separated by
    /// commas or spaces.
    ///
    /// # Errors
    /// When it cannot be understood, or answers another question.
    pub fn answer(&self, heard: &str, beside: [&[String]; 3]) -> Result<Answer, ClerkError> {
        let mut answer = answer_from(heard)?;
        let lists = [&mut answer.came, &mut answer.out, &mut answer.dropped];
        for (bibs, given) in lists.into_iter().zip(beside) {
            let texts = given.iter().flat_map(|text| text.split([',', ' '])).filter(|text| !text.is_empty());
            for text in texts {
                bibs.push(Bib::new(text)?);
            }
        }
        match &self.closing.code {
            Some(code) if *code == answer.code => Ok(answer),
            code => Err(ClerkError::OtherCode { given: answer.code, asked: code.clone() }),
        }
    }

    /// No station closes while somebody may still come, unless headquarters says why.
    fn may_release(&self, has_reason: bool) -> Result<(), ClerkError> {
        match self.stage() {
            Stage::Ready => Ok(()),
            _ if has_reason => Ok(()),
            stage => Err(ClerkError::NotReadyToClose { name: self.name.clone(), stage: stage.as_str() }),
        }
    }

    fn words(&self, store: &Store, step: &Step) -> Result<Vec<(u16, Value)>, ClerkError> {
        let (closing, mut words) = (&self.closing, Vec::new());
        if step.asks {
            let expected = self.expected.len();
            if expected > EXPECTED_MAX {
                return Err(ClerkError::TooEarlyToClose { expected, most: EXPECTED_MAX });
            }
            words.push(closing.ask(&self.expected));
        }
        words.extend(step.answer.as_ref().map(|answer| closing.answer(answer)));
        if let Some(bib) = &step.last {
            words.push(closing.last_through(&Whom::of(store, bib)?.bib));
        }
        if step.is_swept {
            words.push(closing.swept());
        }
        if step.releases {
            self.may_release(step.reason.is_some())?;
            words.push(closing.release(&self.key, &self.expected));
        }
        if step.reopens {
            words.push(closing.reopen(step.reason.as_deref().ok_or(ClerkError::WhyReopen)?));
        }
        Ok(words)
    }

    /// Takes a step. All is looked up and asked for before anything is written.
    ///
    /// # Errors
    /// When it is not the time for it, a bib means nobody, or the person may not.
    pub fn take(&self, pen: &mut Pen<'_>, step: &Step) -> Result<(), ClerkError> {
        let words = self.words(pen.store(), step)?;
        if words.is_empty() {
            return Ok(());
        }
        let said = vec![(Entity::Checkpoint(self.key.clone()), words)];
        pen.check(&said)?;
        if let Some(answer) = &step.answer {
            self.correct(pen, answer, step.reason.as_deref())?;
        }
        pen.put_all(said, step.reason.as_deref())?;
        Ok(())
    }

    /// What the station puts right: passings that nobody recorded, and who stopped here.
    fn correct(&self, pen: &mut Pen<'_>, answer: &Answer, reason: Option<&str>) -> Result<(), ClerkError> {
        for bib in &answer.out {
            Whom::of(pen.store(), bib.as_str())?;
        }
        let mut dropped: Vec<EntityValues> = Vec::new();
        for bib in &answer.dropped {
            let whom = Whom::of(pen.store(), bib.as_str())?;
            let status = Status { code: StatusCode::Dnf, checkpoint: Some(self.key.clone()) };
            dropped.push((whom.entity, vec![(field::STATUS, status.value())]));
        }
        pen.check(&dropped)?;
        let (kind, reading) = (last_way(&pen.store().setup()?, &self.key), pen.now());
        let mut scans = Vec::new();
        for bib in &answer.came {
            Whom::of(pen.store(), bib.as_str())?;
            scans.push(Scan::new(bib.clone(), self.key.clone(), kind, reading));
        }
        let reason = reason.or(Some("said when the checkpoint was closed"));
        let note = Value::from("came through unrecorded; the time is that of the report");
        for scan in pen.record(&scans)? {
            pen.put(Entity::Scan(scan.at()), vec![(field::NOTE, note.clone())], reason)?;
        }
        pen.put_all(dropped, reason)?;
        Ok(())
    }
}

/// Whoever came through went out again, where both ways are recorded.
fn last_way(setup: &RaceSetup, checkpoint: &Key) -> ScanKind {
    let mut visits = setup.courses.iter().flat_map(|course| &course.visits);
    let is_both = visits.any(|visit| visit.checkpoint == *checkpoint && visit.in_out);
    if is_both { ScanKind::Out } else { ScanKind::In }
}
