//! The background task: it owns the repository. Commands in, events out, nothing shared; the render loop never waits
//! for it.

mod before;
mod bulk;
pub mod command;
mod crash;
pub mod event;
mod lanes;
mod lid;
mod link;
mod live;
mod opening;
mod question;
mod unhurried;
pub mod worker;
mod writer;

pub use command::{Command, FleetScope, Lane, Ticket, WriteId, WriteOrder};
pub use event::{Event, Link};
pub use opening::Opener;
pub use worker::{Task, spawn, spawn_with};
pub use writer::Writing;
