//! `[hooks]`: who is told of changes.

use super::toml_walk::{Problem, Section, TomlEntry};
use crate::hook::{HookAction, HookSettings, WebhookSettings};

pub(super) fn hooks(section: &Section<'_>) -> Result<HookSettings, Problem> {
    section.only(&["deadline_s", "webhooks"])?;
    let mut hooks = HookSettings::default();
    if let Some(item) = section.get("deadline_s") {
        hooks.deadline = item.seconds()?;
    }
    if let Some(item) = section.get("webhooks") {
        for item in item.table()?.items() {
            hooks.webhooks.insert(item.key.to_owned(), webhook(&item)?);
        }
    }
    Ok(hooks)
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
    if let Some(item) = section.get("attempts") {
        webhook.outbox.attempts = item.count(1000)?;
    }
    if let Some(item) = section.get("queue") {
        webhook.outbox.queue = item.count(1_000_000)? as usize;
    }
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
