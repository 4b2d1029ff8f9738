//! The MongoDB reader against a real server.

mod causes;
mod changed;
mod closing;
mod commands;
pub mod common;
mod connections;
mod counted;
mod edits;
mod failing;
mod filters;
mod finding;
mod foreign;
mod ids;
mod odd;
mod offers;
mod paging;
mod passwords;
mod polling;
mod raw_bytes;
mod reading;
mod rights;
mod sorting;
mod tls;
mod undone;
mod watch;
