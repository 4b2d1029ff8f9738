//! What was changed of the terminal, and is put back once, whoever does it: the guard, or the hook of a panic.

use std::{
    io::{Write, stdout},
    sync::atomic::{AtomicBool, Ordering},
};

use crossterm::{
    cursor::Show,
    event::{DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, PopKeyboardEnhancementFlags},
    execute,
    terminal::{EndSynchronizedUpdate, LeaveAlternateScreen, disable_raw_mode},
};

/// Has the terminal remember the title of its window, and put it back (`XTWINOPS`); unknown to many, who then do nothing.
pub(super) const PUSH_TITLE: &[u8] = b"\x1b[22;2t";
const POP_TITLE: &[u8] = b"\x1b[23;2t";

/// What was changed.
#[derive(Debug, Default)]
pub(super) struct HeldTerminal {
    taken: AtomicBool,
    keys: AtomicBool,
    title: AtomicBool,
}

impl HeldTerminal {
    /// The terminal is taken.
    pub fn take(&self) {
        self.taken.store(true, Ordering::SeqCst);
    }

    /// Whether it is.
    pub fn is_taken(&self) -> bool {
        self.taken.load(Ordering::SeqCst)
    }

    /// Keys are to be told apart. `false`: they are already, or the terminal was given back.
    pub fn push_keys(&self) -> bool {
        self.is_taken() && !self.keys.swap(true, Ordering::SeqCst)
    }

    /// The window gets a title. `false`: it has one already, or the terminal was given back.
    pub fn push_title(&self) -> bool {
        self.is_taken() && !self.title.swap(true, Ordering::SeqCst)
    }

    /// Restores once; `false` when that was done before. Errors have nowhere to go any more.
    pub fn restore(&self) -> bool {
        if !self.taken.swap(false, Ordering::SeqCst) {
            return false;
        }
        // A frame may be half written: until its end is told some terminals show nothing more.
        let _ = execute!(stdout(), EndSynchronizedUpdate);
        if self.keys.swap(false, Ordering::SeqCst) {
            // Of the alternate screen, before it is left.
            let _ = execute!(stdout(), PopKeyboardEnhancementFlags);
        }
        let _ = execute!(
            stdout(),
            DisableFocusChange,
            DisableMouseCapture,
            DisableBracketedPaste,
            LeaveAlternateScreen,
            Show
        );
        if self.title.swap(false, Ordering::SeqCst) {
            let _ = stdout().write_all(POP_TITLE);
            let _ = stdout().flush();
        }
        let _ = disable_raw_mode();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_changed_of_a_terminal_that_is_not_taken() {
        let held = HeldTerminal::default();
        assert!(!held.push_keys() && !held.push_title() && !held.restore());
        held.take();
        assert!(held.push_keys() && held.push_title());
        assert!(!held.push_keys() && !held.push_title(), "once");
    }
}
