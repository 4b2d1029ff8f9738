//! Which options there are: those of the drivers' common specification, what Python's driver takes besides, and old
//! names.

use percent_encoding::percent_decode_str;

/// What becomes of an option.
#[derive(Clone, Copy)]
pub(super) enum OptionRule {
    /// Passed on: any text.
    Text,
    /// Passed on: a text of so many bytes at most.
    Short(usize),
    /// Passed on: true or false. Anything else is an error, for it says where or how safely one connects or writes.
    Flag,
    /// Passed on: true or false. It only tunes.
    Switch,
    /// Passed on: a whole number from this one.
    Count(u32),
    /// Passed on: milliseconds from so many.
    Millis(u64),
    /// Passed on: a whole number between these.
    Range(i64, i64),
    /// Passed on: one of these, in small letters. It only tunes.
    Word(&'static [&'static str]),
    /// Passed on: one of these; anything else is an error.
    Choice(&'static [&'static str]),
    /// Passed on: `NAME:VALUE` pairs, or nothing; may stand there more than once.
    Tags,
    /// Passed on as far as they are built in.
    Compressors,
    /// Passed on: a number of members, or a name; anything but 0.
    Members,
    /// Not the driver's: mapped onto what this library has.
    Ours,
    /// With one of these values it asks for what is done anyway, with any other it is left out with a word.
    Moot(&'static [&'static str]),
    /// Left out with this word.
    Left(&'static str),
    /// An error: why, and what to do.
    Refused(&'static str, &'static str),
}

const PYTHON: OptionRule = OptionRule::Left("it is about Python");
const PROXY: OptionRule =
    OptionRule::Refused("asks for a proxy, which cannot be used here", "leave it out to connect without one");

pub(super) const OPTIONS: &[(&str, OptionRule)] = &[
    // 128 bytes: a server refuses more.
    ("appName", OptionRule::Short(128)),
    ("authMechanism", OptionRule::Text),
    ("authMechanismProperties", OptionRule::Text),
    ("authSource", OptionRule::Text),
    ("compressors", OptionRule::Compressors),
    ("connect", OptionRule::Ours),
    ("connectTimeoutMS", OptionRule::Millis(0)),
    ("datetime_conversion", PYTHON),
    ("directConnection", OptionRule::Flag),
    ("driver", PYTHON),
    ("enableOverloadRetargeting", OptionRule::Switch),
    ("fsync", OptionRule::Left("journal=true is what servers know today")),
    ("heartbeatFrequencyMS", OptionRule::Millis(500)),
    ("journal", OptionRule::Flag),
    ("loadBalanced", OptionRule::Flag),
    ("localThresholdMS", OptionRule::Millis(0)),
    ("maxAdaptiveRetries", OptionRule::Count(0)),
    ("maxConnecting", OptionRule::Count(1)),
    ("maxIdleTimeMS", OptionRule::Millis(0)),
    ("maxPoolSize", OptionRule::Count(0)),
    // 90 s is the least that drivers take.
    ("maxStalenessSeconds", OptionRule::Range(90, 2_147_483_647)),
    ("minPoolSize", OptionRule::Count(0)),
    ("proxyHost", PROXY),
    ("proxyPassword", OptionRule::Left("there is no proxyHost")),
    ("proxyPort", OptionRule::Left("there is no proxyHost")),
    ("proxyUsername", OptionRule::Left("there is no proxyHost")),
    ("readConcernLevel", OptionRule::Text),
    (
        "readPreference",
        OptionRule::Choice(&["primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest"]),
    ),
    ("readPreferenceTags", OptionRule::Tags),
    ("replicaSet", OptionRule::Text),
    ("retryReads", OptionRule::Switch),
    ("retryWrites", OptionRule::Switch),
    ("server_api", PYTHON),
    ("serverMonitoringMode", OptionRule::Word(&["auto", "stream", "poll"])),
    // 0 would leave no time to find one.
    ("serverSelectionTimeoutMS", OptionRule::Millis(1)),
    ("serverSelectionTryOnce", OptionRule::Left("a server is looked for until serverSelectionTimeoutMS")),
    ("socketTimeoutMS", OptionRule::Ours),
    ("srvMaxHosts", OptionRule::Count(0)),
    ("srvServiceName", OptionRule::Text),
    ("timeoutMS", OptionRule::Ours),
    ("tls", OptionRule::Flag),
    ("tlsAllowInvalidCertificates", OptionRule::Flag),
    ("tlsAllowInvalidHostnames", OptionRule::Flag),
    ("tlsCAFile", OptionRule::Text),
    ("tlsCertificateKeyFile", OptionRule::Text),
    ("tlsCertificateKeyFilePassword", OptionRule::Text),
    (
        "tlsCRLFile",
        OptionRule::Refused(
            "names revoked certificates, which cannot be looked up here",
            "leave it out to connect without",
        ),
    ),
    // Revocation is never asked for.
    ("tlsDisableCertificateRevocationCheck", OptionRule::Moot(&["true"])),
    ("tlsDisableOCSPEndpointCheck", OptionRule::Moot(&["true"])),
    ("tlsInsecure", OptionRule::Flag),
    ("tz_aware", PYTHON),
    ("unicode_decode_error_handler", PYTHON),
    ("uuidRepresentation", OptionRule::Moot(&["standard", "unspecified", "pythonlegacy"])),
    ("w", OptionRule::Members),
    ("waitQueueMultiple", OptionRule::Left("no operation is refused for the length of the queue")),
    ("waitQueueTimeoutMS", OptionRule::Ours),
    ("wTimeoutMS", OptionRule::Millis(0)),
    ("zlibCompressionLevel", OptionRule::Range(-1, 9)),
];

/// Other names of the same.
const ALIASES: &[(&str, &str)] = &[
    ("ssl", "tls"),
    ("j", "journal"),
    ("wtimeout", "wTimeoutMS"),
    ("ssl_ca_certs", "tlsCAFile"),
    ("sslCAFile", "tlsCAFile"),
    ("sslCertificateAuthorityFile", "tlsCAFile"),
    ("ssl_certfile", "tlsCertificateKeyFile"),
    ("sslPEMKeyFile", "tlsCertificateKeyFile"),
    ("sslClientCertificateKeyFile", "tlsCertificateKeyFile"),
    ("ssl_pem_passphrase", "tlsCertificateKeyFilePassword"),
    ("sslPEMKeyPassword", "tlsCertificateKeyFilePassword"),
    ("ssl_crlfile", "tlsCRLFile"),
    ("sslAllowInvalidCertificates", "tlsAllowInvalidCertificates"),
    ("sslAllowInvalidHostnames", "tlsAllowInvalidHostnames"),
];

/// Whether options may begin here, and not a password go on: whatever stands before the last `@` are known ones.
pub(in crate::repository::mongo::uri) fn begin(text: &str) -> bool {
    let Some(until) = text.rfind('@') else { return true };
    pairs(&text[..until]).all(|pair| pair.split_once('=').is_some_and(|(name, _)| lookup(name).is_some()))
}

/// The values that are secrets, as they stand there.
pub(in crate::repository::mongo::uri) fn secrets(text: &str) -> impl Iterator<Item = &str> {
    pairs(text)
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, value)| match lookup(name) {
            Some(("authMechanismProperties", _)) => {
                percent_decode_str(value).decode_utf8_lossy().to_uppercase().contains("AWS_SESSION_TOKEN")
            }
            Some((name, _)) => matches!(name, "tlsCertificateKeyFilePassword" | "proxyPassword"),
            None => false,
        })
        .map(|(_, value)| value)
}

/// `name=value` each. Old strings separate them by `;`, those copied from a page of the web by `&amp;`.
pub(super) fn pairs(text: &str) -> impl Iterator<Item = &str> {
    let separator = if text.contains('&') { '&' } else { ';' };
    text.split(separator)
        .map(str::trim)
        .map(|pair| pair.strip_prefix("amp;").unwrap_or(pair))
        .filter(|pair| !pair.is_empty())
}

/// An option by any of its names, in any case.
pub(super) fn lookup(name: &str) -> Option<(&'static str, OptionRule)> {
    let name = name.trim();
    let alias = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name));
    let name = alias.map_or(name, |(_, meant)| *meant);
    OPTIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).copied()
}
