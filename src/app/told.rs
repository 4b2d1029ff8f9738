//! Errors of the library in the program's words: what happened, what to do in terms of its flags and commands or, within the
//! browser, of what stands there, and the exit code. The one place that knows them.

use std::{borrow::Cow, fmt};

use super::text;
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
        Self::with(error, words)
    }
}

impl Told {
    /// In the words of the browser: no command lines.
    #[must_use]
    pub fn on_screen(error: &Error) -> Self {
        Self::with(error, words_on_screen)
    }

    fn with(error: &Error, words: fn(&Hint) -> String) -> Self {
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

/// An error as one sentence, in the words of the browser.
#[must_use]
pub fn sentence_on_screen(error: &Error) -> String {
    Told::on_screen(error).to_string()
}

/// An error as one sentence for a coding assistant, which has our tools and no command line of ours.
#[must_use]
pub fn sentence_to_assistant(error: &Error) -> String {
    Told::with(error, words_to_assistant).to_string()
}

/// What to do about a finding, as one sentence; `None` where there is nothing to do.
#[must_use]
pub fn advice(hints: &[Hint]) -> Option<String> {
    (!hints.is_empty()).then(|| hints.iter().map(words).collect::<Vec<_>>().join("; "))
}

/// Whether an index serves a list, in one sentence.
#[must_use]
pub fn plan(plan: &ListPlan) -> String {
    planned(plan, "`strandscope doctor --create-indexes` makes one", words)
}

/// The same in the words of the browser.
#[must_use]
pub fn plan_on_screen(plan: &ListPlan) -> String {
    planned(plan, "the indexes that are missing can be made", words_on_screen)
}

fn planned(plan: &ListPlan, create: &str, words: fn(&Hint) -> String) -> String {
    match &plan.hint {
        Some(Hint::CreateIndexes) => format!("{}; {create}", plan.why),
        Some(hint) => format!("{}; {}", plan.why, words(hint)),
        None => plan.why.clone(),
    }
}

/// A text as one word of a command line of the usual shells, made safe for a terminal.
#[must_use]
pub fn shell_word(text: &str) -> String {
    // No shell takes NUL, and the safe text holds none.
    shlex::try_quote(&text::line(text)).map(Cow::into_owned).unwrap_or_default()
}

/// An id as one word of a command line, which is told from an option. One that cannot be shown or typed as it is becomes `ID`.
fn id_word(id: &str) -> String {
    if text::line(id) != id {
        return "ID".to_owned();
    }
    format!("{}{}", if id.starts_with('-') { "-- " } else { "" }, shell_word(id))
}

/// A hint in terms of what stands on the screen of the browser.
fn words_on_screen(hint: &Hint) -> String {
    match hint {
        Hint::NameDatabase | Hint::NameCollection => "name both in the connection's settings".to_owned(),
        Hint::ShowAgents { .. } => "its agents are the tabs of the conversation".to_owned(),
        Hint::NarrowSearch => {
            "a filter can be narrowed or indexed, and limits.read_s in the configuration can be raised".to_owned()
        }
        Hint::RaisePoolSize => "raise maxPoolSize in the connection string, or do less at once".to_owned(),
        Hint::FindFolder => "choose the one that holds the `session_<id>` folders, or the demo".to_owned(),
        Hint::WriteFirstSession => "run an agent with FileSessionManager on this folder, or choose the demo".to_owned(),
        Hint::SeeFindings { .. } => {
            "nothing is lost, such values are shown as stored; the inspector lists them".to_owned()
        }
        Hint::OpenForWriting => "it was opened to be read alone".to_owned(),
        other => other.to_string(),
    }
}

/// A hint in terms of the tools that an assistant has.
fn words_to_assistant(hint: &Hint) -> String {
    match hint {
        Hint::ListSessions => "list_sessions shows which there are".to_owned(),
        Hint::ShowAgents { .. } => "show_messages without `agent` names its agents".to_owned(),
        Hint::NarrowSearch => "narrow the filter, such as by since:1d".to_owned(),
        Hint::SeeFindings { .. } => "session_health lists them".to_owned(),
        other => words(other),
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
        Hint::ShowAgents { session } => format!("`strandscope show {}` names its agents", id_word(session)),
        Hint::NarrowSearch => {
            "a filter can be narrowed or indexed (`strandscope doctor --create-indexes`), and limits.read_s in \
                               the configuration can be raised"
                .to_owned()
        }
        Hint::CreateIndexes => "run `strandscope doctor --create-indexes`".to_owned(),
        Hint::FindFolder => "name the one that holds the `session_<id>` folders, or try `strandscope demo`".to_owned(),
        Hint::MakePrivate { folder } => {
            format!("sessions hold conversations: run `chmod 700 {}`", shell_word(&folder.to_string_lossy()))
        }
        Hint::WriteFirstSession => {
            "run an agent with FileSessionManager on this folder, or look at `strandscope demo`".to_owned()
        }
        Hint::SeeFindings { session: Some(id) } => {
            format!("run `strandscope doctor {}` to see all of them", id_word(id))
        }
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
    fn an_id_is_one_word_of_a_command_line() {
        let advice = |id: &str| words(&Hint::SeeFindings { session: Some(id.to_owned()) });
        assert_eq!(advice("support-1042"), "run `strandscope doctor support-1042` to see all of them");
        assert_eq!(advice("x; touch y"), "run `strandscope doctor 'x; touch y'` to see all of them");
        assert_eq!(shell_word("$(id)"), "'$(id)'");
        assert_eq!(id_word("a\u{1b}[201~b"), "ID");
        assert_eq!(id_word("a\nb"), "ID");
        assert_eq!(id_word("-5"), "-- -5");
        assert_eq!(shell_word("a\u{1b}\0b"), "'a␛␀b'");
        assert_eq!(shell_word(""), "''");
        let private = Hint::MakePrivate { folder: "it's; touch y".into() };
        let typed = shlex::split(words(&private).split('`').nth(1).unwrap());
        assert_eq!(typed.unwrap(), ["chmod", "700", "it's; touch y"]);
    }

    #[test]
    fn the_browser_advises_no_command_lines() {
        let hints = [
            Hint::CheckServer,
            Hint::CheckNames,
            Hint::NameDatabase,
            Hint::NameCollection,
            Hint::ListSessions,
            Hint::ShowAgents { session: "x".into() },
            Hint::NarrowSearch,
            Hint::CreateIndexes,
            Hint::RaisePoolSize,
            Hint::FindFolder,
            Hint::MakePrivate { folder: "/x".into() },
            Hint::WriteFirstSession,
            Hint::SeeFindings { session: Some("x".into()) },
            Hint::SeeFindings { session: None },
            Hint::OpenForWriting,
        ];
        for hint in &hints {
            let says = words_on_screen(hint);
            assert!(!says.contains("strandscope ") && !says.contains("--"), "{says}");
        }
        let plan = ListPlan { hint: Some(Hint::CreateIndexes), ..ListPlan::unserved("all are read") };
        assert!(!plan_on_screen(&plan).contains('`'));
    }

    #[test]
    fn stored_text_is_never_cut_as_if_it_were_advice() {
        let odd = Error::other("reading", "a; b; c");
        assert_eq!((Told::from(&odd).message.as_str(), Told::from(&odd).hints.len()), ("reading failed: a; b; c", 0));
    }
}
