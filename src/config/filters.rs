//! `[filters]`: saved filters, used as `@name` wherever a filter is typed.

use std::collections::BTreeMap;

use super::{
    Config, Error, Result,
    toml_walk::{Problem, Section, nearest},
};

pub(super) fn filters(section: &Section<'_>) -> Result<BTreeMap<String, String>, Problem> {
    section
        .items()
        .into_iter()
        .map(|item| {
            if item.key.is_empty() || item.key.contains(|c: char| c.is_whitespace() || c == '"') {
                let problem = format!("the filter name {:?} must be one word without quotes", item.key);
                return Err(item.wrong_key(problem));
            }
            Ok((item.key.to_owned(), item.string()?))
        })
        .collect()
}

impl Config {
    /// A filter as typed, with each `@name` outside quotes replaced by the saved filter of that name.
    ///
    /// # Errors
    /// [`Error::Usage`] for a name that is not saved, with the nearest one.
    pub fn expand_filter(&self, text: &str) -> Result<String> {
        let mut out = String::with_capacity(text.len());
        let mut quoted = false;
        let mut rest = text;
        let mut at_start = true;
        while let Some(c) = rest.chars().next() {
            if c == '@' && at_start && !quoted {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                out.push_str(self.saved_filter(&rest[1..end])?);
                rest = &rest[end..];
                at_start = false;
                continue;
            }
            quoted ^= c == '"';
            at_start = c.is_whitespace();
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
        Ok(out)
    }

    fn saved_filter(&self, name: &str) -> Result<&str> {
        self.filters.get(name).map(String::as_str).ok_or_else(|| {
            let known: Vec<&str> = self.filters.keys().map(String::as_str).collect();
            let hint = if known.is_empty() {
                "save one under [filters] in the configuration, or quote the word to look for it".into()
            } else {
                nearest(name, &known)
            };
            Error::Usage(format!("no saved filter is called {name:?}; {hint}"))
        })
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
        assert_eq!(config().expand_filter("app:x @recent -@bad").unwrap(), "app:x since:7d -@bad");
        assert_eq!(config().expand_filter("@recent @bad").unwrap(), "since:7d rating:down has:comment");
    }

    #[test]
    fn quoted_and_inner_ats_are_left_alone() {
        assert_eq!(config().expand_filter(r#""a @recent" me@recent"#).unwrap(), r#""a @recent" me@recent"#);
    }

    #[test]
    fn a_name_that_is_not_saved_is_an_error_with_the_nearest() {
        let error = config().expand_filter("@recnt").unwrap_err().to_string();
        assert_eq!(error, r#"no saved filter is called "recnt"; did you mean "recent"?"#);
    }
}
