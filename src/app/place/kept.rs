//! Connection strings and passwords that are kept elsewhere: in a file, behind a command, in the environment. They are read as
//! the place is opened, stand in no argument that `ps` shows, and in no message.

mod attendance;
mod command;
mod missing;
mod slow;

pub use attendance::Attendance;
pub use slow::told_when_slow;

use std::{
    env,
    ffi::OsString,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use tokio::task::spawn_blocking;

use crate::{
    disk,
    repository::{Error, Result, Target, mongo::uri},
};
use missing::MissingSecret;

/// No secret is longer; what is, is none.
const LONGEST: u64 = 64 * 1024;

const NO_TEXT: &str = "it is not UTF-8 text";

/// After this it is told what is waited for.
const SILENT: Duration = Duration::from_secs(1);

/// Where a secret is.
#[derive(Debug, Clone)]
pub enum SecretSource {
    /// Here.
    Value(SecretString),
    /// The first line of a file that is not blank; what `<(…)` of a shell gives is one too.
    File(PathBuf),
    /// The first line that is not blank of what a command writes: the program and its arguments.
    Command(Vec<String>),
    /// What a variable of the environment holds.
    Environment(String),
}

/// A MongoDB whose connection string is not whole yet: it, or its password, is kept elsewhere or nowhere.
#[derive(Debug, Clone)]
pub struct KeptTarget {
    /// The connection string.
    pub uri: SecretSource,
    /// The password, where the connection string names a user and none.
    pub password: Option<SecretSource>,
    /// The database that is meant, whatever the connection string says.
    pub database: Option<String>,
    /// The database where the connection string names none either.
    pub other_database: Option<String>,
    /// The collection that is meant.
    pub collection: Option<String>,
}

/// Why a place cannot be opened from within the browser as it is.
#[derive(Debug, Clone)]
pub enum PasswordRefusal {
    /// A password is to be typed.
    Wanted {
        /// Whose.
        user: String,
        /// Where.
        hosts: String,
    },
    /// What is kept elsewhere cannot be had.
    Failed(Error),
}

impl KeptTarget {
    /// The connection string, with a password where one is kept for it. What takes long to be had is told to `waiting`: what it is,
    /// and from where.
    ///
    /// # Errors
    /// [`Error::Uri`] for what cannot be read, and for a password that the connection string has no use for.
    pub async fn uri(&self, attendance: Attendance, waiting: &(dyn Fn(&str) + Sync)) -> Result<SecretString> {
        let uri = self.uri.read("the connection string", attendance, waiting).await?;
        if !uri::is_one(uri.expose_secret()) {
            return Err(Error::uri("what was read does not begin with mongodb:// or mongodb+srv://")
                .with_hint("the first line that is not blank must be the connection string"));
        }
        // Before anybody is asked for a password.
        uri::check_hosts(uri.expose_secret())?;
        let lacks = uri::lacks_password(uri.expose_secret()).is_some();
        match &self.password {
            Some(source) if lacks => {
                let password = source.read("the password", attendance, waiting).await?;
                Ok(uri::with_password(uri.expose_secret(), password.expose_secret()))
            }
            // The environment's is meant for those that need one.
            None | Some(SecretSource::Value(_)) => Ok(uri),
            Some(_) => Err(unused_password()),
        }
    }

    /// What is to be opened with a connection string that is whole.
    #[must_use]
    pub fn target(&self, uri: SecretString) -> Target {
        let database = self.database.clone();
        let database = database.or_else(|| path_database(&uri)).or_else(|| self.other_database.clone());
        Target::Mongo { uri, database, collection: self.collection.clone() }
    }

    /// What is to be opened, or whose password is to be asked for first. `waiting` as for [`Self::uri`].
    ///
    /// # Errors
    /// As [`Self::uri`].
    pub async fn in_browser(&self, waiting: &(dyn Fn(&str) + Sync)) -> Result<Target, PasswordRefusal> {
        let uri = self.uri(Attendance::Browser, waiting).await.map_err(PasswordRefusal::Failed)?;
        match uri::lacks_password(uri.expose_secret()) {
            Some(user) => Err(PasswordRefusal::Wanted { user, hosts: uri::hosts(uri.expose_secret()) }),
            None => Ok(self.target(uri)),
        }
    }

    /// What is to be opened, where nobody can be asked.
    ///
    /// # Errors
    /// As [`Self::uri`], and for a user without a password.
    pub async fn unattended(&self) -> Result<Target> {
        let uri = self.uri(Attendance::Browser, &|_| ()).await?;
        if uri::lacks_password(uri.expose_secret()).is_some() {
            return Err(no_password(Attendance::Browser));
        }
        Ok(self.target(uri))
    }
}

impl SecretSource {
    /// Whether both are found in the same place.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(secret), Self::Value(others)) => secret.expose_secret() == others.expose_secret(),
            (Self::File(path), Self::File(others)) => path == others,
            (Self::Command(words), Self::Command(others)) => words == others,
            (Self::Environment(name), Self::Environment(other)) => name == other,
            (Self::Value(_) | Self::File(_) | Self::Command(_) | Self::Environment(_), _) => false,
        }
    }

    async fn read(
        &self,
        what: &'static str,
        attendance: Attendance,
        waiting: &(dyn Fn(&str) + Sync),
    ) -> Result<SecretString> {
        if let Self::Value(secret) = self {
            return Ok(secret.clone());
        }
        let place = self.place();
        let read = told_when_slow(self.bytes(attendance), SILENT, || waiting(&format!("{what} from {place}"))).await;
        let read = read.and_then(|bytes| first_line(bytes, self.says_blank()));
        read.map_err(|missing| missing.told(what, &place, self.hint(attendance)))
    }

    /// What is said where nothing is there.
    fn says_blank(&self) -> &'static str {
        match self {
            Self::Command(_) => "it printed nothing",
            Self::Environment(_) => "it is empty",
            Self::Value(_) | Self::File(_) => "nothing is in it",
        }
    }

    fn hint(&self, attendance: Attendance) -> &'static str {
        match (self, attendance) {
            (Self::Command(_), Attendance::Browser | Attendance::Nobody) => {
                "run it in a shell to see why; here it has no terminal to ask at"
            }
            (Self::Command(_), Attendance::Person) => "run it by itself to see why",
            (Self::Environment(_), _) => "set it before the program is started",
            (Self::Value(_) | Self::File(_), _) => "see that its first line that is not blank is what is wanted",
        }
    }

    /// All that is kept there, as text.
    ///
    /// # Errors
    /// In a few words: where it was looked for, and why it cannot be had.
    pub(super) async fn whole(&self, attendance: Attendance) -> Result<SecretString, String> {
        let read = self.bytes(attendance).await;
        let text = read.and_then(|bytes| Ok(String::from_utf8(bytes).map_err(|_| NO_TEXT)?));
        text.map(SecretString::from).map_err(|missing| format!("{}: {}", self.place(), missing.why))
    }

    /// Where it is kept. Of a command its program alone: its arguments may be secret.
    fn place(&self) -> String {
        match self {
            Self::Value(_) => "the settings".to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Command(words) => format!("the command {:?}", words.first().map_or("", String::as_str)),
            Self::Environment(name) => format!("the variable {name}"),
        }
    }

    /// What is kept there.
    async fn bytes(&self, attendance: Attendance) -> Result<Vec<u8>, MissingSecret> {
        match self {
            Self::Value(secret) => Ok(secret.expose_secret().as_bytes().to_vec()),
            Self::File(path) => {
                let path = path.clone();
                Ok(spawn_blocking(move || of_file(&path)).await.unwrap_or_else(|join| Err(join.to_string()))?)
            }
            Self::Command(words) => command::printed(words, attendance).await,
            Self::Environment(name) => {
                Ok(env::var_os(name).map(OsString::into_encoded_bytes).ok_or("it is not set")?)
            }
        }
    }
}

fn of_file(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes));
    read.map(|_| bytes).map_err(|error| disk::reason(&error))
}

fn first_line(bytes: Vec<u8>, blank: &'static str) -> Result<SecretString, MissingSecret> {
    let text = String::from_utf8(bytes).map_err(|_| NO_TEXT)?;
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let line = lines.find(|line| !line.trim().is_empty()).ok_or(blank)?;
    Ok(line.to_owned().into())
}

/// The database that a connection string's path names; `admin` stands there for the login.
pub fn path_database(uri: &SecretString) -> Option<String> {
    uri::database(uri.expose_secret()).filter(|name| name != "admin")
}

/// A user, and nothing that gives a password.
pub fn no_password(attendance: Attendance) -> Error {
    let asked = match attendance {
        Attendance::Person | Attendance::Nobody => "at a terminal it is asked for",
        Attendance::Browser => "the browser asks for it",
    };
    let hint = "set STRANDSCOPE_PASSWORD, or give its profile a password_file, a password_command or a password_env";
    Error::uri("it names a user and no password").with_hint(format!("{hint}; {asked}"))
}

fn unused_password() -> Error {
    Error::uri("a password is kept for it, and it names no user without one")
        .with_hint("write the user before the host, as in mongodb://user@host, or leave the password out")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(uri: SecretSource, password: Option<SecretSource>) -> KeptTarget {
        KeptTarget { uri, password, database: None, other_database: None, collection: None }
    }

    async fn whole(uri: &str, password: Option<SecretSource>) -> Result<String> {
        let uri = kept(SecretSource::Value(uri.into()), password).uri(Attendance::Browser, &|_| ()).await?;
        Ok(uri.expose_secret().to_owned())
    }

    fn file(text: &str) -> (tempfile::TempDir, SecretSource) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, text).unwrap();
        (folder, SecretSource::File(path))
    }

    #[tokio::test]
    async fn a_password_comes_from_a_file_the_environment_or_a_command() {
        let (_folder, source) = file("\u{feff}\n p@ss:w/rd%41 \r\nlogin: me\n");
        let escaped = "mongodb://me:%20p%40ss%3Aw%2Frd%2541%20@h/db?w=1";
        assert_eq!(whole("mongodb://me@h/db?w=1", Some(source.clone())).await.unwrap(), escaped);
        assert_eq!(whole("mongodb://me:@h", Some(source)).await.unwrap(), "mongodb://me:%20p%40ss%3Aw%2Frd%2541%20@h");
        let value = || Some(SecretSource::Value("secret".into()));
        assert_eq!(whole("mongodb://me@h", value()).await.unwrap(), "mongodb://me:secret@h");
        assert_eq!(whole("mongodb://me:other@h", value()).await.unwrap(), "mongodb://me:other@h");
        assert_eq!(whole("mongodb://h", value()).await.unwrap(), "mongodb://h");
        #[cfg(unix)]
        {
            let echo = SecretSource::Command(["printf", "x y\nmore"].map(str::to_owned).to_vec());
            assert_eq!(whole("mongodb://me@h", Some(echo)).await.unwrap(), "mongodb://me:x%20y@h");
        }
    }

    #[tokio::test]
    async fn a_connection_string_comes_from_a_file_and_names_the_database() {
        let (_folder, source) = file("mongodb://me:secret@h/agents\n");
        let mut kept = kept(source, None);
        let database = async |kept: &KeptTarget| match kept.unattended().await.unwrap() {
            Target::Mongo { database, .. } => database,
            Target::Folder(_) => None,
        };
        kept.other_database = Some("other".into());
        assert_eq!(database(&kept).await.as_deref(), Some("agents"));
        kept.database = Some("meant".into());
        assert_eq!(database(&kept).await.as_deref(), Some("meant"));
    }

    #[tokio::test]
    async fn what_cannot_be_had_is_told_without_a_secret() {
        let (_folder, empty) = file(" \n\n");
        let (_other, text) = file("hunter2");
        let missing = SecretSource::File("/nowhere/secret".into());
        let command = |words: &[&str]| SecretSource::Command(words.iter().map(|word| (*word).to_owned()).collect());
        let user = || SecretSource::Value("mongodb://me@h".into());
        let tried = [
            kept(missing, None),
            kept(empty, None),
            kept(text.clone(), None),
            kept(user(), Some(command(&["/nowhere/pass", "hunter2"]))),
            kept(user(), Some(SecretSource::Environment("STRANDSCOPE_TEST_UNSET".into()))),
            #[cfg(unix)]
            kept(user(), Some(command(&["true", "hunter2"]))),
            kept(SecretSource::Value("mongodb://me:hunter2@h".into()), Some(text)),
            kept(SecretSource::Value("mongodb+srv://me@h:27017".into()), Some(command(&["/nowhere/pass"]))),
            kept(user(), None),
        ];
        let wanted = [
            "from /nowhere/secret: there is no such file",
            "nothing is in it",
            "does not begin with mongodb://",
            "the password cannot be had from the command \"/nowhere/pass\": there is no such program",
            "set it before the program is started",
            #[cfg(unix)]
            "it printed nothing",
            "names no user without one",
            "before one name, without a port",
            "names a user and no password",
        ];
        for (kept, wanted) in tried.into_iter().zip(wanted) {
            let error = kept.unattended().await.unwrap_err();
            let told = format!("{error} {error:?} {:?}", error.hints());
            assert!(told.contains(wanted), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
}
