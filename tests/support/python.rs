//! Pythons with packages of the index, each made once and kept under `target/`.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

const HELP: &str = "These tests run Python: python3 (3.10 or later) with venv and pip must be there and reach the Python \
                    package index.";

/// A Python with that package, such as `strands-agents==1.62.0`.
pub fn with(package: &str) -> PathBuf {
    let room = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(room).expect("target/tmp can be made");
    let name = package.replace("==", "-").replace(['[', ']', ','], "-");
    let venv = room.join(&name);
    let program = venv.join("bin").join("python");
    // Several test binaries may start at once: one installs, the others wait for it.
    let lock = File::create(room.join(format!("{name}.lock"))).expect("a lock file in target/tmp");
    lock.lock().expect("the lock in target/tmp");
    if !venv.join("complete").is_file() {
        eprintln!("installing {package} for the tests (once)");
        let _ = fs::remove_dir_all(&venv);
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv));
        run(Command::new(&program).args(["-m", "pip", "install", "--quiet", package]));
        fs::write(venv.join("complete"), "").expect("a file in target/tmp");
    }
    program
}

/// Runs it and gives what it said on standard output.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}. {HELP}"));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?} did not work. {HELP}\n{said}");
    String::from_utf8(output.stdout).expect("UTF-8")
}
