//! The MongoDB reader against a real server.

mod support;

#[path = "mongo/common.rs"]
mod common;
#[path = "mongo/paging.rs"]
mod paging;
#[path = "mongo/reading.rs"]
mod reading;
