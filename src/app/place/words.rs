//! How a place is named on the command line. No password stands there.

use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use super::{KeptTarget, Origin, Place, SecretSource};
use crate::repository::{Target, mongo::uri};

impl Place {
    /// The arguments with which a command opens the same place, unquoted: its profile, its folder, or its connection string without a
    /// password and with the database and the collection that are open. `None`: no arguments do, as for the samples.
    #[must_use]
    pub fn arguments(&self, location: &str) -> Option<Vec<String>> {
        if self.is_profile {
            return Some(option_words("--profile", &self.name));
        }
        let mut arguments = match &self.origin {
            Origin::Target(Target::Folder(path)) => return Some(option_words("--dir", from_anywhere(path).to_str()?)),
            Origin::Target(Target::Mongo { uri, .. })
            | Origin::Kept(KeptTarget { uri: SecretSource::Value(uri), .. }) => {
                option_words("--uri", &uri::without_secrets(uri.expose_secret())?)
            }
            Origin::Kept(KeptTarget { uri: SecretSource::File(path), .. }) => {
                option_words("--uri-file", from_anywhere(path).to_str()?)
            }
            Origin::Kept(KeptTarget { uri: SecretSource::Command(_) | SecretSource::Environment(_), .. })
            | Origin::Demo => {
                return None;
            }
        };
        if let Some((database, collection)) = namespace(location) {
            arguments.extend(namespace_words(database, collection));
        }
        Some(arguments)
    }
}

/// The arguments that name a collection, unquoted.
#[must_use]
pub fn namespace_words(database: &str, collection: &str) -> Vec<String> {
    [option_words("--database", database), option_words("--collection", collection)].concat()
}

/// An option and its value, unquoted. One word where the value begins with a hyphen: by itself it would be taken for another option.
fn option_words(name: &str, value: &str) -> Vec<String> {
    if value.starts_with('-') { vec![format!("{name}={value}")] } else { vec![name.to_owned(), value.to_owned()] }
}

/// A path that means the same in another folder.
fn from_anywhere(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The database and the collection of a location in MongoDB: no database's name holds a dot.
#[must_use]
pub fn namespace(location: &str) -> Option<(&str, &str)> {
    location.split_once('.').filter(|(database, collection)| !database.is_empty() && !collection.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mongo(uri: &str) -> Place {
        Place::plain("here", Target::Mongo { uri: uri.to_owned().into(), database: None, collection: None })
    }

    #[test]
    fn a_profile_goes_by_its_name_and_a_folder_by_its_path() {
        let profile = Place { is_profile: true, ..mongo("mongodb://u:hunter2@h") };
        assert_eq!(profile.arguments("a.b").unwrap(), ["--profile", "here"]);
        let hyphen = Place { name: "-mine".into(), ..profile };
        assert_eq!(hyphen.arguments("a.b").unwrap(), ["--profile=-mine"]);
        let folder = Place::plain("f", Target::Folder("/data/my sessions".into()));
        assert_eq!(folder.arguments("/data/my sessions").unwrap(), ["--dir", "/data/my sessions"]);
        let relative = Place::plain("f", Target::Folder("sessions".into())).arguments("sessions").unwrap();
        assert!(Path::new(&relative[1]).is_absolute() && relative[1].ends_with("sessions"), "{relative:?}");
        assert_eq!(Place::plain("demo", Origin::Demo).arguments(""), None);
    }

    #[test]
    fn a_value_that_begins_with_a_hyphen_is_no_option() {
        assert_eq!(namespace_words("-a", "b"), ["--database=-a", "--collection", "b"]);
    }

    #[test]
    fn nothing_secret_stands_in_them() {
        let uri = "mongodb://me:hunter2@h1:27017,h2/admin?replicaSet=r&tlsCertificateKeyFilePassword=hunter2\
                   &authMechanismProperties=AWS_SESSION_TOKEN:hunter2&TLS=true";
        let arguments = mongo(uri).arguments("agents.my.sessions").unwrap();
        assert_eq!(
            arguments,
            [
                "--uri",
                "mongodb://me@h1:27017,h2/admin?replicaSet=r&TLS=true",
                "--database",
                "agents",
                "--collection",
                "my.sessions"
            ]
        );
        assert!(!mongo("mongodb://u:p@ss/hunter2@h").arguments("a.b").unwrap().concat().contains("hunter2"));
    }
}
