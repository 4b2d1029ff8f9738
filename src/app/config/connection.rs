//! Which sessions are meant: arguments over environment over the file.

mod typed;

pub use typed::{typed_folder, typed_place};

use std::{env, path::PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::{Config, ConfigError, ConfigResult, Profile, toml_walk::right_word};
use crate::{
    app::place::{KeptTarget, Origin, Place, SecretSource},
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
    /// `STRANDSCOPE_PASSWORD`: for a connection string that names a user and no password.
    pub password: Option<SecretString>,
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
            password: text("STRANDSCOPE_PASSWORD").and_then(|value| password(&value)),
            no_color: text("NO_COLOR").is_some() || text("TERM").is_some_and(|term| term == "dumb"),
            term: text("TERM"),
            colorterm: text("COLORTERM"),
            colorfgbg: text("COLORFGBG"),
        }
    }
}

/// Without the line's end that came along, as from `cat`.
fn password(value: &str) -> Option<SecretString> {
    let password = value.trim_end_matches(['\n', '\r']);
    (!password.is_empty()).then(|| password.into())
}

/// What the arguments say.
#[derive(Debug, Clone, Default)]
pub struct ConnectionArguments {
    /// `--uri`.
    pub uri: Option<SecretString>,
    /// `--uri-file`: a file with the connection string.
    pub uri_file: Option<PathBuf>,
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

/// A MongoDB by its connection string, and by what may be named besides it.
struct Named<'a> {
    uri: SecretSource,
    /// Where the password is, of a profile.
    password: Option<&'a SecretSource>,
    /// Come before the connection string.
    database: Option<String>,
    collection: Option<String>,
    /// The database where the connection string names none either.
    other_database: Option<String>,
}

impl Named<'_> {
    /// What is to be opened: to be completed first where the connection string or its password is kept elsewhere.
    fn origin(self, environment: &Environment) -> Origin {
        let Self { uri, password, database, collection, other_database } = self;
        let whole = match &uri {
            SecretSource::Value(uri) if password.is_none() && uri::lacks_password(uri.expose_secret()).is_none() => {
                Some(uri.clone())
            }
            _ => None,
        };
        let password = password.cloned().or_else(|| environment.password.clone().map(SecretSource::Value));
        let kept = KeptTarget { uri, password, database, other_database, collection };
        match whole {
            Some(uri) => kept.target(uri).into(),
            None => Origin::Kept(kept),
        }
    }

    /// The place without a profile: called after its hosts or the file, without a password.
    fn place(self, environment: &Environment, read_only: bool) -> Place {
        let name = match &self.uri {
            SecretSource::Value(uri) => uri::hosts(uri.expose_secret()),
            SecretSource::File(path) => path.display().to_string(),
            SecretSource::Command(words) => words.first().cloned().unwrap_or_default(),
            SecretSource::Environment(name) => name.clone(),
        };
        Place { read_only, ..Place::plain(name, self.origin(environment)) }
    }
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
            let place = Place::plain(dir.display().to_string(), Target::Folder(dir));
            return Ok(Some(Place { read_only, ..place }));
        }
        let uri = args.uri.clone().map(SecretSource::Value);
        if let Some(uri) = uri.or_else(|| args.uri_file.as_deref().map(disk::expand_home).map(SecretSource::File)) {
            let named = Named {
                uri,
                password: None,
                database: args.database.clone(),
                collection: args.collection.clone().or_else(|| environment.collection.clone()),
                other_database: environment.database.clone(),
            };
            return Ok(Some(named.place(environment, read_only)));
        }
        if let Some(name) = &args.profile {
            let profile = self.profile(name)?;
            let database = args.database.clone().or_else(|| profile.database.clone());
            let collection = args.collection.clone().or_else(|| profile.collection.clone());
            return Self::of_profile(name, profile, database, collection, args, environment).map(Some);
        }
        let database = args.database.clone().or_else(|| environment.database.clone());
        let collection = args.collection.clone().or_else(|| environment.collection.clone());
        if let Some(uri) = environment.uri.as_ref().or(environment.mongodb_uri.as_ref()) {
            let uri = SecretSource::Value(uri.clone());
            let named = Named { uri, password: None, database, collection, other_database: None };
            return Ok(Some(named.place(environment, read_only)));
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
        Self::of_profile(name, profile, database, collection, args, environment).map(Some)
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
        args: &ConnectionArguments,
        environment: &Environment,
    ) -> ConfigResult<Place> {
        let origin = match (&profile.uri, &profile.dir) {
            (Some(uri), _) => {
                let (uri, password) = (uri.clone(), profile.password.as_ref());
                Named { uri, password, database, collection, other_database: None }.origin(environment)
            }
            (None, Some(dir)) if database.is_none() && collection.is_none() => Target::Folder(dir.clone()).into(),
            (None, Some(_)) => {
                return Err(ConfigError::Folder { what: format!("the profile {name:?}"), argument: false });
            }
            (None, None) => return Err(ConfigError::EmptyProfile { name: name.to_owned() }),
        };
        Ok(Place {
            rules: profile.rules.clone(),
            scope: profile.scope.clone(),
            name: name.to_owned(),
            origin,
            colour: profile.colour.clone(),
            read_only: args.read_only || profile.read_only,
            note: None,
            is_profile: true,
        })
    }
}

fn check(args: &ConnectionArguments) -> ConfigResult<()> {
    let given = [
        ("--uri", args.uri.is_some()),
        ("--uri-file", args.uri_file.is_some()),
        ("--dir", args.dir.is_some()),
        ("--profile", args.profile.is_some()),
    ];
    let given: Vec<&'static str> = given.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect();
    if given.len() > 1 {
        return Err(ConfigError::SeveralPlaces { given });
    }
    if args.dir.is_some() && (args.database.is_some() || args.collection.is_some()) {
        return Err(ConfigError::Folder { what: "--dir".into(), argument: true });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
