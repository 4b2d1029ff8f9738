//! `[encryption]` of the settings: which fields are kept encrypted, and where their keys are. They are read when something needs
//! them, stand in no argument that `ps` shows, and in no message; without them the program goes on.

use std::{fmt, path::PathBuf};

use secrecy::ExposeSecret;
use tokio::task::spawn_blocking;

use super::{Attendance, Reveal, SecretSource};
use crate::{
    disk,
    hook::{CipherError, CipherKeys, EncryptedField, FieldCipher},
    repository::{
        Filter,
        filter::{Comparison, FilterTest},
    },
};

/// Where the keys are.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// In a variable of the environment.
    Variable(String),
    /// In a file.
    File(PathBuf),
    /// In what a command prints: the program and its arguments.
    Command(Vec<String>),
}

/// Without the arguments of a command: one may be a token.
impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "the variable {name}"),
            Self::File(path) => write!(f, "the file {}", path.display()),
            Self::Command(words) => {
                write!(f, "the command {:?}", words.first().map(String::as_str).unwrap_or_default())
            }
        }
    }
}

/// Which fields are kept encrypted, and where their keys are.
#[derive(Debug, Clone)]
pub struct EncryptionSettings {
    /// Where.
    pub keys: KeySource,
    /// Which.
    pub fields: Vec<EncryptedField>,
}

impl EncryptionSettings {
    /// What opens and seals them. Where the keys cannot be had it says why.
    pub async fn reveal(&self, attendance: Attendance) -> Reveal {
        let paths = self.fields.iter().map(|field| field.path.clone()).collect();
        let cipher = match self.keys(attendance).await {
            Ok(keys) => FieldCipher::new(keys, self.fields.clone()).map_err(|error| error.to_string()),
            Err(why) => Err(why),
        };
        if let Err(why) = &cipher {
            tracing::warn!("encrypted metadata cannot be opened: {why}");
        }
        Reveal::new(paths, cipher)
    }

    /// Whether a filter asks for an encrypted field that can be searched for, which takes the keys.
    #[must_use]
    pub fn are_asked_by(&self, filter: &Filter) -> bool {
        let is_of = |key: &str| self.fields.iter().any(|field| field.deterministic && field.path.to_string() == key);
        filter.tests().into_iter().any(|test| matches!(test, FilterTest::Metadata { key, .. } if is_of(key)))
    }

    /// What is wrong with a file of keys that could be read: others may read it. `None`: nothing, or it is no file.
    #[must_use]
    pub fn exposed(&self) -> Option<String> {
        let KeySource::File(path) = &self.keys else { return None };
        let mode = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|meta| disk::mode(&meta))?;
        (mode & 0o077 != 0).then(|| {
            let path = path.display();
            format!("others may read the keys of encrypted metadata in {path} (mode {mode:o}): chmod 600 keeps them")
        })
    }

    /// Why a filter does not find what it asks for in an encrypted field; `None`: it asks for none, or finds it.
    #[must_use]
    pub fn not_found_by(&self, filter: &Filter) -> Option<String> {
        filter.tests().into_iter().find_map(|test| {
            let FilterTest::Metadata { key, comparison, .. } = test else { return None };
            let field = self.fields.iter().find(|field| field.path.to_string() == *key)?;
            match (field.deterministic, comparison) {
                (true, Comparison::Equal) => None,
                (true, _) => Some(format!("{key} is kept encrypted: only meta.{key}:VALUE finds it")),
                (false, _) => Some(format!(
                    "{key} is kept encrypted and not found by its value; `deterministic` of [encryption] lets it be"
                )),
            }
        })
    }

    async fn keys(&self, attendance: Attendance) -> Result<CipherKeys, String> {
        let source = self.keys.clone();
        let read = match source.clone() {
            KeySource::Variable(name) => CipherKeys::from_env(&name),
            KeySource::File(path) => {
                spawn_blocking(move || CipherKeys::from_file(path)).await.map_err(|join| join.to_string())?
            }
            KeySource::Command(words) => {
                let printed = SecretSource::Command(words).whole(attendance).await;
                let printed = printed.map_err(|why| format!("no keys for encrypted metadata in {why}"))?;
                CipherKeys::parse_of(&source.to_string(), printed.expose_secret())
            }
        };
        read.map_err(|error| match error {
            CipherError::Key { .. } => format!("{error} (in {source})"),
            other => other.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    async fn reveal(keys: KeySource) -> Reveal {
        let fields = vec![EncryptedField::new("ssn")];
        EncryptionSettings { keys, fields }.reveal(Attendance::Browser).await
    }

    #[tokio::test]
    async fn keys_come_from_a_file_or_a_command() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        std::fs::write(&path, format!("# since autumn\n2026-11:{SECRET}\n")).unwrap();
        assert!(reveal(KeySource::File(path)).await.opens());
        #[cfg(unix)]
        {
            let words = ["printf".to_owned(), format!("2026-11:{SECRET}")];
            assert!(reveal(KeySource::Command(words.to_vec())).await.opens());
        }
    }

    #[tokio::test]
    async fn what_cannot_be_had_is_told_without_a_secret() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        std::fs::write(&path, SECRET).unwrap();
        let command = |words: &[&str]| KeySource::Command(words.iter().map(|word| (*word).to_owned()).collect());
        for (keys, wanted) in [
            (KeySource::Variable("STRANDSCOPE_TEST_NO_SUCH_KEYS".to_owned()), "STRANDSCOPE_TEST_NO_SUCH_KEYS"),
            (KeySource::File("/nowhere/keys".into()), "/nowhere/keys"),
            (KeySource::File(path.clone()), "ID:BASE64"),
            (KeySource::File(path.clone()), path.to_str().unwrap()),
            (command(&["/nowhere/vault", SECRET]), "\"/nowhere/vault\": there is no such program"),
            (command(&["true", SECRET]), "in the command \"true\": there is none in it"),
            (command(&["echo", SECRET]), "ID:BASE64 (in the command \"echo\")"),
        ] {
            let reveal = reveal(keys).await;
            let told = format!("{reveal:?} {}", reveal.missing().unwrap_or_default());
            assert!(told.contains(wanted) && !told.contains(SECRET), "{told}");
            assert!(!reveal.opens() && reveal.is_chosen(&"ssn".into()));
        }
    }

    #[cfg(unix)]
    #[test]
    fn keys_that_others_may_read_are_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        std::fs::write(&path, SECRET).unwrap();
        let settings = EncryptionSettings { keys: KeySource::File(path.clone()), fields: Vec::new() };
        disk::set_mode(&path, 0o640).unwrap();
        let says = settings.exposed().unwrap();
        assert!(says.contains("mode 640") && !says.contains(SECRET), "{says}");
        disk::set_mode(&path, 0o600).unwrap();
        assert_eq!(settings.exposed(), None);
    }

    #[test]
    fn a_filter_that_cannot_find_anything_is_told() {
        let fields = vec![EncryptedField::new("ssn"), EncryptedField::new("email").deterministic(true)];
        let settings = EncryptionSettings { keys: KeySource::Variable("K".to_owned()), fields };
        let says = |typed: &str| {
            let filter = Filter::parse(typed, jiff::Timestamp::UNIX_EPOCH).unwrap();
            settings.not_found_by(&filter).unwrap_or_default()
        };
        assert!(says("app:x meta.ssn:078").starts_with("ssn is kept encrypted and not found"));
        assert!(says("meta.email:>5").starts_with("email is kept encrypted: only"));
        for found in ["meta.email:a@b.c", "has:meta.ssn", "meta.tier:gold"] {
            assert_eq!(says(found), "", "{found}");
        }
    }
}
