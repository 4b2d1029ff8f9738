//! What is wrong with a connection string, without anything of its credentials.

use mongodb::error::{Error as DriverError, ErrorKind};

use super::{beneath, first_sentence, on};
use crate::repository::Error;

/// A connection string's mistake.
pub(in crate::repository::mongo) fn uri_mistake(error: &DriverError, text: &str) -> Error {
    let mistake = match error.kind.as_ref() {
        ErrorKind::InvalidArgument { message, .. } => {
            let short = first_sentence(message);
            if leaks(&short, text) {
                wrong("its user name or password cannot be read")
                    .with_hint("write special characters in them as %XX, e.g. %40 for @")
            } else {
                wrong(short)
            }
        }
        ErrorKind::DnsResolve { .. } => {
            let hosts = srv_host(text).unwrap_or_else(|| "that host".to_owned());
            Error::unreachable(hosts, "its mongodb+srv records cannot be looked up")
        }
        ErrorKind::InvalidTlsConfig { message, .. } => tls_mistake(message),
        // Of all that a connection string names, only those files are opened.
        ErrorKind::Io(_) => no_tls_file(),
        _ => wrong("the driver cannot read it"),
    };
    on(mistake, beneath(error))
}

/// Whether a message repeats any part of the user information. Passwords may hold any character, unescaped too, so
/// everything up to the last `@` counts, cut at whatever the driver may cut at; too careful is right here.
pub(super) fn leaks(message: &str, uri: &str) -> bool {
    let Some((secret, _)) = uri.rsplit_once('@') else { return false };
    let secret = secret.split_once("://").map_or(secret, |(_, rest)| rest);
    let message = message.to_lowercase();
    let secret = secret.to_lowercase();
    secret
        .split(|c: char| ":/@?%#&=.,[]".contains(c))
        .filter(|part| !part.is_empty())
        .any(|part| message.contains(part))
}

pub(super) fn srv_host(uri: &str) -> Option<String> {
    let rest = uri.split_once("://")?.1;
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    host.split(['/', '?']).next().map(str::to_owned)
}

fn wrong(reason: impl Into<String>) -> Error {
    Error::Uri { reason: reason.into(), hint: None, source: None }
}

pub(super) fn tls_mistake(message: &str) -> Error {
    let lower = message.to_lowercase();
    if lower.contains("no such file") || lower.contains("unable to open") || lower.contains("not found") {
        return no_tls_file();
    }
    wrong("its TLS options do not fit together").with_hint("check tlsCAFile and tlsCertificateKeyFile")
}

fn no_tls_file() -> Error {
    wrong("the file named by tlsCAFile or tlsCertificateKeyFile cannot be opened")
        .with_hint("check that it is there and that you may read it")
}
