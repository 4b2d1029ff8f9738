//! Sample configurations, valid and invalid; the example says what the program does.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::SignedDuration;
use strandscope::app::{
    alert::AlertWhen,
    config::{Column, Config, ConfigError, Environment, Symbols, ThemeName},
    keymap::{Action, parse},
};

fn example() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config.example.toml")).unwrap()
}

fn samples(kind: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/config").join(kind);
    let mut paths: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

/// Everything but where it was read from, comparable.
fn settings(config: &Config) -> String {
    format!("{:#?}", Config { file: None, ..config.clone() })
}

#[test]
fn the_example_equals_the_defaults() {
    let config = Config::parse(&example(), Path::new("config.example.toml")).unwrap();
    assert_eq!(settings(&config), settings(&Config::default()));
}

#[test]
fn the_example_holds_every_setting_that_has_a_default() {
    let text = example();
    for entry in strandscope::app::keymap::ENTRIES {
        let (start, help) = (format!("{} = ", entry.name), entry.help_among_all());
        assert!(text.lines().any(|line| line.starts_with(&start) && line.ends_with(&help)), "{}", entry.name);
    }
    for name in [
        "columns",
        "symbols",
        "utc",
        "theme",
        "theme_dark",
        "theme_light",
        "title",
        "images",
        "mouse",
        "synchronized",
        "preview",
        "links",
        "read_s",
        "server_selection_s",
        "connect_s",
        "deadline_s",
    ] {
        assert!(text.contains(&format!("\n{name} = ")), "{name}");
    }
    for name in Column::names() {
        assert!(text.contains(name), "{name}");
    }
}

/// With every setting that has no default; without the feature less those of AWS.
fn uncommented() -> String {
    let is_known = |block: &&str| {
        strandscope::feedback_sns_available() || !["sns", "sqs", "websocket"].iter().any(|kind| names(block, kind))
    };
    example().split("\n\n").filter(is_known).collect::<Vec<_>>().join("\n\n").replace("\n#: ", "\n")
}

fn names(block: &str, kind: &str) -> bool {
    block.contains(&format!("#: [hooks.{kind}."))
}

#[test]
fn what_the_example_leaves_out_is_valid_too() {
    let text = uncommented();
    let config = Config::parse(&text, Path::new("config.example.toml")).unwrap();
    assert_eq!(config.default_profile.as_deref(), Some("local"));
    assert_eq!(config.profiles.len(), 3);
    assert_eq!(config.profiles["local"].database.as_deref(), Some("agents"));
    assert!(config.profiles["local"].read_only);
    let rules = &config.profiles["local"].rules;
    assert_eq!(
        (rules.confirm.as_deref(), rules.protected.as_slice()),
        (Some("local"), &["tenant", "billing.plan"].map(str::to_owned)[..])
    );
    assert_eq!(config.profiles["local"].scope, Some(strandscope::Scope::prefix("tenant-7/").unwrap()));
    assert!(config.profiles["files"].dir.as_ref().unwrap().ends_with(".strands/sessions"));
    assert_eq!(config.filters["guarded"], "has:guardrail");
    let webhook = &config.hooks.webhooks["audit"];
    let default = strandscope::WebhookSettings::new("x".to_owned().into());
    assert_eq!(
        (&webhook.actions, webhook.timeout, webhook.outbox),
        (&default.actions, default.timeout, default.outbox)
    );
    assert!(webhook.secret.is_some() && !settings(&config).contains("change me"), "a secret is one");
    assert!(config.profiles["vault"].password.is_some());
    let names: Vec<&str> = config.alerts.iter().map(|alert| alert.name.as_str()).collect();
    assert_eq!(names, ["slow", "costly", "broken", "guarded", "unhappy", "waiting", "large"]);
    let shown = settings(&config);
    assert!(!shown.contains("localhost") && !shown.contains("example.org/agents"), "a connection string is a secret");
}

#[test]
fn valid_samples_are_read() {
    for path in samples("valid") {
        let config = Config::read(&path).unwrap();
        assert_eq!(config.file.as_deref(), Some(path.as_path()));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/config/valid/everything.toml");
    let config = Config::read(&path).unwrap();
    assert_eq!(config.ui.columns, [Column::Id, Column::Meta("priority".into()), Column::Size]);
    assert_eq!((config.ui.symbols, config.ui.theme.as_str()), (Symbols::Ascii, ThemeName::Light.as_str()));
    assert!(config.ui.utc && !config.ui.mouse && !config.ui.synchronized);
    assert_eq!(config.limits.read, Duration::from_millis(1500));
    assert_eq!(config.limits.connect, Duration::from_secs(10));
    assert_eq!(config.keys.keys(Action::Quit), [parse("ctrl-q").unwrap()]);
    assert_eq!(config.keys.keys(Action::Down), [parse("down").unwrap()], "j is taken by up");
    assert_eq!(config.keys.keys(Action::Up), [parse("j").unwrap(), parse("up").unwrap()]);
    assert_eq!(config.keys.keys(Action::Mouse), []);
    assert_eq!(config.keys.keys(Action::QuitNow), [parse("ctrl-x").unwrap(), parse("ctrl-c").unwrap()]);
    assert_eq!(config.filters["mine"], "meta.owner:me");
    let owner = strandscope::MetadataPath::from("owner").child("tenant");
    assert_eq!(config.profiles["tenant"].scope, Some(strandscope::Scope::field(owner, 7).unwrap()));
}

#[test]
fn alerts_are_read_in_the_order_of_the_file_with_saved_filters_put_in() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/config/valid/alerts.toml");
    let alerts = Config::read(&path).unwrap().alerts;
    let [slow, broken, urgent, waiting] = alerts.as_slice() else { panic!("{alerts:?}") };
    assert_eq!(slow.when, AlertWhen::CallSlowerThan(SignedDuration::from_secs(90)));
    assert_eq!((slow.filter.as_deref(), slow.bell, slow.notify), (Some("meta.owner:me app:shop"), true, false));
    let within = Some(SignedDuration::from_mins(10));
    assert_eq!(broken.when, AlertWhen::ToolFails { times: 5, within });
    assert_eq!(broken.webhook.as_deref(), Some("pager"));
    assert_eq!((urgent.when, urgent.notify), (AlertWhen::Matches, true));
    assert_eq!(waiting.when, AlertWhen::WaitingForPerson(SignedDuration::ZERO));
}

#[test]
fn mistakes_say_where_they_are_and_what_would_be_right() {
    let mut told = String::new();
    for path in samples("invalid") {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let error = Config::parse(&text, Path::new(&name)).expect_err(&name).to_string();
        assert!(!error.contains("hunter2"), "{error}");
        assert!(!error.contains('\n'), "{error}");
        told.push_str(&error);
        told.push('\n');
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_missing_file_matters_only_when_it_was_named() {
    let missing = PathBuf::from("/nowhere/config.toml");
    let named = Config::load(Some(&missing), &Environment::default()).unwrap_err();
    assert_eq!(named.to_string(), "cannot read the configuration /nowhere/config.toml: there is no such file");
    let by_environment = Environment { config: Some(missing), ..Environment::default() };
    assert!(matches!(Config::load(None, &by_environment), Err(ConfigError::Unreadable { .. })));
}

#[test]
fn no_color_comes_before_the_file() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/config/valid/everything.toml");
    let environment = Environment { no_color: true, config: Some(path.clone()), ..Environment::default() };
    assert_eq!(Config::load(None, &environment).unwrap().ui.theme, ThemeName::None.as_str());
    assert_eq!(Config::load(Some(&path), &Environment::default()).unwrap().ui.theme, ThemeName::Light.as_str());
}

#[test]
#[cfg(feature = "aws")]
fn hooks_for_aws_are_read() {
    use strandscope::{HookSettings, MetadataPath};

    let hooks = Config::parse(&uncommented(), Path::new("config.example.toml")).unwrap().hooks;
    let HookSettings { sns, sqs, websocket, .. } = &hooks;
    assert_eq!(sns["feedback"].good.arn, "none");
    assert_eq!(sns["feedback"].bad.subject_prefix, "[{rating}] ");
    assert_eq!(sns["feedback"].bad.body_prefix, "At {timestamp}:\n");
    let tier = MetadataPath::new(vec!["customer".into(), "tier".into()]).unwrap();
    assert_eq!(sqs["changes"].fields, ["status".into(), tier]);
    assert!(sqs["changes"].queue_url.contains("changes.fifo"));
    assert!(websocket["screen"].gateway.ends_with("/prod"));
}

#[test]
#[cfg(feature = "aws")]
fn mistakes_in_hooks_for_aws_say_what_would_be_right() {
    let queue = "queue_url = \"https://sqs.eu-west-1.amazonaws.com/123456789012/q\"";
    for (text, said) in [
        ("[hooks.sns.a]\ntopic_arn_good = \"none\"".to_owned(), "has no topic_arn_bad; give it an ARN, or \"none\""),
        ("[hooks.sqs.a]\nfields = []".to_owned(), "has no queue_url"),
        ("[hooks.websocket.a]\ngatewy = \"x\"".to_owned(), "did you mean \"gateway\"?"),
        (format!("[hooks.sqs.a]\n{queue}\nfields = [\"a..b\"]"), "must name fields such as"),
        (format!("[hooks.sqs.a]\n{queue}\nfields = [\"metadata.tier\"]"), "write \"tier\""),
        (format!("[hooks.sqs.a]\n{queue}\ntimeout_s = 0"), "must be a number of seconds above 0"),
        (
            format!("[hooks.webhooks.a]\nurl = \"https://example.org\"\n[hooks.sqs.a]\n{queue}"),
            "hooks.webhooks has a hook \"a\" too",
        ),
    ] {
        let error = Config::parse(&text, Path::new("config.toml")).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
#[cfg(not(feature = "aws"))]
fn a_build_without_aws_says_so() {
    for kind in ["sns", "sqs", "websocket"] {
        let error = Config::parse(&format!("[hooks.{kind}.a]"), Path::new("config.toml")).unwrap_err().to_string();
        assert!(error.contains("this build has no AWS") && error.contains("--features aws"), "{error}");
    }
}
