//! What a person types to name a place, told apart by how it looks: nothing is contacted and nothing read. What looks like a host is
//! none of its folders; a folder of such a name is typed with `./` before it.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    path::Path,
};

use super::{Environment, Named};
use crate::{
    app::{
        place::{Place, SecretSource},
        told,
    },
    disk,
    repository::{Target, mongo::uri},
};

/// How what was typed looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TypedAs {
    /// `mongodb://…` or `mongodb+srv://…`.
    ConnectionString,
    /// `http://…`.
    OtherScheme,
    /// `me:secret@host`.
    Login,
    /// `me@host`.
    User,
    /// `localhost:27017/agents?w=1`: a connection string without its scheme.
    Host,
    /// Everything else.
    Folder,
}

impl TypedAs {
    fn of(typed: &str) -> Self {
        if uri::is_one(typed) {
            Self::ConnectionString
        } else if has_scheme(typed) {
            Self::OtherScheme
        } else if is_login(typed) {
            // Before what is a path: taken for a folder it would be shown and kept as its name, with the password.
            Self::Login
        } else if is_path(typed) {
            Self::Folder
        } else if is_user(typed) {
            Self::User
        } else if is_host(typed) {
            Self::Host
        } else {
            Self::Folder
        }
    }
}

/// The place that a person typed: a connection string, a host with what may follow it in one (`HOST:PORT`, `HOST:PORT/DATABASE`,
/// `HOST:PORT/?OPTION=VALUE`) or a folder.
///
/// # Errors
/// In a sentence, without what was typed: nothing was, another kind of address, or one whose hosts cannot be meant.
pub fn typed_place(typed: &str) -> Result<Place, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err("type a connection string or the path of a folder".to_owned());
    }
    let uri = match TypedAs::of(typed) {
        TypedAs::ConnectionString => {
            uri::check_hosts(typed).map_err(|error| told::sentence_on_screen(&error))?;
            typed.to_owned()
        }
        TypedAs::OtherScheme => return Err("a connection string begins with mongodb:// or mongodb+srv://".to_owned()),
        TypedAs::Login => {
            return Err("with a user and a password it is a connection string: mongodb:// goes before them".to_owned());
        }
        TypedAs::User => {
            return Err("with a user it is typed as mongodb://USER@HOST; a folder of that name as ./NAME".to_owned());
        }
        TypedAs::Host => whole_uri(typed)?,
        TypedAs::Folder => return Ok(Place::plain(typed, Target::Folder(disk::expand_home(Path::new(typed))))),
    };
    let uri = SecretSource::Value(uri.into());
    let named = Named { uri, password: None, database: None, collection: None, other_database: None };
    Ok(named.place(&Environment::default(), false))
}

/// The path of a folder as it is typed: with `./` before one that would be taken for something else.
#[must_use]
pub fn typed_folder(path: &str) -> String {
    if TypedAs::of(path) == TypedAs::Folder { path.to_owned() } else { format!("./{path}") }
}

/// The connection string of a host without a scheme.
fn whole_uri(typed: &str) -> Result<String, String> {
    let address = address(typed);
    if address.parse::<Ipv6Addr>().is_ok() {
        return Err("an address with colons stands in brackets, as in mongodb://[::1]:27017".to_owned());
    }
    let uri = format!("mongodb://{typed}");
    if address.starts_with(':') || uri::check_hosts(&uri).is_err() {
        // A host may be called mongodb too.
        if uri::is_one(&address.replacen(':', "://", 1)) {
            return Err("a connection string begins with mongodb:// or mongodb+srv://, with two slashes".to_owned());
        }
        let says = "a port is a number from 1 to 65535, as in mongodb://HOST:27017; a folder of that name is ./NAME";
        return Err(says.to_owned());
    }
    Ok(uri)
}

/// What stands before a path and options.
fn address(typed: &str) -> &str {
    typed.split(['/', '?']).next().unwrap_or_default()
}

fn has_scheme(typed: &str) -> bool {
    let is_of_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    typed.split_once("://").is_some_and(|(scheme, _)| !scheme.is_empty() && scheme.chars().all(is_of_scheme))
}

/// Whether a user, a password and a host are there without a scheme.
fn is_login(typed: &str) -> bool {
    let parts = typed.split_once(':').filter(|(user, _)| !user.is_empty() && !user.contains(['/', '\\']));
    parts.is_some_and(|(_, rest)| !rest.starts_with(['/', '\\']) && rest.contains('@'))
}

/// Whether it is written as paths alone are: from somewhere on, with a backslash or a drive.
fn is_path(typed: &str) -> bool {
    let mut first = typed.chars();
    let is_drive = first.next().is_some_and(|c| c.is_ascii_alphabetic()) && first.next() == Some(':');
    // `h:1,i:2` is several hosts.
    typed.starts_with(['/', '.', '~']) || typed.contains('\\') || (is_drive && !address(typed).contains(','))
}

fn is_user(typed: &str) -> bool {
    typed.split_once('@').is_some_and(|(user, _)| !user.is_empty() && !user.contains(['/', '?']))
}

/// Whether its address has a colon, as a port is behind one, or is one that everyone knows.
fn is_host(typed: &str) -> bool {
    let address = address(typed);
    address.contains(':') || address.eq_ignore_ascii_case("localhost") || address.parse::<Ipv4Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::app::place::Origin;

    /// The connection string or the folder that it becomes, or `refused: ` why.
    fn becomes(typed: &str) -> String {
        match typed_place(typed).map(|place| place.origin) {
            Ok(Origin::Target(Target::Mongo { uri, .. })) => uri.expose_secret().to_owned(),
            Ok(Origin::Target(Target::Folder(path))) => format!("folder {}", path.display()),
            Ok(other) => format!("{other:?}"),
            Err(why) => format!("refused: {why}"),
        }
    }

    #[test]
    fn what_looks_like_a_host_is_read_as_one() {
        for typed in [
            "localhost",
            "LOCALHOST/prod",
            "localhost?w=1",
            "localhost:27017",
            "127.0.0.1",
            "127.0.0.1:27017/prod",
            "host:27017?x=1",
            "host:27017/?x=1",
            "host:27017/db?x=1",
            "host:27017/?x=http://y",
            "h:1,i:2/a?w=1",
            "mongodb:27017",
            "db-1.example.com:27017",
            "[::1]",
            "[::1]/prod",
            "[::1]:27017",
        ] {
            assert_eq!(becomes(typed), format!("mongodb://{typed}"));
        }
        assert_eq!(becomes(" mongodb+srv://h "), "mongodb+srv://h");
        for (typed, name) in [("127.0.0.1:27017/prod", "prod"), ("h:1,i:2/a?w=1", "a"), ("host:1/b?x=1", "b")] {
            let Origin::Target(Target::Mongo { database, .. }) = typed_place(typed).unwrap().origin else {
                panic!("{typed}")
            };
            assert_eq!(database.as_deref(), Some(name), "{typed}");
        }
    }

    #[test]
    fn what_is_written_as_a_path_or_has_no_colon_is_a_folder() {
        for typed in [
            "/x",
            "/data/x:1",
            "./x",
            "./localhost",
            "./localhost:27017",
            "./h:1/prod",
            "./x:y@z",
            "./a@b",
            "../x:1",
            ".",
            ".strands",
            "data",
            "data/x:1",
            "data/a@b",
            "@scope",
            "my.sessions",
            "localhosts",
            "C:",
            "C:\\x",
            "C:/x",
            "C:\\a@b",
            "h:x/prod",
            "data\\x:1",
        ] {
            assert_eq!(becomes(typed), format!("folder {typed}"));
        }
        assert!(matches!(typed_place("~/x").unwrap().origin, Origin::Target(Target::Folder(_))));
    }

    #[test]
    fn what_is_neither_is_refused_with_the_right_spelling() {
        let port = "a port is a number from 1 to 65535, as in mongodb://HOST:27017; a folder of that name is ./NAME";
        let scheme = "a connection string begins with mongodb:// or mongodb+srv://";
        let login = "with a user and a password it is a connection string: mongodb:// goes before them";
        for (typed, why) in [
            (" ", "type a connection string"),
            ("localhost:", port),
            ("localhost:0", port),
            ("localhost:99999", port),
            ("localhost:99999/db?x=1", port),
            ("localhost:27O17", port),
            ("h1:1,h2:x", port),
            ("runs:today", port),
            ("mongodb:/localhost", "with two slashes"),
            ("mongodb+srv:localhost", "with two slashes"),
            (":27017", port),
            ("[::1", port),
            ("::1", "stands in brackets"),
            ("user@host", "mongodb://USER@HOST"),
            ("user@host:27017/db", "mongodb://USER@HOST"),
            ("me:hunter2@h", login),
            ("me:hunter2@h:27017/agents", login),
            ("me:a/b@h", login),
            ("me:1/b@h", login),
            ("me:a\\b@h", login),
            ("me:a://b@h", login),
            ("http://x", scheme),
            ("mysql://h", scheme),
            ("mongodb://", "it names no host"),
            ("mongodb+srv://me@/agents", "it names no host"),
            ("mongodb://me@h:x", "a port is a number from 1 to 65535"),
            ("mongodb+srv://a@b:27017", "without a port"),
        ] {
            let refused = becomes(typed);
            assert!(refused.starts_with("refused: ") && refused.contains(why), "{typed}: {refused}");
            assert!(!refused.contains("hunter2"), "{refused}");
        }
    }

    #[test]
    fn a_folder_that_looks_like_a_host_is_typed_with_its_path() {
        for (path, typed) in [
            ("data/", "data/"),
            ("/a:1/", "/a:1/"),
            ("runs:today/", "./runs:today/"),
            ("a@b/", "./a@b/"),
            ("localhost/", "./localhost/"),
        ] {
            assert_eq!(typed_folder(path), typed);
            assert!(becomes(typed).starts_with("folder "), "{typed}");
        }
    }
}
