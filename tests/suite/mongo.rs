//! The MongoDB reader against a real server.

mod commands;
mod common;
mod counted;
mod failing;
mod filters;
mod finding;
mod foreign;
mod ids;
mod odd;
mod paging;
mod raw_bytes;
mod reading;
