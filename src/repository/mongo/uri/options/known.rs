//! Which options there are: those of the drivers' common specification, what Python's driver takes besides, and old
//! names.

/// What becomes of an option.
#[derive(Clone, Copy)]
pub(super) enum Rule {
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

const PYTHON: Rule = Rule::Left("it is about Python");
const PROXY: Rule = Rule::Refused("asks for a proxy, which cannot be used here", "leave it out to connect without one");

pub(super) const OPTIONS: &[(&str, Rule)] = &[
    // 128 bytes: a server refuses more.
    ("appName", Rule::Short(128)),
    ("authMechanism", Rule::Text),
    ("authMechanismProperties", Rule::Text),
    ("authSource", Rule::Text),
    ("compressors", Rule::Compressors),
    ("connect", Rule::Ours),
    ("connectTimeoutMS", Rule::Millis(0)),
    ("datetime_conversion", PYTHON),
    ("directConnection", Rule::Flag),
    ("driver", PYTHON),
    ("enableOverloadRetargeting", Rule::Switch),
    ("fsync", Rule::Left("journal=true is what servers know today")),
    ("heartbeatFrequencyMS", Rule::Millis(500)),
    ("journal", Rule::Flag),
    ("loadBalanced", Rule::Flag),
    ("localThresholdMS", Rule::Millis(0)),
    ("maxAdaptiveRetries", Rule::Count(0)),
    ("maxConnecting", Rule::Count(1)),
    ("maxIdleTimeMS", Rule::Millis(0)),
    ("maxPoolSize", Rule::Count(0)),
    // 90 s is the least that drivers take.
    ("maxStalenessSeconds", Rule::Range(90, 2_147_483_647)),
    ("minPoolSize", Rule::Count(0)),
    ("proxyHost", PROXY),
    ("proxyPassword", Rule::Left("there is no proxyHost")),
    ("proxyPort", Rule::Left("there is no proxyHost")),
    ("proxyUsername", Rule::Left("there is no proxyHost")),
    ("readConcernLevel", Rule::Text),
    ("readPreference", Rule::Choice(&["primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest"])),
    ("readPreferenceTags", Rule::Tags),
    ("replicaSet", Rule::Text),
    ("retryReads", Rule::Switch),
    ("retryWrites", Rule::Switch),
    ("server_api", PYTHON),
    ("serverMonitoringMode", Rule::Word(&["auto", "stream", "poll"])),
    // 0 would leave no time to find one.
    ("serverSelectionTimeoutMS", Rule::Millis(1)),
    ("serverSelectionTryOnce", Rule::Left("a server is looked for until serverSelectionTimeoutMS")),
    ("socketTimeoutMS", Rule::Ours),
    ("srvMaxHosts", Rule::Count(0)),
    ("srvServiceName", Rule::Text),
    ("timeoutMS", Rule::Ours),
    ("tls", Rule::Flag),
    ("tlsAllowInvalidCertificates", Rule::Flag),
    ("tlsAllowInvalidHostnames", Rule::Flag),
    ("tlsCAFile", Rule::Text),
    ("tlsCertificateKeyFile", Rule::Text),
    ("tlsCertificateKeyFilePassword", Rule::Text),
    (
        "tlsCRLFile",
        Rule::Refused("names revoked certificates, which cannot be looked up here", "leave it out to connect without"),
    ),
    // Revocation is never asked for.
    ("tlsDisableCertificateRevocationCheck", Rule::Moot(&["true"])),
    ("tlsDisableOCSPEndpointCheck", Rule::Moot(&["true"])),
    ("tlsInsecure", Rule::Flag),
    ("tz_aware", PYTHON),
    ("unicode_decode_error_handler", PYTHON),
    ("uuidRepresentation", Rule::Moot(&["standard", "unspecified", "pythonlegacy"])),
    ("w", Rule::Members),
    ("waitQueueMultiple", Rule::Left("no operation is refused for the length of the queue")),
    ("waitQueueTimeoutMS", Rule::Ours),
    ("wTimeoutMS", Rule::Millis(0)),
    ("zlibCompressionLevel", Rule::Range(-1, 9)),
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
            Some(("authMechanismProperties", _)) => value.contains("AWS_SESSION_TOKEN"),
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
pub(super) fn lookup(name: &str) -> Option<(&'static str, Rule)> {
    let name = name.trim();
    let alias = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name));
    let name = alias.map_or(name, |(_, meant)| *meant);
    OPTIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).copied()
}
