//! A place that is typed on the start screen: a connection string, a host with its port, or a folder.

mod open;

use std::fmt;

use super::typed_word::TypedWord;
use crate::{app::config::typed_folder, repository::mongo::uri};

/// Folders whose path begins as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFolders {
    /// As it was typed.
    pub typed: String,
    /// Their paths in the same form, in order; or why they cannot be listed.
    pub found: Result<Vec<String>, String>,
}

/// A place that is typed.
#[derive(Default)]
pub struct NewPlacePane {
    typed: TypedWord,
    /// Folders that it may become.
    pub folders: Vec<String>,
    /// What was typed as they were asked for.
    asked: Option<String>,
}

/// Without what is typed: a password may be in it.
impl fmt::Debug for NewPlacePane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPlacePane").field("folders", &self.folders).finish_non_exhaustive()
    }
}

impl NewPlacePane {
    /// What is typed, as it is shown: without what is secret.
    #[must_use]
    pub fn shown(&self) -> TypedWord {
        self.typed.masked(&uri::secret_spans(&self.typed.text()))
    }

    /// Takes pasted text: its first line.
    pub fn paste(&mut self, text: &str) {
        self.typed.paste(text.trim());
        self.folders.clear();
    }

    fn take_folders(&mut self, listed: ListedFolders) {
        if self.asked.take_if(|asked| *asked == listed.typed).is_none() || self.typed.text() != listed.typed {
            return;
        }
        match listed.found {
            Err(why) => self.typed.problem = Some(why),
            Ok(found) if found.is_empty() => self.typed.problem = Some("no folder begins like that".to_owned()),
            Ok(found) => {
                let common = common_start(&found);
                let whole = if found.len() == 1 { format!("{common}/") } else { common.to_owned() };
                self.typed = TypedWord::of(&typed_folder(&whole));
                self.folders = if found.len() == 1 { Vec::new() } else { found };
            }
        }
    }
}

/// What all of them begin with.
fn common_start(texts: &[String]) -> &str {
    let Some((first, rest)) = texts.split_first() else { return "" };
    let same = |other: &String| first.char_indices().zip(other.chars()).find(|((_, one), two)| one != two);
    let end = rest.iter().map(|other| same(other).map_or(first.len().min(other.len()), |((at, _), _)| at)).min();
    &first[..end.unwrap_or(first.len())]
}
