//! What is wrong with a connection string, without anything of its credentials.

use std::{fs, path::Path};

use mongodb::{
    error::{Error as DriverError, ErrorKind},
    options::TlsOptions,
};

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
        ErrorKind::DnsResolve { .. } => Error::unreachable(
            uri::hosts(text),
            "the name service has no mongodb+srv records of that name, so none was asked",
        )
        .with_hint("check how the name is spelt, or name the hosts themselves with mongodb://"),
        ErrorKind::InvalidTlsConfig { message, .. } => tls_mistake(message),
        // Of all that a connection string names, only those files are opened.
        ErrorKind::Io(_) => no_tls_file(),
        _ => Error::uri("the driver cannot read it"),
    };
    on(mistake, beneath(error))
}

/// Looks into the files that the TLS options name: the driver takes one without a certificate for an authority that
/// has signed nothing.
pub(in crate::repository::mongo) fn check_files(tls: &TlsOptions) -> Result<(), Error> {
    if let Some(path) = &tls.ca_file_path {
        let text = tls_file("tlsCAFile", path)?;
        holds(&text, "-----BEGIN CERTIFICATE-----", "certificate", "tlsCAFile", path)?;
    }
    if let Some(path) = &tls.cert_key_file_path {
        const OPTION: &str = "tlsCertificateKeyFile";
        let text = tls_file(OPTION, path)?;
        holds(&text, "-----BEGIN CERTIFICATE-----", "certificate", OPTION, path)?;
        holds(&text, "PRIVATE KEY-----", "private key", OPTION, path)?;
    }
    Ok(())
}

fn tls_file(option: &str, path: &Path) -> Result<Vec<u8>, Error> {
    let named = |what: &str| format!("its {option} {:?} {what}", path.display().to_string());
    let refused = |error: std::io::Error| {
        let what = match error.kind() {
            std::io::ErrorKind::NotFound => "is not there",
            std::io::ErrorKind::PermissionDenied => "may not be read",
            _ => "cannot be read",
        };
        Error::uri(named(what)).with_hint("check the path, and that you may read it").caused_by(error)
    };
    // A pipe would never end.
    if !fs::metadata(path).map_err(refused)?.is_file() {
        return Err(Error::uri(named("is no file")).with_hint("name a file in PEM form"));
    }
    fs::read(path).map_err(refused)
}

fn holds(text: &[u8], mark: &str, what: &str, option: &str, path: &Path) -> Result<(), Error> {
    if text.windows(mark.len()).any(|part| part == mark.as_bytes()) {
        return Ok(());
    }
    let reason = format!("its {option} {:?} holds no {what}", path.display().to_string());
    Err(Error::uri(reason).with_hint(format!("it wants a file in PEM form, with a {what} in it")))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn options(ca: Option<&Path>, own: Option<&Path>) -> TlsOptions {
        TlsOptions::builder().ca_file_path(ca.map(Path::to_owned)).cert_key_file_path(own.map(Path::to_owned)).build()
    }

    #[test]
    fn a_file_that_is_missing_or_holds_no_certificate_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let said = |options: TlsOptions| check_files(&options).unwrap_err().to_string();
        let missing = folder.path().join("none.pem");
        assert!(said(options(Some(&missing), None)).contains("none.pem\" is not there"));
        assert!(said(options(Some(folder.path()), None)).contains("is no file"));
        let text = file("text.pem", "hello");
        assert!(said(options(Some(&text), None)).contains("text.pem\" holds no certificate"));
        let ca = file("ca.pem", "-----BEGIN CERTIFICATE-----\n");
        assert!(said(options(Some(&ca), Some(&ca))).contains("tlsCertificateKeyFile"));
        let own = file("own.pem", "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n");
        check_files(&options(Some(&ca), Some(&own))).unwrap();
    }
}
