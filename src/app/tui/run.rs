//! The loop: terminal events, task events and signals; drawn when all that is waiting has been taken in.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    path::PathBuf,
    time::Duration,
};

use tokio::time::Instant;

use super::{
    render::{
        highlight,
        look::colour::{Depth, Palette},
    },
    state::{AppState, Effect, Input, fleet::FleetStart},
    terminal::{TerminalGuard, TerminalUse},
    view,
};
use crate::{
    app::{
        alert::AlertRule,
        config::{Symbols, Ui, places, write::SettingsFile},
        keymap::Keymap,
        place::{Place, Reveal},
        signals::{Caught, HUNG_UP, Signals},
        task::{self, Task, Writing},
        writes::Journal,
    },
    hook::Hooks,
    repository::Limits,
};

mod aside;
mod backlog;
mod copied;
mod drafts;
mod end;
mod input;
mod links;
mod outside;
mod pace;
mod painting;
mod queue;
mod remembering;
mod starting;
mod taking;

use aside::Aside;
use backlog::Backlog;
use drafts::Drafts;
use input::{Events, TerminalReading};
use outside::{EditFiles, OutsideText};
use pace::FramePace;
use painting::Painter;
use queue::Queue;
use remembering::Remembering;
use taking::{heard, painted};

/// What the browser starts with.
#[derive(Debug, Clone)]
pub struct Browse {
    /// What to open; `None` shows the start screen.
    pub place: Option<Place>,
    /// A session to open, as a person typed its id.
    pub open_id: Option<String>,
    /// Shows the fleet first, in that way.
    pub fleet: Option<FleetStart>,
    /// Settings of the screen.
    pub ui: Ui,
    /// What is known of the terminal's colours.
    pub palette: Palette,
    /// The terminal can be asked which background it has and what it can do.
    pub ask_background: bool,
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
    /// What opens and seals encrypted metadata.
    pub reveal: Reveal,
    /// What somebody wants to be told of.
    pub alerts: Vec<AlertRule>,
    /// Where the log is, to be named after a crash.
    pub log_path: Option<PathBuf>,
    /// The file of settings that was read, if any.
    pub config_file: Option<PathBuf>,
    /// Around what is written.
    pub hooks: Hooks,
    /// Where copies of what is deleted and drafts of what was typed are kept.
    pub state_dir: Option<PathBuf>,
}

/// Runs the browser until it is left. The exit code is 0, or that of a program ended by a signal (143 for SIGTERM, 131 for
/// SIGQUIT, 129 for SIGHUP and for a terminal that is gone) where one ended it.
///
/// # Errors
/// When standard input or output is no terminal, or the terminal cannot be read or written.
pub async fn browse(options: Browse) -> io::Result<u8> {
    let unicode = options.ui.symbols == Symbols::Unicode;
    let ask_images = options.ask_background && unicode && Painter::asks(options.ui.images);
    let painter = Painter::new(options.ui.images, ask_images, options.palette.depth);
    let no_images = painter.refusal(options.ui.images);
    let used = TerminalUse {
        mouse: options.ui.mouse,
        sixteen: options.palette.depth == Depth::Sixteen,
        ask: options.ask_background,
        ask_images,
        synchronized: options.ui.synchronized,
        // The console that is not asked has no window.
        title: options.ui.title && (options.ask_background || cfg!(windows)),
    };
    // Before the terminal is changed: from then on a signal that ends the program must change it back.
    let signals = Signals::listen()?;
    let mut guard = TerminalGuard::enter(used, options.log_path.clone())?;
    highlight::warm_up();
    let (events, reading) = input::listen()?;
    let mut outside = Outside { events, reading, signals };
    let copies = options.state_dir.as_ref().map(|dir| places::copies_in(dir));
    let journal = Journal::new(options.state_dir.clone());
    let hooks = options.hooks.clone();
    let reports = options.state_dir.as_ref().map(|dir| places::reports_in(dir));
    let task = task::spawn(options.limits, Writing { hooks: options.hooks.clone(), copies, journal, reports });
    let drafts = Drafts::new(options.state_dir.as_ref().map(|dir| dir.join("drafts")));
    drafts.find();
    let edits = EditFiles::new(options.state_dir.clone());
    let size = guard.terminal.size()?;
    let aside = Aside::new(SettingsFile::of(options.config_file.as_deref()));
    let (remembering, memory, says) = Remembering::open(options.state_dir.clone(), aside.teller());
    let (mut state, effects) = AppState::new(starting::start(options, memory, size));
    if let Some(says) = no_images {
        state.say_and_keep(says.to_owned());
    }
    if let Some(says) = says {
        state.tell_error(says);
    }
    let mut browser = Browser {
        state,
        task,
        queue: Queue::default(),
        waiting: VecDeque::new(),
        pace: FramePace::default(),
        backlog: Backlog::default(),
        leave: false,
        stop: false,
        edit: None,
        edits,
        drafts,
        remembering,
        aside,
        painter,
        hooks,
    };
    if unicode && browser.painter.is_ready() {
        browser.waiting.push_back(Input::Images(true));
    }
    browser.carry_out(effects, &mut guard)?;
    let mut ended = browser.run(&mut guard, &mut outside).await;
    // Before anything else: the terminal may be gone, and the machine may be about to go.
    browser.keep_drafts();
    if let Err(error) = &ended
        && !TerminalGuard::is_there()
    {
        tracing::info!(%error, "the terminal is gone");
        ended = Ok(HUNG_UP);
    }
    if ended.is_ok() {
        browser.finish(&mut guard, &mut outside).await;
        browser.keep_drafts();
    }
    drop(guard);
    drop(browser);
    ended
}

struct Browser {
    state: AppState,
    task: Task,
    /// Questions the task's channel had no room for.
    queue: Queue,
    /// What was told while nothing else was done, at most one of it.
    waiting: VecDeque<Input>,
    pace: FramePace,
    backlog: Backlog,
    leave: bool,
    /// `Ctrl-Z` was pressed.
    stop: bool,
    /// A text that the editor of the environment is to edit.
    edit: Option<OutsideText>,
    edits: EditFiles,
    drafts: Drafts,
    remembering: Remembering,
    aside: Aside,
    painter: Painter,
    /// Its webhooks tell of alerts.
    hooks: Hooks,
}

/// What the world outside says.
struct Outside {
    events: Events,
    reading: TerminalReading,
    signals: Signals,
}

impl Browser {
    fn keep_drafts(&mut self) {
        self.drafts.keep(self.state.drafts());
    }

    async fn run(&mut self, guard: &mut TerminalGuard, outside: &mut Outside) -> io::Result<u8> {
        self.pace.now();
        loop {
            self.take_waiting(&mut outside.events, guard)?;
            if self.leave {
                return Ok(0);
            }
            if std::mem::take(&mut self.stop) {
                self.stop(guard, &mut outside.signals, true).await?;
                self.pace.now();
            }
            if let Some(edit) = self.edit.take()
                && let Some(code) = self.edit_outside(edit, guard, outside).await?
            {
                return Ok(code);
            }
            if self.drafts.wait() == Some(Duration::ZERO) {
                self.drafts.keep_soon(self.state.drafts());
            }
            if self.pace.wait(Instant::now()) == Some(Duration::ZERO) {
                self.draw(guard)?;
                self.pace.drawn(Instant::now());
            }
            // What changes by itself is in the frame that is owed.
            let frame = self.pace.wait(Instant::now());
            let wake = frame.or_else(|| self.state.next_change());
            let draft = self.drafts.wait();
            let mut told_to_stop = false;
            let is_waiting = !self.waiting.is_empty();
            tokio::select! {
                // What was received and not taken in waits for nothing more.
                () = std::future::ready(()), if is_waiting => {}
                event = outside.events.recv() => match event {
                    Some(event) => {
                        let news = event?;
                        self.waiting.extend(heard(news, guard, &mut self.painter)?);
                    }
                    None => return Ok(HUNG_UP),
                },
                event = self.task.events.recv() => match event {
                    Some(event) => self.waiting.push_back(Input::Task(Box::new(event))),
                    None => return Err(io::Error::other("the background task ended; the log says why")),
                },
                permit = self.task.commands.reserve(), if !self.queue.is_empty() => match (permit, self.queue.pop()) {
                    (Ok(permit), Some(command)) => permit.send(command),
                    _ => return Err(io::Error::other("the background task ended; the log says why")),
                },
                caught = outside.signals.next() => match caught {
                    Caught::End(code) => return Ok(code),
                    Caught::Stop => told_to_stop = true,
                    Caught::Continued => {
                        guard.enter_again()?;
                        self.pace.now();
                    }
                },
                () = tokio::time::sleep(wake.unwrap_or_default()), if wake.is_some() => self.pace.soon(),
                () = tokio::time::sleep(draft.unwrap_or_default()), if draft.is_some() => {}
                input = self.aside.next() => self.waiting.push_back(input),
                news = self.drafts.news() => self.waiting.push_back(Input::Drafts(news)),
                news = self.painter.news() => self.waiting.push_back(painted(news, guard)),
            }
            if told_to_stop {
                self.stop(guard, &mut outside.signals, false).await?;
                self.pace.now();
            }
        }
    }

    fn draw(&mut self, guard: &mut TerminalGuard) -> io::Result<()> {
        self.state.update(Input::Tick(crate::app::clock::now()));
        // What is drawn on counts, should the news of its size be late.
        let effects = self.state.update(Input::Resize(guard.terminal.size()?));
        self.carry_out(effects, guard)?;
        guard.terminal.draw(|frame| view::draw(frame, &self.state))?;
        guard.set_title(self.state.title())?;
        guard.forget_images(&self.painter.gone())?;
        crash_if_asked();
        Ok(())
    }

    /// Gives the terminal back, stops until continued, and takes it again. `typed`: a key asked for it.
    async fn stop(&mut self, guard: &mut TerminalGuard, signals: &mut Signals, typed: bool) -> io::Result<()> {
        self.keep_drafts();
        guard.leave();
        signals.stop(typed).await;
        guard.enter_again()
    }

    fn carry_out(&mut self, effects: Vec<Effect>, guard: &mut TerminalGuard) -> io::Result<()> {
        for effect in effects {
            match effect {
                Effect::Ask(command) => self.order(command),
                Effect::Copy(text) => {
                    let path = guard.copy(&text)?;
                    self.say_copied(path);
                }
                Effect::Mouse(capture) => guard.capture_mouse(capture)?,
                Effect::Bell => TerminalGuard::ring()?,
                Effect::Notify(text) => TerminalGuard::notify(&text)?,
                Effect::Deliver(webhook, alert) => {
                    self.hooks.offer(&webhook, alert.delivery());
                }
                // The state keeps what is said for its status line.
                Effect::Say(_) => {}
                Effect::Remember(memory) => self.remember(memory),
                Effect::Configure(edit) => self.aside.keep(*edit),
                Effect::ListFolders(typed) => self.aside.list(typed),
                Effect::ReadThemes(themes) => self.aside.read_themes(themes),
                Effect::Draft(order) => self.drafts.order(order),
                Effect::Picture(order) => self.painter.order(*order),
                Effect::EditOutside(text, suffix) => self.edit = Some(OutsideText { text, suffix, pages: false }),
                Effect::Page(text) => self.edit = Some(OutsideText { text, suffix: ".txt", pages: true }),
                Effect::OpenLink(address) => self.state.said = Some(links::open(&address, self.aside.teller())),
                Effect::Quit => self.leave = true,
            }
        }
        Ok(())
    }
}

/// For the test that a panic leaves the terminal as it was.
fn crash_if_asked() {
    #[cfg(debug_assertions)]
    assert!(std::env::var_os("STRANDSCOPE_PANIC").is_none(), "asked to crash");
}
