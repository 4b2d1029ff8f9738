//! A connection that was typed, to be kept as a profile: its name, whether it is only read, and where its password is to be had. The
//! password itself is kept only where a person asks for just that.

mod keep;
mod name;

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent};
use secrecy::{ExposeSecret, SecretString};

use super::{
    typed_word::{TypedWord, WordKey},
    typing,
};
use crate::{
    app::{
        config::write::{ConfigEdit, NewProfile, PasswordSource, WholeUri},
        place::{Origin, Place, SecretSource},
        task::Ticket,
    },
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
    /// The file of settings holds it.
    Here,
}

impl PasswordChoice {
    const ALL: [Self; 4] = [Self::Prompt, Self::Environment, Self::Command, Self::Here];

    /// In a few words.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::Prompt => "asked for each time",
            Self::Environment => "in a variable",
            Self::Command => "printed by a command",
            Self::Here => "in the file of settings",
        }
    }

    /// The next one, or the one before; only a password that is known can be kept.
    fn step(self, forward: bool, is_known: bool) -> Self {
        let len = Self::ALL.len() - usize::from(!is_known);
        Self::ALL[(self as usize + if forward { 1 } else { len - 1 }) % len]
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
    /// The place as it is open.
    place: Place,
    /// The connection it is open with.
    ticket: Ticket,
    /// The connection string with its password, where that is known.
    whole: Option<SecretString>,
    /// The name that it is being kept under.
    kept_as: Option<String>,
}

/// Without where it is: a password may be in it.
impl fmt::Debug for ProfilePane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProfilePane").field("row", &self.row).field("password", &self.password).finish_non_exhaustive()
    }
}

impl ProfilePane {
    fn new(place: &Place, ticket: Ticket, taken: &[Place]) -> Self {
        let has_user = uri_of(&place.origin).is_some_and(|uri| uri::lacks_password(&uri).is_some());
        let (password, source) = before(&place.origin);
        Self {
            name: TypedWord::suggested(&name::suggested(place, taken)),
            read_only: place.read_only,
            password: has_user.then_some(password),
            source: TypedWord::suggested(&source),
            row: ProfileRow::Name,
            whole: whole_of(&place.origin).filter(|_| has_user),
            place: place.clone(),
            ticket,
            kept_as: None,
        }
    }

    /// Whether it is being kept under that name.
    fn is_kept_as(&self, name: &str) -> bool {
        self.kept_as.as_deref() == Some(name)
    }

    /// The rows that there are, in their order.
    #[must_use]
    pub fn rows(&self) -> Vec<ProfileRow> {
        let mut rows = vec![ProfileRow::Name, ProfileRow::ReadOnly];
        rows.extend(self.password.map(|_| ProfileRow::Password));
        let has_source = matches!(self.password, Some(PasswordChoice::Environment | PasswordChoice::Command));
        rows.extend(has_source.then_some(ProfileRow::Source));
        rows
    }

    /// What there is to say of what is chosen.
    #[must_use]
    pub fn warning(&self) -> Option<&'static str> {
        let is_here = self.password == Some(PasswordChoice::Here);
        is_here
            .then_some("whoever can read the file, or a copy of it, has the password; it is made yours alone to read")
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
        let forward = match key {
            KeyCode::Char(' ') | KeyCode::Right => true,
            KeyCode::Left => false,
            _ => return self.typed().is_none(),
        };
        let is_known = self.whole.is_some();
        match self.row {
            ProfileRow::ReadOnly => self.read_only = !self.read_only,
            ProfileRow::Password => {
                self.password = self.password.map(|password| password.step(forward, is_known));
            }
            ProfileRow::Name | ProfileRow::Source => return false,
        }
        true
    }

    /// A key; `Enter`: it is to be kept.
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
            Some(PasswordChoice::Here) => self.whole.clone().map(|whole| PasswordSource::Here(WholeUri(whole))),
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
        let profile = match &self.place.origin {
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

/// The connection string with its password; `None` where that is not known here.
fn whole_of(origin: &Origin) -> Option<SecretString> {
    match origin {
        Origin::Target(Target::Mongo { uri, .. }) => Some(uri.clone()),
        Origin::Kept(kept) => match (&kept.uri, &kept.password) {
            (SecretSource::Value(uri), Some(SecretSource::Value(typed))) => {
                Some(uri::with_password(uri.expose_secret(), typed.expose_secret()))
            }
            _ => None,
        },
        Origin::Target(Target::Folder(_)) | Origin::Demo => None,
    }
}

/// Where its password was to be had until now.
fn before(origin: &Origin) -> (PasswordChoice, String) {
    let password = match origin {
        Origin::Kept(kept) => kept.password.as_ref(),
        Origin::Target(_) | Origin::Demo => None,
    };
    match password {
        Some(SecretSource::Environment(name)) => (PasswordChoice::Environment, name.clone()),
        Some(SecretSource::Command(words)) => {
            let line = shlex::try_join(words.iter().map(String::as_str)).unwrap_or_default();
            (PasswordChoice::Command, line)
        }
        Some(SecretSource::Value(_) | SecretSource::File(_)) | None => (PasswordChoice::Prompt, String::new()),
    }
}
