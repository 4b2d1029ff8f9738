//! A connection that was typed, to be kept as a profile: its name, whether it is only read, and where its password is to be had. The
//! password itself is never kept.

mod keep;

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent};
use secrecy::ExposeSecret;

use super::{
    typed_word::{TypedWord, WordKey},
    typing,
};
use crate::{
    app::{
        config::write::{ConfigEdit, NewProfile, PasswordSource},
        place::{Origin, Place, SecretSource},
    },
    disk,
    repository::{Target, mongo::uri},
};

/// A row of the pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileRow {
    /// Its name.
    Name,
    /// Whether it is only read.
    ReadOnly,
    /// Where its password is to be had.
    Password,
    /// Which variable or command that is.
    Source,
}

/// Where a password is to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordChoice {
    /// It is asked for each time.
    Prompt,
    /// A variable of the environment holds it.
    Environment,
    /// A command prints it.
    Command,
}

impl PasswordChoice {
    const ALL: [Self; 3] = [Self::Prompt, Self::Environment, Self::Command];

    /// In a few words.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::Prompt => "asked for each time",
            Self::Environment => "in a variable",
            Self::Command => "printed by a command",
        }
    }

    fn step(self, by: usize) -> Self {
        Self::ALL[(self as usize + by) % Self::ALL.len()]
    }
}

/// A connection that is to be kept.
pub struct ProfilePane {
    /// What it is to be called.
    pub name: TypedWord,
    /// Whether it is only read.
    pub read_only: bool,
    /// Where its password is to be had; `None`: it has none.
    pub password: Option<PasswordChoice>,
    /// The variable or the command.
    pub source: TypedWord,
    /// The row that takes the keys.
    pub row: ProfileRow,
    origin: Origin,
}

/// Without where it is: a password may be in it.
impl fmt::Debug for ProfilePane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProfilePane").field("row", &self.row).field("password", &self.password).finish_non_exhaustive()
    }
}

impl ProfilePane {
    fn new(place: &Place) -> Self {
        let has_user = uri_of(&place.origin).is_some_and(|uri| uri::lacks_password(&uri).is_some());
        Self {
            name: TypedWord::of(&suggested(place)),
            read_only: place.read_only,
            password: has_user.then_some(PasswordChoice::Prompt),
            source: TypedWord::default(),
            row: ProfileRow::Name,
            origin: place.origin.clone(),
        }
    }

    /// The rows that there are, in their order.
    #[must_use]
    pub fn rows(&self) -> Vec<ProfileRow> {
        let mut rows = vec![ProfileRow::Name, ProfileRow::ReadOnly];
        rows.extend(self.password.map(|_| ProfileRow::Password));
        let has_source = self.password.is_some_and(|password| password != PasswordChoice::Prompt);
        rows.extend(has_source.then_some(ProfileRow::Source));
        rows
    }

    /// What is wrong with what was typed.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        self.name.problem.as_deref().or(self.source.problem.as_deref())
    }

    /// Takes pasted text: its first line.
    pub fn paste(&mut self, text: &str) {
        if let Some(typed) = self.typed() {
            typed.paste(text.trim());
        }
    }

    fn typed(&mut self) -> Option<&mut TypedWord> {
        match self.row {
            ProfileRow::Name => Some(&mut self.name),
            ProfileRow::Source => Some(&mut self.source),
            ProfileRow::ReadOnly | ProfileRow::Password => None,
        }
    }

    fn step(&mut self, by: usize) {
        let rows = self.rows();
        let at = rows.iter().position(|row| *row == self.row).unwrap_or_default();
        self.row = rows[(at + by) % rows.len()];
    }

    /// Changes what is chosen and not typed; `false`: that row is typed in.
    fn turn(&mut self, key: KeyCode) -> bool {
        let steps = match key {
            KeyCode::Char(' ') | KeyCode::Right => 1,
            KeyCode::Left => PasswordChoice::ALL.len() - 1,
            _ => return self.typed().is_none(),
        };
        match self.row {
            ProfileRow::ReadOnly => self.read_only = !self.read_only,
            ProfileRow::Password => self.password = self.password.map(|password| password.step(steps)),
            ProfileRow::Name | ProfileRow::Source => return false,
        }
        true
    }

    /// A key; `true`: it is to be kept.
    fn on_key(&mut self, key: KeyEvent) -> WordKey {
        let last = self.rows().len() - 1;
        match key.code {
            KeyCode::Down | KeyCode::Tab => self.step(1),
            KeyCode::Up | KeyCode::BackTab => self.step(last),
            _ if typing::ends_line(key) => return WordKey::Enter,
            KeyCode::Esc => return WordKey::Leave,
            code if self.turn(code) => {}
            _ => {
                if let Some(typed) = self.typed() {
                    typed.on_key(key);
                }
            }
        }
        WordKey::Taken
    }

    fn password_source(&mut self) -> Option<PasswordSource> {
        let text = self.source.text().trim().to_owned();
        let wrong = |problem: &str| Some(problem.to_owned());
        match self.password {
            None => Some(PasswordSource::None),
            Some(PasswordChoice::Prompt) => Some(PasswordSource::Prompt),
            Some(PasswordChoice::Environment) => {
                if text.is_empty() || text.contains(['=', ' ', '$']) {
                    self.source.problem = wrong("the name of a variable, such as MONGODB_PASSWORD");
                    return None;
                }
                Some(PasswordSource::Environment(text))
            }
            Some(PasswordChoice::Command) => {
                let words = shlex::split(&text).filter(|words| !words.is_empty());
                if words.is_none() {
                    let problem = "a command whose first line is the password, such as pass show mongodb";
                    self.source.problem = wrong(problem);
                }
                words.map(PasswordSource::Command)
            }
        }
    }

    /// What is to be kept; `None`: something is wrong, which is said.
    fn edit(&mut self) -> Option<ConfigEdit> {
        let name = self.name.text().trim().to_owned();
        if name.is_empty() {
            self.name.problem = Some("a name, such as prod-eu".to_owned());
            self.row = ProfileRow::Name;
            return None;
        }
        let Some(password) = self.password_source() else {
            self.row = ProfileRow::Source;
            return None;
        };
        let read_only = self.read_only;
        let profile = match &self.origin {
            Origin::Target(Target::Folder(path)) => NewProfile::Folder { dir: path.display().to_string(), read_only },
            origin => {
                let (database, collection) = match origin {
                    Origin::Target(Target::Mongo { database, collection, .. }) => {
                        (database.clone(), collection.clone())
                    }
                    Origin::Kept(kept) => (kept.database.clone(), kept.collection.clone()),
                    Origin::Target(Target::Folder(_)) | Origin::Demo => (None, None),
                };
                NewProfile::Mongo { uri: uri_of(origin)?, database, collection, password, read_only }
            }
        };
        Some(ConfigEdit::Profile(name, profile))
    }
}

/// The connection string without its password; `None` where there is none that was typed.
fn uri_of(origin: &Origin) -> Option<String> {
    let uri = match origin {
        Origin::Target(Target::Mongo { uri, .. }) => uri,
        Origin::Kept(kept) => match &kept.uri {
            SecretSource::Value(uri) => uri,
            SecretSource::File(_) | SecretSource::Command(_) | SecretSource::Environment(_) => return None,
        },
        Origin::Target(Target::Folder(_)) | Origin::Demo => return None,
    };
    Some(uri::without_password(uri.expose_secret()))
}

/// The first word of its host, or the name of its folder.
fn suggested(place: &Place) -> String {
    match &place.origin {
        Origin::Target(Target::Folder(path)) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.is_empty() { disk::shorten_home(path) } else { name }
        }
        _ => place.name.split([':', '.', ',']).next().unwrap_or_default().to_owned(),
    }
}
