//! Python packages for the tests.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

const HELP: &str = "These tests run a Python package: python3 (3.10 or later) with venv and pip must be there and reach the \
                    Python package index.";

/// A Python with that package (`name==version`), made once and kept under `target/`.
pub fn python(package: &str) -> PathBuf {
    let room = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(room).unwrap();
    let name = package.replace("==", "-").replace(['[', ']', ','], "-");
    let venv = room.join(&name);
    let program = venv.join("bin").join("python");
    // Several test programs may want it at once: one makes it, the others wait.
    let lock = File::create(room.join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    if !venv.join("complete").is_file() {
        eprintln!("installing {package} for the tests (once)");
        let _ = fs::remove_dir_all(&venv);
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv));
        run(Command::new(&program).args(["-m", "pip", "install", "--quiet", package]));
        fs::write(venv.join("complete"), "").unwrap();
    }
    program
}

/// What a command said that went well.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}. {HELP}"));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?} did not work. {HELP}\n{said}");
    String::from_utf8(output.stdout).unwrap()
}
