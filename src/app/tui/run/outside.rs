//! The editor of the environment, `$VISUAL` or `$EDITOR`: it gets the terminal and a private file with the text; what the
//! background task tells is taken in meanwhile. What it leaves comes back as input; what cannot be taken stays in its file. A pager gets
//! the terminal in the same way.

mod file;
mod pager;
mod program;

use std::{
    io::{self, Write},
    path::PathBuf,
    pin::pin,
    process::ExitStatus,
    time::Duration,
};

use tokio::{
    process::{Child, Command as Program},
    time::{Instant, sleep, timeout},
};

use super::{Browser, Outside};
use crate::{
    app::{
        named_program::how_it_failed,
        signals::Caught,
        text,
        tui::{
            state::{Effect, Input},
            terminal::TerminalGuard,
        },
    },
    disk,
};
use file::EditFile;
use program::EditorProgram;

/// How long the reading of the terminal may take to come to rest.
const REST: Duration = Duration::from_millis(500);

/// How long an editor that is told to end may take for it.
const END: Duration = Duration::from_secs(2);

/// An editor that leaves the text as it was within this has a window of its own, or was not needed.
const AT_ONCE: Duration = Duration::from_secs(1);

/// A text for the editor, and how the name of its file ends; or for the pager.
#[derive(Debug)]
pub(super) struct OutsideText {
    pub text: String,
    pub suffix: &'static str,
    /// It is only shown.
    pub pages: bool,
}

/// The files of the editor.
#[derive(Debug, Default)]
pub(super) struct EditFiles {
    /// Where state is kept; `None`: the platform names no such place.
    pub state_dir: Option<PathBuf>,
    /// What an editor may still have in a window.
    open: Vec<EditFile>,
    /// What was written and could not be taken.
    kept: Vec<PathBuf>,
}

impl EditFiles {
    pub fn new(state_dir: Option<PathBuf>) -> Self {
        Self { state_dir, ..Self::default() }
    }

    fn keep(&mut self, file: EditFile) -> PathBuf {
        let path = file.keep();
        self.kept.push(path.clone());
        path
    }

    fn keep_changed(&mut self, file: EditFile) {
        if file.has_changed() {
            self.keep(file);
        }
    }

    /// Says where each is that was kept: the terminal is given back by then.
    pub fn say(&mut self) {
        let changed = std::mem::take(&mut self.open).into_iter().filter(EditFile::has_changed);
        self.kept.extend(changed.map(EditFile::keep));
        for path in &self.kept {
            let path = path.display().to_string();
            // Nobody is left to tell when this fails.
            let _ = writeln!(io::stderr(), "strandscope: what the editor wrote is kept in {}", text::line(&path));
        }
    }
}

/// How it went with an editor.
enum EditorEnd {
    /// It ended by itself.
    Ended(ExitStatus),
    /// It could not be started or waited for.
    Failed(io::Error),
    /// A signal ended this program meanwhile, with that exit code.
    Signal(u8),
}

impl Browser {
    /// Has a text edited outside. A number: a signal ended the program meanwhile, with that exit code.
    ///
    /// # Errors
    /// When the terminal cannot be taken again, or the background task ended.
    pub(super) async fn edit_outside(
        &mut self,
        edited: OutsideText,
        guard: &mut TerminalGuard,
        outside: &mut Outside,
    ) -> io::Result<Option<u8>> {
        self.keep_drafts();
        if edited.pages {
            return self.show_in_pager(&edited, guard, outside).await;
        }
        let began = EditorProgram::of_environment().and_then(|program| {
            let written = EditFile::write(self.edits.state_dir.as_deref(), &edited);
            let file = written.map_err(|error| {
                format!("no file could be written for the editor ({}): nothing was changed", disk::reason(&error))
            })?;
            Ok((program, file))
        });
        let (program, file) = match began {
            Ok(began) => began,
            Err(why) => return self.come_back(Err(why), Vec::new(), guard).map(|()| None),
        };
        self.rest(outside).await;
        guard.leave();
        let (start, mut later) = (Instant::now(), Vec::new());
        let child = Program::new(&program.words[0]).args(&program.words[1..]).arg(file.path()).spawn();
        let end = self.wait_for(child, outside, &mut later).await;
        outside.reading.go_on();
        let at_once = start.elapsed() < AT_ONCE;
        let answer = match end {
            Ok(EditorEnd::Ended(status)) => self.edits.taken(file, &program, status, at_once),
            Ok(EditorEnd::Failed(error)) => Err(program.failed(&error)),
            Ok(EditorEnd::Signal(code)) => {
                self.edits.keep_changed(file);
                return Ok(Some(code));
            }
            Err(error) => {
                self.edits.keep_changed(file);
                return Err(error);
            }
        };
        let again = guard.enter_again();
        // It has just been looked at; while another program had the terminal nothing told so.
        self.waiting.push_back(Input::Focus(true));
        // Also where the terminal is gone: what was written is then kept with the other drafts.
        self.come_back(answer, later, guard)?;
        again.map(|()| None)
    }

    fn come_back(
        &mut self,
        answer: Result<String, String>,
        later: Vec<Effect>,
        guard: &mut TerminalGuard,
    ) -> io::Result<()> {
        self.state.update(Input::Tick(crate::app::clock::now()));
        let effects = self.state.update(Input::Outside(answer));
        self.drafts.touch(self.state.is_typed_in());
        self.pace.now();
        self.carry_out(later, guard)?;
        self.carry_out(effects, guard)
    }

    /// Has nothing more read of the terminal. Keys that were typed ahead were meant for the editor: here they mean nothing.
    async fn rest(&mut self, outside: &mut Outside) {
        let Outside { events, reading, .. } = outside;
        let (mut resting, mut patience) = (pin!(reading.pause()), pin!(sleep(REST)));
        loop {
            tokio::select! {
                () = &mut resting => break,
                // What waits for room would never come to rest. Its end is noticed when it is read next.
                event = events.recv() => if event.is_none() {
                    break;
                },
                () = &mut patience => {
                    tracing::warn!("the terminal is still read while an editor has it");
                    break;
                }
            }
        }
        while events.try_recv().is_ok() {}
        self.waiting.retain(|input| matches!(input, Input::Task(_)));
    }

    /// Lets the program run until it ends. What has to be done to the terminal is done later.
    async fn wait_for(
        &mut self,
        child: io::Result<Child>,
        outside: &mut Outside,
        later: &mut Vec<Effect>,
    ) -> io::Result<EditorEnd> {
        let mut child = match child {
            Ok(child) => child,
            Err(error) => return Ok(EditorEnd::Failed(error)),
        };
        let gone = || io::Error::other("the background task ended; the log says why");
        loop {
            let draft = self.drafts.wait();
            let mut told = None;
            tokio::select! {
                ended = child.wait() => return Ok(ended.map_or_else(EditorEnd::Failed, EditorEnd::Ended)),
                caught = outside.signals.next() => match caught {
                    // What the keyboard sends, the editor gets too: it decides what that means.
                    Caught::End(130 | 131) | Caught::Continued => {}
                    Caught::Stop => outside.signals.stop(false).await,
                    Caught::End(code) => {
                        end(&mut child).await;
                        return Ok(EditorEnd::Signal(code));
                    }
                },
                event = self.task.events.recv() => told = Some(event.ok_or_else(gone)?),
                permit = self.task.commands.reserve(), if !self.queue.is_empty() => match (permit, self.queue.pop()) {
                    (Ok(permit), Some(command)) => permit.send(command),
                    _ => return Err(gone()),
                },
                () = sleep(draft.unwrap_or_default()), if draft.is_some() => {
                    self.drafts.keep_soon(self.state.drafts());
                }
            }
            if let Some(event) = told {
                self.backlog.take();
                self.state.update(Input::Tick(crate::app::clock::now()));
                let effects = self.state.update(Input::Task(Box::new(event)));
                self.drafts.touch(self.state.is_typed_in());
                self.carry_out_unseen(effects, later);
            }
        }
    }

    /// Asks what is to be asked, and keeps for later what the terminal is needed for.
    fn carry_out_unseen(&mut self, effects: Vec<Effect>, later: &mut Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(command) => self.order(command),
                Effect::Deliver(webhook, alert) => {
                    self.hooks.offer(&webhook, alert.delivery());
                }
                effect => later.push(effect),
            }
        }
    }
}

impl EditFiles {
    /// The text that the editor left, or why there is none that is new.
    fn taken(
        &mut self,
        file: EditFile,
        program: &EditorProgram,
        status: ExitStatus,
        at_once: bool,
    ) -> Result<String, String> {
        let name = program.name();
        if !status.success() {
            let how = how_it_failed(&name, status);
            return Err(if file.has_changed() {
                let path = self.keep(file);
                format!("{how}: nothing was changed; what it wrote is kept in {}", path.display())
            } else {
                format!("{how}: nothing was changed")
            });
        }
        match file.read() {
            Ok(text) if at_once && text == file.before() => {
                let path = file.path().display().to_string();
                self.open.push(file);
                Err(format!(
                    "{name} came back at once and left the text as it was; one with a window of its own must wait for it, as \
                     code --wait does (what is saved in {path} from now on is not read)"
                ))
            }
            Ok(text) => Ok(text),
            Err(why) if file.path().exists() => {
                let path = self.keep(file);
                Err(format!("what {name} left {why}: nothing was changed; it is kept in {}", path.display()))
            }
            Err(_) => Err(format!("{name} left no file: nothing was changed")),
        }
    }
}

/// Has an editor end: it may still keep what it has, and give the terminal back.
async fn end(child: &mut Child) {
    tell_to_end(child);
    if timeout(END, child.wait()).await.is_err() {
        tracing::warn!("the editor did not end");
    }
}

#[cfg(unix)]
fn tell_to_end(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process};

    if let Some(pid) = child.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
        // One that ended meanwhile is not there to be told.
        let _ = kill_process(pid, Signal::TERM);
    }
}

#[cfg(not(unix))]
fn tell_to_end(child: &mut Child) {
    let _ = child.start_kill();
}

#[cfg(all(test, unix))]
mod tests;
