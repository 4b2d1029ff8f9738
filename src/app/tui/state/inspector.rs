//! The inspector: what no pane has room for, over the whole screen. It opens on a subject, with what that belongs to at
//! its side: a message, its agent and the session, each with tabs of its own.

pub mod body;
mod copies;
mod subjects;
pub mod tabs;
#[cfg(test)]
mod tests;

use crate::app::keymap::Action;
use ratatui::layout::Size;

use super::{Effect, Tickets, conversation::ConversationState};
use crate::{
    app::{
        task::{Command, Event, Ticket},
        text,
        tui::render::format,
    },
    metrics::size_finding,
    session::{AgentId, Message, Session, SessionKey},
};
use body::{Body, InspectorTab, Taken};

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
    subjects: Vec<OpenSubject>,
    front: usize,
    session: Option<SessionKey>,
    /// Size of the stored document.
    bytes: Option<u64>,
    asked: Option<Ticket>,
    size: Size,
}

/// A subject with its tabs.
#[derive(Debug)]
struct OpenSubject {
    title: String,
    tabs: Vec<InspectorTab>,
    current: usize,
}

/// What came of an action.
#[derive(Debug)]
pub enum InspectorOutcome {
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
    /// Opens it on a subject of the open session. For the session's raw JSON it asks `Command::Document`, once that is
    /// in front.
    #[expect(clippy::needless_pass_by_value, reason = "a subject is made for the inspector alone")]
    pub fn open(subject: Subject, conversation: &ConversationState, tickets: &mut Tickets) -> (Self, Vec<Effect>) {
        let mut inspector = Self::on(&subject, conversation.session(), conversation.selected());
        let effects = inspector.ask(tickets);
        (inspector, effects)
    }

    /// On a subject of a given session, of which one message may be at hand.
    #[must_use]
    pub fn on(subject: &Subject, session: Option<&Session>, at_hand: Option<(&AgentId, &Message)>) -> Self {
        let missing = || vec![InspectorTab::new("Nothing", Body::Nothing("This is not loaded (any more).".into()))];
        let open = |subject: &Subject| {
            let tabs = session.and_then(|session| subjects::tabs_of(subject, session, at_hand));
            OpenSubject { title: subjects::title(subject, session), tabs: tabs.unwrap_or_else(missing), current: 0 }
        };
        let around = subject.around();
        let subjects = std::iter::once(subject).chain(&around).map(open).collect();
        let bytes = session.and_then(|session| session.bytes);
        let session = session.map(|session| session.key.clone());
        Self { subjects, front: 0, session, bytes, asked: None, size: Size::new(0, 0) }
    }

    /// Asks for the whole document when what needs it is in front and it was not asked before.
    fn ask(&mut self, tickets: &mut Tickets) -> Vec<Effect> {
        let waits = self.subject().tabs.iter().any(InspectorTab::waits);
        let Some(key) = self.session.clone().filter(|_| waits && self.asked.is_none()) else { return Vec::new() };
        let ticket = tickets.take();
        self.expect(ticket);
        vec![Effect::Ask(Command::Document(ticket, key))]
    }

    /// The connection is back: asks for what could not be read.
    pub fn ask_again(&mut self, tickets: &mut Tickets) -> Vec<Effect> {
        self.asked = None;
        self.ask(tickets)
    }

    /// The session that is inspected.
    #[must_use]
    pub fn session(&self) -> Option<&SessionKey> {
        self.session.as_ref()
    }

    fn subject(&self) -> &OpenSubject {
        &self.subjects[self.front]
    }

    /// Brings a subject to the front.
    fn turn(&mut self, front: usize, tickets: &mut Tickets) -> Vec<Effect> {
        self.front = front;
        self.ask(tickets)
    }

    /// The ticket of the question that fills the raw document.
    pub fn expect(&mut self, ticket: Ticket) {
        self.asked = Some(ticket);
    }

    /// The inner size (without border): texts wrap to it.
    pub fn resize(&mut self, inner: Size) {
        self.size = inner;
    }

    /// Moves, folds, switches tabs (`[`, `]`) and subjects (Tab), copies, closes. `page` is the inner height.
    pub fn on_action(&mut self, action: Action, page: u16, tickets: &mut Tickets) -> InspectorOutcome {
        self.size.height = page;
        let subjects = self.subjects.len();
        let (width, height) = (self.width(), body_height(page));
        let front = &mut self.subjects[self.front];
        let count = front.tabs.len();
        match action {
            Action::Back | Action::Inspect | Action::Quit => return InspectorOutcome::Close,
            Action::NextPane if subjects > 1 => {
                return InspectorOutcome::Taken(self.turn((self.front + 1) % subjects, tickets));
            }
            Action::PreviousPane if subjects > 1 => {
                return InspectorOutcome::Taken(self.turn((self.front + subjects - 1) % subjects, tickets));
            }
            Action::NextAgent | Action::NextPane => front.current = (front.current + 1) % count,
            Action::PreviousAgent | Action::PreviousPane => front.current = (front.current + count - 1) % count,
            _ => {
                return match front.tabs[front.current].take(action, width, height) {
                    Some(Taken::Copied(text)) => InspectorOutcome::Taken(vec![Effect::Copy(text)]),
                    Some(Taken::Moved) => InspectorOutcome::Taken(Vec::new()),
                    // A fold that is none moves no pane behind the inspector.
                    None if matches!(action, Action::Left | Action::Right | Action::Open) => {
                        InspectorOutcome::Taken(Vec::new())
                    }
                    None => InspectorOutcome::Ignored,
                };
            }
        }
        InspectorOutcome::Taken(Vec::new())
    }

    /// Takes `Event::Document` and failures of its own question.
    pub fn on_event(&mut self, event: &Event) {
        let body = match event {
            Event::Document(ticket, whole) if self.asked == Some(*ticket) => {
                let size = self.bytes.and_then(size_finding);
                if let Some(open) = self.waiting() {
                    tabs::complete(&mut open.tabs, whole.findings.iter().chain(&size));
                }
                InspectorTab::tree("Raw", None, whole.document.clone()).body
            }
            Event::Failed { ticket, error, .. } if self.asked == Some(*ticket) => {
                if let Some(open) = self.waiting() {
                    tabs::give_up(&mut open.tabs);
                }
                Body::Failed(crate::app::told::sentence_on_screen(error))
            }
            _ => return,
        };
        let waiting = self.waiting().and_then(|open| open.tabs.iter_mut().find(|tab| tab.waits()));
        if let Some(tab) = waiting {
            tab.body = body;
        }
    }

    /// The subject that the whole document is for.
    fn waiting(&mut self) -> Option<&mut OpenSubject> {
        self.subjects.iter_mut().find(|open| open.tabs.iter().any(InspectorTab::waits))
    }

    /// Scrolls by lines; negative is up.
    pub fn scroll(&mut self, lines: i32, page: u16) {
        self.size.height = page;
        let (width, height) = (self.width(), body_height(page));
        let front = &mut self.subjects[self.front];
        front.tabs[front.current].scroll(lines, width, height);
    }

    /// Click at a cell of the inner area (row 0 holds the tabs).
    pub fn click(&mut self, x: u16, y: u16) {
        if y == 0 {
            let cells = self.tab_cells(self.width());
            let hit = cells.iter().find(|cell| (cell.x..cell.x + cell.width()).contains(&x));
            if let Some(cell) = hit {
                self.subjects[self.front].current = cell.tab;
            }
            return;
        }
        let Some(row) = y.checked_sub(chrome(self.size.height)) else { return };
        let (width, height) = (self.width(), body_height(self.size.height));
        let front = &mut self.subjects[self.front];
        front.tabs[front.current].click(row, width, height);
    }

    /// Click at a cell of the upper border: the subjects stand there.
    pub fn click_title(&mut self, x: u16, tickets: &mut Tickets) -> Vec<Effect> {
        let width = self.width() + 2;
        let cells = self.subject_cells(width);
        let hit = cells.iter().find(|cell| (cell.x..cell.x + cell.width()).contains(&x));
        hit.map(|cell| cell.tab).map(|front| self.turn(front, tickets)).unwrap_or_default()
    }

    /// The subjects on an upper border of so many cells, the one in front always whole where it fits.
    #[must_use]
    pub fn subject_cells(&self, width: u16) -> Vec<TabCell> {
        let labels: Vec<String> = self.subjects.iter().map(|open| text::line(&open.title).into_owned()).collect();
        cells(labels, self.front, width.saturating_sub(2))
            .into_iter()
            .map(|cell| TabCell { x: cell.x + 1, ..cell })
            .collect()
    }

    /// Position of the subject in front.
    #[must_use]
    pub fn front(&self) -> usize {
        self.front
    }

    /// Whether there is another subject to turn to.
    #[must_use]
    pub fn has_several_subjects(&self) -> bool {
        self.subjects.len() > 1
    }

    /// Whether the subject in front has another tab.
    #[must_use]
    pub fn has_several_tabs(&self) -> bool {
        self.subject().tabs.len() > 1
    }

    /// The tab in front.
    #[must_use]
    pub fn tab(&self) -> &InspectorTab {
        &self.subject().tabs[self.subject().current]
    }

    /// Position of the tab in front.
    #[must_use]
    pub fn current(&self) -> usize {
        self.subject().current
    }

    /// The names of the tabs that a row of so many cells holds, the one in front always among them.
    #[must_use]
    pub fn tab_cells(&self, width: u16) -> Vec<TabCell> {
        cells(self.subject().tabs.iter().map(InspectorTab::label).collect(), self.current(), width)
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

/// Labels beside each other in so many cells, from the first on such that the one in front is among them.
fn cells(labels: Vec<String>, front: usize, width: u16) -> Vec<TabCell> {
    let wide = |label: &String| format::width(label) + 2;
    let mut first = 0;
    while first < front && labels[first..=front].iter().map(wide).sum::<usize>() > usize::from(width) {
        first += 1;
    }
    let mut x = 0;
    let mut out = Vec::new();
    for (tab, label) in labels.into_iter().enumerate().skip(first) {
        if x >= width {
            break;
        }
        let cell = TabCell { tab, x, label };
        x = x.saturating_add(cell.width());
        out.push(cell);
    }
    out
}

/// Rows above the body: the tabs, and a blank one where there is room.
#[must_use]
pub fn chrome(page: u16) -> u16 {
    if page >= 10 { 2 } else { 1 }
}

fn body_height(page: u16) -> u16 {
    page.saturating_sub(chrome(page))
}
