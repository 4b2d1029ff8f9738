//! Running the examples as a reader would.

use std::{path::PathBuf, process::Command};

/// Cargo builds the examples with the tests, beside them.
pub fn run(name: &str, arguments: &[&str]) -> String {
    let tests = std::env::current_exe().expect("this test's own path");
    let built = tests.parent().and_then(|deps| deps.parent()).expect("the folder of the build");
    let program: PathBuf = built.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    let output = Command::new(&program).args(arguments).output().expect("the example runs; `cargo test` builds it");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{name}: {said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}
