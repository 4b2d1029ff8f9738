//! The loop: terminal events, task events and signals; drawn when all that is waiting has been taken in.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    path::PathBuf,
    time::Duration,
};

use crossterm::event::{Event as TerminalEvent, EventStream};
use futures_util::StreamExt;
use jiff::{Timestamp, tz::TimeZone};
use ratatui::layout::Size;
use tokio::sync::mpsc::{self, error::TrySendError};

use super::{
    render::{
        Look, highlight,
        look::{Theme, marks},
    },
    state::{AppState, Effect, Input, Start},
    terminal::TerminalGuard,
    view,
};
use crate::{
    app::{
        config::{Ui, places},
        keymap::Keymap,
        place::{self, Place},
        task::{self, Command, Task, Writing},
    },
    hook::Hooks,
    repository::Limits,
};

mod drafts;
mod queue;
mod signals;

use drafts::Drafts;
use queue::Queue;
use signals::Signals;

/// What the browser starts with.
#[derive(Debug, Clone)]
pub struct Browse {
    /// What to open; `None` shows the start screen.
    pub place: Option<Place>,
    /// A session to open, as a person typed its id.
    pub open_id: Option<String>,
    /// Settings of the screen.
    pub ui: Ui,
    /// Limits of every read.
    pub limits: Limits,
    /// Keys.
    pub keymap: Keymap,
    /// Connections of the settings, for the connections screen.
    pub profiles: Vec<Place>,
    /// Nothing may be written, wherever.
    pub read_only: bool,
    /// Saved filters by name, as they would be typed.
    pub filters: BTreeMap<String, String>,
    /// Where the log is, to be named after a crash.
    pub log_path: Option<PathBuf>,
    /// Around what is written.
    pub hooks: Hooks,
    /// Where copies of what is deleted and drafts of what was typed are kept.
    pub state_dir: Option<PathBuf>,
}

/// Runs the browser until it is left. The exit code is 0, or that of a program ended by a signal (143 for SIGTERM, 129 for
/// SIGHUP) where one ended it.
///
/// # Errors
/// When standard input or output is no terminal, or the terminal cannot be read or written.
pub async fn browse(options: Browse) -> io::Result<u8> {
    let mut guard = TerminalGuard::enter(options.ui.mouse, options.log_path.clone())?;
    highlight::warm_up();
    let copies = options.state_dir.as_ref().map(|dir| places::copies_in(dir));
    let task = task::spawn(options.limits, Writing { hooks: options.hooks.clone(), copies });
    let drafts = Drafts { folder: options.state_dir.as_ref().map(|dir| dir.join("drafts")) };
    let size = guard.terminal.size()?;
    let (state, effects) = AppState::new(start(options, size));
    let mut browser = Browser { state, task, queue: Queue::default(), waiting: VecDeque::new(), leave: false, drafts };
    browser.carry_out(effects, &mut guard)?;
    let code = browser.run(&mut guard).await?;
    browser.finish().await;
    drop(guard);
    drop(browser);
    Ok(code)
}

fn start(options: Browse, size: Size) -> Start {
    let zone = if options.ui.utc { TimeZone::UTC } else { TimeZone::system() };
    let look =
        Look { theme: Theme::of(options.ui.theme), marks: marks(options.ui.symbols), zone, now: Timestamp::now() };
    let Browse { place, read_only, .. } = options;
    let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    let mut places = place::all(options.profiles, home);
    for place in &mut places {
        place.read_only |= read_only;
    }
    let (ui, keymap, filters, open_id) = (options.ui, options.keymap, options.filters, options.open_id);
    Start { ui, look, keymap, filters, places, place, open_id, size, run: uuid::Uuid::new_v4() }
}

struct Browser {
    state: AppState,
    task: Task,
    /// Questions the task's channel had no room for.
    queue: Queue,
    waiting: VecDeque<Input>,
    leave: bool,
    drafts: Drafts,
}

/// Also after a panic, what was typed and is not stored is kept.
impl Drop for Browser {
    fn drop(&mut self) {
        self.drafts.save(&self.state.drafts());
    }
}

impl Browser {
    /// Lets what is on its way be stored: those that cannot be within [`FINISH`] are kept as drafts.
    async fn finish(&mut self) {
        let (closed, _) = mpsc::channel(1);
        let commands = std::mem::replace(&mut self.task.commands, closed);
        while let Some(command) = self.queue.pop() {
            if matches!(command, Command::Write(..)) {
                let _ = commands.send(command).await;
            }
        }
        drop(commands);
        let everything = async {
            let mut done = std::pin::pin!(&mut self.task.done);
            loop {
                tokio::select! {
                    _ = &mut done => break,
                    event = self.task.events.recv() => match event {
                        Some(event) => drop(self.state.update(Input::Task(Box::new(event)))),
                        None => break,
                    },
                }
            }
            while let Ok(event) = self.task.events.try_recv() {
                self.state.update(Input::Task(Box::new(event)));
            }
        };
        if tokio::time::timeout(FINISH, everything).await.is_err() {
            tracing::warn!("not everything could be stored before the end");
        }
    }

    async fn run(&mut self, guard: &mut TerminalGuard) -> io::Result<u8> {
        let mut events = terminal_events();
        let mut signals = Signals::listen()?;
        let mut dirty = true;
        while !self.leave {
            self.take_waiting(&mut events, guard, &mut dirty)?;
            if self.leave {
                break;
            }
            if dirty {
                self.state.update(Input::Tick(Timestamp::now()));
                // What is drawn on counts, should the news of its size be late.
                let effects = self.state.update(Input::Resize(guard.terminal.size()?));
                self.carry_out(effects, guard)?;
                guard.terminal.draw(|frame| view::draw(frame, &self.state))?;
                dirty = false;
                crash_if_asked();
            }
            let wake = self.state.next_change().unwrap_or(Duration::MAX);
            tokio::select! {
                event = events.recv() => match event {
                    Some(event) => self.waiting.extend(input(event?)),
                    None => break, // The terminal is gone.
                },
                event = self.task.events.recv() => match event {
                    Some(event) => self.waiting.push_back(Input::Task(Box::new(event))),
                    None => return Err(io::Error::other("the background task ended; the log says why")),
                },
                permit = self.task.commands.reserve(), if !self.queue.is_empty() => match (permit, self.queue.pop()) {
                    (Ok(permit), Some(command)) => permit.send(command),
                    _ => return Err(io::Error::other("the background task ended; the log says why")),
                },
                code = signals.next() => return Ok(code),
                () = tokio::time::sleep(wake), if wake != Duration::MAX => dirty = true,
            }
        }
        Ok(0)
    }

    /// Takes in all that is waiting, so that a burst is drawn once.
    fn take_waiting(&mut self, events: &mut Events, guard: &mut TerminalGuard, dirty: &mut bool) -> io::Result<()> {
        for _ in 0..BURST {
            let Some(next) = self.next_waiting(events)? else { break };
            self.state.update(Input::Tick(Timestamp::now()));
            let effects = self.state.update(next);
            *dirty = true;
            self.carry_out(effects, guard)?;
        }
        Ok(())
    }

    fn next_waiting(&mut self, events: &mut Events) -> io::Result<Option<Input>> {
        if let Some(input) = self.waiting.pop_front() {
            return Ok(Some(input));
        }
        while let Ok(event) = events.try_recv() {
            if let Some(input) = input(event?) {
                return Ok(Some(input));
            }
        }
        Ok(self.task.events.try_recv().ok().map(|event| Input::Task(Box::new(event))))
    }

    fn carry_out(&mut self, effects: Vec<Effect>, guard: &mut TerminalGuard) -> io::Result<()> {
        for effect in effects {
            match effect {
                Effect::Ask(command) => self.ask(command),
                Effect::Copy(text) => guard.copy(&text)?,
                Effect::Mouse(capture) => guard.capture_mouse(capture)?,
                Effect::Say(_) => {} // The state keeps what is said for its status line.
                Effect::Quit => self.leave = true,
            }
        }
        Ok(())
    }

    /// Hands a question over, or keeps it until there is room: drawing never waits for the task.
    fn ask(&mut self, command: Command) {
        if !self.queue.is_empty() {
            return self.queue.push(command);
        }
        match self.task.commands.try_send(command) {
            Ok(()) => {}
            // A closed channel also ends the events, which ends the loop.
            Err(TrySendError::Full(command) | TrySendError::Closed(command)) => self.queue.push(command),
        }
    }
}

/// How long the end waits for what is on its way.
const FINISH: Duration = Duration::from_secs(5);

/// What the terminal sends.
type Events = mpsc::Receiver<io::Result<TerminalEvent>>;

/// Reads the terminal in a task of its own: the event stream keeps the first waker it was polled with, so polling it
/// now from here and now from there would lose keys until the next one comes.
fn terminal_events() -> Events {
    let (sender, events) = mpsc::channel(BURST);
    tokio::spawn(async move {
        let mut stream = EventStream::new();
        while let Some(event) = stream.next().await {
            if sender.send(event).await.is_err() {
                return;
            }
        }
    });
    events
}

/// Most inputs taken in between two frames.
const BURST: usize = 1000;

fn input(event: TerminalEvent) -> Option<Input> {
    match event {
        TerminalEvent::Key(key) => Some(Input::Key(key)),
        TerminalEvent::Paste(text) => Some(Input::Paste(text)),
        TerminalEvent::Mouse(mouse) if !matches!(mouse.kind, crossterm::event::MouseEventKind::Moved) => {
            Some(Input::Mouse(mouse))
        }
        TerminalEvent::Resize(width, height) => Some(Input::Resize(Size::new(width, height))),
        _ => None,
    }
}

/// For the test that a panic leaves the terminal as it was.
fn crash_if_asked() {
    #[cfg(debug_assertions)]
    assert!(std::env::var_os("STRANDSCOPE_PANIC").is_none(), "asked to crash");
}
