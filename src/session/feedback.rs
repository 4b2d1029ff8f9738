//! What people said of a session.

use bson::Bson;
use jiff::Timestamp;

/// A rating. Source: `feedbacks[].rating`; null is neutral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rating {
    /// `up`.
    Up,
    /// `down`.
    Down,
    /// null or absent.
    Neutral,
    /// Any other value, as text (untrusted).
    Other(String),
}

impl Rating {
    /// The value as it is stored.
    #[must_use]
    pub fn stored(&self) -> Bson {
        match self {
            Self::Up => "up".into(),
            Self::Down => "down".into(),
            Self::Neutral => Bson::Null,
            Self::Other(word) => word.as_str().into(),
        }
    }
}

/// One feedback. Source: an element of `feedbacks`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Feedback {
    /// `rating`.
    pub rating: Rating,
    /// `comment`.
    pub comment: Option<String>,
    /// `created_at`.
    pub created_at: Option<Timestamp>,
    /// The agent it speaks of, where it names one (`agent_id`).
    pub agent_id: Option<String>,
    /// The message it speaks of, where it names one (`message_id`).
    pub message_id: Option<i64>,
    /// The feedback as stored.
    pub raw: Bson,
}

/// How many feedbacks of each rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct FeedbackTally {
    /// Rated `up`.
    pub up: u64,
    /// Rated `down`.
    pub down: u64,
    /// Rated null.
    pub neutral: u64,
    /// Rated anything else.
    pub other: u64,
}

impl FeedbackTally {
    /// Counts one more.
    pub fn add(&mut self, rating: &Rating) {
        match rating {
            Rating::Up => self.up += 1,
            Rating::Down => self.down += 1,
            Rating::Neutral => self.neutral += 1,
            Rating::Other(_) => self.other += 1,
        }
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.up + self.down + self.neutral + self.other
    }
}
