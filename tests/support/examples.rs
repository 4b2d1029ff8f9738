//! Running the examples as a reader would.

use std::{path::PathBuf, process::Command};

/// The program of an example: Cargo builds them with the tests, beside them.
pub fn program(name: &str) -> PathBuf {
    let tests = std::env::current_exe().expect("this test's own path");
    let built = tests.parent().and_then(|deps| deps.parent()).expect("the folder of the build");
    built.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION)
}

/// Runs an example to its end and gives what it said.
pub fn run(name: &str, arguments: &[&str]) -> String {
    let output =
        Command::new(program(name)).args(arguments).output().expect("the example runs; `cargo test` builds it");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{name}: {said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}
