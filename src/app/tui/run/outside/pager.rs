//! The pager of the environment, `$PAGER`, else `less`: it reads the text as its input, and the keyboard from the terminal.

use std::{fs, io, time::Duration};

use tokio::{process::Command as Program, time::Instant};

use super::{
    super::{Browser, Outside},
    EditorEnd, OutsideText,
    file::EditFile,
};
use crate::{
    app::{
        named_program::how_it_failed,
        pager::PagerProgram,
        tui::{state::Input, terminal::TerminalGuard},
    },
    disk,
};

/// A pager that ends within this, and was not left by a key, showed nothing for long enough to be read.
const UNREAD: Duration = Duration::from_millis(300);

impl Browser {
    /// Has a text shown. A number: a signal ended the program meanwhile, with that exit code.
    ///
    /// # Errors
    /// When the terminal cannot be taken again, or the background task ended.
    pub(super) async fn show_in_pager(
        &mut self,
        shown: &OutsideText,
        guard: &mut TerminalGuard,
        outside: &mut Outside,
    ) -> io::Result<Option<u8>> {
        let began = PagerProgram::of_environment().and_then(|program| {
            let file = EditFile::write(self.edits.state_dir.as_deref(), shown);
            let read = file.and_then(|file| fs::File::open(file.path()).map(|read| (file, read)));
            let read =
                read.map_err(|error| format!("no file could be written for the pager ({})", disk::reason(&error)));
            read.map(|(file, read)| (program, file, read))
        });
        // The file goes once it was shown.
        let (program, _file, read) = match began {
            Ok(began) => began,
            Err(why) => {
                self.state.tell_error(why);
                self.pace.now();
                return Ok(None);
            }
        };
        self.rest(outside).await;
        guard.leave();
        let (start, mut later) = (Instant::now(), Vec::new());
        let child = Program::new(&program.words[0]).args(&program.words[1..]).stdin(read).spawn();
        let end = self.wait_for(child, outside, &mut later).await;
        outside.reading.go_on();
        let name = program.name();
        let problem = match end {
            Ok(EditorEnd::Ended(status)) if !status.success() => Some(how_it_failed(&name, status)),
            Ok(EditorEnd::Ended(_)) if start.elapsed() < UNREAD => Some(format!(
                "{name} came back at once: what it showed is above this screen (less does so with -F where all fits on one)"
            )),
            Ok(EditorEnd::Ended(_)) => None,
            Ok(EditorEnd::Failed(error)) => Some(program.failed(&error)),
            Ok(EditorEnd::Signal(code)) => return Ok(Some(code)),
            Err(error) => return Err(error),
        };
        let again = guard.enter_again();
        self.waiting.push_back(Input::Focus(true));
        if let Some(problem) = problem {
            self.state.tell_error(problem);
        }
        self.pace.now();
        self.carry_out(later, guard)?;
        again.map(|()| None)
    }
}
