//! Connection strings as they are copied from elsewhere, and logins that cannot be meant.

use super::{driver, refused};
use crate::repository::mongo::uri::{is_one, lacks_password};

#[test]
fn a_line_of_a_file_of_variables_is_taken() {
    for given in [
        "MONGODB_URI=mongodb://h/?w=1",
        "export MONGODB_URI=\"mongodb://h/?w=1\"",
        "export URI2='mongodb://h/?w=1';",
        "MONGODB_URI = mongodb://h/?w=1;\n",
        "mongodb://h/?w=1;",
    ] {
        assert_eq!(driver(given).0, "mongodb://h/?w=1", "{given}");
        assert!(is_one(given), "{given}");
    }
    assert_eq!(lacks_password("URI=mongodb://me@h").as_deref(), Some("me"));
    assert!(!is_one("my uri=mongodb://h") && !is_one("=mongodb://h"));
}

#[test]
fn a_login_that_cannot_be_meant_is_told_in_words_of_ours() {
    for (given, wanted) in [
        ("mongodb://u:p@h/?authMechanism=MONGODB-X509", "takes no password"),
        ("mongodb://:p@h/", "no user name"),
        ("mongodb+srv://127.0.0.1/", "not an address"),
        ("mongodb+srv://u:p@[::1]/", "not an address"),
        ("mongodb+srv://u@h:27017", "without a port"),
        ("mongodb+srv://u:p@a,b/", "one name"),
        ("mongodb://u:p@h:99999", "not a port"),
    ] {
        let error = refused(given);
        assert!(error.to_string().contains(wanted) && !error.hints().is_empty(), "{given}: {error}");
    }
}
