//! What was changed of the terminal, and is put back once, whoever does it: the guard, or the hook of a panic.

use std::{
    collections::BTreeSet,
    io::{Write, stdout},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
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
    /// The numbers by which it keeps images.
    images: Mutex<BTreeSet<u32>>,
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

    fn images(&self) -> MutexGuard<'_, BTreeSet<u32>> {
        self.images.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The terminal keeps an image by that number, or is about to.
    pub fn keep_image(&self, number: u32) {
        if self.is_taken() {
            self.images().insert(number);
        }
    }

    /// What has the terminal forget an image; `None`: it keeps none by that number.
    pub fn forget_image(&self, number: u32) -> Option<String> {
        self.images().remove(&number).then(|| forget_order(number))
    }

    /// Restores once; `false` when that was done before. Errors have nowhere to go any more.
    pub fn restore(&self) -> bool {
        if !self.taken.swap(false, Ordering::SeqCst) {
            return false;
        }
        // A frame may be half written: until its end is told some terminals show nothing more.
        let _ = execute!(stdout(), EndSynchronizedUpdate);
        let images = std::mem::take(&mut *self.images());
        let _ = stdout().write_all(images.into_iter().map(forget_order).collect::<String>().as_bytes());
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

/// Has a terminal that draws as kitty does forget an image and where it stands; it answers nothing.
/// <https://sw.kovidgoyal.net/kitty/graphics-protocol/#deleting-images>
fn forget_order(number: u32) -> String {
    format!("\x1b_Ga=d,d=I,i={number},q=2\x1b\\")
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

    #[test]
    fn an_image_is_forgotten_once_and_only_where_it_was_kept() {
        let held = HeldTerminal::default();
        held.keep_image(5);
        assert_eq!(held.forget_image(5), None, "the terminal was not taken");
        held.take();
        held.keep_image(5);
        assert_eq!(held.forget_image(6), None);
        assert_eq!(held.forget_image(5).as_deref(), Some("\x1b_Ga=d,d=I,i=5,q=2\x1b\\"));
        assert_eq!(held.forget_image(5), None);
    }
}
