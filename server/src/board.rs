//! The board: what people see of a race in a browser.
//!
//! Invariant: every page reads without scripts, asks nobody but this server for anything, and shows names as text in
//! their own direction of writing, never as markup. A page is made once per picture, however many look at it.

mod answers;
mod assets;
mod course;
mod front;
mod groups;
mod layout;
mod parts;
mod people;
mod runner;

pub use answers::{chart_of, course_of, front_of, group_of, groups_of, races_of, runner_of, search_of};
pub use assets::asset;
pub use layout::{Frame, Link, page};
pub use parts::encoded;
