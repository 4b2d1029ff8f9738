//! Which sessions are meant: arguments over environment over the file.

use std::{env, path::PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::{Config, ConfigError, ConfigResult, Profile, toml_walk::right_word};
use crate::{
    app::place::Place,
    disk,
    repository::{Target, mongo::uri},
};

/// What the environment says. Empty variables count as unset.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `STRANDSCOPE_CONFIG`: the configuration file.
    pub config: Option<PathBuf>,
    /// `STRANDSCOPE_URI`.
    pub uri: Option<SecretString>,
    /// `STRANDSCOPE_DATABASE`.
    pub database: Option<String>,
    /// `STRANDSCOPE_COLLECTION`.
    pub collection: Option<String>,
    /// `MONGODB_URI`.
    pub mongodb_uri: Option<SecretString>,
    /// `NO_COLOR` is set, or `TERM` is `dumb`.
    pub no_color: bool,
    /// `TERM`: the terminal's kind.
    pub term: Option<String>,
    /// `COLORTERM`: how many colours it has.
    pub colorterm: Option<String>,
    /// `COLORFGBG`: what is behind its text.
    pub colorfgbg: Option<String>,
}

impl Environment {
    /// Reads the process's environment.
    #[must_use]
    pub fn read() -> Self {
        let text = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            config: env::var_os("STRANDSCOPE_CONFIG").filter(|value| !value.is_empty()).map(PathBuf::from),
            uri: text("STRANDSCOPE_URI").map(Into::into),
            database: text("STRANDSCOPE_DATABASE"),
            collection: text("STRANDSCOPE_COLLECTION"),
            mongodb_uri: text("MONGODB_URI").map(Into::into),
            no_color: text("NO_COLOR").is_some() || text("TERM").is_some_and(|term| term == "dumb"),
            term: text("TERM"),
            colorterm: text("COLORTERM"),
            colorfgbg: text("COLORFGBG"),
        }
    }
}

/// What the arguments say.
#[derive(Debug, Clone, Default)]
pub struct ConnectionArguments {
    /// `--uri`.
    pub uri: Option<SecretString>,
    /// `--database`.
    pub database: Option<String>,
    /// `--collection`.
    pub collection: Option<String>,
    /// `--dir`.
    pub dir: Option<PathBuf>,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--read-only`.
    pub read_only: bool,
}

/// The place of a target without a profile: called after its hosts or its folder, without a password.
fn unnamed(target: Target, read_only: bool) -> Place {
    let name = match &target {
        Target::Mongo { uri, .. } => uri::hosts(uri.expose_secret()),
        Target::Folder(path) => path.display().to_string(),
    };
    Place { read_only, ..Place::plain(name, target) }
}

impl Config {
    /// The sessions that are meant: by the arguments, else the environment (`STRANDSCOPE_URI`, then `MONGODB_URI`), else
    /// the default profile or the only one. `None` where nothing says.
    ///
    /// A database in the connection string's path counts as one that was named, except `admin`, which stands there for
    /// the login.
    ///
    /// # Errors
    /// Arguments that contradict each other, and a profile that does not exist.
    pub fn connection(&self, args: &ConnectionArguments, environment: &Environment) -> ConfigResult<Option<Place>> {
        check(args)?;
        let read_only = args.read_only;
        if let Some(dir) = &args.dir {
            let dir = disk::expand_home(dir);
            return Ok(Some(unnamed(Target::Folder(dir), read_only)));
        }
        if let Some(uri) = &args.uri {
            let database =
                args.database.clone().or_else(|| path_database(uri)).or_else(|| environment.database.clone());
            let collection = args.collection.clone().or_else(|| environment.collection.clone());
            return Ok(Some(unnamed(Target::Mongo { uri: uri.clone(), database, collection }, read_only)));
        }
        if let Some(name) = &args.profile {
            let profile = self.profile(name)?;
            let database = args.database.clone().or_else(|| profile.database.clone());
            let collection = args.collection.clone().or_else(|| profile.collection.clone());
            return Self::of_profile(name, profile, database, collection, read_only).map(Some);
        }
        let database = args.database.clone().or_else(|| environment.database.clone());
        let collection = args.collection.clone().or_else(|| environment.collection.clone());
        if let Some(uri) = environment.uri.as_ref().or(environment.mongodb_uri.as_ref()) {
            let database = database.or_else(|| path_database(uri));
            return Ok(Some(unnamed(Target::Mongo { uri: uri.clone(), database, collection }, read_only)));
        }
        let only = (self.profiles.len() == 1).then(|| self.profiles.keys().next()).flatten();
        let Some(name) = self.default_profile.as_ref().or(only) else {
            return if args.database.is_some() || args.collection.is_some() {
                Err(ConfigError::NoServer)
            } else {
                Ok(None)
            };
        };
        let profile = self.profile(name)?;
        // A folder has neither; the environment's were meant for a server.
        let (database, collection) = if profile.dir.is_some() {
            (args.database.clone(), args.collection.clone())
        } else {
            (database.or_else(|| profile.database.clone()), collection.or_else(|| profile.collection.clone()))
        };
        Self::of_profile(name, profile, database, collection, read_only).map(Some)
    }

    fn profile(&self, name: &str) -> ConfigResult<&Profile> {
        self.profiles.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
            let hint = match (&self.file, known.as_slice()) {
                (Some(file), []) => format!("{} has none", file.display()),
                (None, []) => "there is no configuration file; --config names one".into(),
                _ => right_word(name, &known),
            };
            ConfigError::UnknownProfile { name: name.to_owned(), hint }
        })
    }

    fn of_profile(
        name: &str,
        profile: &Profile,
        database: Option<String>,
        collection: Option<String>,
        read_only: bool,
    ) -> ConfigResult<Place> {
        let target = match (&profile.uri, &profile.dir) {
            (Some(uri), _) => {
                let database = database.or_else(|| path_database(uri));
                Target::Mongo { uri: uri.clone(), database, collection }
            }
            (None, Some(dir)) if database.is_none() && collection.is_none() => Target::Folder(dir.clone()),
            (None, Some(_)) => {
                return Err(ConfigError::Folder { what: format!("the profile {name:?}"), argument: false });
            }
            (None, None) => return Err(ConfigError::EmptyProfile { name: name.to_owned() }),
        };
        Ok(Place {
            name: name.to_owned(),
            origin: target.into(),
            colour: profile.colour.clone(),
            read_only: read_only || profile.read_only,
        })
    }
}

fn check(args: &ConnectionArguments) -> ConfigResult<()> {
    let given = [("--uri", args.uri.is_some()), ("--dir", args.dir.is_some()), ("--profile", args.profile.is_some())];
    let given: Vec<&'static str> = given.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect();
    if given.len() > 1 {
        return Err(ConfigError::SeveralPlaces { given });
    }
    if args.dir.is_some() && (args.database.is_some() || args.collection.is_some()) {
        return Err(ConfigError::Folder { what: "--dir".into(), argument: true });
    }
    Ok(())
}

/// The database that a connection string's path names; `admin` stands there for the login.
fn path_database(uri: &SecretString) -> Option<String> {
    uri::database(uri.expose_secret()).filter(|name| name != "admin")
}

#[cfg(test)]
mod tests;
