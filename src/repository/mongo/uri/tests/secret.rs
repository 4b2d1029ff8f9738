//! What is secret, and what is shown of the rest.

use super::*;

#[test]
fn a_password_that_may_be_misread_is_told_when_the_login_fails() {
    let hint = |given: &str| driver(given).1.login_hint.unwrap_or_default();
    assert!(hint("mongodb://u:a+b@h").contains("%20"));
    assert!(hint("mongodb://u+v:a@h").contains("%20"));
    assert!(hint("mongodb://u:p%2540ss@h").contains("twice"));
    for plain in ["mongodb://u:a%2Bb@h", "mongodb://u:p%40ss@h", "mongodb://u:100%25@h", "mongodb://h/?appName=a+b"] {
        assert_eq!(hint(plain), "", "{plain}");
    }
}

#[test]
fn a_password_is_taken_out_and_found_while_it_is_typed() {
    for (given, without) in [
        ("mongodb://me:hunter2@h/db?w=1", "mongodb://me@h/db?w=1"),
        ("mongodb://me:a@b/c?d@h", "mongodb://me@h"),
        ("mongodb://me@h", "mongodb://me@h"),
        (" 'mongodb://h:27017/db' ", "mongodb://h:27017/db"),
    ] {
        assert_eq!(without_password(given), without);
    }
    for (typed, secret) in [
        ("mongodb://me:hun", &["hun"][..]),
        ("mongodb://me:hunter2@h:27017/db", &["hunter2"][..]),
        ("mongodb://me:1234567", &["1234567"][..]),
        ("mongodb://h:27017/db", &[]),
        ("mongodb://h:27017,i:27018", &[]),
        ("mongodb://[::1]:27017", &[]),
        ("mongodb://me", &[]),
        ("/data/x", &[]),
        ("connect mongodb://h/?w=1&TLScertificateKeyFilePassword=x y&tls=true", &["x y"]),
        ("mongodb://h:1/?sslPEMKeyPassword=x", &["x"]),
        ("mongodb://a:b@h/?authMechanismProperties=AWS_SESSION_TOKEN:c", &["b", "AWS_SESSION_TOKEN:c"]),
        ("mongodb://a:b@h/?authMechanismProperties=aws%5Fsession_token%3Ac", &["b", "aws%5Fsession_token%3Ac"]),
        ("mongodb://h/?tls=true&proxyPassword", &[]),
    ] {
        let found: Vec<&str> = secret_spans(typed).into_iter().map(|span| &typed[span]).collect();
        assert_eq!(found, secret, "{typed}");
    }
    assert!(
        has_secret_options("mongodb://h/?tlsCertificateKeyFilePassword=x") && !has_secret_options("mongodb://h/?w=1")
    );
}
