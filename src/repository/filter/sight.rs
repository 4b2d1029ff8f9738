//! A session while a filter looks at it: what takes work is read once, and only where it is asked for.

use std::cell::OnceCell;

use bson::Document;

use super::FilterTest;
use crate::{
    metrics::{Outline, called_tools, row_has_finding, tool_failed},
    session::{Details, Summary, decode},
};

/// What was read of a session's messages, with its row and its counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MessagesRead<'a> {
    /// The row.
    pub row: &'a Summary,
    /// Counts and sizes.
    pub details: &'a Details,
    /// Every message.
    pub outline: &'a Outline,
}

/// A session's document.
pub(super) struct SessionSight<'a> {
    pub document: &'a Document,
    count: &'a dyn Fn() -> Details,
    details: OnceCell<Details>,
    messages: OnceCell<(Summary, Outline)>,
}

impl<'a> SessionSight<'a> {
    pub fn of(document: &'a Document, count: &'a dyn Fn() -> Details) -> Self {
        Self { document, count, details: OnceCell::new(), messages: OnceCell::new() }
    }

    pub fn details(&self) -> &Details {
        self.details.get_or_init(self.count)
    }

    pub fn messages(&self) -> MessagesRead<'_> {
        let read = || (decode::summary(self.document), Outline::from(&decode::session(self.document.clone())));
        let (row, outline) = self.messages.get_or_init(read);
        MessagesRead { row, details: self.details(), outline }
    }
}

impl FilterTest {
    /// Whether it is read from the messages.
    pub(crate) fn is_of_messages(&self) -> bool {
        self.read_from_messages().is_some()
    }

    /// What has to be read from the messages for it, in a word for people; `None`: nothing.
    pub(crate) fn read_from_messages(&self) -> Option<&'static str> {
        match self {
            Self::HasFinding(_) => Some("findings"),
            Self::Tool(_) | Self::HasTool => Some("tools that were called"),
            Self::HasError => Some("tools that failed"),
            Self::Figure(figure, _) => figure.needs_messages().then(|| figure.name()),
            _ => None,
        }
    }

    /// Whether it holds, where it is read from the messages; else `None`.
    pub(super) fn told_by(&self, read: MessagesRead<'_>) -> Option<bool> {
        let MessagesRead { row, details, outline } = read;
        Some(match self {
            Self::HasFinding(now) => row_has_finding(row, details, outline, *now),
            Self::Tool(text) => called_tools(outline).flatten().any(|name| text.matches(name)),
            Self::HasTool => called_tools(outline).next().is_some(),
            Self::HasError => tool_failed(outline),
            Self::Figure(figure, range) if figure.needs_messages() => {
                figure.value(details, Some(outline)).is_some_and(|value| range.contains(&value))
            }
            _ => return None,
        })
    }
}
