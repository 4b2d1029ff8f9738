//! `[profiles.NAME]`: connections by name.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use ratatui::style::Color;

use super::toml_walk::{Problem, Section, TomlEntry};
use crate::{
    app::{
        agreed,
        place::{SecretSource, WriteRules},
    },
    disk,
    repository::{Scope, mongo::uri},
};

/// What says where sessions are; one of them does.
const PLACES: [&str; 4] = ["uri", "uri_file", "uri_command", "dir"];

/// What says where a password is.
const PASSWORDS: [&str; 3] = ["password_file", "password_command", "password_env"];

/// A connection by name.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// `uri`, `uri_file` or `uri_command`: a MongoDB connection string; a secret, as it may hold a password.
    pub uri: Option<SecretSource>,
    /// `password_file`, `password_command` or `password_env`: the password of the user in the connection string.
    pub password: Option<SecretSource>,
    /// `dir`: a folder of sessions, in place of `uri`.
    pub dir: Option<PathBuf>,
    /// `database`.
    pub database: Option<String>,
    /// `collection`.
    pub collection: Option<String>,
    /// `colour` of the profile's name on the screen: a colour's name or `#rrggbb`.
    pub colour: Option<String>,
    /// `read_only`.
    pub read_only: bool,
    /// `protected` and `confirm`.
    pub rules: WriteRules,
    /// `scope`: the sessions of one tenant, by a prefix of their ids or `{ field, value }` of their metadata.
    pub scope: Option<Scope>,
}

pub(super) fn profiles(section: &Section<'_>) -> Result<BTreeMap<String, Profile>, Problem> {
    section
        .items()
        .into_iter()
        .map(|item| {
            let profile = profile(&item.table()?, |text| item.wrong_key(format!("the profile {:?} {text}", item.key)))?;
            Ok((item.key.to_owned(), profile))
        })
        .collect()
}

fn profile(section: &Section<'_>, wrong: impl Fn(&str) -> Problem) -> Result<Profile, Problem> {
    section.only(&[
        "uri",
        "uri_file",
        "uri_command",
        "password_file",
        "password_command",
        "password_env",
        "dir",
        "database",
        "collection",
        "colour",
        "read_only",
        "confirm",
        "protected",
        "scope",
    ])?;
    for keys in [&PLACES[..], &PASSWORDS] {
        let mut given = keys.iter().filter(|key| section.get(key).is_some());
        if let (Some(one), Some(other)) = (given.next(), given.next()) {
            return Err(wrong(&format!("has both a {one} and a {other}; keep the one that is meant")));
        }
    }
    let mut profile = Profile {
        uri: elsewhere(section, "uri_file", "uri_command")?,
        password: match section.get("password_env") {
            Some(item) => Some(variable(&item)?),
            None => elsewhere(section, "password_file", "password_command")?,
        },
        rules: rules(section)?,
        scope: section.get("scope").map(|item| scope(&item)).transpose()?,
        ..Profile::default()
    };
    if let Some(item) = section.get("uri") {
        let uri = item.string()?;
        if !uri::is_one(&uri) {
            return Err(item.wrong("must be a connection string such as mongodb://localhost:27017"));
        }
        if profile.password.is_some() && uri::lacks_password(&uri).is_none() {
            return Err(wrong(
                "has a password that its uri has no use for; write mongodb://user@host, without a password",
            ));
        }
        profile.uri = Some(SecretSource::Value(uri.into()));
    }
    if let Some(item) = section.get("dir") {
        profile.dir = Some(disk::expand_home(Path::new(&item.filled()?)));
    }
    if let Some(item) = section.get("database") {
        profile.database = Some(item.filled()?);
    }
    if let Some(item) = section.get("collection") {
        profile.collection = Some(item.filled()?);
    }
    if let Some(item) = section.get("colour") {
        let colour = item.string()?;
        if colour.parse::<Color>().is_err() {
            return Err(
                item.wrong(format!("must be a colour such as \"red\", \"light-blue\" or \"#ff8800\", not {colour:?}"))
            );
        }
        profile.colour = Some(colour);
    }
    if let Some(item) = section.get("read_only") {
        profile.read_only = item.boolean()?;
    }
    match (&profile.uri, &profile.dir) {
        (None, None) => Err(wrong("does not say where its sessions are; give it a uri or a dir")),
        (None, Some(_)) if profile.database.is_some() || profile.collection.is_some() => {
            Err(wrong("is a folder, which has no database and no collection; leave them out"))
        }
        (None, Some(_)) if profile.password.is_some() => Err(wrong("is a folder, which has no password; leave it out")),
        _ => Ok(profile),
    }
}

/// What it asks of a person who writes there.
fn rules(section: &Section<'_>) -> Result<WriteRules, Problem> {
    let mut rules = WriteRules::default();
    if let Some(item) = section.get("confirm") {
        let words = item.filled()?;
        if !agreed::is_typeable(&words) {
            return Err(
                item.wrong("must be words that can be typed, without a blank at either end, such as \"prod-eu\"")
            );
        }
        rules.confirm = Some(words);
    }
    if let Some(item) = section.get("protected") {
        rules.protected = item.list(r#"a list of fields of the metadata, such as ["tenant", "billing.plan"]"#)?;
        rules.protected.iter().try_for_each(|field| item.field(field).map(drop))?;
    }
    Ok(rules)
}

/// Which sessions are seen.
fn scope(item: &TomlEntry<'_>) -> Result<Scope, Problem> {
    let made = if item.is_table() {
        let table = item.table()?;
        table.only(&["field", "value"])?;
        let (Some(field), Some(value)) = (table.get("field"), table.get("value")) else {
            return Err(item.wrong(r#"must name a field and its value, such as { field = "tenant", value = "7" }"#));
        };
        Scope::field(field.field(&field.filled()?)?, value.scalar()?)
    } else {
        Scope::prefix(item.string()?)
    };
    made.map_err(|mistake| item.wrong_part(&format!("{mistake}; {}", mistake.hint)))
}

/// A secret in a variable of the environment.
fn variable(item: &TomlEntry<'_>) -> Result<SecretSource, Problem> {
    let name = item.filled()?;
    if name.contains(['=', '\0']) || name.contains(char::is_whitespace) {
        return Err(item.wrong("must be the name of a variable, such as \"MONGODB_PASSWORD\""));
    }
    Ok(SecretSource::Environment(name))
}

/// A secret in a file or behind a command.
fn elsewhere(section: &Section<'_>, file: &str, command: &str) -> Result<Option<SecretSource>, Problem> {
    if let Some(item) = section.get(file) {
        return Ok(Some(SecretSource::File(disk::expand_home(Path::new(&item.filled()?)))));
    }
    let Some(item) = section.get(command) else { return Ok(None) };
    let words = item.list(r#"a list of a program and its arguments, such as ["pass", "show", "mongodb"]"#)?;
    match words.first() {
        Some(program) if !program.is_empty() => Ok(Some(SecretSource::Command(words))),
        _ => Err(item.wrong(r#"must name a program, such as ["pass", "show", "mongodb"]"#)),
    }
}
