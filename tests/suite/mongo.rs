//! The MongoDB reader against a real server.

mod commands;
mod common;
mod connections;
mod counted;
mod failing;
mod filters;
mod finding;
mod odd;
mod paging;
mod reading;
