//! A connection string as people have it, made into one that the driver takes.
//!
//! Python's driver warns of an option that it cannot use and goes on, the Rust driver ends there. So what the driver
//! knows is passed on, what it lacks but this library has is mapped, what only tunes is left out with a word, and what
//! would change where, as whom or how safely one connects is an error that names it. No word here repeats a value: any
//! could be a part of a password.

mod login;
mod options;
#[cfg(any(feature = "app", test))]
mod shown;

#[cfg(feature = "app")]
pub(crate) use shown::without_secrets;
#[cfg(any(feature = "app", test))]
pub(crate) use shown::{has_secret_options, secret_spans, without_password};

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use mongodb::options::ClientOptions;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use secrecy::SecretString;

use crate::repository::{Error, Result};
use options::UriOptions;

/// What the driver is given, and what became of the rest.
pub(super) struct DriverUri {
    /// The connection string, with its password.
    pub(super) text: SecretString,
    /// `timeoutMS`, else `socketTimeoutMS`: the driver has neither, our deadline of an operation stands for both.
    pub(super) operation: Option<Duration>,
    /// `waitQueueTimeoutMS`: ours, too.
    pub(super) wait_queue: Option<Duration>,
    /// What was left out, a sentence each.
    pub(super) notes: Vec<String>,
    /// What to say of its password where the login fails.
    pub(super) login_hint: Option<&'static str>,
}

/// `host:port`, several separated by commas.
pub(super) fn host_list(options: &ClientOptions) -> String {
    options.hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// Makes a connection string into one that the driver takes.
///
/// # Errors
/// [`Error::Uri`] for what cannot be read and for what the driver could not honour.
pub(super) fn for_driver(given: &str) -> Result<DriverUri> {
    let bare = bare(given);
    let parts = UriParts::of(&bare);
    let scheme = parts.scheme.map(str::to_lowercase);
    let Some(scheme @ ("mongodb" | "mongodb+srv")) = scheme.as_deref() else {
        return Err(Error::uri("it does not begin with mongodb:// or mongodb+srv://"));
    };
    let is_srv = parts.is_srv();
    let mut user_info = parts.user_info.map(login::escaped).transpose()?;
    let hosts = parts.usable_hosts()?;
    let options = UriOptions::read(parts.options.unwrap_or_default(), &bare)?;
    let mut options = options.settled(is_srv, hosts.contains(','))?;
    let has_login = user_info.as_ref().is_some_and(|info| !info.starts_with(':') && info.contains(':'));
    let has_password = user_info.as_deref().is_some_and(|info| !login::user_and_password(info).1.is_empty());
    if login::settle(&mut options, has_login)? {
        if has_password {
            return Err(Error::uri("its authMechanism takes no password, and it gives one")
                .with_hint("leave out the colon and the password before the @"));
        }
        if let Some(info) = &mut user_info
            && info.ends_with(':')
        {
            // `CN=me:@host`: the empty password is none.
            info.pop();
        }
    } else if has_password && user_info.as_ref().is_some_and(|info| info.starts_with(':')) {
        return Err(Error::uri("it gives a password and no user name")
            .with_hint("write mongodb://USER:PASSWORD@HOST, or leave out all before the host"));
    }
    let database = parts.database.map(|name| name.split_once('.').map_or(name, |(database, _)| database));
    if database != parts.database {
        options.notes.push("the collection after the database in the connection string is left out".to_owned());
    }
    let mut text = format!("{scheme}://");
    if let Some(info) = &user_info {
        text.push_str(info);
        text.push('@');
    }
    text.push_str(&hosts);
    text.push('/');
    text.push_str(database.unwrap_or_default());
    for (nth, (name, value)) in options.kept().enumerate() {
        text.push(if nth == 0 { '?' } else { '&' });
        text.push_str(name);
        text.push('=');
        text.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
    }
    Ok(DriverUri {
        text: text.into(),
        operation: options.operation(),
        wait_queue: options.wait_queue,
        notes: options.notes,
        login_hint: parts.user_info.and_then(login::hint),
    })
}

/// What is left out of a connection string, a sentence each. Nothing for one that cannot be used: its error says more.
pub(crate) fn notes(given: &str) -> Vec<String> {
    for_driver(given).map(|uri| uri.notes).unwrap_or_default()
}

/// Whether it begins as a connection string does.
#[cfg(any(feature = "app", test))]
pub(crate) fn is_one(given: &str) -> bool {
    let bare = bare(given);
    let scheme = UriParts::of(&bare).scheme.map(str::to_lowercase);
    matches!(scheme.as_deref(), Some("mongodb" | "mongodb+srv"))
}

/// The part between the scheme and the path, without user and password: `host:port`, several separated by commas.
pub(crate) fn hosts(given: &str) -> String {
    UriParts::of(&bare(given)).hosts.to_owned()
}

/// Checks its hosts, and asks nobody.
///
/// # Errors
/// [`Error::Uri`] for none at all, a port that is none, and what `mongodb+srv://` does not stand before.
#[cfg(feature = "app")]
pub(crate) fn check_hosts(given: &str) -> Result<()> {
    UriParts::of(&bare(given)).usable_hosts().map(drop)
}

/// The database in its path.
#[cfg(any(feature = "app", test))]
pub(crate) fn database(given: &str) -> Option<String> {
    let bare = bare(given);
    let name = UriParts::of(&bare).database?;
    // `database.collection` is old, and taken for its first half.
    let name = name.split('.').next()?;
    let name = percent_decode_str(name).decode_utf8().ok()?;
    (!name.is_empty()).then(|| name.into_owned())
}

/// The user, without escapes, who would log in with a password that is not there. `None` where there is one, where nobody logs
/// in, and where the mechanism takes none.
#[cfg(any(feature = "app", test))]
pub(crate) fn lacks_password(given: &str) -> Option<String> {
    let bare = bare(given);
    // Without a scheme it is no connection string, which is told before anything is asked.
    bare.contains("://").then_some(())?;
    let parts = UriParts::of(&bare);
    let (user, password) = login::user_and_password(parts.user_info?);
    let mechanism = options::value_of(parts.options.unwrap_or_default(), "authMechanism");
    let lacks = !user.is_empty() && password.is_empty() && login::takes_password(mechanism.as_deref());
    lacks.then(|| percent_decode_str(user).decode_utf8_lossy().into_owned())
}

/// The connection string with a password after its user, escaped; as it is where it names no user.
#[cfg(any(feature = "app", test))]
pub(crate) fn with_password(given: &str, password: &str) -> SecretString {
    let bare = bare(given);
    let parts = bare.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest, login_end(rest)?)));
    let Some((scheme, rest, at)) = parts else { return given.into() };
    let (user, _) = login::user_and_password(&rest[..at]);
    let password = utf8_percent_encode(password, NON_ALPHANUMERIC);
    format!("{scheme}://{user}:{password}{}", &rest[at..]).into()
}

/// Whether a message repeats any part of what is secret in a connection string. Passwords may hold any character,
/// unescaped too, so they are cut at whatever a parser may cut at; too careful is right here.
pub(super) fn leaks(message: &str, given: &str) -> bool {
    let bare = bare(given);
    let parts = UriParts::of(&bare);
    let message = message.to_lowercase();
    let secrets = parts.user_info.into_iter().chain(options::secrets(parts.options.unwrap_or_default()));
    secrets.flat_map(|secret| [secret.to_owned(), percent_decode_str(secret).decode_utf8_lossy().into_owned()]).any(
        |secret| {
            let secret = secret.to_lowercase();
            secret.split(|c: char| !c.is_alphanumeric()).any(|part| !part.is_empty() && message.contains(part))
        },
    )
}

/// The text without what came along when it was copied: blanks and quotes around it, line breaks in it, the `NAME=` and the
/// semicolon of a file of variables.
fn bare(given: &str) -> String {
    let joined: String = given.lines().map(|line| line.trim_matches(is_blank)).collect();
    let mut text = joined.as_str();
    if let Some((name, value)) = text.split_once('=')
        && is_variable(name)
    {
        text = value;
    }
    for (open, close) in QUOTES.into_iter().cycle().take(2 * QUOTES.len()) {
        text = text.trim_matches(is_blank).trim_end_matches(';').trim_end_matches(is_blank);
        if let Some(inner) = text.strip_prefix(open) {
            text = inner.strip_suffix(close).unwrap_or(inner);
        }
    }
    text.trim_matches(is_blank).to_owned()
}

/// Whether it names a variable, as in `MONGODB_URI=…` and `export MONGODB_URI=…`.
fn is_variable(name: &str) -> bool {
    let name = name.trim_matches(is_blank);
    let name = name.strip_prefix("export ").unwrap_or(name).trim_matches(is_blank);
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

const QUOTES: [(char, char); 5] = [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('<', '>')];

/// Also the byte order mark and blanks of no width.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{feff}' | '\u{200b}')
}

/// A connection string in its parts, as they stand there.
struct UriParts<'a> {
    scheme: Option<&'a str>,
    user_info: Option<&'a str>,
    hosts: &'a str,
    database: Option<&'a str>,
    options: Option<&'a str>,
}

impl<'a> UriParts<'a> {
    fn of(bare: &'a str) -> Self {
        let (scheme, rest) = bare.split_once("://").map_or((None, bare), |(scheme, rest)| (Some(scheme), rest));
        let (user_info, rest) = match login_end(rest) {
            Some(at) => (Some(&rest[..at]), &rest[at + 1..]),
            None => (None, rest),
        };
        let (address, options) = rest.split_once('?').map_or((rest, None), |(left, right)| (left, Some(right)));
        let (hosts, database) = address.split_once('/').map_or((address, None), |(left, right)| (left, Some(right)));
        Self { scheme, user_info, hosts, database: database.filter(|name| !name.is_empty()), options }
    }

    fn is_srv(&self) -> bool {
        self.scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("mongodb+srv"))
    }

    /// The hosts without blanks and empty ones between the commas.
    fn usable_hosts(&self) -> Result<String> {
        let hosts: Vec<&str> = self.hosts.split(',').map(|host| host.trim_matches(is_blank)).collect();
        let hosts: Vec<&str> = hosts.into_iter().filter(|host| !host.is_empty()).collect();
        if hosts.iter().any(|host| has_odd_port(host)) {
            // `mongodb://user:password` without a host: the driver's message would repeat the password.
            let hint = match self.user_info {
                Some(_) => "a port is a number from 1 to 65535",
                None => "a port is a number from 1 to 65535; a user and a password end with @ before the host",
            };
            return Err(Error::uri("what stands after the colon of its host is not a port").with_hint(hint));
        }
        if hosts.is_empty() {
            return Err(Error::uri("it names no host"));
        }
        let hosts = hosts.join(",");
        if self.is_srv() && is_address(&hosts) {
            return Err(Error::uri(
                "mongodb+srv:// stands before a name whose records say where the servers are, not an address",
            )
            .with_hint("write mongodb:// before an address"));
        }
        if self.is_srv() && hosts.contains([',', ':']) {
            return Err(Error::uri("mongodb+srv:// stands before one name, without a port")
                .with_hint("its records say where the servers are; write mongodb:// before hosts and ports"));
        }
        Ok(hosts)
    }
}

/// Whether it is an address in numbers, with a port or without.
fn is_address(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok()
        || host.parse::<SocketAddr>().is_ok()
        || host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .is_some_and(|host| host.parse::<IpAddr>().is_ok())
}

fn has_odd_port(host: &str) -> bool {
    let after = host.rsplit_once(']').map_or(host, |(_, after)| after);
    after.split_once(':').is_some_and(|(_, port)| !port.parse::<u16>().is_ok_and(|port| port > 0))
}

/// Where user and password end. A password that should have been escaped may hold `/`, `?` and `@`, so the last `@`
/// counts, but those in the value of an option: `mongodb://me:key@host/?appName=@me@`.
fn login_end(rest: &str) -> Option<usize> {
    let begins = |at: &usize| options::begin(&rest[at + 1..]);
    let end = rest.match_indices('?').map(|(at, _)| at).find(begins).unwrap_or(rest.len());
    rest[..end].rfind('@')
}

#[cfg(test)]
mod tests;
