//! Messages for tests.

use crate::app::keymap::Action;
use bson::{Bson, doc};
use jiff::{Timestamp, tz::TimeZone};
use ratatui::layout::Size;

use super::ConversationState;
use crate::{
    app::{
        config::{Symbols, ThemeName},
        task::{Command, Event, Ticket, command::Lane},
        tui::{
            render::{
                Look,
                look::{self, Theme},
            },
            state::{Effect, Tickets},
        },
    },
    metrics::Outline,
    session::{
        AgentId, Block, Message, Role, Session, SessionKey, StoredAgent, StoredDate, Summary, ToolContent, ToolStatus,
        decode, plain,
    },
};

pub(in crate::app::tui) fn message(index: u64) -> Message {
    let role = if index.is_multiple_of(2) { Role::User } else { Role::Assistant };
    with(index, role, vec![Block::Text(format!("message number {index}"))])
}

pub(in crate::app::tui) fn with(index: u64, role: Role, content: Vec<Block>) -> Message {
    Message {
        index,
        message_id: Some(index as i64),
        role,
        content,
        tracking_id: None,
        redaction: None,
        created_at: Some(StoredDate::from_millis((1_795_443_080 + index as i64 * 60) * 1000)),
        updated_at: None,
        usage: None,
        latency_ms: None,
        first_byte_ms: None,
        counters: None,
        guardrail_event: None,
        raw: Bson::Null.into(),
        findings: Vec::new(),
    }
}

pub(in crate::app::tui) fn tool_use(index: u64, id: &str) -> Message {
    let input = Bson::Document(doc! { "order_id": "A100" });
    let block = Block::ToolUse { id: Some(id.to_owned()), name: Some("lookup_order".to_owned()), input: input.into() };
    with(index, Role::Assistant, vec![block])
}

pub(in crate::app::tui) fn tool_result(index: u64, id: &str) -> Message {
    let content = vec![ToolContent::Json(doc! { "total": 42.5, "currency": "EUR" }.into())];
    let block = Block::ToolResult { id: Some(id.to_owned()), status: Some(ToolStatus::Success), content };
    with(index, Role::User, vec![block])
}

/// A session whose agents hold the last `last` of so many messages.
pub(in crate::app::tui) fn session(id: &str, agents: &[(&str, u64)], last: u64) -> Session {
    let agent = |(id, count): &(&str, u64)| StoredAgent {
        id: AgentId::from(*id),
        model: None,
        system_prompt: None,
        prompt_metadata: None,
        state: None,
        conversation_manager: None,
        data: None,
        created_at: None,
        updated_at: None,
        message_count: *count,
        messages: (count.saturating_sub(last)..*count).map(message).collect(),
        findings: Vec::new(),
    };
    Session {
        key: SessionKey::from(id),
        session_id: Some(id.to_owned()),
        application_name: None,
        session_type: None,
        viewer_password: None,
        created_at: None,
        updated_at: None,
        unclear_dates: Vec::new(),
        metadata: None,
        feedbacks: Vec::new(),
        guardrail_events: Vec::new(),
        agents: agents.iter().map(agent).collect(),
        other: bson::Document::new(),
        bytes: None,
        findings: Vec::new(),
    }
}

/// A pane over a store that answers when it is told to.
pub(in crate::app::tui) struct Desk {
    pub state: ConversationState,
    pub tickets: Tickets,
    /// Sessions with all their messages.
    pub sessions: Vec<Session>,
    /// Questions not answered yet, oldest first.
    pub asked: Vec<Command>,
    /// Questions that newer ones replaced: they may still be answered, late.
    pub dropped: Vec<Command>,
    /// What the shell was told besides.
    pub told: Vec<Effect>,
    pub look: Look,
    pub size: Size,
}

impl Desk {
    pub fn new(sessions: Vec<Session>, width: u16, height: u16) -> Self {
        let look = Look {
            theme: Theme::of(ThemeName::Dark),
            marks: look::marks(Symbols::Unicode),
            zone: TimeZone::UTC,
            now: Timestamp::UNIX_EPOCH,
            links: false,
        };
        let mut desk = Self {
            state: ConversationState::default(),
            tickets: Tickets::default(),
            sessions,
            asked: Vec::new(),
            dropped: Vec::new(),
            told: Vec::new(),
            look,
            size: Size::default(),
        };
        desk.resize(width, height);
        desk
    }

    /// With a session of the fixtures open and everything answered.
    pub fn fixture(file: &str, id: &str, width: u16, height: u16) -> Self {
        let path = format!("{}/tests/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let sessions = text.lines().map(|line| {
            let json: serde_json::Value = serde_json::from_str(line).unwrap();
            let Bson::Document(document) = Bson::try_from(json).unwrap() else { panic!("not a document") };
            decode::session(document)
        });
        let mut desk = Self::new(sessions.collect(), width, height);
        desk.open(id);
        desk.settle();
        desk
    }

    pub fn resize(&mut self, width: u16, height: u16) {
        self.size = Size { width, height };
        self.state.resize(self.size, &self.look);
        let effects = self.state.ask(&mut self.tickets);
        self.run(effects);
    }

    pub fn restyle(&mut self, theme: ThemeName, symbols: Symbols) {
        self.look.theme = Theme::of(theme);
        self.look.marks = look::marks(symbols);
        self.resize(self.size.width, self.size.height);
    }

    pub fn run(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(Command::Cancel(lane)) => self.drop_lane(lane),
                Effect::Ask(command) => {
                    if let Some(lane) = lane_of(&command) {
                        self.drop_lane(lane);
                    }
                    self.asked.push(command);
                }
                other => self.told.push(other),
            }
        }
    }

    fn drop_lane(&mut self, lane: Lane) {
        self.dropped.extend(self.asked.extract_if(.., |asked| lane_of(asked) == Some(lane)));
    }

    fn row(&self, id: &str) -> Summary {
        let session = self.sessions.iter().find(|session| session.key.text() == id).unwrap();
        Summary {
            key: session.key.clone(),
            session_id: session.session_id.clone(),
            application_name: None,
            session_type: None,
            created_at: None,
            updated_at: None,
            unclear_dates: Vec::new(),
            metadata: None,
        }
    }

    pub fn preview(&mut self, id: &str) {
        let row = self.row(id);
        let effects = self.state.preview(&row, row.name(), &mut self.tickets);
        self.run(effects);
    }

    pub fn open(&mut self, id: &str) {
        let row = self.row(id);
        let effects = self.state.open(&row, row.name(), &mut self.tickets);
        self.run(effects);
    }

    pub fn press(&mut self, action: Action) -> bool {
        let effects = self.state.on_action(action, &mut self.tickets);
        let taken = effects.is_some();
        self.run(effects.unwrap_or_default());
        taken
    }

    pub fn find(&mut self, needle: &str) {
        let effects = self.state.find(needle, &mut self.tickets);
        self.run(effects);
    }

    pub fn reload(&mut self) {
        let effects = self.state.reload(&mut self.tickets);
        self.run(effects);
    }

    pub fn tell(&mut self, event: &Event) {
        let effects = match event {
            Event::Outline(ticket, outline) => self.state.on_outline(*ticket, (**outline).clone(), &mut self.tickets),
            event => self.state.on_event(event, &mut self.tickets),
        };
        self.run(effects);
    }

    /// Answers all questions, also those that the answers bring about.
    pub fn settle(&mut self) {
        for _ in 0..200 {
            if self.asked.is_empty() {
                return;
            }
            let command = self.asked.remove(0);
            if let Some(event) = self.answer(&command) {
                self.tell(&event);
            }
        }
        panic!("it never stops asking: {:?}", self.asked);
    }

    /// Answers all questions but those for the outline, which fail.
    pub fn settle_without_outline(&mut self) {
        for _ in 0..200 {
            if self.asked.is_empty() {
                return;
            }
            let command = self.asked.remove(0);
            let event = match command {
                Command::Outline(ticket, _) => Some(failure(ticket, Lane::Outline)),
                command => self.answer(&command),
            };
            if let Some(event) = event {
                self.tell(&event);
            }
        }
        panic!("it never stops asking: {:?}", self.asked);
    }

    /// What the store says to a question.
    pub fn answer(&self, command: &Command) -> Option<Event> {
        let session = |key: &SessionKey| self.sessions.iter().find(|session| session.key == *key);
        Some(match command {
            Command::Open(ticket, key, last) => {
                let mut session = session(key)?.clone();
                for agent in &mut session.agents {
                    let from = agent.messages.len().saturating_sub(*last as usize);
                    agent.messages.drain(..from);
                }
                Event::Opened(*ticket, Box::new(session))
            }
            Command::Messages(ticket, key, agent, range) => {
                let all = session(key)?.agent(agent).map_or(&[][..], |agent| &agent.messages);
                let messages = all.iter().filter(|message| range.contains(&message.index)).cloned();
                Event::Messages(*ticket, agent.clone(), messages.collect())
            }
            Command::Outline(ticket, key) => Event::Outline(*ticket, Box::new(Outline::from(session(key)?))),
            Command::Find(ticket, key, agent, needle) => {
                let needle = needle.to_lowercase();
                let agents =
                    session(key)?.agents.iter().filter(|found| agent.as_ref().is_none_or(|id| *id == found.id));
                let hits = agents.flat_map(|agent| {
                    let matches = |message: &&Message| plain::text_of(message).to_lowercase().contains(&needle);
                    agent.messages.iter().rev().filter(matches).map(|message| (agent.id.clone(), message.index))
                });
                Event::Found { ticket: *ticket, hits: hits.collect(), searched: 9, done: true }
            }
            _ => return None,
        })
    }

    /// The visible lines as text.
    pub fn lines(&self) -> Vec<String> {
        self.state.rows().iter().map(|row| row.line.to_string().trim_end().to_owned()).collect()
    }
}

fn lane_of(command: &Command) -> Option<Lane> {
    question(command).map(|(_, lane)| lane)
}

/// Ticket and lane of the pane's questions.
pub(in crate::app::tui) fn question(command: &Command) -> Option<(Ticket, Lane)> {
    Some(match command {
        Command::Open(ticket, ..) => (*ticket, Lane::Open),
        Command::Messages(ticket, ..) => (*ticket, Lane::Messages),
        Command::Outline(ticket, ..) => (*ticket, Lane::Outline),
        Command::Find(ticket, ..) => (*ticket, Lane::Find),
        _ => return None,
    })
}

/// A question that failed.
pub(in crate::app::tui) fn failure(ticket: Ticket, lane: Lane) -> Event {
    let error = crate::repository::Error::other("reading", "no");
    Event::Failed { ticket, lane, error }
}
