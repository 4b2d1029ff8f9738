//! Themes: files that say how each kind of text looks. Some come with the program; those of a person lie in the folder `themes` beside
//! the file of settings, and may build on another one.

mod sheet;

use std::{
    borrow::Cow,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, OnceLock},
};

use super::toml_walk::right_word;
use crate::disk;
use sheet::RawSheet;
pub use sheet::{SheetGround, SheetStyle, ThemeSheet};

/// What has a look of its own, by the names that a theme gives them.
pub const MEANINGS: [&str; 18] = [
    "text",
    "dim",
    "title",
    "border",
    "focus",
    "selected",
    "user",
    "assistant",
    "tool",
    "reasoning",
    "ok",
    "warn",
    "error",
    "new",
    "glow",
    "hit",
    "code",
    "link",
];

/// No file of a theme is longer, in bytes.
const LONGEST: u64 = 64 * 1024;

/// So many files are looked at.
const MOST: usize = 500;

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        /// Those that come with the program: name and text.
        const SHIPPED: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../assets/themes/", $name, ".toml")))),*];
    };
}

shipped![
    "dark",
    "light",
    "any",
    "none",
    "high-contrast",
    "high-contrast-light",
    "colour-blind-dark",
    "colour-blind-light",
    "catppuccin-latte",
    "catppuccin-mocha",
    "dracula",
    "everforest",
    "gruvbox-dark",
    "gruvbox-light",
    "nord",
    "rose-pine",
    "solarized-dark",
    "solarized-light",
    "tokyo-night",
];

/// The themes that there are.
#[derive(Clone)]
pub struct Themes {
    found: Arc<[FoundTheme]>,
    /// Where those of a person are.
    folder: Option<Arc<Path>>,
}

impl PartialEq for Themes {
    fn eq(&self, other: &Self) -> bool {
        self.found == other.found
    }
}

impl Eq for Themes {}

impl fmt::Debug for Themes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

/// One of them.
struct FoundTheme {
    name: String,
    /// Where it is; `None`: it comes with the program.
    file: Option<PathBuf>,
    /// Its text, or why that cannot be read.
    text: Result<Cow<'static, str>, String>,
    /// What it says with what it inherits, once that was asked.
    sheet: OnceLock<Result<ThemeSheet, String>>,
}

impl PartialEq for FoundTheme {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.file, &self.text) == (&other.name, &other.file, &other.text)
    }
}

impl Eq for FoundTheme {}

impl FoundTheme {
    fn new(name: String, file: Option<PathBuf>, text: Result<Cow<'static, str>, String>) -> Self {
        Self { name, file, text, sheet: OnceLock::new() }
    }
}

impl Default for Themes {
    fn default() -> Self {
        static ALONE: LazyLock<Themes> = LazyLock::new(|| Themes::load(None));
        ALONE.clone()
    }
}

fn shipped() -> impl Iterator<Item = FoundTheme> {
    SHIPPED.iter().map(|(name, text)| FoundTheme::new((*name).to_owned(), None, Ok(Cow::Borrowed(*text))))
}

impl Themes {
    /// Those that come with the program, and those of a folder, which need not be there. One of the folder takes the place of
    /// one that is called the same.
    #[must_use]
    pub fn load(folder: Option<&Path>) -> Self {
        let own = folder.map(own).unwrap_or_default();
        Self { found: shipped().chain(own).collect(), folder: folder.map(Arc::from) }
    }

    /// The same from the disk once more: files may have come, changed or gone. All of them are parsed, so that nobody waits for that
    /// where they are shown.
    #[must_use]
    pub fn read_anew(&self) -> Self {
        let read = Self::load(self.folder.as_deref());
        if read == *self {
            return self.clone();
        }
        for name in read.names() {
            // What is wrong with one is told where it is chosen.
            let _ = read.sheet(name);
        }
        read
    }

    /// Where the themes of a person are, beside the file of settings.
    #[must_use]
    pub fn folder(config_file: &Path) -> PathBuf {
        config_file.with_file_name("themes")
    }

    /// The name of each, once.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::with_capacity(self.found.len());
        for found in &*self.found {
            if !names.contains(&found.name.as_str()) {
                names.push(&found.name);
            }
        }
        names
    }

    /// What the theme of that name says, with what it inherits.
    ///
    /// # Errors
    /// A sentence: there is none of that name (with the nearest), or where there is a mistake in its file and what would be right.
    pub fn sheet(&self, name: &str) -> Result<ThemeSheet, String> {
        let Some(at) = self.below(name, &[]) else {
            return Err(format!("there is no theme {name:?}; {}", right_word(name, &self.names())));
        };
        // Menus and completions ask for all of them at every key.
        let whole = || self.whole(name, &mut Vec::new()).map(|raw| raw.resolved());
        self.found[at].sheet.get_or_init(whole).clone()
    }

    /// A theme and what it inherits, checked. `above`: the places of those that inherit it.
    fn whole(&self, name: &str, above: &mut Vec<usize>) -> Result<RawSheet, String> {
        let found = self.below(name, above);
        let Some(at) = found else { return Err(format!("the theme {name:?} inherits itself")) };
        let theme = &self.found[at];
        let text = theme.text.as_ref().map_err(Clone::clone)?;
        let mut raw = RawSheet::parse(text).map_err(|(line, problem)| theme.at(line, &problem))?;
        if let Some((parent, line)) = raw.inherits.take() {
            above.push(at);
            if !self.found.iter().any(|found| found.name == parent) {
                let names = self.names();
                let problem = format!("inherits: there is no theme {parent:?}; {}", right_word(&parent, &names));
                return Err(theme.at(line, &problem));
            }
            if self.below(&parent, above).is_none() {
                return Err(theme.at(line, &format!("inherits: the theme {parent:?} inherits itself")));
            }
            raw = raw.over(self.whole(&parent, above)?);
        }
        raw.check().map_err(|(line, problem)| theme.at(line, &problem))?;
        Ok(raw)
    }

    /// The place of the theme of that name. A file of the name of one that comes with the program may build on that one.
    fn below(&self, name: &str, above: &[usize]) -> Option<usize> {
        (0..self.found.len()).rev().find(|at| self.found[*at].name == name && !above.contains(at))
    }
}

impl FoundTheme {
    /// A mistake in it, with its place: the folder is the one beside the settings, and what is wrong is to be seen on one line.
    fn at(&self, line: usize, problem: &str) -> String {
        match &self.file {
            Some(file) => {
                let parts: Vec<_> = file.components().rev().take(2).collect();
                let short: PathBuf = parts.into_iter().rev().collect();
                format!("{}, line {line}: {problem}", short.display())
            }
            None => format!("the theme {:?}, line {line}: {problem}", self.name),
        }
    }
}

/// The themes of a folder, by name. One that cannot be read says so where it is chosen.
fn own(folder: &Path) -> Vec<FoundTheme> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let files = entries.filter_map(Result::ok).map(|entry| entry.path()).take(MOST);
    let mut own: Vec<FoundTheme> = files
        .filter(|file| file.extension().is_some_and(|extension| extension == "toml"))
        .filter_map(|file| {
            let name = file.file_stem()?.to_str()?.to_owned();
            let text = read(&file).map(Cow::Owned);
            Some(FoundTheme::new(name, Some(file), text))
        })
        .collect();
    own.sort_by(|one, other| one.name.cmp(&other.name));
    own
}

fn read(file: &Path) -> Result<String, String> {
    let cannot = |why: String| format!("cannot read the theme {}: {why}", file.display());
    let about = std::fs::metadata(file).map_err(|error| cannot(disk::reason(&error)))?;
    if !about.is_file() || about.len() > LONGEST {
        return Err(cannot("it is no file of at most 64 KiB".to_owned()));
    }
    let bytes = std::fs::read(file).map_err(|error| cannot(disk::reason(&error)))?;
    String::from_utf8(bytes).map_err(|_| cannot("it is not UTF-8 text".to_owned()))
}

#[cfg(test)]
mod tests;
