//! The MongoDB reader against a real server.

mod causes;
mod closing;
mod commands;
mod common;
mod connections;
mod counted;
mod failing;
mod filters;
mod finding;
mod foreign;
mod ids;
mod odd;
mod paging;
mod passwords;
mod polling;
mod raw_bytes;
mod reading;
mod tls;
mod watch;
