//! Settings: defaults, then the file, then the environment, then arguments.
//!
//! The file is TOML, found where the platform keeps configuration ([`places::config_file`]). A key or value that is not
//! known is an error that says where it stands and what would be right: a misspelt setting never goes unnoticed.

mod alerts;
pub mod connection;
mod encryption;
pub mod error;
pub mod filters;
mod hooks;
mod keys;
pub mod places;
mod profiles;
mod sections;
pub mod themes;
mod toml_walk;
pub mod ui;
pub mod write;

pub use connection::{ConnectionArguments, Environment, typed_folder, typed_place};
pub use error::{ConfigError, ConfigResult};
pub use profiles::Profile;
pub use themes::Themes;
pub use ui::{Column, ImageUse, Symbols, ThemeName, Ui};

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{
    app::{alert::AlertRule, keymap::Keymap, place::EncryptionSettings},
    disk,
    hook::HookSettings,
    repository::Limits,
};
use toml_walk::{Problem, Section, line_of};

/// All settings.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The file they were read from; `None` where there is none.
    pub file: Option<PathBuf>,
    /// `[ui]`.
    pub ui: Ui,
    /// `[limits]`.
    pub limits: Limits,
    /// `default_profile`: a key of `profiles`.
    pub default_profile: Option<String>,
    /// `[profiles.NAME]`, by name.
    pub profiles: BTreeMap<String, Profile>,
    /// `[keys]`: every action with its keys, the defaults where the file says nothing.
    pub keys: Keymap,
    /// `[filters]`: saved filters by name, as they would be typed.
    pub filters: BTreeMap<String, String>,
    /// `[hooks]`: who is told of changes.
    pub hooks: HookSettings,
    /// `[encryption]`: which fields of the metadata are kept encrypted.
    pub encryption: Option<EncryptionSettings>,
    /// `[alerts.NAME]`, in the order of the file.
    pub alerts: Vec<AlertRule>,
}

impl Config {
    /// Reads the settings: `named` is the file of `--config`, else the environment names one, else the default place.
    ///
    /// # Errors
    /// A file that was named and is missing, a file that cannot be read, and every mistake in it.
    pub fn load(named: Option<&Path>, environment: &Environment) -> ConfigResult<Self> {
        let named = named.map(Path::to_path_buf).or_else(|| environment.config.clone());
        let mut config = match (named, places::config_file()) {
            (Some(path), _) => Self::read(&path)?,
            (None, Some(path)) if path.exists() => Self::read(&path)?,
            (None, _) => Self::default(),
        };
        if environment.no_color {
            ThemeName::None.as_str().clone_into(&mut config.ui.theme);
        }
        Ok(config)
    }

    /// Reads one file over the defaults.
    ///
    /// # Errors
    /// A file that cannot be read, and every mistake in it.
    pub fn read(path: &Path) -> ConfigResult<Self> {
        let unreadable = |reason: String| ConfigError::Unreadable { path: path.to_owned(), reason };
        let bytes = std::fs::read(path).map_err(|error| unreadable(disk::reason(&error)))?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8 text".into()))?;
        let mut config = Self::parse(&text, path)?;
        config.file = Some(path.to_owned());
        Ok(config)
    }

    /// Reads the text of a file over the defaults; `path` is only named in errors.
    ///
    /// # Errors
    /// The first mistake, with its line and what would be right.
    pub fn parse(text: &str, path: &Path) -> ConfigResult<Self> {
        Self::from_toml(text).map_err(|problem| ConfigError::Invalid {
            path: path.to_owned(),
            line: line_of(text, problem.at),
            problem: problem.text,
        })
    }

    fn from_toml(text: &str) -> Result<Self, Problem> {
        let document = toml_walk::parse(text)?;
        let root = Section::root(&document);
        root.only(&[
            "default_profile",
            "ui",
            "limits",
            "profiles",
            "keys",
            "filters",
            "hooks",
            "encryption",
            "alerts",
        ])?;
        let mut config = Self::default();
        if let Some(item) = root.get("ui") {
            config.ui = sections::ui(&item.table()?)?;
        }
        if let Some(item) = root.get("limits") {
            config.limits = sections::limits(&item.table()?)?;
        }
        if let Some(item) = root.get("profiles") {
            config.profiles = profiles::profiles(&item.table()?)?;
        }
        if let Some(item) = root.get("keys") {
            config.keys = keys::keys(&item.table()?)?;
        }
        if let Some(item) = root.get("filters") {
            config.filters = filters::filters(&item.table()?, &config)?;
        }
        if let Some(item) = root.get("hooks") {
            config.hooks = hooks::hooks(&item.table()?)?;
        }
        if let Some(item) = root.get("encryption") {
            config.encryption = Some(encryption::encryption(&item)?);
        }
        if let Some(item) = root.get("alerts") {
            config.alerts = alerts::alerts(&item.table()?, &config)?;
        }
        if let Some(item) = root.get("default_profile") {
            let name = item.string()?;
            if !config.profiles.contains_key(&name) {
                let known: Vec<&str> = config.profiles.keys().map(String::as_str).collect();
                return Err(item.unknown_name("profile", &name, &known));
            }
            config.default_profile = Some(name);
        }
        Ok(config)
    }
}
