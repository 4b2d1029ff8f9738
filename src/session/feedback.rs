//! What people said of a session.

use bson::Bson;

use super::{StoredDate, StoredValue};

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
    /// The word for it: `up`, `down`, `neutral` (stored as null), any other as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Neutral => "neutral",
            Self::Other(word) => word,
        }
    }

    /// The value as it is stored.
    #[must_use]
    pub fn stored(&self) -> Bson {
        if *self == Self::Neutral { Bson::Null } else { self.as_str().into() }
    }

    /// What a stored text says. The text `neutral` is no null: filters tell the two apart as well.
    pub(super) fn of_stored(word: &str) -> Self {
        match word {
            "up" => Self::Up,
            "down" => Self::Down,
            _ => Self::Other(word.to_owned()),
        }
    }
}

/// Reads the word for it: `up`, `down`, `neutral`, any other as [`Rating::Other`].
impl From<&str> for Rating {
    fn from(word: &str) -> Self {
        if word == "neutral" { Self::Neutral } else { Self::of_stored(word) }
    }
}

/// One feedback. Source: an element of `feedbacks`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Feedback {
    /// Position in the stored array, from 0, where that is known.
    pub index: Option<u64>,
    /// `rating`.
    pub rating: Rating,
    /// `comment`; as JSON where no text stands there.
    pub comment: Option<String>,
    /// `created_at`.
    pub created_at: Option<StoredDate>,
    /// The agent it speaks of, where it names one (`agent_id`).
    pub agent_id: Option<String>,
    /// The message it speaks of, where it names one (`message_id`).
    pub message_id: Option<i64>,
    /// The feedback as stored.
    pub raw: StoredValue,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::decode;

    #[test]
    fn a_rating_is_a_word_for_people_and_a_value_in_the_store() {
        for rating in [Rating::Up, Rating::Down, Rating::Neutral, Rating::Other("sideways".to_owned())] {
            assert_eq!(rating.to_string().parse::<Rating>(), Ok(rating.clone()));
            assert_eq!(decode::rating(Some(&rating.stored())), rating);
        }
        assert_eq!(Rating::Neutral.stored(), Bson::Null);
        assert_eq!(decode::rating(Some(&"neutral".into())), Rating::Other("neutral".to_owned()));
    }
}
