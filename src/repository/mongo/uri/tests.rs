mod pasted;
mod secret;

use mongodb::options::ConnectionString;
use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;

/// What the driver is given; the driver takes it.
fn driver(given: &str) -> (String, DriverUri) {
    let uri = for_driver(given).unwrap_or_else(|error| panic!("{given}: {error}"));
    let text = uri.text.expose_secret().to_owned();
    ConnectionString::parse(&text).unwrap_or_else(|error| panic!("{given} -> {text}: {error}"));
    (text, uri)
}

fn refused(given: &str) -> Error {
    for_driver(given).err().unwrap_or_else(|| panic!("{given} is taken"))
}

#[test]
fn what_other_drivers_take_is_taken_without_a_word() {
    for given in [
        "mongodb://h",
        "mongodb://h?retryWrites=true",
        "mongodb://h/?",
        "mongodb://h/db?&w=majority&",
        "mongodb://h1:1,h2:2/db?replicaSet=rs0&readPreference=secondaryPreferred&readPreferenceTags=dc:ny\
         &readPreferenceTags=",
        "mongodb://h1:1, h2:2,/",
        "mongodb://[::1]:27017,127.0.0.1/",
        "mongodb://%2Ftmp%2Fmongodb-27017.sock/db",
        "mongodb+srv://u:p@cluster.example.com/?retryWrites=true&w=majority&appName=me@work",
        "mongodb+srv://cluster.example.com/?srvMaxHosts=3&srvServiceName=other",
        "mongodb://acct:key%3D%3D@acct.mongo.cosmos.azure.com:10255/?ssl=true&replicaSet=globaldb&retrywrites=false\
         &maxIdleTimeMS=120000&appName=@acct@",
        "mongodb://h/?ssl=true&ssl_ca_certs=global-bundle.pem&replicaSet=rs0&retryWrites=False",
        "mongodb://h/?SERVERSELECTIONTIMEOUTMS=1500.5&connecttimeoutms=0&heartbeatFrequencyMS=10000",
        "mongodb://h/?tls=true&amp;tlsCAFile=%2Fetc%2Fca.pem",
        "mongodb://h/?tls=true;retryWrites=true",
        "mongodb://h/?compressors=snappy,zlib,zstd&zlibCompressionLevel=-1",
        "mongodb://h/?compressors=Zstd",
        "mongodb://h/?socketTimeoutMS=5000&waitQueueTimeoutMS=10",
        "mongodb://h/?timeoutMS=5000",
        "mongodb://h/?maxPoolSize=0&minPoolSize=0&maxConnecting=2",
        "mongodb://h/?uuidRepresentation=standard",
        "mongodb://h/?uuidRepresentation=pythonLegacy&tlsDisableOCSPEndpointCheck=true",
        "mongodb://h/?tls=true&tlsAllowInvalidHostnames=false&tlsInsecure=true",
        "mongodb://h/?tls=false&tlsAllowInvalidCertificates=false",
        "mongodb://h/?tls=true&ssl=true",
        "mongodb://h/?readConcernLevel=majority&journal=true&wtimeout=1000&w=2",
        "mongodb://h/?maxStalenessSeconds=-1",
        "mongodb://h/?readPreference=nearest&maxStalenessSeconds=120",
        "mongodb://h/?connect=direct",
        "mongodb://h/?serverMonitoringMode=poll&enableOverloadRetargeting=true&maxAdaptiveRetries=2",
        "mongodb://u:p%40ss%3A@h/?authMechanism=SCRAM-SHA-256&authSource=admin",
        "mongodb://u:p#[x]@h/",
        "mongodb://u:p@h/?authMechanism=DEFAULT",
        "mongodb://u:p@h/?authMechanism=plain&authSource=$external",
        "mongodb://CN=me,OU=x@h/?tls=true&authMechanism=MONGODB-X509",
        "mongodb://CN=me:@h/?tls=true&authMechanism=MONGODB-X509&authSource=%24external",
        "mongodb://h/?tls=true&authMechanism=MONGODB-X509&tlsCertificateKeyFile=/c.pem",
        "mongodb://h/?authMechanism=MONGODB-OIDC&authMechanismProperties=ENVIRONMENT:k8s",
    ] {
        let (text, uri) = driver(given);
        assert!(uri.notes.is_empty(), "{given} -> {text}: {:?}", uri.notes);
    }
}

#[test]
fn what_is_mapped_means_the_same() {
    for (given, wanted) in [
        (" \"mongodb://h/\"\n", "mongodb://h/"),
        ("MongoDB://h/?maxPoolSize=0", "mongodb://h/?maxPoolSize=268435455"),
        ("mongodb://h/?serverSelectionTimeoutMS=1500.5", "mongodb://h/?serverSelectionTimeoutMS=1501"),
        ("mongodb://h/?connect=direct", "mongodb://h/?directConnection=true"),
        ("mongodb://h/?ssl=1", "mongodb://h/?tls=true"),
        ("mongodb://h/?readPreference=SECONDARYPREFERRED", "mongodb://h/?readPreference=secondaryPreferred"),
        ("mongodb://u:p#x@h", "mongodb://u:p%23x@h/"),
        (
            "mongodb://CN=me:@h/?authMechanism=mongodb-x509",
            "mongodb://CN=me@h/?authSource=%24external&authMechanism=MONGODB%2DX509",
        ),
        ("mongodb://h/?tls=true&tls=true", "mongodb://h/?tls=true"),
        ("mongodb://h/?w=Mine", "mongodb://h/?w=Mine"),
    ] {
        assert_eq!(driver(given).0, wanted, "{given}");
    }
    let times = |given: &str| {
        let uri = driver(given).1;
        (uri.operation.map(|time| time.as_millis()), uri.wait_queue.map(|time| time.as_millis()))
    };
    assert_eq!(times("mongodb://h/?socketTimeoutMS=5000&waitQueueTimeoutMS=10"), (Some(5000), Some(10)));
    assert_eq!(times("mongodb://h/?timeoutMS=7000&socketTimeoutMS=5000"), (Some(7000), None));
    assert_eq!(times("mongodb://h/?socketTimeoutMS=0"), (None, None));
}

#[test]
fn what_is_left_out_is_named_and_everything_else_stays() {
    for (option, named) in [
        ("tz_aware=true", "tz_aware"),
        ("connect=false", "connect"),
        ("fsync=true", "fsync"),
        ("timeoutMS=0", "timeoutMS"),
        ("socketTimeoutMS=soon", "socketTimeoutMS"),
        ("serverSelectionTimeoutMS=0", "serverSelectionTimeoutMS"),
        ("heartbeatFrequencyMS=10", "heartbeatFrequencyMS"),
        ("maxPoolSize=many", "maxPoolSize"),
        ("maxConnecting=0", "maxConnecting"),
        ("retryReads=maybe", "retryReads"),
        ("uuidRepresentation=javaLegacy", "uuidRepresentation"),
        ("tlsDisableOCSPEndpointCheck=false", "tlsDisableOCSPEndpointCheck"),
        ("tlsAllowInvalidHostnames=true", "tlsAllowInvalidHostnames"),
        ("tlsCAFile=", "tlsCAFile"),
        ("authSource=", "authSource"),
        ("replicaSet", "replicaSet"),
        ("compressors=lz4", "compressors"),
        ("zlibCompressionLevel=12", "zlibCompressionLevel"),
        ("maxStalenessSeconds=120", "maxStalenessSeconds"),
        ("readPreference=primary&readPreferenceTags=dc:ny", "readPreferenceTags"),
        ("readPreference=nearest&readPreferenceTags=ny", "readPreferenceTags"),
        ("srvMaxHosts=2", "srvMaxHosts"),
        ("srvServiceName=x", "srvServiceName"),
        ("w=0", "w in"),
        ("serverMonitoringMode=never", "serverMonitoringMode"),
        ("appName=one&appName=two", "appName"),
        ("authMechanism=MONGODB-CR", "authMechanism"),
        ("authMechanismProperties=SERVICE_NAME:x", "authMechanismProperties"),
        ("authMechanism=SCRAM-SHA-1&authMechanismProperties=SERVICE_NAME:x", "authMechanismProperties"),
        ("waitQueueMultiple=2", "waitQueueMultiple"),
        ("proxyPort=1080", "proxyPort"),
        ("serverSelectionTryOnce=false", "serverSelectionTryOnce"),
        ("readPreferense=nearest", "did you mean readPreference?"),
        ("xyzzy=1", "xyzzy"),
        ("autoReconnect", "autoReconnect"),
        ("%78=1", "an option"),
    ] {
        let (text, uri) = driver(&format!("mongodb://zoe:qqq@h/db?retryWrites=false&{option}&localThresholdMS=7"));
        assert!(matches!(uri.notes.as_slice(), [note] if note.contains(named)), "{option}: {:?}", uri.notes);
        assert!(text.contains("retryWrites=false") && text.contains("localThresholdMS=7"), "{text}");
    }
    let (text, uri) = driver("mongodb://h/agents.sessions");
    assert_eq!((text.as_str(), uri.notes.len()), ("mongodb://h/agents", 1));
    assert!(notes("mongodb://h/?tls=maybe").is_empty(), "its error says it");
}

#[test]
fn every_option_that_pythons_driver_knows_is_known() {
    for name in "appname authmechanism authmechanismproperties authsource compressors connecttimeoutms \
                 directconnection heartbeatfrequencyms journal localthresholdms maxidletimems maxconnecting \
                 maxpoolsize maxstalenessseconds readconcernlevel readpreference readpreferencetags replicaset \
                 retryreads retrywrites loadbalanced serverselectiontimeoutms sockettimeoutms ssl tls \
                 tlsallowinvalidcertificates tlsallowinvalidhostnames tlscafile tlscertificatekeyfile \
                 tlscertificatekeyfilepassword tlsdisableocspendpointcheck tlsinsecure w wtimeoutms \
                 zlibcompressionlevel srvservicename srvmaxhosts timeoutms servermonitoringmode \
                 maxadaptiveretries enableoverloadretargeting connect driver server_api fsync minpoolsize \
                 tlscrlfile tz_aware unicode_decode_error_handler uuidrepresentation waitqueuemultiple \
                 waitqueuetimeoutms datetime_conversion"
        .split_whitespace()
    {
        let said = match for_driver(&format!("mongodb://h/?{name}=1")) {
            Ok(uri) => uri.notes.concat(),
            Err(error) => error.to_string(),
        };
        assert!(!said.contains("the option"), "{name}: {said}");
    }
}

#[test]
fn what_would_change_where_or_how_safely_one_connects_is_an_error_that_names_it() {
    for (given, named) in [
        ("", "does not begin with"),
        ("localhost:27017", "does not begin with"),
        ("mysql://h", "does not begin with"),
        ("mongodb://", "no host"),
        ("mongodb://,", "no host"),
        ("mongodb://user:hunter2", "not a port"),
        ("mongodb://h/?tls=maybe", "tls"),
        ("mongodb://h/?tls=true&ssl=false", "tls twice"),
        ("mongodb://h/?tls=false&tlsCAFile=/ca.pem", "tlsCAFile"),
        ("mongodb://h/?tlsCRLFile=/crl.pem", "tlsCRLFile"),
        ("mongodb://h/?tlss=true", "tlss"),
        ("mongodb://h/?sslmode=require", "sslmode"),
        ("mongodb://h/?authMechansim=PLAIN", "authMechansim"),
        ("mongodb://h/?atuhSource=x", "atuhSource"),
        ("mongodb://h/?proxyHost=socks", "proxyHost"),
        ("mongodb://h/?readPreference=secondry", "readPreference"),
        ("mongodb://h/?w=-1", "w is negative"),
        ("mongodb://h/?journal=2", "journal"),
        ("mongodb://a,b/?directConnection=true", "directConnection"),
        ("mongodb+srv://a.b.c/?directConnection=true", "directConnection"),
        ("mongodb://u:p@h/?authMechanism=GSSAPI", "GSSAPI"),
        ("mongodb://u:p@h/?authMechanism=hunter2", "authMechanism"),
        ("mongodb://h/?authMechanism=MONGODB-OIDC", "ENVIRONMENT:k8s"),
        (
            "mongodb://h/?authMechanism=MONGODB-OIDC&authMechanismProperties=ENVIRONMENT:azure,TOKEN_RESOURCE:x",
            "MONGODB-OIDC",
        ),
        ("mongodb://h/?authMechanism=MONGODB-X509&authSource=admin", "$external"),
        ("mongodb://u:hunter2%ZZ@h", "user name or password"),
        ("mongodb://u:hunter2%a€@h", "user name or password"),
        ("mongodb://u:hunter2%E9@h", "user name or password"),
        ("mongodb://u:hunter2:x@h", "user name or password"),
        ("mongodb://u:pa/hunter2@h", "user name or password"),
        ("mongodb://u:pa?hunter2@h", "user name or password"),
        ("mongodb://u:12?34@h", "user name or password"),
        ("mongodb://u:pa@hunter2@h", "user name or password"),
    ] {
        let error = refused(given);
        assert!(error.to_string().contains(named), "{given}: {error}");
        assert!(!format!("{error} {error:?} {:?}", error.hints()).contains("hunter2"), "{given}: {error:?}");
    }
}

#[test]
fn a_login_with_aws_is_taken_where_it_is_built_in() {
    let uri = |properties: &str| format!("mongodb://AKIA:se%2Fc@h/?authMechanism=MONGODB-AWS{properties}");
    let token = uri("&authMechanismProperties=AWS_SESSION_TOKEN:tok%2Ben==");
    if !cfg!(feature = "aws") {
        assert!(refused(&token).to_string().contains("MONGODB-AWS"));
        return;
    }
    let (text, taken) = driver(&token);
    assert!(
        text.contains("AWS%5FSESSION%5FTOKEN%3Atok%2Ben%3D%3D") && text.contains("authSource=%24external"),
        "{text}"
    );
    assert_eq!((taken.notes.len(), driver(&uri("")).1.notes.len()), (0, 0));
    for properties in ["AWS_SESSION_TOKEN:", "AWS_SESSION_TOKEN", "AWS_SESSION_TOKEN=hunter2"] {
        let (text, taken) = driver(&uri(&format!("&authMechanismProperties={properties}")));
        assert!(!text.contains("SESSION"), "{text}");
        assert!(
            matches!(taken.notes.as_slice(), [note] if note.contains("AWS_SESSION_TOKEN") && !note.contains("hunter2"))
        );
    }
    let nobody = driver("mongodb://h/?authMechanism=MONGODB-AWS&authMechanismProperties=AWS_SESSION_TOKEN:hunter2").1;
    assert!(matches!(nobody.notes.as_slice(), [note] if note.contains("environment") && !note.contains("hunter2")));
    let elsewhere = refused("mongodb://h/?authMechanism=MONGODB-AWS&authSource=admin");
    assert!(elsewhere.to_string().contains("$external"), "{elsewhere}");
}

#[test]
fn a_key_with_a_password_is_taken_where_it_is_built_in() {
    let given = "mongodb://h/?tls=true&tlsCertificateKeyFile=/c.pem&tlsCertificateKeyFilePassword=hun%20ter2";
    if cfg!(feature = "key-password") {
        assert!(driver(given).0.ends_with("&tlsCertificateKeyFilePassword=hun%20ter2"));
    } else {
        assert!(refused(given).to_string().contains("tlsCertificateKeyFilePassword"));
    }
    assert!(leaks("bad ter2", given), "the password of the key is one too");
}

#[test]
fn what_came_along_with_a_copy_is_taken_off() {
    for given in [
        "mongodb://h/db",
        "  mongodb://h/db\r\n",
        "\"mongodb://h/db\"",
        "'mongodb://h/db'\n",
        "\" 'mongodb://h/db' \"",
        "“mongodb://h/db”",
        "<mongodb://h/db>",
        "`mongodb://h/db`",
        "\u{feff}mongodb://h/db\u{200b}",
        "\"mongodb://h/db",
        "mongodb://\n  h/db\n",
        "mongodb://h\t\r\n/db",
    ] {
        assert_eq!(bare(given), "mongodb://h/db", "{given:?}");
        assert!(is_one(given) && hosts(given) == "h" && database(given).as_deref() == Some("db"), "{given:?}");
    }
    assert!(!is_one("'mysql://h'") && !is_one("mongodb:h") && !is_one(""));
}

#[test]
fn hosts_are_told_from_passwords_and_options() {
    for (given, wanted) in [
        ("mongodb://u:p%40ss@h1:1,h2:2/db?x=y", "h1:1,h2:2"),
        ("mongodb://u:pa/ss?w@h1:1,h2:2", "h1:1,h2:2"),
        ("mongodb+srv://u:p@ss@h/", "h"),
        ("mongodb://u:12?34@h", "h"),
        ("mongodb://u:p?a=b@h", "h"),
        ("mongodb://u:p?x@h/?appName=@a@", "h"),
        ("mongodb://h/?appName=me@work", "h"),
        ("mongodb://h:10255/?ssl=true&appName=@acct@", "h:10255"),
        ("mongodb://h?tlsCAFile=/a@b/ca.pem", "h"),
        ("u:p@h", "h"),
    ] {
        assert_eq!(hosts(given), wanted, "{given}");
    }
    assert_eq!(database("mongodb://h/a%20b?x=/y").as_deref(), Some("a b"));
    assert_eq!(database("mongodb://h/agents.sessions").as_deref(), Some("agents"));
    assert_eq!((database("mongodb://h/"), database("mongodb://h?x=/1")), (None, None));
}

#[test]
fn a_message_that_repeats_any_part_of_the_login_leaks() {
    for (message, uri, is_leak) in [
        ("invalid port: hunter2", "mongodb://u:hunter2@db", true),
        ("invalid port: HUNTER2", "mongodb://u:hunter2@db", true),
        ("bad host pa", "mongodb://someone:pa/ss@db", true),
        ("bad word ss", "mongodb://zoe:p%40ss@db", true),
        ("bad option tls", "mongodb://db/?tls=x", false),
        ("bad option tls", "mongodb://zoe:qqq@db/?tls=x", false),
        ("bad part abc", "mongodb://db/?authMechanismProperties=AWS_SESSION_TOKEN:abc", true),
    ] {
        assert_eq!(leaks(message, uri), is_leak, "{message} {uri}");
    }
}

proptest! {
    #[test]
    fn a_password_stands_between_characters(text in "\\PC{0,40}") {
        for typed in [text.clone(), format!("mongodb://{text}"), format!("mongodb://u:{text}@h")] {
            prop_assert!(secret_spans(&typed).into_iter().all(|span| typed.get(span).is_some()));
            let _ = (without_password(&typed), has_secret_options(&typed));
        }
    }

    #[test]
    fn any_text_is_taken_or_refused_and_the_driver_takes_no_harm(text in "\\PC{0,40}") {
        for around in [("", ""), ("mongodb://", ""), ("mongodb://u:", "@h"), ("mongodb://h/?", "")] {
            let given = format!("{}{text}{}", around.0, around.1);
            let _ = (hosts(&given), database(&given), is_one(&given), leaks("x", &given));
            if let Ok(uri) = for_driver(&given) {
                let _ = ConnectionString::parse(uri.text.expose_secret());
            }
        }
    }

    #[test]
    fn no_word_repeats_a_password(
        password in "[bcdfghj]{9}",
        options in proptest::collection::vec("(tls|w|authMechanism|appName|xx|readPreference)=[a-z0-9]{0,4}", 0..4),
        around in "[/?&=@:%]{0,2}",
    ) {
        let given = format!("mongodb://u:{around}{password}@h/?{}&{password}={password}", options.join("&"));
        let said = match for_driver(&given) {
            Ok(uri) => format!("{:?}", uri.notes),
            Err(error) => format!("{error} {error:?}"),
        };
        prop_assert!(!said.contains(&password), "{}", said);
        prop_assert!(!hosts(&given).contains(&password), "{}", given);
    }
}
