//! The values that are offered: read from the connection that the words so far mean.

use std::{
    collections::HashSet,
    ffi::{OsStr, OsString},
    sync::Arc,
    time::Duration,
};

use clap::{CommandFactory, FromArgMatches};
use clap_complete::CompletionCandidate;
use jiff::Timestamp;

use super::{
    super::args::{Args, ConnectionArgs, with_negated_terms, without_shield},
    shell_word::{is_one_word, is_value, unescaped, without_escapes},
};
use crate::{
    app::{
        config::{Column, Config, Environment, filters::LISTS},
        place::{self, Rights},
        text,
        tui::render::format,
    },
    repository::{
        Filter, ListQuery, Opened, SessionReader, Sort,
        filter::{FilterTerm, FilterTest, FilterValues, TextMatch, TypedFilterWord, filter_words, word_at},
    },
    session::{MetadataPath, Summary, edit},
};

/// How long a shell waits for an answer, at most.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Sessions that are offered.
const SESSIONS: u32 = 50;

/// The ids of sessions that begin so, those that changed last first.
pub(super) fn ids(typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str().map(without_escapes) else { return Vec::new() };
    let typed = &*typed;
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

/// The ids that may stand behind another: one that begins with a hyphen does only behind `--`.
pub(super) fn further_ids(typed: &OsStr) -> Vec<CompletionCandidate> {
    let mut offers = ids(typed);
    if words().all(|word| word != "--") {
        offers.retain(|offer| !offer.get_value().as_encoded_bytes().starts_with(b"-"));
    }
    offers
}

/// The profiles of the settings.
pub(super) fn profiles(typed: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(typed), Some((config, ..))) = (typed.to_str(), settings()) else { return Vec::new() };
    let names = config.profiles.keys().filter(|name| is_one_word(name) && name.starts_with(typed));
    names.map(CompletionCandidate::new).collect()
}

/// The columns of a list.
pub(super) fn columns(typed: &OsStr) -> Vec<CompletionCandidate> {
    let names = typed.to_str().map(column_names).unwrap_or_default();
    names.into_iter().map(CompletionCandidate::new).collect()
}

/// The orders of a list: its columns, behind a sign too, and behind a colon the ways.
pub(super) fn orders(typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    let (sign, name) = typed.strip_prefix('-').map_or(("", typed), |name| ("-", name));
    let orders: Vec<String> = match name.rsplit_once(':') {
        Some((column, _)) => ["asc", "desc"]
            .map(|way| format!("{sign}{column}:{way}"))
            .into_iter()
            .filter(|order| order.starts_with(typed) && Sort::parse(order).is_ok())
            .collect(),
        None => column_names(name).into_iter().map(|name| format!("{sign}{name}")).collect(),
    };
    orders.into_iter().map(CompletionCandidate::new).collect()
}

fn column_names(typed: &str) -> Vec<String> {
    let mut names: Vec<String> = if typed.starts_with("meta.") {
        let fields = values(Some("meta"), FilterValues::MetadataKeys).into_iter();
        // One within another is no column.
        fields.filter(|name| name.matches('.').count() == 1).collect()
    } else {
        Column::names().into_iter().map(|name| name.trim_end_matches("KEY").to_owned()).collect()
    };
    names.retain(|name| name.starts_with(typed));
    names
}

/// The words of a filter: prefixes with their meaning, values of the store behind one, saved filters.
pub(super) fn filters(typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str().map(without_escapes) else { return Vec::new() };
    let typed = without_shield(&typed);
    let word = word_at(typed, typed.len());
    let offers = match (word.prefix.as_deref(), word.values()) {
        (None, FilterValues::None) => words_and_saved(),
        (Some(prefix), FilterValues::None) if prefix.eq_ignore_ascii_case("in") => lists_and_ids(&word.value),
        (_, FilterValues::Words(words)) => words.iter().map(|word| FilterOffer::plain(*word)).collect(),
        (prefix, of) => values(prefix, of).into_iter().map(FilterOffer::plain).collect(),
    };
    fitting(typed, &word, offers)
}

/// What may stand in place of what is typed of a word or value.
struct FilterOffer {
    text: String,
    help: Option<String>,
}

impl FilterOffer {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), help: None }
    }
}

/// The offers that begin like what is typed, each with what stands before it.
fn fitting(typed: &str, word: &TypedFilterWord, offers: Vec<FilterOffer>) -> Vec<CompletionCandidate> {
    let before = &typed[..word.value_span.start];
    let offers = offers.into_iter().filter(|offer| offer.text.starts_with(&word.value));
    let candidate = |offer: FilterOffer| {
        CompletionCandidate::new(format!("{before}{}", offer.text)).help(offer.help.map(Into::into))
    };
    offers.map(candidate).collect()
}

fn words_and_saved() -> Vec<FilterOffer> {
    let known = filter_words().iter();
    let known = known.map(|word| FilterOffer { text: word.text.to_owned(), help: Some(word.help.to_owned()) });
    let saved = settings().map(|(config, ..)| config.filters).unwrap_or_default().into_iter();
    let saved = saved.map(|(name, filter)| {
        let help = text::line(&filter).into_owned();
        FilterOffer { text: format!("@{name}"), help: Some(help) }
    });
    known.chain(saved).filter(|offer| is_one_word(&offer.text)).collect()
}

/// What may stand behind `in:`.
fn lists_and_ids(typed: &str) -> Vec<FilterOffer> {
    if typed.starts_with('@') {
        return LISTS.iter().map(|list| FilterOffer::plain(format!("@{list}"))).collect();
    }
    let ids = sessions(typed).into_iter().map(|row| row.name().to_owned());
    ids.filter(|id| is_value(id) && !id.contains(',')).map(FilterOffer::plain).collect()
}

/// What the sessions have there, as it is typed.
fn values(prefix: Option<&str>, of: FilterValues) -> Vec<String> {
    let mut found = Vec::new();
    if matches!(of, FilterValues::None | FilterValues::Ages | FilterValues::Numbers) {
        return found;
    }
    ask(async |reader| {
        found = match (of, prefix) {
            (FilterValues::MetadataValues, Some(prefix)) => field_values(&reader, prefix).await,
            _ => reader.filter_values(&of).await.ok().flatten().unwrap_or_default(),
        };
    });
    if of == FilterValues::MetadataKeys {
        // Without a prefix a value follows the key.
        let end = if prefix.is_none() { ":" } else { "" };
        // A key with a dot and a path may read alike; the first colon would end a key that has one.
        let mut seen = HashSet::new();
        found.retain(|key| is_one_word(key) && !key.contains(':') && seen.insert(key.clone()));
        return found.into_iter().map(|key| format!("meta.{key}{end}")).collect();
    }
    found.retain(|value| is_value(value));
    found
}

/// The values of a field such as `meta.customer.tier`, where they are few.
async fn field_values(reader: &Arc<dyn SessionReader>, prefix: &str) -> Vec<String> {
    let keys = prefix.split('.').skip(1).map(str::to_owned).collect();
    let Some(path) = MetadataPath::new(keys) else { return Vec::new() };
    let values = reader.metadata_values(&path).await.ok().flatten().unwrap_or_default();
    values.iter().filter_map(edit::write).collect()
}

/// Either.
pub(super) fn ids_and_filters(typed: &OsStr) -> Vec<CompletionCandidate> {
    let mut all = filters(typed);
    all.extend(ids(typed));
    all
}

/// The settings and the connection that the words typed so far mean. `None` where they cannot be had: a shell is told no reason.
fn settings() -> Option<(Config, Environment, ConnectionArgs)> {
    let words = with_negated_terms(words().map(unescaped).collect());
    let matches = Args::command().ignore_errors(true).try_get_matches_from(words).ok()?;
    let connection = ConnectionArgs::from_arg_matches(&matches).ok()?;
    let environment = Environment::read();
    let named = matches.get_one::<std::path::PathBuf>("config");
    // With a mistake in the file, what is named without it is still read.
    let config = Config::load(named.map(std::path::PathBuf::as_path), &environment).unwrap_or_default();
    Some((config, environment, connection))
}

/// The words typed so far, as the shell tells them.
fn words() -> impl Iterator<Item = OsString> {
    std::env::args_os().skip_while(|word| word != "--").skip(1)
}

/// The sessions that begin so; those that came in time.
fn sessions(typed: &str) -> Vec<Summary> {
    let mut found = Vec::new();
    ask(async |reader| read(&reader, typed, &mut found).await);
    found
}

/// Reads from the connection that the words so far mean. What comes in time is offered.
fn ask(read: impl AsyncFnOnce(Arc<dyn SessionReader>)) {
    let Some((config, environment, connection)) = settings() else { return };
    let Ok(Some(place)) = config.connection(&connection.into(), &environment) else { return };
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() else {
        return;
    };
    let reading = async {
        let opened = place::open(&place, Rights::Read, config.limits, |_| {}).await;
        let Ok(Opened::Store(store)) = opened else { return };
        read(store.reader()).await;
    };
    let _ = runtime.block_on(async { tokio::time::timeout(PATIENCE, reading).await });
    runtime.shutdown_background();
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

    fn offered(typed: &str, offers: &[&str]) -> Vec<String> {
        let offers = offers.iter().map(|text| FilterOffer::plain(*text)).collect();
        let candidates = fitting(typed, &word_at(typed, typed.len()), offers);
        candidates.iter().map(|candidate| candidate.get_value().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn what_is_offered_takes_the_place_of_the_value_alone() {
        assert_eq!(offered("app:b", &["billing", "search", "bank"]), ["app:billing", "app:bank"]);
        assert_eq!(offered("-app:", &["billing"]), ["-app:billing"]);
        assert_eq!(offered("-ag", &["app:", "agent:"]), ["-agent:"]);
        assert_eq!(offered("meta.ti", &["meta.tier:", "meta.name:"]), ["meta.tier:"]);
        assert_eq!(offered("has:meta.ti", &["meta.tier"]), ["has:meta.tier"]);
        assert_eq!(offered("in:a,s", &["s-1", "t-1"]), ["in:a,s-1"]);
    }

    #[test]
    fn words_of_the_language_are_offered_with_their_meaning() {
        let offers = filters(OsStr::new("tok"));
        let shown =
            |offer: &CompletionCandidate| (offer.get_value().to_owned(), offer.get_help().map(ToString::to_string));
        assert_eq!(offers.iter().map(shown).collect::<Vec<_>>(), [("tokens:".into(), Some("so many tokens".into()))]);
        let offers = filters(OsStr::new("-has:f"));
        let values: Vec<_> = offers.iter().map(|offer| offer.get_value().to_owned()).collect();
        assert_eq!(values, ["-has:feedback", "-has:finding"]);
    }
}
