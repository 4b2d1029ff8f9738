//! The pager of the environment: what long texts are read with.

use std::{env, ffi::OsString};

use crate::app::text;

/// The variables that may name it, the first one before the others.
const VARIABLES: [&str; 2] = ["STRANDSCOPE_PAGER", "PAGER"];

/// What is run where the environment names nothing.
const USUAL: &str = if cfg!(windows) { "more" } else { "less" };

/// The pager, as a program and its arguments: at least one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagerProgram(pub Vec<String>);

impl PagerProgram {
    /// What the environment names, else the usual one. `None`: none is wanted, for the variable is empty or `cat`.
    ///
    /// # Errors
    /// What is wrong with the variable, in a sentence.
    pub fn of_environment() -> Result<Option<Self>, String> {
        Self::of(|name| env::var_os(name))
    }

    fn of(variable: impl Fn(&str) -> Option<OsString>) -> Result<Option<Self>, String> {
        for name in VARIABLES {
            let Some(value) = variable(name) else { continue };
            let named = value.to_str().ok_or_else(|| format!("${name} is no text"))?;
            // A backslash there is no quote but parts folders.
            let named = if cfg!(windows) { named.replace('\\', "/") } else { named.to_owned() };
            let Some(words) = shlex::split(&named) else {
                return Err(format!("${name} has a quote that does not end: {}", text::line(named.trim())));
            };
            let is_none = words.first().is_none_or(|word| word.is_empty() || word == "cat");
            return Ok((!is_none).then_some(Self(words)));
        }
        Ok(Some(Self(vec![USUAL.to_owned()])))
    }

    /// What it is called. Safe text.
    #[must_use]
    pub fn name(&self) -> String {
        self.0.first().map_or_else(String::new, |word| text::line(word).into_owned())
    }

    /// Variables that it gets where the environment has none of that name: `less` ends by itself where all of it fits, shows
    /// colours and leaves the text where it was.
    #[must_use]
    pub fn usual_variables() -> Vec<(&'static str, &'static str)> {
        [("LESS", "FRX"), ("LV", "-c")].into_iter().filter(|(name, _)| env::var_os(name).is_none()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(set: &[(&str, &str)]) -> Result<Option<Vec<String>>, String> {
        let variable = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        PagerProgram::of(variable).map(|found| found.map(|PagerProgram(words)| words))
    }

    #[test]
    fn the_program_s_own_variable_comes_first_and_may_want_none() {
        assert_eq!(of(&[("PAGER", "most -s"), ("STRANDSCOPE_PAGER", "bat")]), Ok(Some(vec!["bat".to_owned()])));
        assert_eq!(of(&[("PAGER", "most -s")]), Ok(Some(vec!["most".to_owned(), "-s".to_owned()])));
        assert_eq!(of(&[]), Ok(Some(vec![USUAL.to_owned()])));
        for none in ["", "  ", "cat"] {
            assert_eq!(of(&[("PAGER", none)]), Ok(None), "{none:?}");
        }
        assert!(of(&[("PAGER", "less 'x")]).unwrap_err().contains("$PAGER"));
    }
}
