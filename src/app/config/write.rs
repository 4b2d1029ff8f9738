//! Changes of the file of settings that a person makes from the screen: one value at a time, comments and order kept.

use std::{
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};
use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};

use super::{Column, Config, ConfigError, places};
use crate::{disk, repository::mongo::uri};

/// What is to be kept in the file of settings.
#[derive(Debug, Clone, PartialEq)]
pub enum ConfigEdit {
    /// `ui.columns`.
    Columns(Vec<Column>),
    /// `filters.NAME`, as it was typed.
    Filter(String, String),
    /// `ui.theme`.
    Theme(String),
    /// `profiles.NAME`.
    Profile(String, NewProfile),
}

/// A connection as it was typed, to be kept as a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewProfile {
    /// A folder.
    Folder {
        /// Its path, as it was typed.
        dir: String,
        /// `read_only`.
        read_only: bool,
    },
    /// A MongoDB.
    Mongo {
        /// Its connection string, without a password.
        uri: String,
        /// `database`.
        database: Option<String>,
        /// `collection`.
        collection: Option<String>,
        /// Where the password is to be had.
        password: PasswordSource,
        /// `read_only`.
        read_only: bool,
    },
}

impl NewProfile {
    /// Whether it is only read.
    #[must_use]
    pub fn read_only(&self) -> bool {
        match self {
            Self::Folder { read_only, .. } | Self::Mongo { read_only, .. } => *read_only,
        }
    }
}

/// Where the password of a profile is to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordSource {
    /// None is needed.
    None,
    /// It is asked for.
    Prompt,
    /// From that variable of the environment.
    Environment(String),
    /// From what that program prints.
    Command(Vec<String>),
    /// It is kept in the file, which is its user's alone from then on: with the connection string.
    Here(WholeUri),
}

/// A connection string with its password, to be kept as a person asked for.
#[derive(Clone)]
pub struct WholeUri(pub SecretString);

/// Without the password.
impl fmt::Debug for WholeUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WholeUri").finish_non_exhaustive()
    }
}

impl PartialEq for WholeUri {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for WholeUri {}

impl ConfigEdit {
    /// Whether a password is in it.
    fn is_secret(&self) -> bool {
        matches!(self, Self::Profile(_, NewProfile::Mongo { password: PasswordSource::Here(_), .. }))
    }
}

/// How the name of the file begins that takes the place of the settings once it is written.
const BEGUN: &str = ".config-";

/// The file of settings, to be changed: the one that was read, else the one that would be read. Nothing else is known of it; each
/// change reads it anew.
#[derive(Debug, Clone, Default)]
pub struct SettingsFile(Option<PathBuf>);

impl SettingsFile {
    /// The file that was read, else the default place.
    #[must_use]
    pub fn of(read: Option<&Path>) -> Self {
        Self(read.map(Path::to_path_buf).or_else(places::config_file))
    }

    /// Changes it: comments, order and rights stay, a file that is not there is made for its user alone. What is said of that.
    ///
    /// # Errors
    /// In a sentence: a file that cannot be read or written, mistakes in it, and what would be one.
    pub fn keep(&self, edit: &ConfigEdit) -> Result<String, String> {
        let Some(path) = &self.0 else {
            return Err("not kept: the platform names no place for settings; --config names a file".to_owned());
        };
        // A link stays one: what it leads to is changed.
        let path = fs::canonicalize(path).unwrap_or_else(|_| led_to(path));
        let failed = |doing: &str, why: String| format!("not kept: {} cannot be {doing}: {why}", path.display());
        let stored = match fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed("read", disk::reason(&error))),
        };
        if fs::metadata(&path).is_ok_and(|meta| meta.permissions().readonly()) {
            return Err(failed("written", "it is read-only".to_owned()));
        }
        let stored = stored.unwrap_or_default();
        let edited = edited(&stored, &path, edit)?;
        put(&path, &edited, edit.is_secret()).map_err(|error| failed("written", disk::reason(&error)))?;
        let with = if edit.is_secret() { ", with its password; the file is yours alone to read" } else { "" };
        // Before the path, which is long: it stands nowhere else any more.
        let before = replaced(&stored, &path, edit).map(|before| format!(" (it was {before})")).unwrap_or_default();
        Ok(format!("{}{before} is kept in {}{with}", what(edit), disk::shorten_home(&path)))
    }
}

/// Where a link leads whose file is not there yet; else the path itself.
fn led_to(path: &Path) -> PathBuf {
    let Ok(target) = fs::read_link(path) else { return path.to_path_buf() };
    path.parent().map_or_else(|| target.clone(), |folder| folder.join(&target))
}

/// What is changed, in a few words. Safe only once it is made so.
fn what(edit: &ConfigEdit) -> String {
    match edit {
        ConfigEdit::Columns(_) => "the choice of columns".to_owned(),
        ConfigEdit::Filter(name, _) => format!("the filter @{name}"),
        ConfigEdit::Theme(name) => format!("the theme {name}"),
        ConfigEdit::Profile(name, _) => format!("the profile {name}"),
    }
}

/// The saved filter that another takes the place of.
fn replaced(text: &str, path: &Path, edit: &ConfigEdit) -> Option<String> {
    let ConfigEdit::Filter(name, filter) = edit else { return None };
    let mut before = Config::parse(text, path).ok()?.filters;
    before.remove(name).filter(|before| before != filter)
}

/// The text of the file with the change.
///
/// # Errors
/// A mistake that is in it, with its line; and a change that would be one.
fn edited(text: &str, path: &Path, edit: &ConfigEdit) -> Result<String, String> {
    Config::parse(text, path).map_err(|mistake| format!("not kept, the file has a mistake: {mistake}"))?;
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        format!("not kept, {} is not valid TOML: {}", path.display(), error.message())
    })?;
    let root = document.as_table_mut();
    match edit {
        ConfigEdit::Columns(columns) => {
            let names: Array = columns.iter().map(Column::to_string).collect();
            set(section(root, "ui")?, "columns", names);
        }
        ConfigEdit::Theme(name) => set(section(root, "ui")?, "theme", name.as_str()),
        ConfigEdit::Filter(name, filter) => set(section(root, "filters")?, name, filter.as_str()),
        ConfigEdit::Profile(name, profile) => {
            let profiles = section(root, "profiles")?;
            if profiles.contains_key(name) {
                return Err(format!("not kept: there is a profile {name:?} already; give this one another name"));
            }
            profiles.insert(name, Item::Table(profile_table(profile)?));
        }
    }
    let text = document.to_string();
    // The rules of the file are the parser's.
    Config::parse(&text, path).map_err(|mistake| match mistake {
        ConfigError::Invalid { problem, .. } => format!("not kept: {problem}"),
        other => format!("not kept: {other}"),
    })?;
    Ok(text)
}

/// A table below the root, made where it is not there.
fn section<'a>(root: &'a mut Table, name: &str) -> Result<&'a mut dyn TableLike, String> {
    let new = || {
        let mut table = Table::new();
        // What holds only other tables needs no line of its own.
        table.set_implicit(name == "profiles");
        Item::Table(table)
    };
    let item = root.entry(name).or_insert_with(new);
    item.as_table_like_mut().ok_or_else(|| format!("not kept: {name} is no table"))
}

/// Sets a value; what is written around the one before stays.
fn set(table: &mut dyn TableLike, key: &str, value: impl Into<Value>) {
    let mut value = value.into();
    match table.get_mut(key) {
        Some(item) => {
            if let Some(before) = item.as_value() {
                *value.decor_mut() = before.decor().clone();
            }
            *item = Item::Value(value);
        }
        None => drop(table.insert(key, Item::Value(value))),
    }
}

fn profile_table(profile: &NewProfile) -> Result<Table, String> {
    let mut table = Table::new();
    let read_only = match profile {
        NewProfile::Folder { dir, read_only } => {
            // Another folder may be the current one when it is read.
            let dir = disk::expand_home(Path::new(dir));
            let dir = std::path::absolute(&dir).unwrap_or(dir);
            let Some(dir) = dir.to_str() else {
                return Err("not kept: the folder's name is not UTF-8 text, which the file is".to_owned());
            };
            set(&mut table, "dir", dir);
            *read_only
        }
        NewProfile::Mongo { uri: given, database, collection, password, read_only } => {
            if uri::has_secret_options(given) {
                return Err("not kept: an option of the connection string holds a secret; keep it whole in a file of \
                            its own and name that with uri_file"
                    .to_owned());
            }
            if let PasswordSource::Here(whole) = password {
                set(&mut table, "uri", whole.0.expose_secret());
            } else {
                set(&mut table, "uri", uri::without_password(given));
            }
            if let Some(database) = database {
                set(&mut table, "database", database.as_str());
            }
            if let Some(collection) = collection {
                set(&mut table, "collection", collection.as_str());
            }
            match password {
                PasswordSource::None | PasswordSource::Prompt | PasswordSource::Here(_) => {}
                PasswordSource::Environment(name) => set(&mut table, "password_env", name.as_str()),
                PasswordSource::Command(words) => set(&mut table, "password_command", words.iter().collect::<Array>()),
            }
            *read_only
        }
    };
    if read_only {
        set(&mut table, "read_only", true);
    }
    Ok(table)
}

/// Puts a text in a file's place at once: a reader sees the one before or this one. `private`: nobody else may read it from then on.
fn put(path: &Path, text: &str, private: bool) -> io::Result<()> {
    let mode = fs::metadata(path).ok().map(|meta| disk::mode(&meta));
    let mode = mode.map(|mode| if private { mode & 0o600 } else { mode });
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.exists() {
        places::make_private(folder)?;
    }
    // It is its user's alone from the start.
    let mut file = tempfile::Builder::new().prefix(BEGUN).tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    if let Some(mode) = mode {
        disk::set_mode(file.path(), mode)?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests;
