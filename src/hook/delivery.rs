//! What is delivered, by whom, and what comes of it.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;

use super::{HookStore, HookSubject};
use crate::session::setters;

/// What is delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// Its id, best a UUID v4: the same on every attempt, so that a receiver can tell a repetition.
    pub id: String,
    /// The text.
    pub body: String,
    /// The operation that it tells of; `None`: none.
    pub subject: Option<HookSubject>,
    /// Where it goes, such as a topic or a connection, where its deliverer knows several places. `None`: where it always goes.
    pub to: Option<String>,
    /// A line above the text, where its deliverer sends one.
    pub title: Option<String>,
    /// Names and values beside the text, where its deliverer sends such: what receivers choose by.
    pub attributes: BTreeMap<String, String>,
    /// The store that the operation was carried out in, where its deliverer looks something up once it delivers.
    pub store: Option<HookStore>,
}

impl Delivery {
    /// A text with an id that no other has.
    #[must_use]
    pub fn new(id: impl Into<String>, body: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            body: body.into(),
            subject: None,
            to: None,
            title: None,
            attributes: BTreeMap::new(),
            store: None,
        }
    }

    setters! {
        fields { attributes: BTreeMap<String, String> }
        options { subject: HookSubject, to: String, title: String, store: HookStore }
    }
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeliveryOutcome {
    /// It arrived.
    Delivered,
    /// Trying again may help.
    Again {
        /// After so long, where the receiver said so.
        after: Option<Duration>,
        /// What went wrong, in a few words without a secret.
        why: String,
    },
    /// Trying again would not help: why.
    Never(String),
}

/// What became of a delivery in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveryReport {
    /// The operation that it told of; `None`: none, or several that were given up together.
    pub subject: Option<HookSubject>,
    /// Whether it arrived; else why it was given up or dropped, in a sentence.
    pub arrived: Result<(), String>,
}

/// Delivers one thing, for an [`Outbox`](super::Outbox).
#[async_trait]
pub trait Deliver: Send + Sync + 'static {
    /// Tries once.
    async fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome;
}
