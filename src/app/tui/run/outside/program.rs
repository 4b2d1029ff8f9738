//! Which editor: what the environment names.

use std::{env, ffi::OsString, io};

use crate::app::{
    named_program::{named, why_not_run},
    text,
};

/// What is run where the environment names nothing.
const USUAL: &str = if cfg!(windows) { "notepad" } else { "vi" };

/// The editor of the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EditorProgram {
    /// The program and its arguments, at least one word.
    pub words: Vec<String>,
    /// The variable that names it; `None`: none does.
    variable: Option<&'static str>,
}

impl EditorProgram {
    /// What `VISUAL` names, else `EDITOR`, else the one that is usual.
    ///
    /// # Errors
    /// What is wrong with the variable, in a sentence.
    pub fn of_environment() -> Result<Self, String> {
        Self::of(|name| env::var_os(name))
    }

    fn of(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, String> {
        let named = named(&["VISUAL", "EDITOR"], variable).map_err(|why| format!("{why}; nothing was changed"))?;
        Ok(match named {
            Some((words, variable)) => Self { words, variable: Some(variable) },
            None => Self { words: vec![USUAL.to_owned()], variable: None },
        })
    }

    /// What it is called. Safe text.
    pub fn name(&self) -> String {
        self.words.first().map_or_else(String::new, |word| text::line(word).into_owned())
    }

    #[cfg(test)]
    pub fn named_for_test(name: &str) -> Self {
        Self { words: vec![name.to_owned()], variable: None }
    }

    /// What is said where it could not be run.
    pub fn failed(&self, error: &io::Error) -> String {
        let (name, why) = (self.name(), why_not_run(error));
        match self.variable {
            Some(variable) => format!("{name}, which ${variable} names, could not be run ({why}): nothing was changed"),
            None => format!("{name} could not be run ({why}): nothing was changed; $VISUAL or $EDITOR names an editor"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn editor_of(visual: Option<&str>, editor: Option<&str>) -> Result<EditorProgram, String> {
        EditorProgram::of(|name| if name == "VISUAL" { visual } else { editor }.map(OsString::from))
    }

    fn words(visual: Option<&str>, editor: Option<&str>) -> Vec<String> {
        editor_of(visual, editor).unwrap().words
    }

    #[test]
    fn visual_goes_before_editor_and_a_blank_one_is_none() {
        assert_eq!(words(Some("emacs -nw"), Some("nano")), ["emacs", "-nw"]);
        assert_eq!(words(None, Some("nano")), ["nano"]);
        assert_eq!(words(Some("  "), Some("nano")), ["nano"]);
        assert_eq!(words(Some("''"), None), [USUAL]);
        assert_eq!(words(None, None), [USUAL]);
    }

    #[test]
    fn words_are_those_of_a_shell() {
        assert_eq!(words(Some("'/opt/my editor/run' --wait \"a b\""), None), ["/opt/my editor/run", "--wait", "a b"]);
        let problem = editor_of(Some("vim 'x"), Some("nano")).unwrap_err();
        assert_eq!(problem, "$VISUAL has a quote that does not end: vim 'x; nothing was changed");
    }

    #[test]
    fn what_cannot_be_run_is_said_with_who_names_it() {
        let missing = io::Error::from(io::ErrorKind::NotFound);
        assert_eq!(
            editor_of(None, Some("edlin\u{1b}")).unwrap().failed(&missing),
            "edlin\u{241b}, which $EDITOR names, could not be run (there is no such program): nothing was changed"
        );
        assert!(editor_of(None, None).unwrap().failed(&missing).ends_with("$VISUAL or $EDITOR names an editor"));
    }
}
