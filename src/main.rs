//! Arguments to config to one command or the browser.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
