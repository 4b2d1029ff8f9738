//! Where places are, for who chooses among them; and folders of sessions that lie where one looks first.

use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use super::{KeptTarget, Origin, Place, SecretSource};
use crate::{
    disk,
    repository::{Target, mongo::uri},
};

/// Said of a folder that is not there: an agent may still make it.
const NOT_YET: &str = "not there yet";

impl Place {
    /// Its hosts or folder, and the database and collection that are meant. Holds no password. `None`: its name says it.
    #[must_use]
    pub fn whereabouts(&self) -> Option<String> {
        let at = match &self.origin {
            Origin::Target(Target::Mongo { uri, database, collection }) => {
                with_names(uri::hosts(uri.expose_secret()), database.as_deref(), collection.as_deref())
            }
            Origin::Target(Target::Folder(path)) => disk::shorten_home(path),
            Origin::Kept(kept) => kept_at(kept),
            Origin::Demo => return None,
        };
        (at != self.name).then_some(at)
    }

    /// Its hosts, the folder, or what it is; of a server without what is meant there. Holds no password. `None`: its name says it.
    #[must_use]
    pub fn site(&self) -> Option<String> {
        let at = match &self.origin {
            Origin::Target(Target::Mongo { uri, .. }) => uri::hosts(uri.expose_secret()),
            Origin::Kept(kept) => kept_hosts(&kept.uri),
            Origin::Target(Target::Folder(_)) | Origin::Demo => {
                return Some(self.whereabouts().unwrap_or_else(|| self.kind().to_owned()));
            }
        };
        (at != self.name).then_some(at)
    }
}

fn kept_hosts(uri: &SecretSource) -> String {
    match uri {
        SecretSource::Value(uri) => uri::hosts(uri.expose_secret()),
        SecretSource::File(path) => format!("uri in {}", disk::shorten_home(path)),
        SecretSource::Command(words) => {
            format!("uri from {}", words.first().map(String::as_str).unwrap_or_default())
        }
        SecretSource::Environment(name) => format!("uri in {name}"),
    }
}

fn kept_at(kept: &KeptTarget) -> String {
    let database = match &kept.uri {
        SecretSource::Value(uri) => super::path_database(uri),
        SecretSource::File(_) | SecretSource::Command(_) | SecretSource::Environment(_) => None,
    };
    let database = kept.database.clone().or(database).or_else(|| kept.other_database.clone());
    with_names(kept_hosts(&kept.uri), database.as_deref(), kept.collection.as_deref())
}

fn with_names(hosts: String, database: Option<&str>, collection: Option<&str>) -> String {
    match (database, collection) {
        (Some(database), Some(collection)) => format!("{hosts} {database}.{collection}"),
        (Some(name), None) | (None, Some(name)) => format!("{hosts} {name}"),
        (None, None) => hosts,
    }
}

/// Adds the folders that are there below the current one and the temporary one, before the samples; and notes of each folder that is
/// not there that it is not. Looks at the disk.
pub fn look_around(places: &mut Vec<Place>, here: Option<&Path>, temporary: &Path) {
    let below = |folder: &Path| [folder.join(".strands").join("sessions"), folder.join(".strands")];
    let near = here.and_then(|here| below(here).into_iter().find(|path| path.is_dir()));
    let near = near.map(|path| {
        let name = here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(&path);
        (Path::new(".").join(name).display().to_string(), path.clone())
    });
    let tried = Some(temporary.join("strands").join("sessions")).filter(|path| path.is_dir());
    let tried = tried.map(|path| (path.display().to_string(), path));
    for (name, path) in near.into_iter().chain(tried) {
        if !places.iter().any(|place| folder(place) == Some(&path) || place.name == name) {
            let at = places.iter().rposition(|place| matches!(place.origin, Origin::Demo)).unwrap_or(places.len());
            places.insert(at, Place::plain(name, Target::Folder(path)));
        }
    }
    for place in places {
        let is_missing = folder(place).is_some_and(|path| !path.is_dir());
        place.note = is_missing.then_some(NOT_YET);
    }
}

fn folder(place: &Place) -> Option<&PathBuf> {
    match &place.origin {
        Origin::Target(Target::Folder(path)) => Some(path),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_says_where_it_is_without_a_password() {
        let server = |database: Option<&str>, collection: Option<&str>| Target::Mongo {
            uri: "mongodb://me:hunter2@db:27017/x".to_owned().into(),
            database: database.map(str::to_owned),
            collection: collection.map(str::to_owned),
        };
        let at = |name: &str, origin: Origin| Place::plain(name, origin).whereabouts();
        assert_eq!(at("prod", server(Some("agents"), Some("s")).into()).as_deref(), Some("db:27017 agents.s"));
        assert_eq!(at("db:27017", server(None, None).into()), None);
        let kept = |uri: SecretSource| KeptTarget {
            uri,
            password: None,
            database: None,
            other_database: Some("other".to_owned()),
            collection: None,
        };
        let user = kept(SecretSource::Value("mongodb://me@db/agents".to_owned().into()));
        assert_eq!(at("prod", Origin::Kept(user)).as_deref(), Some("db agents"));
        let command = kept(SecretSource::Command(["pass", "show", "hunter2"].map(str::to_owned).to_vec()));
        assert_eq!(at("prod", Origin::Kept(command)).as_deref(), Some("uri from pass other"));
        assert_eq!(at("demo", Origin::Demo), None);
    }

    #[test]
    fn folders_are_offered_where_they_are_and_noted_where_they_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let (here, temporary) = (folder.path().join("here"), folder.path().join("tmp"));
        let mut places = super::super::all(None, Vec::new(), Some(folder.path().join("home")));
        look_around(&mut places, Some(&here), &temporary);
        let named: Vec<_> = places.iter().map(|place| (place.name.as_str(), place.note)).collect();
        assert_eq!(named, [("localhost:27017", None), ("~/.strands/sessions", Some(NOT_YET)), ("demo", None)]);
        std::fs::create_dir_all(here.join(".strands")).unwrap();
        std::fs::create_dir_all(temporary.join("strands").join("sessions")).unwrap();
        look_around(&mut places, Some(&here), &temporary);
        look_around(&mut places, Some(&here), &temporary);
        let names: Vec<_> = places.iter().map(|place| place.name.as_str()).collect();
        let tried = temporary.join("strands").join("sessions").display().to_string();
        let near = Path::new(".").join(".strands").display().to_string();
        assert_eq!(names, ["localhost:27017", "~/.strands/sessions", near.as_str(), tried.as_str(), "demo"]);
    }
}
