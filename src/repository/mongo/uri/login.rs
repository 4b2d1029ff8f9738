//! How one logs in, by a connection string: user, password, mechanism.

use percent_encoding::percent_decode_str;

use super::options::UriOptions;
use crate::repository::{Error, Result};

/// Mechanisms whose users stand outside the server's databases.
const EXTERNAL: [&str; 3] = ["MONGODB-X509", "MONGODB-AWS", "MONGODB-OIDC"];

const OF_THEM: &str = "of authMechanismProperties in the connection string";

/// User and password as the driver takes them: it wants `#`, `[` and `]` escaped too, Python's driver does not.
pub(super) fn escaped(user_info: &str) -> Result<String> {
    let (user, password) = user_and_password(user_info);
    let unclear = [user, password].iter().any(|part| {
        part.contains([':', '/', '?', '@']) || !is_escaped(part) || percent_decode_str(part).decode_utf8().is_err()
    });
    if unclear {
        return Err(Error::uri("its user name or password cannot be read")
            .with_hint("write special characters in them as %XX, e.g. %40 for @ and %25 for %"));
    }
    Ok(user_info.replace('#', "%23").replace('[', "%5B").replace(']', "%5D"))
}

/// Both as they stand there; no password is an empty one.
pub(super) fn user_and_password(user_info: &str) -> (&str, &str) {
    user_info.split_once(':').unwrap_or((user_info, ""))
}

/// Whether one logs in with a password, by the mechanism that is named.
#[cfg(any(feature = "app", test))]
pub(super) fn takes_password(mechanism: Option<&str>) -> bool {
    mechanism.map(str::to_uppercase).is_none_or(|name| name != "GSSAPI" && !EXTERNAL.contains(&name.as_str()))
}

/// Whether two hexadecimal digits follow each `%`.
fn is_escaped(part: &str) -> bool {
    part.split('%').skip(1).all(|after| {
        let digits = after.as_bytes();
        digits.len() >= 2 && digits[..2].iter().all(u8::is_ascii_hexdigit)
    })
}

/// What to say of user and password where the login fails: `+` is a blank to Python alone, and escaping twice is easily
/// done.
pub(super) fn hint(user_info: &str) -> Option<&'static str> {
    if user_info.contains('+') {
        return Some("a `+` in user name or password stands for itself here: a blank is written %20");
    }
    let decoded = percent_decode_str(user_info).decode_utf8_lossy();
    let twice = decoded != user_info && decoded.contains('%') && is_escaped(&decoded);
    twice.then_some("user name or password look escaped twice: %25 stands for a `%` itself")
}

/// Settles mechanism, its properties and `authSource`. Whether the mechanism takes no password.
///
/// # Errors
/// A mechanism that the driver lacks, or that needs what a connection string cannot give.
pub(super) fn settle(options: &mut UriOptions<'_>, has_login: bool) -> Result<bool> {
    let mechanism = options.value("authMechanism").map(str::to_uppercase);
    let Some(mechanism) = mechanism else {
        options.leave("authMechanismProperties", "it counts only with an authMechanism");
        return Ok(false);
    };
    match mechanism.as_str() {
        // What is agreed on where none is named.
        "DEFAULT" => {
            options.drop_quietly("authMechanism");
            options.drop_quietly("authMechanismProperties");
            return Ok(false);
        }
        "MONGODB-CR" => {
            options.leave("authMechanism", "no server knows MONGODB-CR any more, so one that it knows is agreed on");
            options.drop_quietly("authMechanismProperties");
            return Ok(false);
        }
        "SCRAM-SHA-1" | "SCRAM-SHA-256" | "PLAIN" | "MONGODB-X509" | "MONGODB-OIDC" => {}
        "MONGODB-AWS" if cfg!(feature = "aws") => {}
        "MONGODB-AWS" => return Err(refused("MONGODB-AWS", "this build lacks it", "build with the feature `aws`")),
        "GSSAPI" => {
            return Err(refused("GSSAPI", "Kerberos is not supported here", "use a user with another mechanism"));
        }
        _ => {
            let hint = "SCRAM-SHA-256, SCRAM-SHA-1, MONGODB-X509, MONGODB-AWS, MONGODB-OIDC and PLAIN are; mostly it \
                        can be left out";
            return Err(Error::uri("its authMechanism is not known").with_hint(hint));
        }
    }
    settle_properties(options, &mechanism);
    settle_environment(options, &mechanism)?;
    if mechanism == "MONGODB-AWS" && !has_login && options.value("authMechanismProperties").is_some() {
        let why = "AWS_SESSION_TOKEN counts only with an access key as user and password; those of the environment are \
                   used";
        options.leave("authMechanismProperties", why);
    }
    if let Some(known) = EXTERNAL.iter().find(|known| **known == mechanism) {
        if options.value("authSource").is_some_and(|source| source != "$external") {
            return Err(
                Error::uri(format!("its authSource must be $external for {known}")).with_hint("leave authSource out")
            );
        }
        // Said outright, for the DNS record of a mongodb+srv name may say `authSource=admin`.
        options.set("authSource", "$external".to_owned());
    }
    options.set("authMechanism", mechanism.clone());
    Ok(matches!(mechanism.as_str(), "MONGODB-X509" | "MONGODB-OIDC"))
}

/// Keeps the properties that the mechanism has a use for.
fn settle_properties(options: &mut UriOptions<'_>, mechanism: &str) {
    let Some(given) = options.value("authMechanismProperties").map(str::to_owned) else { return };
    let useful: &[&str] = match mechanism {
        "MONGODB-AWS" => &["AWS_SESSION_TOKEN"],
        "MONGODB-OIDC" => &["ENVIRONMENT", "TOKEN_RESOURCE"],
        _ => &[],
    };
    let mut kept = Vec::new();
    for property in given.split(',').map(str::trim).filter(|property| !property.is_empty()) {
        let name = property.split([':', '=']).next().unwrap_or_default();
        let note = match (useful.iter().find(|useful| **useful == name), property.split_once(':')) {
            (Some(_), Some((_, value))) if !value.is_empty() => {
                kept.push(property);
                continue;
            }
            (Some(name), Some(_)) => format!("{name} {OF_THEM} is left out: nothing stands after its colon"),
            (Some(name), None) => format!("{name} {OF_THEM} is left out: it is written {name}:VALUE"),
            (None, _) => format!("a part {OF_THEM} is left out: the authMechanism has no use for it"),
        };
        options.notes.push(note);
    }
    if kept.is_empty() {
        options.drop_quietly("authMechanismProperties");
    } else {
        options.set("authMechanismProperties", kept.join(","));
    }
}

/// OIDC takes its token from where the program runs; the driver was built for Kubernetes alone.
fn settle_environment(options: &UriOptions<'_>, mechanism: &str) -> Result<()> {
    if mechanism != "MONGODB-OIDC" {
        return Ok(());
    }
    let properties = options.value("authMechanismProperties").unwrap_or_default();
    let environment = properties.split(',').find_map(|property| property.strip_prefix("ENVIRONMENT:"));
    match environment {
        Some("k8s") => Ok(()),
        _ => Err(refused(
            "MONGODB-OIDC",
            "tokens can be had only with ENVIRONMENT:k8s in authMechanismProperties",
            "use a user with another mechanism",
        )),
    }
}

fn refused(mechanism: &str, why: &str, what: &'static str) -> Error {
    Error::uri(format!("its authMechanism is {mechanism}, but {why}")).with_hint(what)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::super::{for_driver, lacks_password, with_password};

    #[test]
    fn a_password_is_lacking_where_one_logs_in_with_one() {
        assert_eq!(lacks_password("mongodb://a%40b@h/db").as_deref(), Some("a@b"));
        assert_eq!(lacks_password(" 'mongodb://me:@h,i/?authMechanism=scram-sha-256' ").as_deref(), Some("me"));
        for none in [
            "mongodb://h",
            "mongodb://me:secret@h",
            "mongodb://@h",
            "mongodb://:secret@h",
            "mongodb://CN=me@h/?authMechanism=MONGODB-X509",
            "mongodb://key@h/?w=1&authmechanism=mongodb-aws",
            "mongodb://me@h/?authMechanism=GSSAPI",
            "me@h",
        ] {
            assert_eq!(lacks_password(none), None, "{none}");
        }
    }

    #[test]
    fn a_password_is_put_in_whatever_it_holds() {
        let put = |given: &str, password: &str| with_password(given, password).expose_secret().to_owned();
        assert_eq!(
            put("mongodb://me@h/db?w=1", "a:/?#[]@%b é"),
            "mongodb://me:a%3A%2F%3F%23%5B%5D%40%25b%20%C3%A9@h/db?w=1"
        );
        assert_eq!(put("mongodb+srv://me:@h", "x"), "mongodb+srv://me:x@h");
        assert_eq!(put("mongodb://h", "x"), "mongodb://h");
        let given = put("mongodb://me@h/?appName=@me@", "p@ss/w?rd");
        assert!(for_driver(&given).unwrap().text.expose_secret().starts_with("mongodb://me:p%40ss%2Fw%3Frd@h/"));
        assert_eq!(lacks_password(&given), None);
    }
}
