//! What an editor says of itself: its title and its keys.

use super::{Editor, Purpose};
use crate::{
    app::text,
    session::{Rating, plain},
};

impl Editor {
    /// What it is, of which session, and where that is not the place that is open, for a title. Safe text.
    #[must_use]
    pub fn title(&self) -> String {
        let title = self.title_here();
        match &self.elsewhere {
            Some(place) => format!("{title}, at {place}"),
            None => title,
        }
    }

    /// What it is, and of which session. Safe text.
    #[must_use]
    pub fn title_here(&self) -> String {
        let name = text::line(&self.name);
        match &self.purpose {
            Purpose::Edit { key, kind, .. } => format!("{}  {}  of {name}", text::line(key), plain::type_word(kind)),
            Purpose::Add => format!("Add key=value or key:=JSON to {name}"),
            Purpose::Item => format!("A value of {name}"),
            Purpose::Rename { key } => format!("Rename {} of {name}", text::line(key)),
            Purpose::Rate { rating, about } => {
                let rating = rating_word(rating);
                let feedback = if self.changes_feedback() { "your feedback" } else { "feedback" };
                match about {
                    None => format!("{rating}: {feedback} on {name}"),
                    Some((agent, id)) => {
                        format!("{rating}: {feedback} on message {id} of {} of {name}", text::line(agent.as_str()))
                    }
                }
            }
        }
    }

    /// What the keys do, in a line.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match &self.purpose {
            _ if self.elsewhere.is_some() => "Esc leave; it can be stored once its place is open",
            _ if self.is_waiting() => "Enter edit it  Esc leave",
            Purpose::Rate { .. } => "Tab rating  Ctrl-S save  Esc leave",
            // What is edited here goes into the form, which is saved on its own.
            _ if self.has_lines() => "Ctrl-S take over  Esc leave",
            _ => "Enter take over  Esc leave",
        }
    }
}

/// The word for a rating.
fn rating_word(rating: &Rating) -> &'static str {
    match rating {
        Rating::Up => "+ up",
        Rating::Down => "- down",
        _ => "neutral",
    }
}
