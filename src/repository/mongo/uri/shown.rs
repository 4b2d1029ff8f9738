//! Connection strings as they may be shown: without what is secret in them.

use std::ops::Range;

#[cfg(feature = "app")]
use super::is_one;
use super::{UriParts, bare, login, login_end, options};

/// The connection string without the password that it gives.
pub(crate) fn without_password(given: &str) -> String {
    let bare = bare(given);
    let parts = bare.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest, login_end(rest)?)));
    let Some((scheme, rest, at)) = parts else { return bare };
    let (user, _) = login::user_and_password(&rest[..at]);
    format!("{scheme}://{user}{}", &rest[at..])
}

/// Whether one of its options is a secret.
pub(crate) fn has_secret_options(given: &str) -> bool {
    options::secrets(UriParts::of(&bare(given)).options.unwrap_or_default()).next().is_some()
}

/// Where what is secret stands in a connection string, also in one that is still being typed: a password, and values of options.
/// It is not shown.
pub(crate) fn secret_spans(typed: &str) -> Vec<Range<usize>> {
    let options = options::secrets(UriParts::of(typed).options.unwrap_or_default());
    let span = |value: &str| {
        let from = value.as_ptr() as usize - typed.as_ptr() as usize;
        from..from + value.len()
    };
    password_span(typed).into_iter().chain(options.map(span)).collect()
}

/// Where a password stands.
fn password_span(typed: &str) -> Option<Range<usize>> {
    let from = typed.find("://")? + "://".len();
    let rest = &typed[from..];
    let login = login_end(rest);
    if login.is_none() && rest.starts_with('[') {
        return None;
    }
    let end = login.unwrap_or(rest.len());
    let password = rest[..end].find(':')? + 1;
    // Until the `@` is there, a port may be meant, which has five digits at most.
    let port = rest[password..end].split([',', '/', '?']).next().unwrap_or_default();
    let is_port = login.is_none() && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    (!is_port).then_some(from + password..from + end)
}

/// Options that say where and how one connects, and hold no secret.
#[cfg(feature = "app")]
const PLAIN_OPTIONS: [&str; 14] = [
    "authMechanism",
    "authSource",
    "directConnection",
    "loadBalanced",
    "maxPoolSize",
    "readConcernLevel",
    "readPreference",
    "replicaSet",
    "retryReads",
    "retryWrites",
    "ssl",
    "tls",
    "tlsCAFile",
    "w",
];

/// The connection string without its password, and with only those of its options that cannot hold a secret. `None`: it is none.
#[cfg(feature = "app")]
pub(crate) fn without_secrets(given: &str) -> Option<String> {
    let bare = bare(given);
    let parts = UriParts::of(&bare);
    let mut text = format!("{}://", parts.scheme.filter(|_| is_one(given))?);
    let user = parts.user_info.map_or("", |info| login::user_and_password(info).0);
    if !user.is_empty() {
        text.push_str(user);
        text.push('@');
    }
    text.push_str(parts.hosts);
    text.push('/');
    text.push_str(parts.database.unwrap_or_default());
    let is_plain = |option: &&str| {
        let name = option.split('=').next().unwrap_or_default();
        PLAIN_OPTIONS.iter().any(|plain| plain.eq_ignore_ascii_case(name))
    };
    let options: Vec<&str> = parts.options.unwrap_or_default().split('&').filter(is_plain).collect();
    if !options.is_empty() {
        text.push('?');
        text.push_str(&options.join("&"));
    }
    Some(text)
}
