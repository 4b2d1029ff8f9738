//! The values that are offered: read from the connection that the words so far mean.

use std::{ffi::OsStr, sync::Arc, time::Duration};

use clap::{CommandFactory, FromArgMatches};
use clap_complete::CompletionCandidate;
use jiff::Timestamp;

use super::super::args::{Args, ConnectionArgs};
use crate::{
    app::{
        config::{Config, Environment},
        place::{self, Rights},
        text,
        tui::render::format,
    },
    repository::{
        Filter, ListQuery, Opened, SessionReader,
        filter::{FilterTerm, FilterTest, TextMatch},
    },
    session::Summary,
};

/// How long a shell waits for an answer, at most.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Sessions that are offered.
const SESSIONS: u32 = 50;

/// The ids of sessions that begin so, those that changed last first.
pub(super) fn ids(typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    let now = Timestamp::now();
    let offer = |row: Summary| {
        let name = row.spelled(row.name()).into_owned();
        let age = row.updated_at.map(|at| format::age(at, now));
        let application = row.application_name.as_deref().map(|name| text::line(name).into_owned());
        let help = application.into_iter().chain(age).collect::<Vec<_>>().join(", ");
        let help = (!help.is_empty()).then(|| help.into());
        (is_one_word(&name) && name.starts_with(typed)).then(|| CompletionCandidate::new(name).help(help))
    };
    sessions(typed).into_iter().filter_map(offer).collect()
}

/// Whether every shell takes it as it is.
fn is_one_word(name: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./@+,%=".contains(c);
    !name.is_empty() && name.chars().all(is_plain)
}

/// The profiles of the settings, with what each is.
pub(super) fn profiles(typed: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(typed), Some((config, ..))) = (typed.to_str(), settings()) else { return Vec::new() };
    let names = config.profiles.keys().filter(|name| name.starts_with(typed));
    names.map(CompletionCandidate::new).collect()
}

/// The words of a filter: prefixes with their meaning, values where they are few, saved filters.
pub(super) fn filters(typed: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(typed), Some((config, ..))) = (typed.to_str(), settings()) else { return Vec::new() };
    let saved = config.filters.iter().map(|(name, filter)| (format!("@{name}"), filter.clone()));
    let fitting = saved.filter(|(word, _)| word.starts_with(typed));
    fitting.map(|(word, help)| CompletionCandidate::new(word).help(Some(help.into()))).collect()
}

/// Either.
pub(super) fn ids_and_filters(typed: &OsStr) -> Vec<CompletionCandidate> {
    let mut all = filters(typed);
    all.extend(ids(typed));
    all
}

/// The settings and the connection that the words typed so far mean. `None` where they cannot be had: a shell is told no reason.
fn settings() -> Option<(Config, Environment, ConnectionArgs)> {
    let words = std::env::args_os().skip_while(|word| word != "--").skip(1);
    let matches = Args::command().ignore_errors(true).try_get_matches_from(words).ok()?;
    let connection = ConnectionArgs::from_arg_matches(&matches).ok()?;
    let environment = Environment::read();
    let named = matches.get_one::<std::path::PathBuf>("config");
    let config = Config::load(named.map(std::path::PathBuf::as_path), &environment).ok()?;
    Some((config, environment, connection))
}

/// The sessions that begin so; those that came in time.
fn sessions(typed: &str) -> Vec<Summary> {
    let mut found = Vec::new();
    let Some((config, environment, connection)) = settings() else { return found };
    let Ok(Some(place)) = config.connection(&connection.into(), &environment) else { return found };
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() else {
        return found;
    };
    let reading = async {
        let opened = place::open(&place, Rights::Read, config.limits, |_| {}).await;
        let Ok(Opened::Store(store)) = opened else { return };
        read(&store.reader(), typed, &mut found).await;
    };
    // What came in time is offered.
    let _ = runtime.block_on(async { tokio::time::timeout(PATIENCE, reading).await });
    runtime.shutdown_background();
    found
}

async fn read(reader: &Arc<dyn SessionReader>, typed: &str, found: &mut Vec<Summary>) {
    let mut filter = Filter::default();
    if !typed.is_empty() {
        filter.terms.push(FilterTerm::new(FilterTest::Id(TextMatch::StartsWith(typed.to_owned()))));
    }
    let mut page = reader.list(&ListQuery::new(SESSIONS).filter(filter));
    while let Ok(Some(row)) = page.next_row().await {
        found.push(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_take_apart_is_not_offered() {
        for whole in ["support-1042", "a.b/c@d", "漢字", "65f0c1"] {
            assert!(is_one_word(whole), "{whole}");
        }
        for apart in ["", "two words", "a'b", "$HOME", "a\\b", "x;y", "a\u{202e}b", "\"quoted\"", "a:b"] {
            assert!(!is_one_word(apart), "{apart}");
        }
    }
}
