//! `[filters]`: saved filters, used as `@name` wherever a filter is typed.

use std::{collections::BTreeMap, ops::Range};

use jiff::Zoned;

use super::{
    Config, ConfigError, ConfigResult,
    toml_walk::{Problem, Section, TomlEntry, right_word},
};
use crate::repository::Filter;

pub(super) fn filters(section: &Section<'_>, config: &Config) -> Result<BTreeMap<String, String>, Problem> {
    section
        .items()
        .into_iter()
        .map(|item| {
            if let Some(problem) = name_problem(item.key) {
                return Err(item.wrong_key(problem));
            }
            let filter = item.string()?;
            // Each by itself: among other terms it stays what it is here.
            if let Some(name) = words(&filter).find_map(|(_, word, quoted)| if quoted { None } else { named(word) }) {
                let name = name.1.trim_end_matches(')');
                return Err(item.wrong_part(&format!(
                    "a saved filter names no other: write what @{name} stands for, or \"@{name}\" in quotes for a word of an id"
                )));
            }
            let lists = expand(&BTreeMap::new(), &filter).map_err(|unknown| item.wrong_part(&unknown.problem))?;
            readable(&item, &lists, config)?;
            Ok((item.key.to_owned(), filter))
        })
        .collect()
}

/// Whether a filter of the settings can be read is known now; it leaves something out.
pub(super) fn readable(item: &TomlEntry<'_>, filter: &str, config: &Config) -> Result<(), Problem> {
    let now = Zoned::now().with_time_zone(config.ui.zone());
    let read = Filter::parse_at(filter, &now).map_err(|error| item.wrong_part(&error.sentence()))?;
    if read.is_empty() { Err(item.wrong("leaves nothing out; leave the line out instead")) } else { Ok(()) }
}

/// What is wrong with the name of a filter; `None`: nothing.
#[must_use]
pub fn name_problem(name: &str) -> Option<String> {
    let is_odd = name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '"');
    is_odd.then(|| format!("the filter name {name:?} must be one word without quotes"))
}

/// An `@name` that no saved filter has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    /// Where it stands in the text, in bytes.
    pub span: Range<usize>,
    /// What is wrong, with the nearest name.
    pub problem: String,
}

/// The lists of sessions that `in:@NAME` can name: which sessions those are is remembered beside the settings.
pub const LISTS: [&str; 2] = ["bookmarks", "recent"];

/// What an `in:@NAME` becomes, or what is wrong with it.
type PutIn<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// A filter as typed, with each `@name` outside quotes replaced by the saved filter of that name: in brackets where it is left out, or
/// holds an `OR`, so that it stays what it was saved as. Brackets may stand around names. An `in:@NAME` stays, for [`with_lists`].
///
/// # Errors
/// [`UnknownName`] for a name that is not saved, and for a list that there is not.
pub fn expand(saved: &BTreeMap<String, String>, text: &str) -> Result<String, UnknownName> {
    put_in(Some(saved), &|name| list_name(name).map(|name| format!("@{name}")), text)
}

/// The same, with each `in:@NAME` outside quotes, also of a saved filter, replaced by `in:` and the ids of that list, as a person would
/// type them.
///
/// # Errors
/// As [`expand`], and for a list that is empty.
pub fn expand_with(
    saved: &BTreeMap<String, String>,
    lists: &dyn Fn(&str) -> Option<Vec<String>>,
    text: &str,
) -> Result<String, UnknownName> {
    put_in(Some(saved), &|name| ids_of(lists, name), text)
}

/// What [`expand`] left: each `in:@NAME` outside quotes replaced by `in:` and the ids of that list.
///
/// # Errors
/// A list that there is not, or that is empty.
pub fn with_lists(lists: &dyn Fn(&str) -> Option<Vec<String>>, text: &str) -> Result<String, UnknownName> {
    put_in(None, &|name| ids_of(lists, name), text)
}

/// Whether a filter names a list of sessions.
#[must_use]
pub fn names_list(text: &str) -> bool {
    words(text).any(|(_, word, quoted)| !quoted && list_in(word).is_some())
}

/// Saved filters, where they are given, and lists.
fn put_in(saved: Option<&BTreeMap<String, String>>, list: PutIn<'_>, text: &str) -> Result<String, UnknownName> {
    let mut out = String::with_capacity(text.len());
    for (start, word, quoted) in words(text) {
        if quoted {
            out.push_str(word);
            continue;
        }
        if let Some(at) = list_in(word) {
            let ids = list(&word[at.clone()])
                .map_err(|problem| UnknownName { span: start + at.start - 1..start + at.end, problem })?;
            out.extend([&word[..at.start - 1], ids.as_str(), &word[at.end..]]);
            continue;
        }
        let Some((saved, (signs, name))) = saved.zip(named(word)) else {
            out.push_str(word);
            continue;
        };
        // A name may end with a bracket.
        let name = if saved.contains_key(name) { name } else { name.trim_end_matches(')') };
        let start = start + signs.len();
        let filter = saved.get(name).ok_or_else(|| unknown(saved, name, start))?;
        // It may name a list, and no other filter.
        let filter = put_in(None, list, filter)
            .map_err(|within| UnknownName { span: start..start + 1 + name.len(), problem: within.problem })?;
        out.push_str(signs);
        let has_choice = filter.split_whitespace().any(|word| word == "OR");
        if signs.ends_with('-') || has_choice {
            out.extend(["(", filter.as_str(), ")"]);
        } else {
            out.push_str(&filter);
        }
        out.push_str(&word[signs.len() + 1 + name.len()..]);
    }
    Ok(out)
}

/// The words of a filter, each with the blank after it, where it begins, and whether that is within quotes.
fn words(text: &str) -> impl Iterator<Item = (usize, &str, bool)> {
    let (mut start, mut quoted) = (0, false);
    text.split_inclusive(char::is_whitespace).map(move |word| {
        let (at, was_quoted) = (start, quoted);
        start += word.len();
        let mut chars = word.chars();
        while let Some(c) = chars.next() {
            match c {
                '"' => quoted = !quoted,
                // What follows is no end of the quotes.
                '\\' if quoted => {
                    chars.next();
                }
                _ => {}
            }
        }
        (at, word, was_quoted)
    })
}

/// The signs before an `@name`, and the name with the brackets that may close behind it.
fn named(word: &str) -> Option<(&str, &str)> {
    let bare = word.trim_end();
    let (signs, rest) = bare.split_at(bare.len() - bare.trim_start_matches(['(', '-']).len());
    Some((signs, rest.strip_prefix('@')?))
}

/// Where the name of a list stands in a word such as `-(in:@bookmarks)`.
fn list_in(word: &str) -> Option<Range<usize>> {
    let before = word.trim_start_matches(['-', '(']);
    let prefix = before.get(.."in:@".len()).filter(|prefix| prefix.eq_ignore_ascii_case("in:@"))?;
    let start = word.len() - before.len() + prefix.len();
    // Other ids may follow.
    let name = word[start..].split(',').next().unwrap_or_default().trim_end().trim_end_matches(')');
    Some(start..start + name.len())
}

/// The name of a list that there is.
fn list_name(name: &str) -> Result<&str, String> {
    if LISTS.contains(&name) {
        return Ok(name);
    }
    Err(format!("no list of sessions is called {name:?}; {}", right_word(name, &LISTS)))
}

/// Its ids, side by side.
fn ids_of(lists: &dyn Fn(&str) -> Option<Vec<String>>, name: &str) -> Result<String, String> {
    let ids = lists(list_name(name)?).unwrap_or_default();
    if ids.is_empty() {
        return Err(format!("there is no session in {name:?} here"));
    }
    // Each in quotes: an id may hold whatever ends a word.
    let quoted = ids.iter().map(|id| format!("\"{}\"", id.replace('\\', "\\\\").replace('"', "\\\"")));
    Ok(quoted.collect::<Vec<_>>().join(","))
}

fn unknown(saved: &BTreeMap<String, String>, name: &str, start: usize) -> UnknownName {
    let known: Vec<&str> = saved.keys().map(String::as_str).collect();
    let hint = if known.is_empty() {
        "save one with :save-filter or under [filters] in the settings, or quote the word to look for it".into()
    } else {
        right_word(name, &known)
    };
    let problem = format!("no saved filter is called {name:?}; {hint}");
    UnknownName { span: start..start + 1 + name.len(), problem }
}

impl Config {
    /// [`expand`] with the filters of this configuration.
    ///
    /// # Errors
    /// [`ConfigError::UnknownFilter`] for a name that is not saved, with the nearest one.
    pub fn expand_filter(&self, text: &str) -> ConfigResult<String> {
        expand(&self.filters, text).map_err(|unknown| ConfigError::UnknownFilter(unknown, text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let saved = [("recent", "since:7d"), ("bad", "rating:down has:comment")];
        let filters = saved.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        Config { filters, ..Config::default() }
    }

    #[test]
    fn saved_filters_stand_in_for_their_names() {
        let expanded = config().expand_filter("app:x @recent -@bad").unwrap();
        assert_eq!(expanded, "app:x since:7d -(rating:down has:comment)");
        assert_eq!(config().expand_filter("@recent @bad").unwrap(), "since:7d rating:down has:comment");
    }

    #[test]
    fn lists_stand_for_their_ids() {
        let lists = |name: &str| match name {
            "bookmarks" => Some(vec!["a".to_owned(), r#"b "c" \"#.to_owned()]),
            "recent" => Some(Vec::new()),
            _ => None,
        };
        let of = |text: &str| expand_with(&BTreeMap::new(), &lists, text);
        let ids = r#""a","b \"c\" \\""#;
        assert_eq!(of("app:x in:@bookmarks").unwrap(), format!("app:x in:{ids}"));
        assert_eq!(of("-(in:@bookmarks OR x) y").unwrap(), format!("-(in:{ids} OR x) y"));
        assert_eq!(of("(x -in:@bookmarks)").unwrap(), format!("(x -in:{ids})"));
        assert_eq!(of(r#""in:@bookmarks" in:a"#).unwrap(), r#""in:@bookmarks" in:a"#);
        let wrong = of("x -in:@bokmarks)").unwrap_err();
        assert_eq!((wrong.span, &wrong.problem[wrong.problem.len() - 12..]), (6..15, "\"bookmarks\"?"));
        assert!(of("in:@recent").unwrap_err().problem.contains("no session in"));
        let later = |text: &str| expand(&config().filters, text).unwrap();
        assert_eq!(later("x (In:@recent)"), "x (In:@recent)", "which those are is asked later");
        assert!(names_list("x (In:@recent)") && !names_list(r#"in:a "b in:@recent" "\" in:@recent""#));
        assert_eq!(with_lists(&lists, "@x -In:@bookmarks").unwrap(), format!("@x -In:{ids}"), "an id word here");
        assert!(expand(&BTreeMap::new(), "in:@recnt").unwrap_err().problem.contains("\"recent\"?"));
        // A saved filter may name one.
        let saved =
            [("kept".to_owned(), "in:@bookmarks app:x".to_owned()), ("last".to_owned(), "in:@recent".to_owned())];
        let saved = saved.into();
        assert_eq!(expand_with(&saved, &lists, "-@kept").unwrap(), format!("-(in:{ids} app:x)"));
        assert_eq!(expand(&saved, "-@kept").unwrap(), "-(in:@bookmarks app:x)");
        assert_eq!(expand_with(&saved, &lists, "y @last").unwrap_err().span, 2..7);
        assert_eq!(expand_with(&saved, &lists, r#""a \"b" @kept"#).unwrap(), format!(r#""a \"b" in:{ids} app:x"#));
        assert_eq!(of("(IN:@bookmarks,s-1 x)").unwrap(), format!("(IN:{ids},s-1 x)"));
    }

    #[test]
    fn what_is_saved_stays_together_among_other_terms() {
        let saved = [("either".to_owned(), "app:a OR app:b".to_owned()), ("one".to_owned(), "app:c".to_owned())].into();
        let read = |text: &str| expand(&saved, text).map_err(|unknown| (unknown.span, unknown.problem));
        assert_eq!(read("since:7d @either").unwrap(), "since:7d (app:a OR app:b)");
        assert_eq!(read("(@one OR @either) x").unwrap(), "(app:c OR (app:a OR app:b)) x");
        assert_eq!(read("-(-@one)").unwrap(), "-(-(app:c))");
        assert_eq!(read("x (@oen)").unwrap_err().0, 3..7);
    }

    #[test]
    fn quoted_and_inner_ats_are_left_alone() {
        assert_eq!(config().expand_filter(r#""a @recent" me@recent"#).unwrap(), r#""a @recent" me@recent"#);
        assert_eq!(config().expand_filter(r#""say \"a" @recent"#).unwrap(), r#""say \"a" since:7d"#);
        assert_eq!(config().expand_filter(r#""a\\" @recent"#).unwrap(), r#""a\\" since:7d"#);
    }

    #[test]
    fn a_name_that_is_not_saved_is_an_error_with_the_nearest() {
        let error = config().expand_filter("@recnt").unwrap_err().to_string();
        assert_eq!(error, r#"no saved filter is called "recnt"; did you mean "recent"?"#);
    }
}
