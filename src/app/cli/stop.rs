//! Why a command ended early, said once, and its exit code.

use std::{
    io::{self, Write},
    ops::Range,
    process::ExitCode,
};

use crate::{
    app::{
        config, text,
        told::{self, Told},
    },
    repository,
    repository::FilterError,
};

/// The exit code where what was asked for is not there.
const NOT_FOUND: u8 = 3;

/// Reasons that are the commands' own.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Asked in a way that cannot be answered.
    #[error("{0}")]
    Usage(String),
    /// What was asked for is not there.
    #[error("{0}")]
    NotFound(String),
    /// Something else is stored by now.
    #[error("{0}")]
    Conflict(String),
    /// What had to be said was said.
    #[error("ended with exit code {0}")]
    Said(u8),
}

/// Says why and gives the exit code.
pub fn report(error: &anyhow::Error) -> ExitCode {
    if is_broken_pipe(error) {
        // The reader has enough, as in `| head`.
        return ExitCode::SUCCESS;
    }
    if !matches!(error.downcast_ref(), Some(Stop::Said(_))) {
        tell(error);
    }
    ExitCode::from(code(error))
}

fn tell(error: &anyhow::Error) {
    tracing::error!("{}", logged(error));
    // Nobody is left to tell when this fails too.
    let _ = writeln!(io::stderr(), "{}", text::block(&sentence(error)));
}

/// What is not there of several things that were asked for. It is told behind those that are.
#[derive(Debug, Default)]
pub struct MissingOnes(Vec<anyhow::Error>);

impl MissingOnes {
    /// What was found; `None`: it is not there, which is kept to be told.
    ///
    /// # Errors
    /// Any other reason.
    pub fn sift<T>(&mut self, found: anyhow::Result<T>) -> anyhow::Result<Option<T>> {
        match found {
            Ok(found) => Ok(Some(found)),
            Err(error) if code(&error) == NOT_FOUND => {
                self.0.push(error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Tells each.
    ///
    /// # Errors
    /// The last of them, which the command ends with.
    pub fn end(mut self) -> anyhow::Result<()> {
        let Some(last) = self.0.pop() else { return Ok(()) };
        self.0.iter().for_each(tell);
        Err(last)
    }
}

/// An error as the log has it: without what was typed, which may be a value that is kept encrypted.
fn logged(error: &anyhow::Error) -> String {
    let is_filter = error.is::<FilterError>() || matches!(error.downcast_ref(), Some(repository::Error::Filter(_)));
    if is_filter || matches!(error.downcast_ref(), Some(Stop::Usage(_))) {
        return "what was asked for was refused, which standard error tells".to_owned();
    }
    format!("{error:#}")
}

fn sentence(error: &anyhow::Error) -> String {
    let filter = error.downcast_ref::<FilterError>().or_else(|| match error.downcast_ref() {
        Some(repository::Error::Filter(filter)) => Some(filter),
        _ => None,
    });
    if let Some(config::ConfigError::UnknownFilter(unknown, typed)) = error.downcast_ref() {
        return pointed(typed, &unknown.span, &unknown.problem);
    }
    match (filter, error.downcast_ref::<repository::Error>()) {
        (Some(filter), _) => pointed(&filter.source_text, &filter.span, &filter.sentence()),
        (None, Some(error)) => format!("strandscope: {}", told::sentence(error)),
        (None, None) => format!("strandscope: {error}"),
    }
}

/// A mistake in a filter, pointed at under the word.
fn pointed(source: &str, span: &Range<usize>, sentence: &str) -> String {
    let shown = |text: &str| text::line(text).into_owned();
    let before = crate::app::tui::render::format::width(&shown(&source[..span.start]));
    let marked = crate::app::tui::render::format::width(&shown(&source[span.clone()])).max(1);
    format!("strandscope: {}\n  {}\n  {}{}", shown(sentence), shown(source), " ".repeat(before), "^".repeat(marked))
}

fn code(error: &anyhow::Error) -> u8 {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return match stop {
            Stop::Usage(_) => 2,
            Stop::NotFound(_) => NOT_FOUND,
            Stop::Conflict(_) => 4,
            Stop::Said(code) => *code,
        };
    }
    if let Some(error) = error.downcast_ref::<repository::Error>() {
        return Told::from(error).code;
    }
    if error.is::<FilterError>() || error.is::<config::ConfigError>() { 2 } else { 1 }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::Filter;

    #[test]
    fn a_mistake_in_a_filter_is_pointed_at() {
        let error = Filter::parse("漢字 foo:bar", jiff::Timestamp::now()).unwrap_err();
        insta::assert_snapshot!(sentence(&error.clone().into()), @r"
        strandscope: unknown prefix `foo:`; quote the word to search for it as text
          漢字 foo:bar
               ^^^^
        ");
        assert_eq!(code(&error.clone().into()), 2);
        assert_eq!(code(&repository::Error::Filter(error).into()), 2);
    }

    #[test]
    fn a_saved_filter_that_there_is_not_is_pointed_at() {
        let error = config::Config::default().expand_filter("app:x (-@nope)").unwrap_err().into();
        let said = sentence(&error);
        assert!(said.contains("no saved filter is called \"nope\""), "{said}");
        assert!(said.ends_with("\n  app:x (-@nope)\n          ^^^^^"), "{said}");
        assert_eq!(code(&error), 2);
    }

    #[test]
    fn what_was_typed_is_not_in_the_log() {
        let usage = Stop::Usage("\"ssn\" is stored as i32, and \"078-05-1120\" does not fit".to_owned());
        let filter = Filter::parse("meta.ssn:078-05-1120 foo:bar", jiff::Timestamp::now()).unwrap_err();
        let typed: [anyhow::Error; 3] = [usage.into(), filter.clone().into(), repository::Error::Filter(filter).into()];
        for error in typed {
            assert!(!logged(&error).contains("078-05"), "{error}");
        }
        let lost = anyhow::Error::from(repository::Error::unreachable("h", "r"));
        assert_eq!(logged(&lost), format!("{lost:#}"));
    }

    #[test]
    fn every_reason_has_its_code() {
        let io = |kind: io::ErrorKind| anyhow::Error::from(io::Error::from(kind));
        assert!(is_broken_pipe(&io(io::ErrorKind::BrokenPipe)));
        assert_eq!(code(&io(io::ErrorKind::StorageFull)), 1);
        assert_eq!(code(&Stop::NotFound(String::new()).into()), 3);
        assert_eq!(code(&Stop::Conflict(String::new()).into()), 4);
        assert_eq!(code(&config::ConfigError::NoServer.into()), 2);
        let lost = repository::Error::unreachable("h", "r");
        assert_eq!(code(&lost.into()), 5);
    }
}
