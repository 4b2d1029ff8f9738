//! `[profiles.NAME]`: connections by name.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use ratatui::style::Color;
use secrecy::SecretString;

use super::toml_walk::{Problem, Section};
use crate::{disk, repository::mongo::uri};

/// A connection by name.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// `uri`: a MongoDB connection string; a secret, as it may hold a password.
    pub uri: Option<SecretString>,
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
    section.only(&["uri", "dir", "database", "collection", "colour", "read_only"])?;
    let mut profile = Profile::default();
    if let Some(item) = section.get("uri") {
        let uri = item.string()?;
        if !uri::is_one(&uri) {
            return Err(item.wrong("must be a connection string such as mongodb://localhost:27017"));
        }
        profile.uri = Some(uri.into());
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
        (Some(_), Some(_)) => Err(wrong("has both a uri and a dir; keep the one that is meant")),
        (None, None) => Err(wrong("does not say where its sessions are; give it a uri or a dir")),
        (None, Some(_)) if profile.database.is_some() || profile.collection.is_some() => {
            Err(wrong("is a folder, which has no database and no collection; leave them out"))
        }
        _ => Ok(profile),
    }
}
