//! The title of the terminal's window: which session, and where.

use super::AppState;
use crate::app::text;

/// Characters of a title at most.
const LONGEST: usize = 120;

impl AppState {
    /// The title, as safe text of one line: `support-1042 - prod-eu - strandscope`.
    #[must_use]
    pub fn title(&self) -> String {
        let session = self.workspace.conversation.name();
        let place = self.workspace.connection.place.as_ref().map(|place| place.name.as_str());
        let short = |name: &str| -> String { text::line(name).chars().take(LONGEST).collect() };
        let mut parts: Vec<String> = [session, place].into_iter().flatten().map(short).collect();
        parts.push("strandscope".to_owned());
        parts.join(" - ")
    }
}

#[cfg(test)]
mod tests {
    use crate::app::tui::state::sample::Screen;

    #[test]
    fn it_names_the_session_and_the_place_and_nothing_acts_in_it() {
        assert_eq!(Screen::start(80, 24).state.title(), "strandscope");
        let mut screen = Screen::listed(80, 24);
        assert_eq!(screen.state.title(), "local - strandscope");
        screen.press("\n");
        screen.answer_all();
        assert!(screen.state.title().ends_with(" - local - strandscope"), "{}", screen.state.title());
        screen.state.workspace.connection.place.as_mut().unwrap().name = format!("a\u{7}\u{1b}]2;b{}", "x".repeat(500));
        let title = screen.state.title();
        assert!(!title.chars().any(char::is_control) && title.chars().count() < 400, "{title}");
    }
}
