//! The file that an editor gets: in a folder of its own that only its user may enter, with what the editor puts beside it.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::OutsideText;
use crate::{app::config::places, disk};

/// Larger files are not taken: no value of a session is, also not as JSON.
const LARGEST: u64 = 64 << 20;

/// A text in a file, which is removed with its folder unless it is kept.
#[derive(Debug)]
pub(super) struct EditFile {
    folder: TempDir,
    path: PathBuf,
    before: String,
}

impl EditFile {
    /// Writes it below the folder for state, or where the platform keeps what is temporary.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(state_dir: Option<&Path>, edited: &OutsideText) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("strandscope-");
        let folder = match state_dir {
            Some(state) => {
                let below = state.join("edits");
                places::make_private(&below)?;
                builder.tempdir_in(below)?
            }
            None => builder.tempdir()?,
        };
        disk::set_mode(folder.path(), 0o700)?;
        let path = folder.path().join(format!("value{}", edited.suffix));
        let mut file = disk::new_private_file(&path)?;
        file.write_all(edited.text.as_bytes())?;
        // Editors end a file with a line break.
        file.write_all(b"\n")?;
        Ok(Self { folder, path, before: edited.text.clone() })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text that the editor was given.
    pub fn before(&self) -> &str {
        &self.before
    }

    /// The text as it is now, without the line break that ends the file.
    ///
    /// # Errors
    /// What is wrong with the file, said of it.
    pub fn read(&self) -> Result<String, String> {
        let cannot = |error: io::Error| format!("cannot be read ({})", disk::reason(&error));
        let meta = fs::metadata(&self.path).map_err(cannot)?;
        if !meta.is_file() {
            return Err("is no file".to_owned());
        }
        if meta.len() > LARGEST {
            return Err(format!("is larger than {} MiB", LARGEST >> 20));
        }
        let bytes = fs::read(&self.path).map_err(cannot)?;
        let text = String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
        // Some editors of Windows put a mark in front of each, and a carriage return at the end of each line.
        let text = match text.strip_prefix('\u{feff}') {
            Some(text) if !self.before.starts_with('\u{feff}') => text,
            _ => &text,
        };
        Ok(match text.strip_suffix('\n') {
            Some(text) if !self.before.ends_with('\r') => text.strip_suffix('\r').unwrap_or(text),
            Some(text) => text,
            None => text,
        }
        .to_owned())
    }

    /// Whether it holds what is nowhere else.
    pub fn has_changed(&self) -> bool {
        self.path.exists() && self.read().as_deref() != Ok(self.before.as_str())
    }

    /// Leaves it where it is.
    pub fn keep(self) -> PathBuf {
        let _ = self.folder.keep();
        self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &Path, text: &str) -> EditFile {
        EditFile::write(Some(folder), &OutsideText { text: text.to_owned(), suffix: ".txt", pages: false }).unwrap()
    }

    #[test]
    fn a_text_comes_back_as_it_was_also_with_line_breaks_at_its_end() {
        let state = tempfile::tempdir().unwrap();
        for text in ["", "a", "a\n", "\n", "a\n\n", "a\r", "\u{feff}a"] {
            let file = file(state.path(), text);
            assert_eq!(file.read().as_deref(), Ok(text));
            assert!(!file.has_changed());
        }
    }

    #[test]
    fn what_an_editor_writes_is_read_and_its_line_break_at_the_end_is_not() {
        let state = tempfile::tempdir().unwrap();
        let file = file(state.path(), "a");
        for (written, read) in [("b", "b"), ("b\n", "b"), ("b\r\n", "b"), ("\u{feff}b\n", "b"), ("b\n\n", "b\n")] {
            fs::write(file.path(), written).unwrap();
            assert_eq!(file.read().as_deref(), Ok(read));
            assert!(file.has_changed());
        }
    }

    #[test]
    fn what_cannot_be_taken_is_said() {
        let state = tempfile::tempdir().unwrap();
        let file = file(state.path(), "a");
        fs::write(file.path(), [0xff, 0xfe]).unwrap();
        assert_eq!(file.read(), Err("is not UTF-8".to_owned()));
        assert!(file.has_changed(), "it is kept");
        fs::remove_file(file.path()).unwrap();
        assert_eq!(file.read(), Err("cannot be read (there is no such file)".to_owned()));
        assert!(!file.has_changed(), "there is nothing to keep");
        fs::create_dir(file.path()).unwrap();
        assert_eq!(file.read(), Err("is no file".to_owned()));
    }

    #[test]
    fn it_goes_with_all_beside_it_unless_it_is_kept() {
        let state = tempfile::tempdir().unwrap();
        let gone = file(state.path(), "a");
        let path = gone.path().to_owned();
        fs::write(path.with_extension("txt~"), "an older state").unwrap();
        drop(gone);
        assert!(!path.parent().unwrap().exists());
        let path = file(state.path(), "b").keep();
        assert_eq!(fs::read_to_string(&path).unwrap(), "b\n");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_it() {
        let state = tempfile::tempdir().unwrap();
        let file = file(state.path(), "a");
        assert_eq!(disk::mode(&fs::metadata(file.path()).unwrap()), 0o600);
        for folder in file.path().ancestors().skip(1).take(2) {
            assert_eq!(disk::mode(&fs::metadata(folder).unwrap()), 0o700, "{}", folder.display());
        }
    }
}
