//! The MongoDB reader against a real server.

mod support;

#[path = "mongo/common.rs"]
mod common;
#[path = "mongo/failing.rs"]
mod failing;
#[path = "mongo/finding.rs"]
mod finding;
#[path = "mongo/odd.rs"]
mod odd;
#[path = "mongo/paging.rs"]
mod paging;
#[path = "mongo/reading.rs"]
mod reading;
