//! Arguments to config to one command or the browser.

use std::process::ExitCode;

fn main() -> ExitCode {
    strandscope::app::cli::main()
}
