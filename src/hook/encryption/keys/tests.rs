//! Keys as they are given, and what is told of those that are none.

use super::*;

const SECRET: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

fn parse(text: &str) -> Result<Vec<String>, CipherError> {
    CipherKeys::parse(&text.into()).map(|keys| keys.ids().map(str::to_owned).collect())
}

fn problem(text: &str) -> Option<(usize, KeyProblem)> {
    match parse(text) {
        Err(CipherError::Key { position, problem }) => Some((position, problem)),
        _ => None,
    }
}

#[test]
fn a_text_names_them_the_active_one_first() {
    let unpadded = SECRET.trim_end_matches('=');
    for text in [
        format!("new:{SECRET},old:{SECRET}"),
        format!("# the keys\n\n  new : {SECRET}\r\nold:{unpadded}\n"),
        format!("new:{unpadded}, old:{SECRET},"),
    ] {
        assert_eq!(parse(&text).unwrap(), ["new", "old"], "{text}");
    }
    let secret = CipherKeys::generate_secret().unwrap();
    let url = secret.expose_secret().replace('+', "-").replace('/', "_");
    let both = CipherKeys::new("a", &secret).unwrap().and_older("b", &url.into()).unwrap();
    let bytes: Vec<_> = both.all().map(|key| *key.siv.expose_secret()).collect();
    assert_eq!(bytes[0], bytes[1]);
}

#[test]
fn what_is_no_key_is_told_by_its_position() {
    assert_eq!(problem(SECRET), Some((1, KeyProblem::Form)));
    assert_eq!(problem(&format!("a:{SECRET}\nnothing")), Some((2, KeyProblem::Form)));
    assert_eq!(problem(&format!(":{SECRET}")), Some((1, KeyProblem::Id)));
    assert_eq!(problem(&format!("{}:{SECRET}", "k".repeat(65))), Some((1, KeyProblem::Id)));
    assert_eq!(problem("a:n%t"), Some((1, KeyProblem::Base64)));
    assert_eq!(problem("a:MDEy"), Some((1, KeyProblem::Length)));
    assert_eq!(problem(&format!("a:{SECRET},a:{SECRET}")), Some((2, KeyProblem::Twice)));
    assert!(matches!(parse(" \n# nothing\n"), Err(CipherError::NoKeys { .. })));
}

#[test]
fn no_error_and_no_debug_shows_a_secret() {
    let bare = SECRET.trim_end_matches('=');
    for text in [SECRET.to_owned(), format!("{bare}:id"), format!("id:{SECRET}{SECRET}"), format!("id:{SECRET}!")] {
        let error = parse(&text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(bare), "{error}");
    }
    let keys = CipherKeys::new("id", &SECRET.into()).unwrap();
    assert_eq!(format!("{keys:?}"), r#"CipherKeys(["id"])"#);
}

#[test]
fn files_variables_and_programs_give_them() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("keys");
    let missing = CipherKeys::from_file(&file).unwrap_err().to_string();
    assert!(missing.contains("no such file") && missing.contains("keys"), "{missing}");
    std::fs::write(&file, format!("id:{SECRET}\n")).unwrap();
    assert!(CipherKeys::from_file(&file).unwrap().find("id").is_some());
    assert!(CipherKeys::from_file(dir.path()).is_err());
    std::fs::write(&file, b"\xff\xfe").unwrap();
    assert!(CipherKeys::from_file(&file).unwrap_err().to_string().contains("no text"));
    let unset = CipherKeys::from_env("STRANDSCOPE_NO_SUCH_KEYS").unwrap_err().to_string();
    assert!(unset.contains("STRANDSCOPE_NO_SUCH_KEYS") && unset.contains("not set"), "{unset}");
    let nowhere = CipherKeys::from_command(&mut Command::new("/no/such/program"));
    assert!(matches!(nowhere, Err(CipherError::NoKeys { .. })));
}

#[cfg(unix)]
#[test]
fn a_program_prints_them() {
    let said = |script: &str| CipherKeys::from_command(Command::new("sh").args(["-c", script]));
    assert_eq!(said(&format!("echo id:{SECRET}")).unwrap().ids().collect::<Vec<_>>(), ["id"]);
    let failed = said(&format!("echo id:{SECRET}; exit 3")).unwrap_err().to_string();
    assert!(failed.contains('3') && !failed.contains("MDEy"), "{failed}");
}

/// Fixed, so that what is stored today opens tomorrow: computed once with another implementation of HMAC-SHA256.
#[test]
fn the_key_of_the_cipher_is_made_as_written() {
    let keys = CipherKeys::new("id", &SECRET.into()).unwrap();
    let siv = keys.find("id").unwrap().siv.expose_secret();
    let hex = siv.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    assert_eq!(
        hex,
        concat!(
            "f768cdc50fbabab9d821b1f2475681f7133b725cc6f0ea1a725325046c4c5ccf",
            "6c3edadfcba69abb1100e54f2795b519ea8014a4e25037175b22c18253497ba2"
        )
    );
}
