//! Checks on standard output, as they come.

use std::io::{self, IsTerminal};

use crate::{
    app::{text, told, tui::render::format::width},
    repository::{Check, Verdict},
};
use serde_json::{Value, json};

use crate::app::cli::{json, output::Out};

/// Writes groups of checks.
pub struct Report {
    json: bool,
    colour: bool,
    begun: bool,
    /// A check has failed.
    pub failed: bool,
    out: Out,
}

/// Names are aligned up to this width.
const WIDEST_NAME: usize = 48;

impl Report {
    pub fn new(json: bool, no_color: bool) -> Self {
        let colour = !json && !no_color && io::stdout().is_terminal();
        Self { json, colour, begun: false, failed: false, out: Out::new() }
    }

    pub fn group(&mut self, title: &str, checks: &[Check]) -> io::Result<()> {
        self.failed |= checks.iter().any(|check| check.verdict == Verdict::Fail);
        let lines = if self.json { objects(title, checks) } else { lines(title, checks, self.colour) };
        if self.begun && !self.json {
            self.out.line("")?;
        }
        self.begun = true;
        for line in lines {
            self.out.line(&line)?;
        }
        self.out.flush()
    }
}

fn objects(title: &str, checks: &[Check]) -> Vec<String> {
    let object = |check: &Check| {
        // The group comes first.
        let mut object = json!({"group": title});
        if let (Value::Object(object), Value::Object(fields)) = (&mut object, json::check(check)) {
            object.extend(fields);
        }
        json::line(&object)
    };
    checks.iter().map(object).collect()
}

fn lines(title: &str, checks: &[Check], colour: bool) -> Vec<String> {
    let names: Vec<_> = checks.iter().map(|check| text::line(&check.name)).collect();
    let widest = names.iter().map(|name| width(name)).filter(|cells| *cells <= WIDEST_NAME).max().unwrap_or(0);
    let mut lines = vec![text::line(title).into_owned()];
    for (check, name) in checks.iter().zip(names) {
        let padding = " ".repeat(widest.saturating_sub(width(&name)));
        lines.push(format!("  {}  {name}{padding}  {}", word(check.verdict, colour), text::line(&check.found)));
        if let Some(advice) = told::advice(&check.advice) {
            lines.push(format!("        {}  what to do: {}", " ".repeat(widest), text::line(&advice)));
        }
    }
    lines
}

fn word(verdict: Verdict, colour: bool) -> String {
    let (word, code) = match verdict {
        Verdict::Ok => ("ok  ", "32"),
        Verdict::Warn => ("warn", "33"),
        Verdict::Fail => ("fail", "31"),
    };
    if colour { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks() -> Vec<Check> {
        let check = |name: &str, verdict, found: &str, advice: Option<&'static str>| Check {
            verdict,
            advice: advice.into_iter().map(Into::into).collect(),
            ..Check::ok(name, found)
        };
        vec![
            check("server version", Verdict::Ok, "6.0.5", None),
            check("indexes", Verdict::Warn, "none on updated_at", Some("strandscope doctor --create-indexes")),
            check("rights", Verdict::Fail, "no find on a\u{1b}b", Some("ask for the role `read`")),
        ]
    }

    #[test]
    fn checks_are_aligned_and_safe() {
        insta::assert_snapshot!(lines("agents.sessions", &checks(), false).join("\n"));
    }

    #[test]
    fn a_check_is_an_object_a_line() {
        insta::assert_snapshot!(objects("agents.sessions", &checks()).join("\n"));
    }

    #[test]
    fn colour_is_only_on_the_word() {
        let coloured = lines("t", &checks()[..1], true).remove(1);
        assert_eq!(coloured, "  \u{1b}[32mok  \u{1b}[0m  server version  6.0.5");
    }
}
