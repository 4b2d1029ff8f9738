//! The inspector: what no pane has room for, in tabs, over the whole screen.

pub mod body;
pub mod tabs;
#[cfg(test)]
mod tests;

use bson::Bson;
use ratatui::layout::Size;

use super::{Effect, Tickets, conversation::ConversationState};
use crate::{
    session::{AgentId, Message, Session, decode},
    task::{Command, Event, Ticket},
    tui::{Intent, format},
};
use body::{Body, Tab, Taken};

/// What is inspected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The session.
    Session,
    /// An agent of it.
    Agent(AgentId),
    /// A message, by agent and stored index.
    Message(AgentId, u64),
    /// A field of the metadata.
    Metadata(String),
    /// A feedback, by position.
    Feedback(usize),
}

/// The inspector's state: it copies what it shows when it is opened.
#[derive(Debug)]
pub struct Inspector {
    title: String,
    tabs: Vec<Tab>,
    current: usize,
    asked: Option<Ticket>,
    size: Size,
}

/// What came of an intent.
#[derive(Debug)]
pub enum Outcome {
    /// Taken, with these effects.
    Taken(Vec<Effect>),
    /// Not for the inspector.
    Ignored,
    /// Close it.
    Close,
}

/// A tab's name in the row of tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabCell {
    /// Which tab.
    pub tab: usize,
    /// Its first cell.
    pub x: u16,
    /// Its name, without the space around it.
    pub label: String,
}

impl Inspector {
    /// Opens it on a subject of the open session. For the session's raw JSON it asks `Command::Document`.
    #[expect(clippy::needless_pass_by_value, reason = "a subject is made for the inspector alone")]
    pub fn open(subject: Subject, conversation: &ConversationState, tickets: &mut Tickets) -> (Self, Vec<Effect>) {
        let mut inspector = Self::on(&subject, conversation.session(), conversation.selected());
        let mut effects = Vec::new();
        if let (Subject::Session, Some(session)) = (&subject, conversation.session()) {
            let ticket = tickets.take();
            inspector.expect(ticket);
            effects.push(Effect::Ask(Command::Document(ticket, session.key.clone())));
        }
        (inspector, effects)
    }

    /// On a subject of a given session, of which one message may be at hand.
    #[must_use]
    pub fn on(subject: &Subject, session: Option<&Session>, at_hand: Option<(&AgentId, &Message)>) -> Self {
        let tabs = session.and_then(|session| tabs_of(subject, session, at_hand));
        let missing = || vec![Tab::new("Nothing", Body::Nothing("This is not loaded (any more).".into()))];
        Self {
            title: title(subject, session),
            tabs: tabs.unwrap_or_else(missing),
            current: 0,
            asked: None,
            size: Size::new(0, 0),
        }
    }

    /// The ticket of the question that fills the raw document.
    pub fn expect(&mut self, ticket: Ticket) {
        self.asked = Some(ticket);
    }

    /// The inner size (without border): texts wrap to it.
    pub fn resize(&mut self, inner: Size) {
        self.size = inner;
    }

    /// Moves, folds, switches tabs (`[`, `]`, Tab), copies, closes. `page` is the inner height.
    pub fn on_intent(&mut self, intent: Intent, page: u16, tickets: &mut Tickets) -> Outcome {
        let _ = tickets;
        self.size.height = page;
        let count = self.tabs.len();
        match intent {
            Intent::Back | Intent::Inspect | Intent::Quit => return Outcome::Close,
            Intent::NextAgent | Intent::NextPane => self.current = (self.current + 1) % count,
            Intent::PreviousAgent | Intent::PreviousPane => self.current = (self.current + count - 1) % count,
            _ => {
                let (width, height) = (self.width(), body_height(page));
                return match self.tabs[self.current].take(intent, width, height) {
                    Some(Taken::Copied(text)) => Outcome::Taken(vec![Effect::Copy(text)]),
                    Some(Taken::Moved) => Outcome::Taken(Vec::new()),
                    // A fold that is none moves no pane behind the inspector.
                    None if matches!(intent, Intent::Left | Intent::Right | Intent::Open) => Outcome::Taken(Vec::new()),
                    None => Outcome::Ignored,
                };
            }
        }
        Outcome::Taken(Vec::new())
    }

    /// Takes `Event::Document` and failures of its own question.
    pub fn on_event(&mut self, event: &Event) {
        let body = match event {
            Event::Document(ticket, document) if self.asked == Some(*ticket) => {
                tabs::complete(&mut self.tabs, decode::session((**document).clone()).all_findings());
                Tab::tree("Raw", None, &Bson::Document((**document).clone())).body
            }
            Event::Failed { ticket, error, .. } if self.asked == Some(*ticket) => Body::Failed(error.to_string()),
            _ => return,
        };
        if let Some(tab) = self.tabs.iter_mut().find(|tab| matches!(tab.body, Body::Waiting | Body::Failed(_))) {
            tab.body = body;
        }
    }

    /// Scrolls by lines; negative is up.
    pub fn scroll(&mut self, lines: i32, page: u16) {
        self.size.height = page;
        let (width, height) = (self.width(), body_height(page));
        self.tabs[self.current].scroll(lines, width, height);
    }

    /// Click at a cell of the inner area (row 0 holds the tabs).
    pub fn click(&mut self, x: u16, y: u16) {
        if y == 0 {
            let cells = self.tab_cells(self.width());
            let hit = cells.iter().find(|cell| (cell.x..cell.x + cell.width()).contains(&x));
            if let Some(cell) = hit {
                self.current = cell.tab;
            }
            return;
        }
        let Some(row) = y.checked_sub(chrome(self.size.height)) else { return };
        let (width, height) = (self.width(), body_height(self.size.height));
        self.tabs[self.current].click(row, width, height);
    }

    /// What it shows, for its title. Holds stored text.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The tab in front.
    #[must_use]
    pub fn tab(&self) -> &Tab {
        &self.tabs[self.current]
    }

    /// Position of the tab in front.
    #[must_use]
    pub fn current(&self) -> usize {
        self.current
    }

    /// The names of the tabs that a row of so many cells holds, the one in front always among them.
    #[must_use]
    pub fn tab_cells(&self, width: u16) -> Vec<TabCell> {
        let labels: Vec<String> = self.tabs.iter().map(Tab::label).collect();
        let wide = |label: &String| format::width(label) as u16 + 2;
        let mut first = 0;
        while first < self.current && labels[first..=self.current].iter().map(wide).sum::<u16>() > width {
            first += 1;
        }
        let mut x = 0;
        let mut out = Vec::new();
        for (tab, label) in labels.into_iter().enumerate().skip(first) {
            let cell = TabCell { tab, x, label };
            if cell.x >= width {
                break;
            }
            x = x.saturating_add(cell.width());
            out.push(cell);
        }
        out
    }

    fn width(&self) -> u16 {
        if self.size.width == 0 { 78 } else { self.size.width }
    }
}

impl TabCell {
    /// Its cells, with a space at either side.
    #[must_use]
    pub fn width(&self) -> u16 {
        format::width(&self.label) as u16 + 2
    }
}

/// Rows above the body: the tabs, and a blank one where there is room.
#[must_use]
pub fn chrome(page: u16) -> u16 {
    if page >= 10 { 2 } else { 1 }
}

fn body_height(page: u16) -> u16 {
    page.saturating_sub(chrome(page))
}

fn title(subject: &Subject, session: Option<&Session>) -> String {
    match subject {
        Subject::Session => format!("session {}", session.map(Session::name).unwrap_or_default()),
        Subject::Agent(id) => format!("agent {}", id.as_str()),
        Subject::Message(id, index) => format!("message {index} of {}", id.as_str()),
        Subject::Metadata(key) => format!("metadata {key}"),
        Subject::Feedback(position) => format!("feedback {}", position + 1),
    }
}

fn tabs_of(subject: &Subject, session: &Session, at_hand: Option<(&AgentId, &Message)>) -> Option<Vec<Tab>> {
    Some(match subject {
        Subject::Session => tabs::session(session),
        Subject::Agent(id) => tabs::agent(session.agent(id)?),
        Subject::Message(id, index) => {
            let agent = session.agent(id)?;
            let near = at_hand.filter(|(at, message)| *at == id && message.index == *index).map(|(_, message)| message);
            let message = near.or_else(|| agent.messages.iter().find(|message| message.index == *index))?;
            tabs::message(Some(session), agent, message)
        }
        Subject::Metadata(key) => tabs::field(key, session.metadata_fields()?.get(key)?),
        Subject::Feedback(position) => tabs::feedback(session.feedbacks.get(*position)?),
    })
}
