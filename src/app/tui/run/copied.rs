//! What is said of a copy, beside what the state knows.

use super::Browser;
use crate::app::tui::terminal::CopyPath;

impl Browser {
    /// Adds to what is said of a copy what tmux makes of it.
    pub(super) fn say_copied(&mut self, path: CopyPath) {
        match (path, &mut self.state.said) {
            (CopyPath::Tmux, Some(said)) => said.push_str("; tmux passes it on where its set-clipboard is on"),
            (CopyPath::TooLong, said) => {
                *said = Some("not copied: it is more than tmux takes at once, about 780 kB".to_owned());
            }
            (CopyPath::Terminal | CopyPath::Tmux, _) => {}
        }
    }
}
