//! What a person does at a replica: takes in records, answers findings, closes checkpoints, says who is safe. The command
//! and headquarters' pages do it by the same functions.
//!
//! Invariant: everything is written by a [`pen::Pen`], which asks first whether the person may say so; what is written are
//! ordinary operations, judged on every replica as if they had been written by hand.
//!
//! The modules stand in the order in which they use each other:
//!
//! * [`pen`]: what is written, for whom. [`clock`]: times as the race's people read and write them.
//! * [`whom`]: whom and where people mean. [`words`]: what they say of runners and values.
//! * [`findings`]: answers to a review. [`stations`]: closing a checkpoint. [`records`]: other sources. [`erasure`]:
//!   whose name goes.

pub mod pen;

pub mod clock;

pub mod whom;

pub mod words;

pub mod findings;

pub mod stations;

pub mod records;

pub mod erasure;

mod error;

pub use error::ClerkError;
