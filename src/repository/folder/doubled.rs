//! Names that stand twice in one object of JSON: the last counts, as it does for Python, and the others go with the next write.

use std::{collections::HashSet, fmt, path::Path};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

use super::{layout::file_name, open};
use crate::session::{Finding, python};

/// How many of a file are told.
const MOST: usize = 100;

/// A finding for each name that stands twice in a file, which holds what stands at that path of the document. A file that
/// cannot be read has others.
pub(super) fn findings(file: &Path, path: &str) -> Vec<Finding> {
    let Ok(bytes) = open::bytes(file) else { return Vec::new() };
    let Ok(DoubledNames(names)) = python::parse(&bytes) else { return Vec::new() };
    let problem = format!(
        "{} holds this name more than once: the last is shown, and the others go with the next write",
        file_name(file)
    );
    let finding = |name: String| Finding { path: below(path, &name), problem: problem.clone(), raw: None };
    names.into_iter().take(MOST).map(finding).collect()
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The dotted paths of such names.
struct DoubledNames(Vec<String>);

impl<'de> Deserialize<'de> for DoubledNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameVisitor).map(Self)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let (mut found, mut index) = (Vec::new(), 0_usize);
        while let Some(DoubledNames(inner)) = items.next_element()? {
            found.extend(inner.iter().map(|name| format!("{index}.{name}")));
            index += 1;
        }
        Ok(found)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let (mut found, mut names) = (Vec::new(), HashSet::new());
        while let Some((name, DoubledNames(inner))) = fields.next_entry::<String, DoubledNames>()? {
            found.extend(inner.iter().map(|inner| below(&name, inner)));
            if names.contains(&name) {
                found.push(name);
            } else {
                names.insert(name);
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_stands_twice_is_found_wherever_it_stands() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().canonicalize().unwrap().join("session.json");
        let json = r#"{"n": NaN, "metadata": {"a": 1, "b": [{}, {"x": 1, "x": null}], "a": "2"}, "n": true}"#;
        std::fs::write(&file, json).unwrap();
        let paths: Vec<String> = findings(&file, "").into_iter().map(|finding| finding.path).collect();
        assert_eq!(paths, ["metadata.b.1.x", "metadata.a", "n"]);
        assert_eq!(findings(&file, "agents.a")[2].path, "agents.a.n");
        std::fs::write(&file, r#"{"a": {"a": 1}, "b": [1, 1], "half"#).unwrap();
        assert_eq!(findings(&file, "").len(), 0);
    }
}
