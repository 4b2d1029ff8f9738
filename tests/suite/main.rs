//! The integration tests, one program: it is linked once and starts one MongoDB.
#![expect(clippy::unwrap_used, reason = "the helpers belong to the tests")]

#[path = "../support/examples.rs"]
mod examples;
#[path = "../../examples/memory.rs"]
#[expect(dead_code, reason = "it is a program of its own too")]
mod memory;
#[cfg(unix)]
#[path = "../support/python.rs"]
mod python;
#[path = "../support/mod.rs"]
mod support;
#[cfg(unix)]
#[expect(dead_code, reason = "the tests of the terminal use all of it")]
#[path = "../support/terminal.rs"]
mod terminal;

mod assistant;
mod by_hand;
mod cli;
mod config;
mod conformance;
mod copies;
mod decode;
mod encryption;
mod example;
mod filter;
mod folder;
mod folder_watch;
mod folder_writing;
mod global;
mod guards;
mod hooks;
mod hostile;
mod house;
mod joint;
mod layouts;
mod live;
mod lost_answers;
mod manager;
mod mcp;
mod metrics;
mod mongo;
mod proxy;
mod readme;
mod reports;
mod scope;
mod side_by_side;
mod strands;
mod task;
mod web;
