use std::path::Path;

use super::*;
use crate::app::place::path_database;

fn config(text: &str) -> Config {
    Config::parse(text, Path::new("config.toml")).unwrap()
}

fn profiles() -> Config {
    config(
        r##"
        default_profile = "prod"
        [profiles.prod]
        uri = "mongodb://u:secret@prod:27017/agents"
        collection = "sessions"
        colour = "#ff8800"
        read_only = true
        [profiles.files]
        dir = "/var/sessions"
        "##,
    )
}

/// `host database collection`, or the folder.
fn place(chosen: Option<Place>) -> String {
    match chosen {
        None => "nothing".into(),
        Some(chosen) => match chosen.origin {
            Origin::Target(Target::Mongo { uri, database, collection }) => format!(
                "{} {} {}",
                uri::hosts(uri.expose_secret()),
                database.as_deref().unwrap_or("-"),
                collection.as_deref().unwrap_or("-")
            ),
            Origin::Target(Target::Folder(path)) => path.display().to_string(),
            Origin::Kept(kept) => format!(
                "{:?} {:?} {} {}",
                kept.uri,
                kept.password,
                kept.database.as_deref().unwrap_or("-"),
                kept.collection.as_deref().unwrap_or("-")
            ),
            Origin::Demo => "demo".into(),
        },
    }
}

fn args(uri: Option<&str>, database: Option<&str>, profile: Option<&str>) -> ConnectionArguments {
    ConnectionArguments {
        uri: uri.map(Into::into),
        database: database.map(Into::into),
        profile: profile.map(Into::into),
        ..ConnectionArguments::default()
    }
}

#[test]
fn arguments_come_before_environment_before_file() {
    let all = Environment {
        uri: Some("mongodb://env/edb".into()),
        mongodb_uri: Some("mongodb://plain".into()),
        collection: Some("ecoll".into()),
        ..Environment::default()
    };
    let plain = Environment { uri: None, ..all.clone() };
    let none = Environment::default();
    let of = |args: &ConnectionArguments, env: &Environment| place(profiles().connection(args, env).unwrap());
    assert_eq!(of(&args(Some("mongodb://arg"), None, None), &all), "arg - ecoll");
    assert_eq!(of(&args(Some("mongodb://arg/path"), Some("d"), None), &all), "arg d ecoll");
    assert_eq!(of(&args(None, None, None), &all), "env edb ecoll");
    assert_eq!(of(&args(None, None, None), &plain), "plain - ecoll");
    assert_eq!(of(&args(None, None, None), &none), "prod:27017 agents sessions");
    assert_eq!(of(&args(None, Some("other"), None), &none), "prod:27017 other sessions");
    assert_eq!(of(&args(None, None, Some("prod")), &all), "prod:27017 agents sessions");
    assert_eq!(of(&args(None, None, Some("files")), &all), "/var/sessions");
}

#[test]
fn the_only_profile_is_used_and_nothing_is_nothing() {
    let one = config("[profiles.a]\nuri = 'mongodb://a'");
    let two = config("[profiles.a]\nuri = 'mongodb://a'\n[profiles.b]\ndir = '/b'");
    let none = Environment::default();
    assert_eq!(place(one.connection(&ConnectionArguments::default(), &none).unwrap()), "a - -");
    assert_eq!(place(two.connection(&ConnectionArguments::default(), &none).unwrap()), "nothing");
    assert_eq!(place(Config::default().connection(&ConnectionArguments::default(), &none).unwrap()), "nothing");
}

#[test]
fn a_profile_brings_its_colour_and_read_only() {
    let chosen = profiles().connection(&ConnectionArguments::default(), &Environment::default()).unwrap().unwrap();
    assert_eq!((chosen.name.as_str(), chosen.colour.as_deref(), chosen.read_only), ("prod", Some("#ff8800"), true));
    let read_only = ConnectionArguments { read_only: true, ..args(Some("mongodb://h"), None, None) };
    assert!(profiles().connection(&read_only, &Environment::default()).unwrap().unwrap().read_only);
}

#[test]
fn contradictions_are_told() {
    let none = Environment::default();
    let refused = |args: ConnectionArguments| profiles().connection(&args, &none).unwrap_err().to_string();
    let messages = [
        refused(ConnectionArguments { dir: Some("/d".into()), ..args(Some("mongodb://h"), None, None) }),
        refused(ConnectionArguments { dir: Some("/d".into()), ..args(None, Some("d"), None) }),
        refused(args(None, Some("d"), Some("files"))),
        refused(args(None, None, Some("prd"))),
        Config::default().connection(&args(None, Some("d"), None), &none).unwrap_err().to_string(),
        Config::default().connection(&args(None, None, Some("x")), &none).unwrap_err().to_string(),
    ];
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn no_password_reaches_a_title_or_debug_text() {
    for uri in
        ["mongodb://u:p%40ss@h1:1,h2:2/db?x=y", "mongodb://u:pa/ss?w@h1:1,h2:2", "mongodb+srv://u:p@ss@h1:1,h2:2/"]
    {
        let args = args(Some(uri), None, None);
        let chosen = Config::default().connection(&args, &Environment::default()).unwrap().unwrap();
        assert_eq!(chosen.name, "h1:1,h2:2");
        assert!(!format!("{args:?} {chosen:?}").contains("u:p"), "{chosen:?}");
    }
}

#[test]
fn the_database_of_the_path_is_read() {
    let of = |uri: &str| path_database(&uri.into());
    assert_eq!(of("mongodb://h/agents?x=/y").as_deref(), Some("agents"));
    assert_eq!(of("mongodb://u:p@h:1,i:2/a%20b").as_deref(), Some("a b"));
    assert_eq!(of("mongodb://h/admin"), None);
    assert_eq!(of("mongodb://h/?replicaSet=a/b"), None);
    assert_eq!(of("mongodb://h?x=1"), None);
}

#[test]
fn what_is_kept_elsewhere_is_left_for_the_opening() {
    let config = config(
        r#"
        [profiles.prod]
        uri = "mongodb://me@prod/agents"
        password_command = ["pass", "show", "prod"]
        [profiles.vault]
        uri_file = "/run/secrets/uri"
        "#,
    );
    let environment = Environment { password: Some("hunter2".into()), ..Environment::default() };
    let of = |args: &ConnectionArguments, environment: &Environment| {
        let told = place(config.connection(args, environment).unwrap());
        assert!(!told.contains("hunter2") && !told.contains("me@"), "{told}");
        told
    };
    let none = Environment::default();
    let prod = of(&args(None, None, Some("prod")), &environment);
    assert!(prod.contains(r#"Some(Command(["pass", "show", "prod"]))"#), "a profile's own comes first: {prod}");
    let vault = of(&args(None, Some("d"), Some("vault")), &none);
    assert_eq!(vault, r#"File("/run/secrets/uri") None d -"#);
    let file = ConnectionArguments { uri_file: Some("/f".into()), ..ConnectionArguments::default() };
    assert!(of(&file, &environment).starts_with(r#"File("/f") Some(Value("#), "the environment's is kept for it");
    let user = args(Some("mongodb://me@h"), None, None);
    assert!(of(&user, &none).ends_with("None - -"), "a person will be asked");
    // Nothing is to be had: it is whole.
    for whole in ["mongodb://h", "mongodb://me:secret@h", "mongodb://CN=me@h/?authMechanism=MONGODB-X509"] {
        assert_eq!(of(&args(Some(whole), None, None), &environment), "h - -", "{whole}");
    }
}
