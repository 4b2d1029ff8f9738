//! What may follow in a filter that is being typed: words of the language with their meaning, values of the store, saved filters.

use std::collections::HashSet;

use crate::{
    app::{
        text,
        tui::state::{AppState, commands, known::of::KnownOf},
    },
    repository::filter::{FilterValues, TypedFilterWord, filter_words, word_at},
    session::{MetadataPath, edit},
};

use super::{Asks, Does, Offer, Prompt};

/// Bytes of a filter that something is offered for: what is longer was not typed by hand.
const TYPED: usize = 1000;
/// Most values that are offered.
const VALUES: usize = 100;
/// Most filters that were typed before and are offered beside all else.
const BEFORE: usize = 3;
/// Bytes of a value that is offered: longer ones are no choice.
const LONGEST: usize = 80;

/// What may stand in place of a part of the filter.
struct Follows<'a> {
    typed: &'a str,
    span: std::ops::Range<usize>,
    offers: Vec<Offer>,
    /// Their names: none is offered twice.
    names: HashSet<String>,
}

impl Follows<'_> {
    /// Offers a text for that part; `ends`: a blank follows, for nothing of it is left to type.
    fn add(&mut self, text: &str, help: &str, ends: bool) {
        let (before, after) = (&self.typed[..self.span.start], &self.typed[self.span.end..]);
        let blank = if ends && after.is_empty() { " " } else { "" };
        let caret = before.chars().count() + text.chars().count() + blank.len();
        let offer = Offer {
            name: text::line(text).into_owned(),
            help: text::line(help).into_owned(),
            key: String::new(),
            does: Does::Fill(format!("{before}{text}{blank}{after}"), caret),
            fits: true,
        };
        if self.names.insert(offer.name.clone()) {
            self.offers.push(offer);
        }
    }
}

impl AppState {
    /// What may follow in a filter, the caret before that byte of it.
    pub(super) fn filter_offers(&self, typed: &str, caret: usize) -> Vec<Offer> {
        if typed.len() > TYPED {
            return Vec::new();
        }
        let word = word_at(typed, caret);
        let mut follows = Follows { typed, span: word.value_span.clone(), offers: Vec::new(), names: HashSet::new() };
        match (word.prefix.as_deref(), word.values()) {
            (None, FilterValues::None) => {
                self.offer_words(&word, &mut follows);
                self.offer_before(typed, caret, &mut follows);
            }
            (_, FilterValues::None) => self.offer_sessions(&word, &mut follows),
            (prefix, FilterValues::MetadataKeys) => self.offer_keys(prefix.is_none(), &word.value, &mut follows),
            (Some(prefix), FilterValues::MetadataValues) => self.offer_metadata(prefix, &word.value, &mut follows),
            (_, FilterValues::Words(words)) => {
                let fitting = words.iter().filter(|known| begins(known, &word.value));
                fitting.for_each(|known| follows.add(known, "", !known.ends_with('.')));
            }
            (Some(prefix), FilterValues::Numbers | FilterValues::Ages) => {
                let fitting = examples(prefix).iter().filter(|(known, _)| known.starts_with(&word.value));
                fitting.for_each(|(known, means)| follows.add(known, means, true));
            }
            (_, of) => {
                let needle = word.value.to_lowercase();
                let known = self.workspace.known.filter_values(of).iter();
                let fitting = known.filter(|value| value.len() <= LONGEST && value.to_lowercase().contains(&needle));
                fitting.take(VALUES).for_each(|value| follows.add(&as_typed(value), "", true));
            }
        }
        // What is typed already is no offer.
        follows
            .offers
            .retain(|offer| !matches!(&offer.does, Does::Fill(line, _) if line.trim_end() == typed.trim_end()));
        follows.offers
    }

    /// Words of the language and saved filters that begin like that.
    fn offer_words(&self, word: &TypedFilterWord, follows: &mut Follows<'_>) {
        for (name, filter) in &self.filters {
            let name = format!("@{name}");
            if !word.value.is_empty() && name.starts_with(&word.value) {
                follows.add(&name, filter, true);
            }
        }
        for known in filter_words().iter().filter(|known| begins(known.text, &word.value)) {
            follows.add(known.text, known.help, false);
        }
        let before = follows.typed.get(..word.span.start).unwrap_or_default().trim_end();
        if !word.negated && OR.starts_with(&word.value) && may_go_on(before) {
            follows.add(OR, "what stands before it matches, or what comes after it", true);
        }
        if word.value.is_empty() {
            for (name, filter) in &self.filters {
                follows.add(&format!("@{name}"), filter, true);
            }
        }
    }

    /// Filters that were typed before and go on like that.
    fn offer_before(&self, typed: &str, caret: usize, follows: &mut Follows<'_>) {
        let longer = self.memory.filters.iter().filter(|line| line.len() > typed.len() && line.starts_with(typed));
        if typed.trim().is_empty() || caret < typed.len() {
            return;
        }
        follows.span = 0..typed.len();
        longer.take(BEFORE).for_each(|line| follows.add(line, "typed before", false));
    }

    /// After `in:`: ids of the sessions that are listed.
    fn offer_sessions(&self, word: &TypedFilterWord, follows: &mut Follows<'_>) {
        if !word.prefix.as_deref().is_some_and(|prefix| prefix.eq_ignore_ascii_case("in")) {
            return;
        }
        for (list, means) in [("@bookmarks", "the bookmarked sessions"), ("@recent", "those that were open lately")] {
            if list.starts_with(&word.value) {
                follows.add(list, means, true);
            }
        }
        let needle = word.value.to_lowercase();
        let rows =
            self.workspace.list.rows_to_look_at().iter().filter(|row| row.name().to_lowercase().contains(&needle));
        for row in rows.take(VALUES) {
            follows.add(&as_typed(row.name()), row.application_name.as_deref().unwrap_or_default(), false);
        }
    }

    /// Keys of the metadata, after `meta.`; `compared`: a value follows.
    fn offer_keys(&self, compared: bool, typed: &str, follows: &mut Follows<'_>) {
        let Some(known) = self.workspace.known.metadata_keys() else { return };
        let needle = typed.get(META.len()..).unwrap_or_default().to_lowercase();
        let is_plain = |key: &String| key.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
        // A dot would part a key, and no line holds what is no character of one.
        let is_typeable = |key: &String| !key.is_empty() && !key.contains(|c: char| c == '.' || c.is_control());
        let typeable = known.keys.iter().filter(|key| key.path.keys().iter().all(is_typeable));
        let named = typeable.map(|key| (key, key.path.keys().join(".")));
        for (key, path) in named.filter(|(_, path)| path.to_lowercase().contains(&needle)).take(VALUES) {
            let help = format!("in {} of {} sessions", key.sessions, known.sessions);
            let path = if key.path.keys().iter().all(is_plain) { path } else { quoted(&path) };
            follows.add(&format!("{META}{path}{}", if compared { ":" } else { "" }), &help, !compared);
        }
    }

    /// Values that a field of the metadata has; none of one that is kept encrypted.
    fn offer_metadata(&self, prefix: &str, typed: &str, follows: &mut Follows<'_>) {
        let Some(path) = path_of(prefix).filter(|path| !self.reveal.touches(path)) else { return };
        let needle = typed.to_lowercase();
        let plain = self.workspace.known.metadata_values(&path).filter_map(edit::write);
        let fitting = plain.filter(|plain| plain.len() <= LONGEST && plain.to_lowercase().contains(&needle));
        fitting.take(VALUES).for_each(|plain| follows.add(&as_typed(&plain), "", true));
    }

    /// What is to be known of the store for what is typed.
    pub(super) fn wanted_as_typed(&self, prompt: &Prompt) -> Option<KnownOf> {
        let typed = prompt.text();
        if prompt.searches() || typed.len() > TYPED {
            return None;
        }
        let start = match prompt.asks {
            Asks::Filter | Asks::Fleet => 0,
            Asks::Find => return None,
            Asks::Command => {
                let (command, words) = commands::called(typed)?;
                match command.name {
                    "filter" => typed.len() - words.len(),
                    // Columns follow: one of them may be a field of the metadata.
                    "sort" | "columns" => return words.contains(META).then_some(KnownOf::Keys),
                    _ => return None,
                }
            }
        };
        let word = word_at(typed.get(start..)?, prompt.caret().checked_sub(start)?);
        match word.values() {
            FilterValues::None | FilterValues::Words(_) | FilterValues::Ages | FilterValues::Numbers => None,
            FilterValues::MetadataKeys => Some(KnownOf::Keys),
            FilterValues::MetadataValues => {
                let path = path_of(word.prefix.as_deref()?)?;
                (!self.reveal.touches(&path)).then_some(KnownOf::Values(path))
            }
            of => Some(KnownOf::Filter(of)),
        }
    }
}

/// Between two alternatives.
const OR: &str = "OR";

/// Whether something stands there that an alternative may follow.
fn may_go_on(before: &str) -> bool {
    let last = before.rsplit([' ', '(']).next().unwrap_or_default();
    !matches!(last, "" | "-" | OR)
}

/// How a key of the metadata begins in a filter.
const META: &str = "meta.";

/// The field that stands before a colon: `meta.customer.tier`.
fn path_of(prefix: &str) -> Option<MetadataPath> {
    MetadataPath::new(prefix.get(META.len()..)?.split('.').map(str::to_owned).collect())
}

/// Whether a word begins with what is typed, in any case.
pub(super) fn begins(word: &str, typed: &str) -> bool {
    word.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed))
}

/// A value as it is typed: in quotes where it would be read as something else.
fn as_typed(value: &str) -> String {
    let is_plain = value.chars().all(|c| c.is_alphanumeric() || "_-./:@+".contains(c))
        && value.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    if is_plain { value.to_owned() } else { quoted(value) }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// How numbers and times are typed, by the word before them.
fn examples(prefix: &str) -> &'static [(&'static str, &'static str)] {
    match prefix.to_lowercase().as_str() {
        "latency" => {
            &[(">5s", "longer than 5 seconds"), ("<500ms", "shorter than half a second"), ("1s..10s", "between")]
        }
        "size" => &[(">8MB", "more than 8 MB"), ("<100kB", "less than 100 kB"), ("1MB..4MB", "between")],
        "tokens" => &[(">50k", "more than 50 000"), ("<1k", "less than 1 000"), ("1k..10k", "between")],
        "since" | "until" => &[("12h", "12 hours ago"), ("7d", "7 days ago"), ("2w", "2 weeks ago")],
        "created" | "updated" => {
            &[("<12h", "within 12 hours"), ("<7d", "within 7 days"), (">4w", "before 4 weeks ago")]
        }
        _ => &[(">0", "any"), (">100", "more than 100"), ("10..20", "between"), ("0", "none")],
    }
}

#[cfg(test)]
mod tests;
