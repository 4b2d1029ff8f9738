use std::collections::HashSet;

use secrecy::ExposeSecret;

use super::*;

#[test]
fn viewer_passwords_are_32_url_safe_characters_and_never_the_same() {
    let new = |_| NewSession::new("s").viewer_password.expose_secret().to_owned();
    let passwords: HashSet<String> = (0..100).map(new).collect();
    assert_eq!(passwords.len(), 100);
    for password in passwords {
        assert_eq!(password.len(), 32);
        assert!(password.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{password}");
    }
}

#[test]
fn a_new_message_carries_a_tracking_id_of_its_own_or_the_given_one() {
    let new = |body: MessageBody| NewMessage::new(body).body.tracking_id().map(str::to_owned);
    let made = new(MessageBody::user("hi"));
    assert!(made.is_some() && made != new(MessageBody::user("hi")));
    assert_eq!(new(MessageBody::user("hi").with_tracking_id("mine")).as_deref(), Some("mine"));
}
