//! `[alerts.NAME]`: what somebody wants to be told of.

use jiff::SignedDuration;

use super::{
    Config,
    filters::{expand, readable},
    toml_walk::{Problem, Section, TomlEntry},
};
use crate::{
    app::alert::{AlertRule, AlertWhen, MOST_FAILURES},
    repository::filter::RatingWord,
};

/// What can raise an alert; each has exactly one of them, or only a filter.
const CONDITIONS: [&str; 7] = [
    "call_slower_than",
    "tokens_per_minute_over",
    "tool_fails",
    "guardrail",
    "rating",
    "waiting_for_person",
    "document_over",
];

/// What else a rule may say.
const OTHERS: [&str; 5] = ["within", "filter", "bell", "notify", "webhook"];

/// Reads the rules in the order of the file. `config` holds the saved filters and the webhooks, which they may name.
pub(super) fn alerts(section: &Section<'_>, config: &Config) -> Result<Vec<AlertRule>, Problem> {
    section.items().iter().map(|item| rule(item, config)).collect()
}

fn rule(named: &TomlEntry<'_>, config: &Config) -> Result<AlertRule, Problem> {
    if named.key.is_empty() || named.key.contains(char::is_whitespace) {
        return Err(named.wrong_key(format!("the alert name {:?} must be one word", named.key)));
    }
    let section = named.table()?;
    section.only(&[&CONDITIONS[..], &OTHERS].concat())?;
    let flag = |name| section.get(name).map_or(Ok(false), |item| item.boolean());
    let filter = section.get("filter").map(|item| filter(&item, config)).transpose()?;
    let webhook = section.get("webhook").map(|item| webhook(&item, config)).transpose()?;
    Ok(AlertRule {
        name: named.key.to_owned(),
        when: when(named, &section, filter.is_some())?,
        filter,
        bell: flag("bell")?,
        notify: flag("notify")?,
        webhook,
    })
}

/// The one condition; a filter alone is one too.
fn when(named: &TomlEntry<'_>, section: &Section<'_>, filtered: bool) -> Result<AlertWhen, Problem> {
    let given: Vec<TomlEntry<'_>> = section.items().into_iter().filter(|item| CONDITIONS.contains(&item.key)).collect();
    let within = section.get("within");
    if let Some(within) = &within
        && !given.iter().any(|item| item.key == "tool_fails")
    {
        return Err(within.wrong("belongs to tool_fails, which this alert has not"));
    }
    match given.as_slice() {
        [] if filtered => Ok(AlertWhen::Matches),
        [] => Err(named.wrong_key(format!(
            "the alert {:?} has no condition; give it one of {}, or a filter",
            named.key,
            CONDITIONS.join(", ")
        ))),
        [one] => condition(one, within.as_ref()),
        [first, second, ..] => Err(second.wrong_key(format!(
            "the alert {:?} has several conditions, {} and {}; make an alert of each",
            named.key, first.key, second.key
        ))),
    }
}

fn condition(item: &TomlEntry<'_>, within: Option<&TomlEntry<'_>>) -> Result<AlertWhen, Problem> {
    Ok(match item.key {
        "call_slower_than" => AlertWhen::CallSlowerThan(item.time()?),
        "tokens_per_minute_over" => AlertWhen::TokensPerMinuteOver(item.count(1_000_000_000)?),
        "tool_fails" => {
            let times = item.count(MOST_FAILURES)?;
            AlertWhen::ToolFails { times, within: within.map(TomlEntry::time).transpose()? }
        }
        "guardrail" => {
            only_true(item)?;
            AlertWhen::Guardrail
        }
        "rating" => {
            let words = [("up", RatingWord::Up), ("down", RatingWord::Down), ("neutral", RatingWord::Neutral)];
            AlertWhen::Rating(item.one_of(&words)?)
        }
        "waiting_for_person" if item.boolean().is_ok() => {
            only_true(item)?;
            AlertWhen::WaitingForPerson(SignedDuration::ZERO)
        }
        "waiting_for_person" => AlertWhen::WaitingForPerson(item.time()?),
        _ => AlertWhen::DocumentOver(percent(item)?),
    })
}

fn only_true(item: &TomlEntry<'_>) -> Result<(), Problem> {
    if item.boolean()? { Ok(()) } else { Err(item.wrong("cannot be false; leave the alert out instead")) }
}

/// `80%`, of the 16 MiB that a document can hold.
fn percent(item: &TomlEntry<'_>) -> Result<u32, Problem> {
    let wrong =
        |given: &str| item.wrong(format!("must be a share of 16 MiB from \"1%\" to \"99%\", such as \"80%\"{given}"));
    let text = item.string().map_err(|_| wrong(""))?;
    let number = text.strip_suffix('%').and_then(|number| number.trim_end().parse().ok());
    number.filter(|percent| (1..=99).contains(percent)).ok_or_else(|| wrong(&format!(", not {text:?}")))
}

/// A filter with the saved ones put in; whether it can be read is known now.
fn filter(item: &TomlEntry<'_>, config: &Config) -> Result<String, Problem> {
    let typed = item.filled()?;
    let expanded = expand(&config.filters, &typed).map_err(|unknown| item.wrong_part(&unknown.problem))?;
    readable(item, &expanded, config)?;
    Ok(expanded)
}

fn webhook(item: &TomlEntry<'_>, config: &Config) -> Result<String, Problem> {
    let name = item.filled()?;
    if config.hooks.webhooks.contains_key(&name) {
        return Ok(name);
    }
    let known: Vec<&str> = config.hooks.webhooks.keys().map(String::as_str).collect();
    Err(item.unknown_name("webhook", &name, &known))
}
