//! `[filters]`: saved filters, used as `@name` wherever a filter is typed.

use std::{collections::BTreeMap, ops::Range};

use super::{
    Config, ConfigError, ConfigResult,
    toml_walk::{Problem, Section, right_word},
};

pub(super) fn filters(section: &Section<'_>) -> Result<BTreeMap<String, String>, Problem> {
    section
        .items()
        .into_iter()
        .map(|item| {
            if let Some(problem) = name_problem(item.key) {
                return Err(item.wrong_key(problem));
            }
            Ok((item.key.to_owned(), item.string()?))
        })
        .collect()
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

/// A filter as typed, with each `@name` outside quotes replaced by the saved filter of that name: in brackets where it is left out, or
/// holds an `OR`, so that it stays what it was saved as. Brackets may stand around names.
///
/// # Errors
/// [`UnknownName`] for a name that is not saved.
pub fn expand(saved: &BTreeMap<String, String>, text: &str) -> Result<String, UnknownName> {
    expand_with(saved, &|_| None, text)
}

/// The same, with each `in:@NAME` outside quotes replaced by `in:` and the ids of that list, as a person would type them.
///
/// # Errors
/// As [`expand`], and for a list that is not known here, or is empty.
pub fn expand_with(
    saved: &BTreeMap<String, String>,
    lists: &dyn Fn(&str) -> Option<Vec<String>>,
    text: &str,
) -> Result<String, UnknownName> {
    let mut out = String::with_capacity(text.len());
    let mut quoted = false;
    for word in text.split_inclusive(char::is_whitespace) {
        let was_quoted = quoted;
        let bare = word.trim_end();
        let (signs, rest) = bare.split_at(bare.len() - bare.trim_start_matches(['(', '-']).len());
        let name = rest.strip_prefix('@').filter(|_| !quoted);
        quoted = is_open_after(word, quoted);
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let Some(name) = name else {
            match list_in(word).filter(|_| !was_quoted) {
                Some(list) => {
                    let ids = ids_of(lists, &word[list.clone()])
                        .map_err(|problem| UnknownName { span: start + list.start - 1..start + list.end, problem })?;
                    out.push_str(&word[..list.start - 1]);
                    out.push_str(&ids);
                    out.push_str(&word[list.end..]);
                }
                None => out.push_str(word),
            }
            continue;
        };
        // A name may end with a bracket.
        let name = if saved.contains_key(name) { name } else { name.trim_end_matches(')') };
        let start = rest.as_ptr() as usize - text.as_ptr() as usize;
        let filter = saved.get(name).ok_or_else(|| unknown(saved, name, start))?;
        out.push_str(signs);
        let has_choice = filter.split_whitespace().any(|word| word == "OR");
        if signs.ends_with('-') || has_choice {
            out.extend(["(", filter.as_str(), ")"]);
        } else {
            out.push_str(filter);
        }
        out.push_str(&word[signs.len() + 1 + name.len()..]);
    }
    Ok(out)
}

/// Whether a quote is open after a word, which may hold quotes as text.
fn is_open_after(word: &str, mut open: bool) -> bool {
    let mut chars = word.chars().peekable();
    while let Some(char) = chars.next() {
        if char == '"' {
            open = !open;
        } else if open && char == '\\' && matches!(chars.peek(), Some('"' | '\\')) {
            chars.next();
        }
    }
    open
}

/// Where the name of a list stands in a word such as `-(in:@bookmarks)`.
fn list_in(word: &str) -> Option<Range<usize>> {
    let before = word.trim_start_matches(['-', '(']);
    let rest = before.get(4..).filter(|_| before[..4].eq_ignore_ascii_case("in:@"))?;
    let start = word.len() - rest.len();
    // Other ids may follow.
    let name = rest.split(',').next().unwrap_or(rest).trim_end().trim_end_matches(')');
    Some(start..start + name.len())
}

/// Its ids, side by side.
fn ids_of(lists: &dyn Fn(&str) -> Option<Vec<String>>, name: &str) -> Result<String, String> {
    let Some(ids) = lists(name) else {
        let hint = right_word(name, &["bookmarks", "recent"]);
        return Err(match name {
            "bookmarks" | "recent" => format!("in:@{name} is known in the browser alone"),
            _ => format!("no list of sessions is called {name:?}; {hint}"),
        });
    };
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
        "save one under [filters] in the configuration, or quote the word to look for it".into()
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
        assert_eq!(of("(IN:@bookmarks,s-1 x)").unwrap(), format!("(IN:{ids},s-1 x)"));
        assert!(expand(&BTreeMap::new(), "in:@recent").unwrap_err().problem.contains("in the browser"));
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
