//! `[encryption]`: which fields of the metadata are kept encrypted, and where their keys are.

use std::path::Path;

use super::toml_walk::{Problem, Section, TomlEntry};
use crate::{
    app::place::{EncryptionSettings, KeySource},
    disk,
    hook::EncryptedField,
};

/// What says where the keys are; one of them does.
const KEYS: [&str; 3] = ["keys_env", "keys_file", "keys_command"];

pub(super) fn encryption(item: &TomlEntry<'_>) -> Result<EncryptionSettings, Problem> {
    let section = item.table()?;
    section.only(&["keys_env", "keys_file", "keys_command", "fields", "deterministic", "bound"])?;
    let mut given = KEYS.iter().filter(|key| section.get(key).is_some());
    if let (Some(one), Some(other)) = (given.next(), given.next()) {
        return Err(item.wrong_key(format!("encryption has both a {one} and a {other}; keep the one that is meant")));
    }
    let lacks = "encryption does not say where its keys are; give it a keys_env, a keys_file or a keys_command";
    let keys = keys(&section)?.ok_or_else(|| item.wrong_key(lacks.to_owned()))?;
    let bound = section.get("bound").map_or(Ok(false), |item| item.boolean())?;
    let mut fields: Vec<EncryptedField> = Vec::new();
    for (key, deterministic) in [("fields", false), ("deterministic", true)] {
        let Some(item) = section.get(key) else { continue };
        for name in item.list(r#"a list of fields of the metadata, such as ["ssn", "customer.iban"]"#)? {
            let path = item.field(&name)?;
            let overlaps = |field: &&EncryptedField| path.is_within(&field.path) || field.path.is_within(&path);
            if let Some(other) = fields.iter().find(overlaps) {
                return Err(item.wrong(format!(
                    "names {name:?}, and {:?} is encrypted as a whole already; keep the one that is meant",
                    other.path.to_string()
                )));
            }
            // What can be searched for in every session is bound to none.
            fields.push(EncryptedField::new(path).deterministic(deterministic).bound(bound && !deterministic));
        }
    }
    if fields.is_empty() {
        return Err(
            item.wrong_key(r#"encryption names no field; give it fields such as ["ssn", "customer.iban"]"#.to_owned())
        );
    }
    Ok(EncryptionSettings { keys, fields })
}

fn keys(section: &Section<'_>) -> Result<Option<KeySource>, Problem> {
    if let Some(item) = section.get("keys_env") {
        return Ok(Some(KeySource::Variable(item.filled()?)));
    }
    if let Some(item) = section.get("keys_file") {
        return Ok(Some(KeySource::File(disk::expand_home(Path::new(&item.filled()?)))));
    }
    let Some(item) = section.get("keys_command") else { return Ok(None) };
    let words = item.list(r#"a list of a program and its arguments, such as ["pass", "show", "strandscope"]"#)?;
    match words.first() {
        Some(program) if !program.is_empty() => Ok(Some(KeySource::Command(words))),
        _ => Err(item.wrong(r#"must name a program, such as ["pass", "show", "strandscope"]"#)),
    }
}

#[cfg(test)]
mod tests {
    use crate::{app::config::Config, session::MetadataPath};

    use super::*;

    fn read(text: &str) -> Result<EncryptionSettings, String> {
        let config = Config::parse(&format!("[encryption]\n{text}"), Path::new("c.toml"));
        config.map(|config| config.encryption.unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn fields_are_paths_and_what_is_searched_for_is_bound_to_no_session() {
        let read = read(
            "keys_env = \"KEYS\"\nfields = [\"ssn\", \"customer.iban\"]\ndeterministic = [\"email\"]\nbound = true",
        );
        let settings = read.unwrap();
        assert!(matches!(settings.keys, KeySource::Variable(name) if name == "KEYS"));
        let iban = MetadataPath::from("customer").child("iban");
        assert_eq!(
            settings.fields,
            [
                EncryptedField::new("ssn").bound(true),
                EncryptedField::new(iban).bound(true),
                EncryptedField::new("email").deterministic(true),
            ]
        );
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for (text, wanted) in [
            ("fields = [\"ssn\"]", "line 1: encryption does not say where its keys are"),
            ("keys_env = \"K\"", "names no field"),
            ("keys_env = \"K\"\nkeys_file = \"f\"\nfields = [\"a\"]", "both a keys_env and a keys_file"),
            ("keys_env = \"\"\nfields = [\"a\"]", "line 2"),
            ("keys_command = []\nfields = [\"a\"]", "must name a program"),
            ("keys_env = \"K\"\nfields = [\"metadata.ssn\"]", "write \"ssn\""),
            ("keys_env = \"K\"\nfields = [\"a..b\"]", "line 3"),
            ("keys_env = \"K\"\nfields = [\"a\"]\ndeterministic = [\"a.b\"]", "line 4"),
            ("keys_env = \"K\"\nfields = [\"a\"]\nbound = 1", "true or false"),
            ("keys_env = \"K\"\nfield = [\"a\"]", "did you mean \"fields\"?"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(wanted), "{text}: {error}");
        }
    }
}
