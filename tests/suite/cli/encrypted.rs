//! Fields of the metadata that are kept encrypted, from the command line.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::{fixtures, home::Home, lines};

const SETTINGS: &str = r#"
[encryption]
keys_file = "~/keys"
fields = ["ssn", "customer"]
deterministic = ["email"]
"#;

/// With keys, and these fields set.
fn encrypted() -> Home {
    let home = fixtures();
    home.config(SETTINGS);
    keys(&home, "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n");
    run(&home, &["metadata", "set", "support-1042", "ssn=078-05-1120", "email=ada@example.org"]);
    home
}

/// Keys that nobody else may read.
fn keys(home: &Home, text: &str) {
    let path = home.path().join("keys");
    fs::write(&path, text).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

fn args<'a>(config: &'a str, args: &[&'a str]) -> Vec<&'a str> {
    [args, &["--config", config]].concat()
}

fn run(home: &Home, given: &[&str]) -> String {
    let config = home.path().join("config.toml");
    home.on_sessions(&args(config.to_str().unwrap(), given)).data()
}

/// What is stored of a field.
fn stored(home: &Home, key: &str) -> Value {
    let rows = lines(&home.on_sessions(&["list", "=support-1042", "--json"]).data());
    rows[0]["metadata"][key].clone()
}

/// Every file of a folder that holds a text.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(holding(&entry, text));
        } else if String::from_utf8_lossy(&fs::read(&entry).unwrap()).contains(text) {
            found.push(entry.display().to_string());
        }
    }
    found
}

#[test]
fn what_is_set_is_stored_sealed_and_got_back_opened() {
    let home = encrypted();
    let sealed = stored(&home, "ssn");
    assert!(sealed.as_str().unwrap().starts_with("strandscope-sealed:1:k1:"), "{sealed}");
    assert_eq!(run(&home, &["metadata", "get", "support-1042", "ssn"]), "078-05-1120\n");
    // The typed value is of the type that the field opens to.
    run(&home, &["metadata", "set", "support-1042", "ssn:=7"]);
    run(&home, &["metadata", "set", "support-1042", "ssn=8"]);
    let shown = lines(&run(&home, &["metadata", "get", "support-1042", "--json"])).remove(0);
    assert_eq!((&shown["ssn"], &shown["email"]), (&json!(8), &json!("ada@example.org")));
    run(&home, &["metadata", "undo", "support-1042"]);
    assert_eq!(run(&home, &["metadata", "get", "support-1042", "ssn"]), "7\n");
    assert!(run(&home, &["metadata", "log", "support-1042"]).contains("7 -> 8"));
    assert_eq!(holding(home.path(), "078-05-1120"), Vec::<String>::new(), "neither the store nor the journal has it");
    let config = home.path().join("config.toml");
    let misfit = ["metadata", "set", "support-1042", "ssn=clear-219"];
    let refused = home.on_sessions(&args(config.to_str().unwrap(), &misfit)).talk();
    assert!(refused.contains("does not fit"), "{refused}");
    assert_eq!(holding(home.path(), "clear-219"), Vec::<String>::new(), "nor has the log");
}

#[test]
fn sessions_are_followed_by_a_value_that_is_encrypted() {
    let home = encrypted();
    let config = home.path().join("config.toml");
    let tailed = |email: &str| {
        let filter = format!("meta.email:{email}");
        let tail = ["tail", &filter, "--since", "2000-01-01", "--until-idle", "1s", "--json"];
        home.on_sessions(&args(config.to_str().unwrap(), &tail)).out
    };
    assert!(tailed("ada@example.org").contains("support-1042"));
    assert_eq!(tailed("bea@example.org"), "");
}

#[test]
fn without_the_key_it_is_shown_as_encrypted_and_nothing_is_set_in_clear() {
    let home = encrypted();
    let before = stored(&home, "ssn");
    fs::remove_file(home.path().join("keys")).unwrap();
    let config = home.path().join("config.toml");
    let config = config.to_str().unwrap();
    let got = home.on_sessions(&args(config, &["metadata", "get", "support-1042", "ssn"]));
    assert_eq!((got.code, got.out.as_str()), (0, "encrypted (key k1)\n"));
    assert!(got.err.contains("encrypted metadata is not opened") && got.err.contains("HOME/keys"), "{}", got.err);
    let refused = home.on_sessions(&args(config, &["metadata", "set", "support-1042", "ssn=1"])).talk();
    assert!(refused.contains("the key for that is not here"), "{refused}");
    // Nor by somebody whose settings do not say that it is encrypted.
    let refused = home.on_sessions(&["metadata", "set", "support-1042", "ssn=1"]).talk();
    assert!(refused.contains("would be stored in clear"), "{refused}");
    assert_eq!(stored(&home, "ssn"), before);
    home.on_sessions(&["metadata", "unset", "support-1042", "ssn"]).data();
    assert_eq!(stored(&home, "ssn"), Value::Null);
}

#[test]
fn many_sessions_are_changed_each_sealed_and_found_again() {
    let home = encrypted();
    let config = home.path().join("config.toml");
    let with_keys = |given: &[&str]| home.on_sessions(&args(config.to_str().unwrap(), given));
    let done = with_keys(&["metadata", "set", "--where", "", "--yes", "email=all@example.org"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let sealed = stored(&home, "email");
    assert!(sealed.as_str().is_some_and(|text| text.starts_with("strandscope-sealed:")), "{sealed}");
    let found = lines(&run(&home, &["list", "meta.email:all@example.org", "--json"]));
    assert_eq!(found.len(), lines(&run(&home, &["list", "--json"])).len());
    assert_eq!(with_keys(&["list", "meta.email:ada@example.org", "--json"]).out, "");
    let again = with_keys(&["metadata", "set", "--where", "meta.email:all@example.org", "--yes", "ssn=clear-219"]);
    assert_eq!(again.code, 0, "{}", again.err);
    let misfit = with_keys(&["metadata", "retype", "--where", "", "--yes", "ssn", "i32"]);
    assert!(misfit.err.contains("its value does not fit"), "{}", misfit.err);
    for clear in ["all@example.org", "clear-219"] {
        assert_eq!(holding(home.path(), clear), Vec::<String>::new(), "nor has the report");
    }
    assert!(with_keys(&["metadata", "rename", "support-1042", "email", "mail"]).talk().contains("not renamed"));
}

#[test]
fn what_a_lost_key_sealed_is_not_overwritten_by_mistake() {
    let home = encrypted();
    let config = home.path().join("config.toml");
    let with_keys = |given: &[&str]| home.on_sessions(&args(config.to_str().unwrap(), given));
    run(&home, &["metadata", "set", "support-1042", "customer:={\"name\":\"Ada\"}"]);
    let before = stored(&home, "ssn");
    keys(&home, "k2:ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=\n");
    for typed in ["ssn=1", "customer.name=Bea"] {
        let refused = with_keys(&["metadata", "set", "support-1042", typed]).talk();
        assert!(refused.starts_with("[2]") && refused.contains("encrypted (key k1)"), "{refused}");
    }
    let many = with_keys(&["metadata", "set", "--where", "=support-1042", "--yes", "ssn=1"]);
    assert!(many.code == 2 && many.err.contains("encrypted (key k1)"), "{}", many.err);
    assert_eq!(stored(&home, "ssn"), before);
    run(&home, &["metadata", "set", "support-1042", "ssn:=1"]);
    assert_eq!(run(&home, &["metadata", "get", "support-1042", "ssn"]), "1\n");
}

/// The keys are read once something needs them, and others that may read them are told of.
#[cfg(unix)]
#[test]
fn keys_that_others_may_read_are_told() {
    let home = encrypted();
    let path = home.path().join("keys");
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let config = home.path().join("config.toml");
    let got = home.on_sessions(&args(config.to_str().unwrap(), &["metadata", "get", "support-1042", "ssn"]));
    assert_eq!((got.code, got.out.as_str()), (0, "078-05-1120\n"));
    assert!(got.err.contains("others may read the keys"), "{}", got.err);
}
