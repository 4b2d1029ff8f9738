//! The tokens of rows whose sessions are written to. To read them is to read every message, so they are read again now and then, and
//! not at all where they are told exactly.

use std::time::Duration;

use jiff::Timestamp;

use super::SessionList;
use crate::{
    app::row_figures::RowFigures,
    session::{Change, ChangeKind, Message, Role, SessionKey},
};

/// How long after they were read they are read again at the earliest, and how much later for every message of the session.
const PAUSE: Duration = Duration::from_secs(5);
const PAUSE_A_MESSAGE: Duration = Duration::from_millis(10);

/// How old the tokens of a row are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TokensAge {
    /// What was told since may have changed them.
    is_stale: bool,
    /// The same, since they were asked for last.
    is_touched: bool,
    /// They were told exactly since they were asked for last.
    is_told: bool,
    asked: Option<Timestamp>,
}

impl TokensAge {
    /// Something was told that may change them.
    pub fn touch(&mut self) {
        (self.is_stale, self.is_touched, self.is_told) = (true, true, false);
    }

    /// They are asked for.
    pub fn ask(&mut self, now: Timestamp) {
        (self.is_touched, self.is_told, self.asked) = (false, false, Some(now));
    }

    /// Those of before are shown until others were read.
    pub fn keep(&mut self) {
        self.is_stale |= !self.is_told;
    }

    /// They were read. `false`: newer ones were told meanwhile.
    pub fn read(&mut self) -> bool {
        if !self.is_told {
            self.is_stale = self.is_touched;
        }
        !self.is_told
    }

    /// They are exactly known.
    pub fn tell(&mut self) {
        (self.is_stale, self.is_touched, self.is_told) = (false, false, true);
    }

    /// How long until they are to be read again, of a session of so many messages; `None`: they are right.
    pub fn wait(&self, messages: u64, now: Timestamp) -> Option<Duration> {
        let pause = PAUSE.saturating_add(PAUSE_A_MESSAGE.saturating_mul(u32::try_from(messages).unwrap_or(u32::MAX)));
        // By a clock that was put back nothing is held back for longer.
        let passed = self.asked.map_or(pause, |asked| now.duration_since(asked).unsigned_abs());
        self.is_stale.then(|| pause.saturating_sub(passed))
    }
}

/// Whether the tokens of a session may be others after a change: by figures, or by a call of which nothing tells any.
pub(super) fn may_change(change: &Change) -> bool {
    let tells =
        |message: &Message| message.role == Role::Assistant || message.usage.is_some() || message.counters.is_some();
    match &change.kind {
        ChangeKind::Messages(_, messages) => messages.iter().any(tells),
        ChangeKind::Agent(agent) => agent.message_count > 0,
        ChangeKind::MessageFields(..)
        | ChangeKind::Metrics(..)
        | ChangeKind::Rewritten(..)
        | ChangeKind::Truncated(..)
        | ChangeKind::History(..)
        | ChangeKind::AgentRemoved(_)
        | ChangeKind::Unclear(_) => true,
        _ => false,
    }
}

impl SessionList {
    /// It is that late now.
    pub fn tick(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// The tokens of a session, and what else its messages tell, are exactly these.
    pub fn tell_tokens(&mut self, key: &SessionKey, figures: &RowFigures) {
        self.details.tell_tokens(key, figures);
    }

    /// How long until the tokens of a row in view are read again.
    #[must_use]
    pub fn next_tokens(&self, now: Timestamp) -> Option<Duration> {
        // Something else may be read first.
        let least = Duration::from_secs(1);
        self.in_view().filter_map(|(_, row)| self.details.tokens_wait(row, now)).min().map(|wait| wait.max(least))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_000_000 + ms).unwrap()
    }

    #[test]
    fn they_are_read_again_once_they_changed_and_not_at_every_change() {
        let mut age = TokensAge::default();
        age.ask(at(0));
        assert!(age.read());
        assert_eq!(age.wait(100, at(60_000)), None);
        age.touch();
        assert_eq!(age.wait(100, at(2000)), Some(Duration::from_secs(4)));
        age.ask(at(6000));
        age.touch();
        assert!(age.read(), "of before the change");
        assert_eq!(age.wait(100, at(6000)), Some(Duration::from_secs(6)));
        assert_eq!(age.wait(6000, at(6000)), Some(Duration::from_secs(65)), "a longer one more seldom");
        age.ask(at(12_000));
        assert!(age.read());
        assert_eq!(age.wait(100, at(90_000)), None);
    }

    #[test]
    fn what_is_told_exactly_is_not_read_and_no_late_answer_replaces_it() {
        let mut age = TokensAge::default();
        age.ask(at(0));
        age.touch();
        age.tell();
        assert!(!age.read());
        assert_eq!(age.wait(1, at(90_000)), None);
        age.touch();
        assert_eq!(age.wait(1, at(90_000)), Some(Duration::ZERO));
        age.ask(at(90_000));
        assert!(age.read(), "nothing newer was told");
    }
}
