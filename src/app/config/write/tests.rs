use super::*;

const FILE: &str =
    "# mine\n[ui]\n# which columns\ncolumns = [\"id\"] # few\nutc = true\n\n[profiles.local]\nuri = \"mongodb://h\"\n";

fn put_in(text: &str, edit: &ConfigEdit) -> Result<String, String> {
    edited(text, Path::new("/c.toml"), edit)
}

fn mongo(uri: &str, password: PasswordSource) -> ConfigEdit {
    let (database, collection) = (Some("agents".to_owned()), Some("sessions".to_owned()));
    let profile = NewProfile::Mongo { uri: uri.to_owned(), database, collection, password, read_only: true };
    ConfigEdit::Profile("prod eu".to_owned(), profile)
}

#[test]
fn one_value_is_changed_and_all_else_stays() {
    let columns = ConfigEdit::Columns(vec![Column::Id, Column::Meta("priority".to_owned())]);
    let text = put_in(FILE, &columns).unwrap();
    assert_eq!(text, FILE.replace("[\"id\"] #", "[\"id\", \"meta.priority\"] #"));
    let filter = ConfigEdit::Filter("mine".to_owned(), "app:\"a b\"".to_owned());
    let text = put_in(FILE, &filter).unwrap();
    assert!(text.starts_with(FILE), "{text}");
    let config = Config::parse(&text, Path::new("/c.toml")).unwrap();
    assert_eq!(config.filters.get("mine").map(String::as_str), Some("app:\"a b\""));
    let text = put_in(&text, &ConfigEdit::Filter("mine".to_owned(), "app:b".to_owned())).unwrap();
    assert_eq!(text.matches("mine = ").count(), 1);
}

#[test]
fn a_profile_is_kept_without_its_password() {
    let command = PasswordSource::Command(["pass", "show", "x y"].map(str::to_owned).to_vec());
    for (source, wanted) in [
        (PasswordSource::Prompt, ""),
        (PasswordSource::Environment("MINE".to_owned()), "password_env = \"MINE\"\n"),
        (command, "password_command = [\"pass\", \"show\", \"x y\"]\n"),
    ] {
        let text = put_in(FILE, &mongo("mongodb://me:hunter2@h/?w=1", source)).unwrap();
        assert!(text.starts_with(FILE) && !text.contains("hunter2"), "{text}");
        let end = format!(
            "\n[profiles.\"prod eu\"]\nuri = \"mongodb://me@h/?w=1\"\ndatabase = \"agents\"\ncollection = \"sessions\"\n{wanted}read_only = true\n"
        );
        assert!(text.ends_with(&end), "{text}");
    }
    let folder = NewProfile::Folder { dir: "/data/x".to_owned(), read_only: false };
    let text = put_in("", &ConfigEdit::Profile("files".to_owned(), folder.clone())).unwrap();
    assert_eq!(text, "[profiles.files]\ndir = \"/data/x\"\n");
    let again = put_in(&text, &ConfigEdit::Profile("files".to_owned(), folder)).unwrap_err();
    assert!(again.contains("already"), "{again}");
}

#[test]
fn a_password_is_kept_only_where_that_is_asked_for_and_for_its_user_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, FILE).unwrap();
    disk::set_mode(&path, 0o644).unwrap();
    let whole = WholeUri("mongodb://me:hunter2@h/?w=1".to_owned().into());
    let edit = mongo("mongodb://me@h/?w=1", PasswordSource::Here(whole));
    assert!(!format!("{edit:?}").contains("hunter2"));
    let said = SettingsFile(Some(path.clone())).keep(&edit).unwrap();
    assert!(said.contains("password") && !said.contains("hunter2"), "{said}");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("uri = \"mongodb://me:hunter2@h/?w=1\"\n"), "{text}");
    if cfg!(unix) {
        assert_eq!(disk::mode(&fs::metadata(&path).unwrap()), 0o600);
    }
}

#[test]
fn what_would_be_a_mistake_or_a_secret_is_not_kept() {
    let wrong = put_in("[ui]\nutc = 1\n", &ConfigEdit::Filter("a".to_owned(), "b".to_owned())).unwrap_err();
    assert!(wrong.contains("/c.toml, line 2"), "{wrong}");
    let odd = put_in(FILE, &ConfigEdit::Filter("a b".to_owned(), "c".to_owned())).unwrap_err();
    assert!(odd.contains("one word"), "{odd}");
    let secret = "mongodb://h/?tlsCertificateKeyFilePassword=hunter2";
    let secret = put_in(FILE, &mongo(secret, PasswordSource::None)).unwrap_err();
    assert!(secret.contains("secret") && !secret.contains("hunter2"), "{secret}");
}

#[test]
fn the_file_is_made_private_and_keeps_its_rights() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made").join("config.toml");
    let file = SettingsFile(Some(path.clone()));
    let edit = ConfigEdit::Filter("mine".to_owned(), "app:a".to_owned());
    let said = file.keep(&edit).unwrap();
    assert!(said.contains("@mine") && said.contains("config.toml"), "{said}");
    if cfg!(unix) {
        assert_eq!(disk::mode(&fs::metadata(&path).unwrap()), 0o600);
        disk::set_mode(&path, 0o640).unwrap();
        file.keep(&edit).unwrap();
        assert_eq!(disk::mode(&fs::metadata(&path).unwrap()), 0o640);
    }
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing else is left there");
    fs::write(&path, "[ui\n").unwrap();
    assert!(file.keep(&edit).unwrap_err().contains("line 1"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "[ui\n");
}

#[test]
fn a_filter_that_another_takes_the_place_of_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = SettingsFile(Some(folder.path().join("config.toml")));
    let keep = |filter: &str| file.keep(&ConfigEdit::Filter("mine".to_owned(), filter.to_owned())).unwrap();
    assert!(!keep("app:a").contains("it was"));
    assert!(!keep("app:a").contains("it was"), "the same again");
    let said = keep("app:b");
    assert!(said.starts_with("the filter @mine (it was app:a) is kept in "), "{said}");
}

#[cfg(unix)]
#[test]
fn a_link_stays_one() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("real.toml"), folder.path().join("config.toml"));
    fs::write(&path, "").unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let edit = ConfigEdit::Filter("mine".to_owned(), "app:a".to_owned());
    SettingsFile(Some(link.clone())).keep(&edit).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&path).unwrap().contains("mine"));
    fs::remove_file(&path).unwrap();
    SettingsFile(Some(link.clone())).keep(&edit).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink(), "also one that leads to nothing yet");
    assert!(fs::read_to_string(&path).unwrap().contains("mine"));
}

#[cfg(unix)]
#[test]
fn what_its_user_may_not_write_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, FILE).unwrap();
    disk::set_mode(&path, 0o444).unwrap();
    let edit = ConfigEdit::Filter("mine".to_owned(), "app:a".to_owned());
    let why = SettingsFile(Some(path.clone())).keep(&edit).unwrap_err();
    assert!(why.contains("read-only"), "{why}");
    assert_eq!(fs::read_to_string(&path).unwrap(), FILE);
}
