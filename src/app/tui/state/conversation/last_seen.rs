//! How far a conversation was read: a line marks it for whoever comes back, until he has read past it.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::{ConversationState, open::Open, pair, timeline::Spot};
use crate::{
    app::tui::render::{Look, format},
    session::{AgentId, SessionKey},
};

/// Sessions whose place is remembered, the latest.
const MOST: usize = 200;

/// How many messages of each agent were read, and until when.
#[derive(Debug, Clone)]
pub(super) struct ReadTo {
    agents: Vec<(AgentId, u64)>,
    at: Timestamp,
}

/// The line over the first message that was not read.
#[derive(Debug)]
struct SeenLine {
    read: ReadTo,
    /// That message, where the tab shows one.
    over: Option<Spot>,
    /// It was in view.
    seen: bool,
}

/// What is remembered.
#[derive(Debug, Default)]
pub(super) struct LastSeen {
    /// Sessions that were left, the last one last.
    left: VecDeque<(SessionKey, ReadTo)>,
    /// How far the open one was read when the terminal was looked away from.
    away: Option<ReadTo>,
    line: Option<SeenLine>,
}

impl ReadTo {
    pub fn of(open: &Open, at: Timestamp) -> Self {
        let agents = open.session.agents.iter().map(|agent| agent.id.clone());
        Self { agents: agents.zip(open.reached.iter().copied()).collect(), at }
    }

    /// The first message in the shown tab that was not read. An agent that is not known is new as a whole.
    fn first_unread(&self, open: &Open) -> Option<Spot> {
        let first = |agent: usize| {
            let id = &open.session.agents[agent].id;
            let read = self.agents.iter().find(|(known, _)| known == id).map_or(0, |(_, read)| *read);
            let mut spot = Spot { agent, index: read };
            // What is shown inside a message further up has no place of its own for a line.
            while pair::is_inside(spot.index, &open.windows[agent]) {
                spot.index += 1;
            }
            Some((open.timeline.place(spot)?, spot))
        };
        let shown = (0..open.session.agents.len()).filter(|agent| open.timeline.shows(*agent));
        shown.filter_map(first).min_by_key(|(place, _)| *place).map(|(_, spot)| spot)
    }
}

impl LastSeen {
    fn leave(&mut self, open: &Open, now: Timestamp) {
        let key = &open.session.key;
        self.left.retain(|(known, _)| known != key);
        if self.left.len() >= MOST {
            self.left.pop_front();
        }
        self.left.push_back((key.clone(), ReadTo::of(open, now)));
        self.look_past();
    }

    /// Nothing is marked in what is shown any more.
    fn look_past(&mut self) {
        (self.away, self.line) = (None, None);
    }

    /// It is open again: how far it was read before is known by its line alone.
    pub fn forget_left(&mut self, key: &SessionKey) {
        self.left.retain(|(known, _)| known != key);
    }

    /// Whether a line marks how far was read.
    pub fn is_marked(&self) -> bool {
        self.line.is_some()
    }

    /// Which message has the line over it, and what the line says.
    pub fn line(&self, look: &Look) -> Option<(Spot, String)> {
        let line = self.line.as_ref()?;
        let at = format::minute(line.read.at, look.now, look);
        Some((line.over?, format!("last seen {at}")))
    }
}

impl ConversationState {
    /// What is told from here on is told at that instant.
    pub fn tick(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Whether what is read, or was read last, was asked for by a change and not by a person.
    #[must_use]
    pub fn is_read_by_itself(&self) -> bool {
        self.by_itself
    }

    /// Whether a session is open or being opened.
    #[must_use]
    pub fn concerns(&self, key: &SessionKey) -> bool {
        self.key() == Some(key) || self.session().is_some_and(|open| open.key == *key)
    }

    /// The open session is about to be left for another, or for none.
    pub(super) fn note_left(&mut self) {
        match &self.open {
            Some(open) if !self.previewed => self.last_seen.leave(open, self.now),
            // What was only looked at from the list was not read.
            _ => self.last_seen.look_past(),
        }
    }

    /// A session is open that was open before: what came since begins below a line.
    pub(super) fn come_back(&mut self) {
        let Some(open) = &self.open else { return };
        let left = &mut self.last_seen.left;
        let Some(at) = left.iter().position(|(key, _)| *key == open.session.key) else { return };
        // Who only looks at it from the list has not come back yet.
        let found = if self.previewed { left.get(at).cloned() } else { left.remove(at) };
        if let Some((_, read)) = found {
            self.mark_read(read);
        }
    }

    /// The terminal is looked away from.
    pub fn look_away(&mut self) {
        let now = self.now;
        self.last_seen.away = self.open.as_ref().map(|open| ReadTo::of(open, now));
    }

    /// It is looked at again: what came meanwhile begins below a line.
    pub fn look_back(&mut self) {
        if let Some(read) = self.last_seen.away.take().filter(|_| self.last_seen.line.is_none()) {
            self.mark_read(read);
        }
    }

    pub(super) fn mark_read(&mut self, read: ReadTo) {
        let is_behind = self.open.as_ref().is_some_and(|open| read.first_unread(open).is_some());
        if !is_behind {
            return;
        }
        let mark = self.mark();
        self.last_seen.line = Some(SeenLine { read, over: None, seen: false });
        self.layouts.clear();
        self.put_line();
        self.return_to(mark);
        self.refresh();
    }

    /// Puts the line where it belongs in the shown tab.
    pub(super) fn put_line(&mut self) {
        let (Some(line), Some(open)) = (&mut self.last_seen.line, &self.open) else { return };
        let over = line.read.first_unread(open);
        if over != line.over {
            for spot in [line.over, over].into_iter().flatten() {
                self.layouts.forget(spot);
            }
            line.over = over;
        }
    }

    /// What is in view was laid out: once the line was seen and what is in view begins below its message, it has done its work.
    pub(super) fn pass_line(&mut self) {
        let over = self.last_seen.line.as_ref().and_then(|line| line.over);
        let Some(at) = over.and_then(|spot| self.open.as_ref()?.timeline.place(spot)) else { return };
        let Some((first, last)) = self.positions() else { return };
        let Some(line) = &mut self.last_seen.line else { return };
        line.seen |= (first..=last).contains(&at);
        if line.seen && first > at {
            self.last_seen.line = None;
            if let Some(over) = over {
                self.layouts.forget(over);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;
    use jiff::SignedDuration;

    use crate::{
        app::{
            task::Event,
            tui::state::{Input, sample::Screen},
        },
        repository::News,
        session::{Change, decode},
    };

    fn shown(screen: &Screen) -> String {
        let rows = screen.state.workspace.conversation.rows();
        rows.iter().flat_map(|row| [row.line.to_string(), "\n".to_owned()]).collect()
    }

    fn wait(screen: &mut Screen, minutes: i64) {
        let later = screen.state.look.now.checked_add(SignedDuration::from_mins(minutes)).unwrap();
        screen.put(Input::Tick(later));
    }

    fn opened() -> Screen {
        let mut screen = Screen::writable(120, 40);
        wait(&mut screen, 0);
        screen.press("2");
        screen.answer_all();
        screen
    }

    /// So many messages more are told.
    fn told(screen: &mut Screen, many: u64) {
        let conversation = &screen.state.workspace.conversation;
        let (key, agent) = (conversation.key().unwrap().clone(), conversation.agent().unwrap().clone());
        let (_, count) = conversation.position().unwrap();
        let stored = |index| {
            let stored = doc! { "message": { "role": "user", "content": [{ "text": format!("more {index}") }] } };
            decode::message(stored.into(), index, "")
        };
        let messages = (count..count + many).map(stored).collect();
        let ticket = screen.state.workspace.ticket;
        screen.tell(Event::News(ticket, News::Changes(vec![Change::messages(key, agent, messages)])));
    }

    #[test]
    fn what_came_while_nobody_looked_begins_below_a_line() {
        let mut screen = opened();
        told(&mut screen, 1);
        assert!(!shown(&screen).contains("last seen"), "who looks reads it");
        screen.put(Input::Focus(false));
        screen.put(Input::Focus(true));
        assert!(!shown(&screen).contains("last seen"), "nothing came");
        screen.put(Input::Focus(false));
        wait(&mut screen, 5);
        told(&mut screen, 2);
        screen.put(Input::Focus(true));
        let rows = shown(&screen);
        let (line, last) = (rows.find("last seen").unwrap(), rows.rfind("more").unwrap());
        assert!(line < last, "{rows}");
        assert_eq!(rows.matches("last seen").count(), 1);
        insta::assert_snapshot!("last_seen", rows);
    }

    #[test]
    fn the_line_goes_once_it_was_read_past() {
        let mut screen = opened();
        screen.put(Input::Focus(false));
        told(&mut screen, 1);
        screen.put(Input::Focus(true));
        assert!(shown(&screen).contains("last seen"));
        told(&mut screen, 40);
        assert!(!shown(&screen).contains("last seen"), "the end is followed");
        screen.press("g");
        screen.answer_all();
        screen.press("G");
        screen.answer_all();
        assert!(screen.state.workspace.conversation.last_seen.line.is_none());
    }

    #[test]
    fn who_reads_further_up_finds_where_what_is_new_begins() {
        let mut screen = opened();
        screen.press("g");
        screen.answer_all();
        told(&mut screen, 30);
        assert_eq!(screen.state.workspace.conversation.new_below(), 30);
        for _ in 0..200 {
            if shown(&screen).contains("last seen") {
                break;
            }
            screen.press("j");
            screen.answer_all();
        }
        let rows = shown(&screen);
        assert!(rows.contains("last seen"), "{rows}");
    }

    #[test]
    fn a_session_that_is_opened_again_shows_what_came_since() {
        let mut screen = opened();
        let conversation = &mut screen.state.workspace.conversation;
        // As if it had been left two messages ago.
        conversation.note_left();
        for (_, read) in &mut conversation.last_seen.left {
            for (_, count) in &mut read.agents {
                *count = count.saturating_sub(2);
            }
        }
        conversation.come_back();
        assert!(shown(&screen).contains("last seen"), "{}", shown(&screen));
        for id in 0..super::MOST + 5 {
            let open = screen.state.workspace.conversation.open.as_mut().unwrap();
            open.session.key = id.to_string().as_str().into();
            screen.state.workspace.conversation.note_left();
        }
        assert_eq!(screen.state.workspace.conversation.last_seen.left.len(), super::MOST);
    }
}
