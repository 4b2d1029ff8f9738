//! `[encryption]` of the settings: which fields are kept encrypted, and where their keys are. They are read when something needs
//! them, stand in no argument that `ps` shows, and in no message; without them the program goes on.

use std::path::PathBuf;

use tokio::task::spawn_blocking;

use super::{Attendance, Reveal, SecretSource};
use crate::{
    hook::{CipherKeys, EncryptedField, FieldCipher},
    repository::{Filter, filter::FilterTest},
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
        filter.terms.iter().any(|term| matches!(&term.test, FilterTest::Metadata { key, .. } if is_of(key)))
    }

    async fn keys(&self, attendance: Attendance) -> Result<CipherKeys, String> {
        match self.keys.clone() {
            KeySource::Variable(name) => CipherKeys::from_env(&name).map_err(|error| error.to_string()),
            KeySource::File(path) => {
                let read = spawn_blocking(move || CipherKeys::from_file(path)).await;
                read.map_err(|join| join.to_string())?.map_err(|error| error.to_string())
            }
            KeySource::Command(words) => {
                let printed = SecretSource::Command(words).whole(attendance).await;
                let printed = printed.map_err(|why| format!("no keys for encrypted metadata in {why}"))?;
                CipherKeys::parse(&printed).map_err(|error| error.to_string())
            }
        }
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
            (KeySource::File(path), "ID:BASE64"),
            (command(&["/nowhere/vault", SECRET]), "\"/nowhere/vault\": there is no such program"),
        ] {
            let reveal = reveal(keys).await;
            let told = format!("{reveal:?} {}", reveal.missing().unwrap_or_default());
            assert!(told.contains(wanted) && !told.contains(SECRET), "{told}");
            assert!(!reveal.opens() && reveal.is_chosen(&"ssn".into()));
        }
    }
}
