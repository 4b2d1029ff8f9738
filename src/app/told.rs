//! Errors of the library in the program's words: what happened, what to do in terms of its flags, commands and keys, and the exit
//! code. The one place that knows them.

use std::fmt;

use crate::repository::{Error, ErrorKind, Hint, ListPlan};

/// An error in the program's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The exit code of a command that ends with it: 2 wrong usage, 3 not found, 4 conflict, 5 cannot connect, else 1.
    pub code: u8,
    /// What happened, in a sentence.
    pub message: String,
    /// What to do about it, the most particular first.
    pub hints: Vec<String>,
}

impl From<&Error> for Told {
    fn from(error: &Error) -> Self {
        let code = match error.kind() {
            ErrorKind::Input => 2,
            ErrorKind::NotFound => 3,
            ErrorKind::Conflict => 4,
            ErrorKind::Connection => 5,
            ErrorKind::Unconfirmed | ErrorKind::Denied | ErrorKind::Busy | ErrorKind::Refused | ErrorKind::Other => 1,
        };
        let message = match error {
            // Where it stands is pointed at, or told by the caller.
            Error::Filter(mistake) => mistake.problem.clone(),
            other => other.to_string(),
        };
        Self { code, message, hints: error.hints().iter().map(words).collect() }
    }
}

/// What happened and what to do, in one sentence.
impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.hints.iter().try_for_each(|hint| write!(f, "; {hint}"))
    }
}

/// An error as one sentence.
#[must_use]
pub fn sentence(error: &Error) -> String {
    Told::from(error).to_string()
}

/// What to do about a finding, as one sentence; `None` where there is nothing to do.
#[must_use]
pub fn advice(hints: &[Hint]) -> Option<String> {
    (!hints.is_empty()).then(|| hints.iter().map(words).collect::<Vec<_>>().join("; "))
}

/// Whether an index serves a list, in one sentence.
#[must_use]
pub fn plan(plan: &ListPlan) -> String {
    match &plan.hint {
        Some(Hint::CreateIndexes) => format!("{}; `strandscope doctor --create-indexes` makes one", plan.why),
        Some(hint) => format!("{}; {}", plan.why, words(hint)),
        None => plan.why.clone(),
    }
}

/// A hint in terms of flags and commands.
#[must_use]
pub fn words(hint: &Hint) -> String {
    match hint {
        Hint::CheckServer => "check that it runs and that --uri names it".to_owned(),
        Hint::CheckNames => "check --database and --collection".to_owned(),
        Hint::NameDatabase => "name its database with --database".to_owned(),
        Hint::NameCollection => "name one with --database and --collection".to_owned(),
        Hint::ListSessions => "`strandscope list` shows which there are".to_owned(),
        Hint::ShowAgents { session } => format!("`strandscope show {session}` names its agents"),
        Hint::NarrowSearch => {
            "a filter can be narrowed or indexed (`strandscope doctor --create-indexes`), and limits.read_s in \
                               the configuration can be raised"
                .to_owned()
        }
        Hint::CreateIndexes => "run `strandscope doctor --create-indexes`".to_owned(),
        Hint::FindFolder => "name the one that holds the `session_<id>` folders, or try `strandscope demo`".to_owned(),
        Hint::WriteFirstSession => {
            "run an agent with FileSessionManager on this folder, or look at `strandscope demo`".to_owned()
        }
        Hint::SeeFindings { session: Some(id) } => format!("run `strandscope doctor {id}` to see all of them"),
        Hint::SeeFindings { session: None } => {
            "nothing is lost, such values are shown as stored; `strandscope doctor ID` lists them".to_owned()
        }
        Hint::OpenForWriting => "open it without --read-only to write".to_owned(),
        Hint::RaisePoolSize => "raise maxPoolSize in the connection string, or do less at once".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_a_code_a_sentence_and_what_to_do() {
        let lost = Error::unreachable("h:27017", "its TLS certificate or handshake was not accepted")
            .with_hint("set tlsCAFile");
        let told = Told::from(&lost);
        assert_eq!(told.code, 5);
        assert_eq!(
            told.to_string(),
            "no MongoDB answers at h:27017: its TLS certificate or handshake was not accepted; set tlsCAFile; check that it runs \
             and that --uri names it"
        );
        assert!(!lost.to_string().contains("--"), "the library knows no flags");
        let gone = Error::NotFound { id: "x".into(), location: "y".into() };
        assert_eq!(Told::from(&gone).code, 3);
    }

    #[test]
    fn stored_text_is_never_cut_as_if_it_were_advice() {
        let odd = Error::other("reading", "a; b; c");
        assert_eq!((Told::from(&odd).message.as_str(), Told::from(&odd).hints.len()), ("reading failed: a; b; c", 0));
    }
}
