//! Connection strings and passwords that stand in no argument.

use std::fs;

use bson::doc;

use crate::{
    cli::home::Home,
    support::{self, Kind, Server},
};

#[tokio::test]
async fn a_password_is_taken_from_where_it_is_kept() {
    let server = Server::start(Kind::Login);
    let fresh = support::fresh_on(&server.uri, "kept").await;
    fresh.load([doc! { "_id": "a", "agents": {} }]).await;
    let home = Home::empty();
    let bare = server.uri_as("root", "").replace("root:@", "root@");
    let file = |name: &str, text: &str| {
        let path = home.path().join(name);
        fs::write(&path, text).expect("a file");
        path.to_str().expect("a path").to_owned()
    };
    let (uri, password) = (file("uri", &server.uri_as("root", "secret")), file("password", "secret\nlogin: root\n"));
    let (bare_uri, wrong) = (file("bare", &bare), file("wrong", "hunter2"));
    let config = home.config(&format!(
        "[profiles.file]\nuri = {bare:?}\npassword_file = {password:?}\n\
         [profiles.command]\nuri_file = {bare_uri:?}\npassword_command = [\"cat\", {password:?}]\n\
         [profiles.wrong]\nuri = {bare:?}\npassword_file = {wrong:?}\n\
         [profiles.none]\nuri = {bare:?}\n"
    ));
    let place = ["--database", &fresh.database, "--collection", "sessions", "--config", &config];
    let run = |args: &[&str], environment: &[(&str, &str)]| {
        let mut command = home.command(&[&["list", "--json"][..], args, &place].concat());
        command.envs(environment.iter().copied());
        let ran = home.ended(command);
        assert!(!ran.err.contains("secret") && !ran.err.contains("hunter2"), "{}", ran.err);
        (ran.code, ran.err)
    };
    let known = [("STRANDSCOPE_PASSWORD", "secret")];
    assert_eq!(run(&["--uri", &bare], &known).0, 0);
    assert_eq!(run(&["--uri-file", &uri], &[]).0, 0);
    assert_eq!(run(&["--uri-file", &bare_uri], &known).0, 0);
    assert_eq!(run(&["--profile", "none"], &known).0, 0);
    assert_eq!(run(&["--profile", "file"], &[("STRANDSCOPE_PASSWORD", "hunter2")]).0, 0);
    #[cfg(unix)]
    assert_eq!(run(&["--profile", "command"], &[]).0, 0);
    assert_eq!(run(&["--profile", "wrong"], &[]).0, 5);
    // Nobody is there to be asked.
    for args in [["--uri", &bare], ["--profile", "none"]] {
        let (code, told) = run(&args, &[]);
        assert_eq!(code, 2, "{told}");
        assert!(told.contains("names a user and no password; set STRANDSCOPE_PASSWORD"), "{told}");
    }
    let (code, told) = run(&["--uri-file", "/nowhere/uri"], &[]);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("/nowhere/uri: there is no such file"), "{told}");
}
