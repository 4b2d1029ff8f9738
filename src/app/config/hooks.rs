//! `[hooks]`: who is told of changes.

#[cfg(feature = "aws")]
mod aws;

use super::toml_walk::{Problem, Section, TomlEntry};
use crate::hook::{HookAction, HookSettings, OutboxOptions, WebhookSettings};

pub(super) fn hooks(section: &Section<'_>) -> Result<HookSettings, Problem> {
    section.only(&["deadline_s", "webhooks", "sns", "sqs", "websocket"])?;
    let mut hooks = HookSettings::default();
    if let Some(item) = section.get("deadline_s") {
        hooks.deadline = item.seconds()?;
    }
    if let Some(item) = section.get("webhooks") {
        for item in item.table()?.items() {
            hooks.webhooks.insert(item.key.to_owned(), webhook(&item)?);
        }
    }
    #[cfg(feature = "aws")]
    aws::read(section, &mut hooks)?;
    #[cfg(not(feature = "aws"))]
    no_aws(section)?;
    one_name_each(section)?;
    Ok(hooks)
}

/// The kinds of hooks that have names.
const KINDS: [&str; 4] = ["webhooks", "sns", "sqs", "websocket"];

#[cfg(not(feature = "aws"))]
fn no_aws(section: &Section<'_>) -> Result<(), Problem> {
    match KINDS[1..].iter().find_map(|kind| section.get(kind)) {
        Some(item) => {
            Err(item.wrong_part("this build has no AWS; install it with `cargo install strandscope --features aws`"))
        }
        None => Ok(()),
    }
}

/// What is told of a hook names it: no two have the same name.
fn one_name_each(section: &Section<'_>) -> Result<(), Problem> {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for kind in KINDS {
        let Some(named) = section.get(kind) else { continue };
        for item in named.table()?.items() {
            if let Some((_, other)) = seen.iter().find(|(name, _)| *name == item.key) {
                let said = format!("hooks.{other} has a hook {:?} too; give each a name of its own", item.key);
                return Err(item.wrong_key(said));
            }
            seen.push((item.key, kind));
        }
    }
    Ok(())
}

/// `attempts` and `queue`.
fn outbox(section: &Section<'_>, outbox: &mut OutboxOptions) -> Result<(), Problem> {
    if let Some(item) = section.get("attempts") {
        outbox.attempts = item.count(1000)?;
    }
    if let Some(item) = section.get("queue") {
        outbox.queue = item.count(1_000_000)? as usize;
    }
    Ok(())
}

fn webhook(named: &TomlEntry<'_>) -> Result<WebhookSettings, Problem> {
    let section = named.table()?;
    section.only(&["url", "secret", "secret_env", "actions", "timeout_s", "attempts", "queue"])?;
    let lacks = |what: &str| named.wrong_key(format!("the webhook {:?} {what}", named.key));
    let url = section.get("url").ok_or_else(|| lacks("has no url; give it one such as https://example.org/hook"))?;
    let text = url.filled()?;
    if !(text.starts_with("https://") || text.starts_with("http://")) {
        return Err(url.wrong("must be a URL such as https://example.org/hook"));
    }
    let mut webhook = WebhookSettings::new(text.into());
    webhook.secret = match (section.get("secret"), section.get("secret_env")) {
        (Some(_), Some(_)) => return Err(lacks("has both a secret and a secret_env; keep the one that is meant")),
        (Some(secret), None) => Some(secret.filled()?.into()),
        (None, Some(name)) => {
            let variable = name.filled()?;
            let value = std::env::var(&variable);
            let unset = || name.wrong(format!("names the environment variable {variable}, which is not set"));
            Some(value.map_err(|_| unset())?.into())
        }
        (None, None) => None,
    };
    if let Some(item) = section.get("actions") {
        webhook.actions = actions(&item)?;
    }
    if let Some(item) = section.get("timeout_s") {
        webhook.timeout = item.seconds()?;
    }
    outbox(&section, &mut webhook.outbox)?;
    Ok(webhook)
}

fn actions(item: &TomlEntry<'_>) -> Result<Vec<HookAction>, Problem> {
    let names: Vec<&str> = HookAction::ALL.iter().map(|action| action.name()).collect();
    let given = item.list(r#"a list of actions, such as ["metadata.update", "feedback.add"]"#)?;
    given
        .iter()
        .map(|name| {
            let found = HookAction::ALL.iter().copied().find(|action| action.name() == name);
            found.ok_or_else(|| item.unknown_name("action", name, &names))
        })
        .collect()
}
