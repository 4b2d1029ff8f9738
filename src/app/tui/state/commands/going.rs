//! Going to a message by its number: `:42`, `:AGENT:42`, `:go 42`.

use super::{
    super::{AppState, Effect, areas::Pane, prompt::TypedMistake},
    Completion,
};
use crate::nearest;

/// A message as a person names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app::tui::state) struct TypedPlace {
    /// `None`: of the tab that is shown.
    agent: Option<String>,
    /// Its stored index.
    index: u64,
}

impl AppState {
    /// The message that a typed line names: `42`, or `AGENT:42` with an agent of the open session. `None`: it is something else.
    pub(in crate::app::tui::state) fn typed_place(&self, typed: &str) -> Option<TypedPlace> {
        let (agent, digits) = place_parts(typed)?;
        if agent.is_some_and(|name| !self.agents_of_open().contains(&name)) {
            return None;
        }
        // What no number holds is no message either, and said to be none.
        Some(TypedPlace { agent: agent.map(str::to_owned), index: digits.parse().unwrap_or(u64::MAX) })
    }

    /// What is said of `AGENT:42` with an agent that the open session lacks; `None`: it is something else. Stored text.
    pub(in crate::app::tui::state) fn no_such_agent(&self, typed: &str) -> Option<String> {
        let agent = place_parts(typed)?.0.filter(|name| !name.is_empty() && !name.contains(char::is_whitespace))?;
        if self.workspace.conversation.session().is_none() {
            return Some(format!("no agent {agent}: no session is open"));
        }
        let agents = self.agents_of_open();
        let near = nearest::nearest(agent, &agents).map(|near| format!("; did you mean {near}?"));
        let is_there = agents.contains(&agent);
        (!is_there).then(|| format!("no agent {agent} in the open session{}", near.unwrap_or_default()))
    }

    fn agents_of_open(&self) -> Vec<&str> {
        let session = self.workspace.conversation.session();
        session.map(|session| session.agents.iter().map(|agent| agent.id.as_str()).collect()).unwrap_or_default()
    }

    /// Goes to it, and into the conversation; what lies over that is left.
    pub(in crate::app::tui::state) fn go_to_message_typed(&mut self, place: &TypedPlace) -> Vec<Effect> {
        self.note_jump();
        let conversation = &mut self.workspace.conversation;
        match conversation.go_to_index(place.agent.as_deref(), place.index, &mut self.tickets) {
            Ok(effects) => {
                self.show_panes();
                self.focus = Pane::Conversation;
                effects
            }
            Err(why) => self.say(why),
        }
    }
}

/// The agent and the digits of `42` and `AGENT:42`.
fn place_parts(typed: &str) -> Option<(Option<&str>, &str)> {
    let typed = typed.trim();
    let parts = typed.rsplit_once(':').map_or((None, typed), |(agent, digits)| (Some(agent), digits));
    let is_number = !parts.1.is_empty() && parts.1.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(parts)
}

/// `:go [AGENT:]N`.
pub(super) fn run(state: &mut AppState, words: &str) -> Result<Vec<Effect>, TypedMistake> {
    match state.typed_place(words) {
        Some(place) => Ok(state.go_to_message_typed(&place)),
        None => Err(TypedMistake {
            span: 0..words.len(),
            problem: state.no_such_agent(words).unwrap_or_else(|| {
                "a message is named by its number, or by an agent of the open session and its number: support:42"
                    .to_owned()
            }),
        }),
    }
}

/// The agents of the open session, each with its last message.
pub(super) fn complete(state: &AppState, words: &str) -> Vec<Completion> {
    let session = state.workspace.conversation.session();
    let agents = session.map(|session| session.agents.as_slice()).unwrap_or_default();
    let offered = agents.iter().filter_map(|agent| {
        let last = agent.message_count.checked_sub(1)?;
        let text = format!("{}:{last}", agent.id.as_str());
        text.starts_with(words.trim_start()).then(|| Completion { text, help: "its last message".to_owned() })
    });
    offered.collect()
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;
    use crate::app::tui::state::{Input, modal::Modal, sample::Screen};

    fn typed(screen: &Screen, line: &str) -> Option<(Option<String>, u64)> {
        screen.state.typed_place(line).map(|place| (place.agent, place.index))
    }

    fn selected(screen: &Screen) -> Option<(String, u64)> {
        let selected = screen.state.workspace.conversation.selected();
        selected.map(|(agent, message)| (agent.as_str().to_owned(), message.index))
    }

    #[test]
    fn a_number_is_a_message_and_other_words_are_not() {
        let screen = Screen::writable(120, 40);
        assert_eq!(typed(&screen, " 42 "), Some((None, 42)));
        assert_eq!(typed(&screen, "support:0"), Some((Some("support".into()), 0)));
        assert_eq!(typed(&screen, "99999999999999999999999"), Some((None, u64::MAX)));
        for other in ["", "quit", "4x", ":4", "nobody:4", "filter meta.a:5", "support:", "-1"] {
            assert_eq!(typed(&screen, other), None, "{other}");
        }
    }

    #[test]
    fn an_agent_that_is_not_there_is_told() {
        let mut screen = Screen::writable(120, 40);
        let problem = |screen: &mut Screen, line: &str| {
            screen.press(&format!(":{line}\n"));
            let Some(Modal::Prompt(prompt)) = screen.state.modals.pop() else { panic!("{:?}", screen.state.modals) };
            prompt.mistake.map(|mistake| mistake.problem)
        };
        for line in ["nobody:5", "go nobody:5"] {
            assert_eq!(problem(&mut screen, line).as_deref(), Some("no agent nobody in the open session"), "{line}");
        }
        let near = problem(&mut screen, "suport:5");
        assert_eq!(near.as_deref(), Some("no agent suport in the open session; did you mean support?"));
        for other in ["meta.a x:5", ":5"] {
            assert!(problem(&mut screen, other).is_some_and(|said| said.starts_with("no command is called that")));
        }
    }

    #[test]
    fn one_comes_back_from_wherever_one_went_in_a_conversation() {
        let mut screen = Screen::writable(120, 40);
        screen.press("2");
        let place = |screen: &Screen| screen.state.workspace.conversation.position().unwrap();
        for keys in [":0\n", "g", "(", ",t"] {
            screen.press("G");
            screen.answer_all();
            let before = place(&screen);
            screen.press(keys);
            screen.answer_all();
            assert_ne!(place(&screen), before, "{keys}");
            screen.put(Input::Key(KeyEvent::new(KeyCode::Char('o'), KeyModifiers::CONTROL)));
            screen.answer_all();
            assert_eq!(place(&screen), before, "{keys}");
        }
    }

    #[test]
    fn the_line_goes_there_and_says_where_there_is_none() {
        let mut screen = Screen::writable(120, 40);
        screen.press(":0\n");
        screen.answer_all();
        assert_eq!(selected(&screen), Some(("support".into(), 0)));
        assert_eq!(screen.state.focus, Pane::Conversation);
        screen.press("1L:0\n");
        assert!(screen.state.modals.is_empty() && screen.state.focus == Pane::Conversation, "the fleet is left");
        screen.press(":4000\n");
        let said = screen.state.said.clone().unwrap_or_default();
        assert!(said.starts_with("there is no message 4000: the numbers of support run from 0 to "), "{said}");
        assert!(run(&mut screen.state, "x").is_err());
        assert!(complete(&screen.state, "sup").iter().any(|offer| offer.text.starts_with("support:")));
    }
}
