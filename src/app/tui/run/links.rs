//! Opening a link with what the platform opens links with.

use std::{
    env,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::mpsc;

use crate::{
    app::{
        named_program::{how_it_failed, why_not_run},
        text,
        tui::{render::links::address, state::Input},
    },
    disk,
};

/// What opens links where `BROWSER` names nothing.
const USUAL: &[&str] = if cfg!(windows) {
    &["rundll32", "url.dll,FileProtocolHandler"]
} else if cfg!(target_os = "macos") {
    &["open"]
} else {
    &["xdg-open"]
};

/// What runs for longer before it fails had opened the link: it is the browser itself.
const SOON: Duration = Duration::from_secs(30);

const INSTEAD: &str = "$BROWSER names what opens links; the link can be copied instead";

/// Whether the terminal, as its environment tells, takes links or at least says nothing of them.
pub(super) fn are_taken(variable: impl Fn(&str) -> Option<String>) -> bool {
    match variable("TERM").as_deref() {
        None | Some("") => cfg!(windows),
        // The console of Linux prints what it does not know.
        Some(term) => !matches!(term, "dumb" | "linux" | "cons25") && !term.starts_with("vt"),
    }
}

/// Opens a link beside the program, and says what is done; that it failed is told later. Nothing is opened but what [`address`] takes,
/// so it is never an option.
pub(super) fn open(link: &str, teller: mpsc::UnboundedSender<Input>) -> String {
    let shown = text::line(link).into_owned();
    let Some(address) = address(link) else {
        return format!("not opened, it is no link of the web or of mail: {shown}");
    };
    begin(&words(env::var("BROWSER").ok().as_deref(), &address), shown, teller)
}

fn begin(words: &[String], shown: String, teller: mpsc::UnboundedSender<Input>) -> String {
    let Some((program, arguments)) = words.split_first() else { return format!("nothing opens {shown}") };
    let name = text::line(program).into_owned();
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.spawn() {
        Ok(mut child) => {
            let says = format!("opening {shown} with {name}");
            let begun = Instant::now();
            // Somebody must ask how it ended; nobody waits for it.
            thread::spawn(move || {
                let why = match child.wait() {
                    Ok(status) if status.success() => return,
                    Ok(status) => how_it_failed(&name, status),
                    Err(error) => format!("how {name} ended is not known ({})", disk::reason(&error)),
                };
                tracing::warn!(%why, "what opens links failed");
                if begun.elapsed() < SOON {
                    let says = format!("{shown} is not opened: {why}; {INSTEAD}");
                    // Nobody listens any more at the end.
                    let _ = teller.send(Input::NotOpened(says));
                }
            });
            says
        }
        Err(error) => {
            let why = why_not_run(&error);
            format!("{name} could not be run ({why}): {INSTEAD}")
        }
    }
}

/// The program and its arguments: the first that `BROWSER` names, else the usual one.
fn words(browser: Option<&str>, address: &str) -> Vec<String> {
    let separator = if cfg!(windows) { ';' } else { ':' };
    let named = browser.and_then(|named| shlex::split(named.split(separator).next()?)).unwrap_or_default();
    let mut words = if named.first().is_some_and(|word| !word.is_empty()) {
        named
    } else {
        USUAL.iter().map(|word| (*word).to_owned()).collect()
    };
    let mut is_named = false;
    for word in words.iter_mut().skip(1) {
        if word.contains("%s") {
            *word = word.replace("%s", address);
            is_named = true;
        }
    }
    if !is_named {
        words.push(address.to_owned());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_stands_where_browser_wants_it() {
        let of = |browser| words(Some(browser), "https://a.example/%20");
        assert_eq!(of("firefox"), ["firefox", "https://a.example/%20"]);
        assert_eq!(of("w3m -o x=1 %s"), ["w3m", "-o", "x=1", "https://a.example/%20"]);
        assert_eq!(of("")[0], USUAL[0]);
        assert_eq!(of("'")[0], USUAL[0]);
        assert_eq!(words(None, "x").last().map(String::as_str), Some("x"));
    }

    #[test]
    fn nothing_but_links_is_opened() {
        let open = |link: &str| open(link, mpsc::unbounded_channel().0);
        assert!(open("file:///etc/passwd").starts_with("not opened"));
        assert!(open("--help\u{1b}").contains('\u{241b}'));
    }

    #[cfg(unix)]
    #[test]
    fn what_fails_to_open_a_link_is_told() {
        let (teller, mut told) = mpsc::unbounded_channel();
        let says = begin(&["false".to_owned()], "https://a.example".to_owned(), teller);
        assert_eq!(says, "opening https://a.example with false");
        let Some(Input::NotOpened(why)) = told.blocking_recv() else { panic!("it is told") };
        assert!(why.starts_with("https://a.example is not opened: false ended with exit code 1"), "{why}");
    }

    #[test]
    fn terminals_that_print_what_they_do_not_know_are_told_nothing() {
        let taken = |term: &str| are_taken(|_| Some(term.to_owned()));
        assert!(taken("xterm-256color") && taken("tmux-256color"));
        assert!(!taken("dumb") && !taken("linux") && !taken("vt100"));
    }
}
