//! The whole screen over a store in memory: answers come at once.

use std::{ops::Range, time::Instant};

use bson::Bson;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Size;
use strandscope::{
    AgentOutline, Message, MessageSample, Outline,
    app::{
        task::{Command, Event},
        tui::state::Input,
    },
    decode,
};

use super::{
    answers::{self, BenchScreen},
    data,
};

const SIZE: Size = Size { width: 200, height: 60 };
const BYTES: usize = 1_500;

/// A screen, and the store it reads.
pub struct Screen {
    desk: BenchScreen,
    count: u64,
    /// Seconds of the first frame that shows the conversation.
    pub first_frame: f64,
    /// Seconds that taking in a page and drawing took.
    pub arrivals: Vec<f64>,
}

impl Screen {
    /// With a session of so many messages open at its end, and everything loaded.
    pub fn with_messages(count: u64) -> Self {
        let mut screen = Self { desk: BenchScreen::new(SIZE, true), count, first_frame: 0.0, arrivals: Vec::new() };
        screen.answer_all();
        screen.arrivals.clear();
        let shown = screen.desk.shown();
        assert!(shown.contains("B-7") && shown.contains("latency last"), "the session is open:\n{shown}");
        screen
    }

    /// Seconds that a key and the frame after it take. What it asks for is answered afterwards.
    pub fn frame_after(&mut self, key: Option<KeyCode>) -> f64 {
        let start = Instant::now();
        if let Some(key) = key {
            self.desk.put(Input::Key(KeyEvent::from(key)));
        }
        self.desk.draw();
        let seconds = start.elapsed().as_secs_f64();
        self.answer_all();
        seconds
    }

    fn answer_all(&mut self) {
        while !self.desk.asked.is_empty() {
            let command = self.desk.asked.remove(0);
            let Some(event) = self.answer(&command) else { continue };
            let start = Instant::now();
            self.desk.put(Input::Task(Box::new(event)));
            self.desk.draw();
            let seconds = start.elapsed().as_secs_f64();
            match command {
                Command::Open(..) => self.first_frame = seconds,
                Command::Messages(..) => self.arrivals.push(seconds),
                _ => {}
            }
        }
    }

    /// What the store says.
    fn answer(&self, command: &Command) -> Option<Event> {
        Some(match command {
            Command::Open(ticket, _, last) => {
                let mut session = decode::session(data::session(0, 0, 0));
                let agent = &mut session.agents[0];
                agent.message_count = self.count;
                agent.messages = self.messages(self.count - last..self.count);
                Event::Opened(*ticket, Box::new(session))
            }
            Command::Messages(ticket, _, agent, range) => {
                Event::Messages(*ticket, agent.clone(), self.messages(range.clone()))
            }
            Command::Outline(ticket, _) => Event::Outline(*ticket, Box::new(outline(self.count))),
            other => return answers::answer(other),
        })
    }

    fn messages(&self, range: Range<u64>) -> Vec<Message> {
        (range.start..range.end.min(self.count)).map(|index| message(index, BYTES)).collect()
    }
}

/// So many messages of one agent, without text.
pub fn outline(count: u64) -> Outline {
    let samples = (0..count).map(|index| MessageSample::from(&message(index, 0))).collect();
    [AgentOutline::new("assistant", samples)].into_iter().collect()
}

fn message(index: u64, bytes: usize) -> Message {
    let stored = data::message(index as usize, bytes, data::NEWEST_MS);
    decode::message(Bson::Document(stored), index, "agents.assistant.messages")
}
