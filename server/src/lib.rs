//! Headquarters: many races in one process, met by phones over any link and looked at over HTTP.
//!
//! Invariant: one thread writes each race; what it answers leaves the process after the commit that it depends on. What
//! anybody reads is a picture made beside it, so no number of readers delays a scan. Why it is built so, and its limits,
//! stand in `docs/headquarters.md`.
//!
//! The modules stand in the order in which they use each other:
//!
//! * [`settings`]: the limits, with defaults and units. [`metrics`]: what is counted.
//! * [`bucket`], [`guests`]: how often a key may come, and how many may be here. [`batteries`]: what they said of theirs.
//! * [`shared`]: the log in a database that several processes share.
//! * [`keeper`]: the thread that writes one race. [`picture`]: what readers see.
//! * [`shown`]: what everybody may see of a picture. [`view`]: a picture as answers.
//! * [`hub`]: the races. [`visit`]: one phone. [`listener`]: the port for phones.
//! * [`when`]: times as people read them. [`board`]: what people see in a browser. [`api`]: the same for
//!   programs.
//! * [`sessions`], [`gate`]: who signed in, and whether they may. [`staff`]: their pages. [`door`]: other systems.
//! * [`routes`]: what is served over HTTP, and to whom. [`bridge`], [`web`]: how.
//! * [`server`]: all of it, begun and stopped.

pub mod settings;

pub mod metrics;

pub mod when;

pub mod bucket;

pub mod guests;

pub mod batteries;

pub mod shared;

pub mod keeper;

pub mod picture;

pub mod shown;

pub mod view;

pub mod sessions;

pub mod hub;

pub mod visit;

pub mod listener;

pub mod bridge;

pub mod board;

pub mod api;

pub mod gate;

pub mod staff;

pub mod door;

pub mod routes;

pub mod web;

pub mod server;

mod error;

pub use error::ServerError;
