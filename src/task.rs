//! The background task: it owns the repository. Commands in, events out, nothing shared; the render loop never waits
//! for it.

pub mod command;
pub mod event;
pub mod worker;

pub use command::{Command, Ticket};
pub use event::{Event, Link};
pub use worker::{Task, spawn};
