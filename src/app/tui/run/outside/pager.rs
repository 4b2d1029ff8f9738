//! The pager of the environment, `$PAGER`, else `less`: it reads the text as its input, and the keyboard from the terminal.

use std::{fs, io, process::ExitStatus, time::Duration};

use tokio::{process::Command as Program, time::Instant};

use super::{
    super::{Browser, Outside},
    EditorEnd, OutsideText,
    file::EditFile,
};
use crate::{
    app::{
        pager::{self, PagerProgram},
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
        match end {
            Ok(EditorEnd::Ended(status)) => match told(&name, status, start.elapsed()) {
                Ok(Some(news)) => self.state.say_and_keep(news),
                Ok(None) => {}
                Err(problem) => self.state.tell_error(problem),
            },
            Ok(EditorEnd::Failed(error)) => self.state.tell_error(program.failed(&error)),
            Ok(EditorEnd::Signal(code)) => return Ok(Some(code)),
            Err(error) => return Err(error),
        }
        let again = guard.enter_again();
        self.waiting.push_back(Input::Focus(true));
        self.pace.now();
        self.carry_out(later, guard)?;
        again.map(|()| None)
    }
}

/// What is said of a pager that ended, after so long.
///
/// # Errors
/// How it failed.
fn told(name: &str, status: ExitStatus, shown: Duration) -> Result<Option<String>, String> {
    if let Some(problem) = pager::failure(name, status) {
        return Err(problem);
    }
    Ok((shown < UNREAD).then(|| {
        format!("{name} came back at once; what it wrote is seen on leaving (less does so with -F where all fits)")
    }))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn a_pager_that_ends_well_at_once_is_news_and_no_error() {
        let exit = |code: i32| ExitStatus::from_raw(code << 8);
        let (soon, late) = (Duration::from_millis(10), Duration::from_secs(1));
        let news = told("less", exit(0), soon).unwrap();
        assert!(news.is_some_and(|news| news.starts_with("less came back at once")));
        assert_eq!(told("less", exit(0), late), Ok(None));
        for shown in [soon, late] {
            assert_eq!(told("less", exit(1), shown), Err("less ended with exit code 1".to_owned()));
        }
    }
}
