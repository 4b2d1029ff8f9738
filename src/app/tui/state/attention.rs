//! Whether anybody looks: what is only decoration waits while nobody does.

use super::AppState;

impl AppState {
    /// The terminal's window is looked at, or is not any more.
    pub(super) fn on_focus(&mut self, looked_at: bool) {
        if std::mem::replace(&mut self.looked_at, looked_at) == looked_at {
            return;
        }
        if looked_at {
            self.workspace.conversation.look_back();
        } else {
            self.workspace.conversation.look_away();
            self.darken();
        }
    }
}
