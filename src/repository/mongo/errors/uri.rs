//! What is wrong with a connection string, without anything of its credentials.

use mongodb::error::{Error as DriverError, ErrorKind};

use super::{beneath, first_sentence, on};
use crate::repository::{
    Error,
    mongo::uri::{self, leaks},
};

/// A connection string's mistake.
pub(in crate::repository::mongo) fn uri_mistake(error: &DriverError, text: &str) -> Error {
    let mistake = match error.kind.as_ref() {
        ErrorKind::InvalidArgument { message, .. } => {
            let short = first_sentence(message);
            if leaks(&short, text) {
                Error::uri("the driver refuses it, in words that repeat a part of the login")
                    .with_hint("leave its options out one by one to find the one that is meant")
            } else {
                Error::uri(short)
            }
        }
        ErrorKind::DnsResolve { .. } => {
            Error::unreachable(uri::hosts(text), "its mongodb+srv records cannot be looked up")
        }
        ErrorKind::InvalidTlsConfig { message, .. } => tls_mistake(message),
        // Of all that a connection string names, only those files are opened.
        ErrorKind::Io(_) => no_tls_file(),
        _ => Error::uri("the driver cannot read it"),
    };
    on(mistake, beneath(error))
}

pub(super) fn tls_mistake(message: &str) -> Error {
    let lower = message.to_lowercase();
    if lower.contains("no such file") || lower.contains("unable to open") || lower.contains("not found") {
        return no_tls_file();
    }
    if lower.contains("decrypt private key") {
        return Error::uri("its tlsCertificateKeyFilePassword does not open the key in tlsCertificateKeyFile")
            .with_hint("in a connection string special characters are written %XX");
    }
    if lower.contains("encrypted private key") {
        return Error::uri("the file named by tlsCertificateKeyFile holds no key that a password opens").with_hint(
            "`openssl pkcs8 -topk8` makes one; a key without a password needs no tlsCertificateKeyFilePassword",
        );
    }
    if lower.contains("no items found") {
        return Error::uri("the file named by tlsCertificateKeyFile holds no key that can be read")
            .with_hint("a key with a password needs tlsCertificateKeyFilePassword");
    }
    Error::uri("its TLS options do not fit together").with_hint("check tlsCAFile and tlsCertificateKeyFile")
}

fn no_tls_file() -> Error {
    Error::uri("the file named by tlsCAFile or tlsCertificateKeyFile cannot be opened")
        .with_hint("check that it is there and that you may read it")
}
