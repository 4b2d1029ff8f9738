//! A home to run commands in, and how they ended.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

/// A home of its own; nothing of the machine's own settings is seen.
pub struct Home(TempDir);

/// How a command ended.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Home {
    pub fn empty() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn config(&self, text: &str) -> String {
        let path: PathBuf = self.path().join("config.toml");
        fs::write(&path, text).expect("a configuration");
        path.to_str().expect("a path").to_owned()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strandscope"));
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("STRANDSCOPE_") || text.starts_with("XDG_") || text == "MONGODB_URI" {
                command.env_remove(&name);
            }
        }
        command.env_remove("RUST_BACKTRACE");
        command.env("HOME", self.path()).env("NO_COLOR", "1").current_dir(self.path()).args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.ended(self.command(args))
    }

    pub fn ended(&self, command: Command) -> Ran {
        let output = assert_cmd::Command::from_std(command).output().expect("the program runs");
        let place = self.path().to_str().expect("a path");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8").replace(place, "HOME");
        Ran { code: output.status.code().expect("an exit code"), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Ran {
    /// Standard output of a command that went well and had nothing to say.
    pub fn data(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    /// What was said, and the exit code, of a command that did not go well and gave no data.
    pub fn talk(self) -> String {
        assert_eq!(self.out, "");
        format!("[{}] {}", self.code, self.err)
    }
}
