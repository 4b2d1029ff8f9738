//! A right that the user lacks.

use mongodb::error::{Error as DriverError, ErrorKind};

use super::{Deployment, Doing, code};
use crate::repository::Error;

/// Whether the server said that the user lacks the right.
pub(in crate::repository::mongo) fn is_denied(error: &DriverError) -> bool {
    match error.kind.as_ref() {
        ErrorKind::Command(command) => {
            command.code == code::UNAUTHORIZED
                || command.code == code::ATLAS && command.message.contains("not authorized")
                || command.code == code::ATLAS && command.message.contains("not allowed")
        }
        _ => false,
    }
}

/// The error of a right that the user lacks: the one that the server names, else the one that was asked for.
pub(super) fn told(error: &DriverError, doing: Doing, place: &Deployment) -> Error {
    let message = match error.kind.as_ref() {
        ErrorKind::Command(command) => command.message.as_str(),
        _ => "",
    };
    let action = action(message).unwrap_or(doing.action);
    let anonymous = place.anonymous || message.contains("requires authentication");
    Error::Denied { action: action.to_owned(), namespace: place.namespace.clone(), anonymous, source: None }
}

/// The action that the server named, by the command; none for one that takes other rights by what it is to do
/// (`findAndModify`): `… to execute command { insert: …`, `command find requires
/// authentication`, Atlas's `… to do action [find] on …`.
fn action(message: &str) -> Option<&'static str> {
    // An aggregation, which a right to read is not enough for.
    if message.contains("$changeStream") {
        return Some("changeStream");
    }
    let after = |mark: &str| message.split_once(mark).map(|(_, rest)| rest);
    let rest = after("execute command {").or_else(|| after("do action [")).or_else(|| after("command "))?;
    let word = rest.trim_start().split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    Some(match word {
        "find" | "aggregate" | "getMore" | "count" | "distinct" | "explain" => "find",
        "insert" => "insert",
        "update" => "update",
        "delete" | "remove" => "remove",
        "createIndexes" | "createIndex" => "createIndex",
        "create" | "createCollection" => "createCollection",
        "listIndexes" => "listIndexes",
        "listCollections" => "listCollections",
        "listDatabases" => "listDatabases",
        "changeStream" => "changeStream",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_that_the_server_names_is_the_one_that_is_missing() {
        for (said, named) in [
            ("not authorized on shop to execute command { insert: \"sessions\", find: 1 }", Some("insert")),
            ("not authorized on shop to execute command { delete: \"sessions\" }", Some("remove")),
            ("command find requires authentication", Some("find")),
            (
                "not authorized on shop to execute command { aggregate: \"s\", pipeline: [ { $changeStream: {} } ] }",
                Some("changeStream"),
            ),
            ("user is not allowed to do action [createIndex] on [shop.sessions]", Some("createIndex")),
            ("not authorized on shop to execute command { findAndModify: \"sessions\", remove: true }", None),
            ("not authorized on shop to execute command { somethingNew: 1 }", None),
            ("no", None),
        ] {
            assert_eq!(action(said), named, "{said}");
        }
    }
}
