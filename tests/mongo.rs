//! The MongoDB reader against a real server.

mod support;

#[path = "mongo/commands.rs"]
mod commands;
#[path = "mongo/common.rs"]
mod common;
#[path = "mongo/failing.rs"]
mod failing;
#[path = "mongo/filters.rs"]
mod filters;
#[path = "mongo/finding.rs"]
mod finding;
#[path = "cli/home.rs"]
mod home;
#[path = "mongo/odd.rs"]
mod odd;
#[path = "mongo/paging.rs"]
mod paging;
#[path = "mongo/reading.rs"]
mod reading;
