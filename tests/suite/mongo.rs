//! The MongoDB reader against a real server.

mod closing;
mod commands;
mod common;
mod counted;
mod failing;
mod filters;
mod finding;
mod odd;
mod paging;
mod passwords;
mod reading;
