//! `[hooks.sns.NAME]`, `[hooks.sqs.NAME]` and `[hooks.websocket.NAME]`: who of AWS is told.

use super::{
    super::toml_walk::{Problem, Section, TomlEntry},
    outbox,
};
use crate::{
    hook::{
        AwsOptions, FeedbackSnsSettings, FeedbackTopic, HookSettings, MetadataSqsSettings, MetadataWebsocketSettings,
    },
    session::MetadataPath,
};

/// What each of them may have.
const COMMON: [&str; 6] = ["region", "endpoint", "profile", "timeout_s", "attempts", "queue"];

pub(super) fn read(section: &Section<'_>, hooks: &mut HookSettings) -> Result<(), Problem> {
    for item in named(section, "sns")? {
        hooks.sns.insert(item.key.to_owned(), sns(&item)?);
    }
    for item in named(section, "sqs")? {
        hooks.sqs.insert(item.key.to_owned(), sqs(&item)?);
    }
    for item in named(section, "websocket")? {
        hooks.websocket.insert(item.key.to_owned(), websocket(&item)?);
    }
    Ok(())
}

fn named<'a>(section: &Section<'a>, kind: &str) -> Result<Vec<TomlEntry<'a>>, Problem> {
    match section.get(kind) {
        Some(item) => Ok(item.table()?.items()),
        None => Ok(Vec::new()),
    }
}

fn sns(named: &TomlEntry<'_>) -> Result<FeedbackSnsSettings, Problem> {
    let section = named.table()?;
    let own = [
        "topic_arn_good",
        "topic_arn_bad",
        "topic_arn_neutral",
        "subject_prefix_good",
        "subject_prefix_bad",
        "subject_prefix_neutral",
        "body_prefix_good",
        "body_prefix_bad",
        "body_prefix_neutral",
    ];
    section.only(&[&own[..], &COMMON].concat())?;
    let topic = |rating: &str| -> Result<FeedbackTopic, Problem> {
        let arn = required(named, &section, &format!("topic_arn_{rating}"), "an ARN, or \"none\"")?;
        let prefix = |of: &str| match section.get(&format!("{of}_prefix_{rating}")) {
            Some(item) => item.string(),
            None => Ok(String::new()),
        };
        Ok(FeedbackTopic::new(arn).subject_prefix(prefix("subject")?).body_prefix(prefix("body")?))
    };
    Ok(FeedbackSnsSettings::new(topic("good")?, topic("bad")?, topic("neutral")?).aws(common(&section)?))
}

fn sqs(named: &TomlEntry<'_>) -> Result<MetadataSqsSettings, Problem> {
    let section = named.table()?;
    section.only(&[&["queue_url", "fields"][..], &COMMON].concat())?;
    let url = required(named, &section, "queue_url", "that of the queue")?;
    Ok(MetadataSqsSettings::new(url).fields(fields(&section)?).aws(common(&section)?))
}

fn websocket(named: &TomlEntry<'_>) -> Result<MetadataWebsocketSettings, Problem> {
    let section = named.table()?;
    section.only(&[&["gateway", "fields"][..], &COMMON].concat())?;
    let gateway = required(named, &section, "gateway", "the address of the WebSocket API, with its stage")?;
    Ok(MetadataWebsocketSettings::new(gateway).fields(fields(&section)?).aws(common(&section)?))
}

fn required(named: &TomlEntry<'_>, section: &Section<'_>, key: &str, what: &str) -> Result<String, Problem> {
    match section.get(key) {
        Some(item) => item.filled(),
        None => Err(named.wrong_key(format!("the hook {:?} has no {key}; give it {what}", named.key))),
    }
}

/// Fields of the metadata; a dot leads into an object.
fn fields(section: &Section<'_>) -> Result<Vec<MetadataPath>, Problem> {
    let Some(item) = section.get("fields") else { return Ok(Vec::new()) };
    let given = item.list(r#"a list of fields of the metadata, such as ["status", "customer.tier"]"#)?;
    given.iter().map(|field| item.field(field)).collect()
}

fn common(section: &Section<'_>) -> Result<AwsOptions, Problem> {
    let text = |key: &str| section.get(key).map(|item| item.filled()).transpose();
    let mut options = AwsOptions {
        region: text("region")?,
        endpoint: text("endpoint")?,
        profile: text("profile")?,
        ..AwsOptions::default()
    };
    if let Some(item) = section.get("timeout_s") {
        options.timeout = item.seconds()?;
    }
    outbox(section, &mut options.outbox)?;
    Ok(options)
}
