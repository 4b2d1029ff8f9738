//! Every method of the port that names a session, in an order in which each finds something to do: reading, changing, deleting.

use bson::{Bson, Document, doc};
use strandscope::{
    AgentConfig, AgentId, AgentUpdate, FeedbackChange, MessageBody, MessageUpdate, MetadataEdit, NewAgent, NewFeedback,
    NewGuardrailEvent, NewMessage, Rating, Result, SessionCopy, SessionKey, SessionUpdate, Tail,
};

use super::Repository;

/// What each method said: how its answer looks, or why there is none.
pub type Said = Vec<(&'static str, Result<String>)>;

macro_rules! ask {
    ($store:expr; $($method:ident($($argument:expr),*);)*) => {
        vec![ $( (stringify!($method), $store.$method($($argument),*).await.map(|answer| format!("{answer:?}"))) ),* ]
    };
}

pub async fn asked_to_read(store: &Repository, key: &SessionKey) -> Said {
    let agent = &AgentId::from("support");
    ask! { store;
        open(key, 5);
        open(key, u64::MAX);
        messages(key, agent, 0..9);
        outline(key);
        document(key);
        inspect(key);
        exact_copy(key);
        agent(key, agent);
        message(key, agent, 0);
        history(key, agent, 0, None);
        feedbacks(key);
        metadata(key);
    }
}

pub async fn asked_to_change(store: &Repository, key: &SessionKey, copy: &SessionCopy) -> Said {
    let agent = &AgentId::from("support");
    let mut body = MessageBody::user("hello");
    body.as_document_mut().insert("tracking_id", "turn-1");
    let message = NewMessage::new(body);
    let event = NewGuardrailEvent::new("support", "BLOCKED");
    ask! { store;
        update_session(key, &SessionUpdate::default().session_type("x"));
        create_agent(key, &NewAgent::new("new"));
        update_agent(key, agent, &AgentUpdate::default().state(doc! { "a": 1 }));
        update_agent_config(key, agent, &AgentConfig::default().model("m"));
        append_message(key, agent, &message, None);
        append_message(key, agent, &message, Some(Tail::new(1, Some(0))));
        update_message(key, agent, 0, &MessageUpdate::default().event_loop_metrics(doc! { "a": 1 }));
        edit_metadata(key, &[MetadataEdit::set("x", 1)]);
        edit_metadata(key, &[MetadataEdit::unset("secret")]);
        edit_metadata(key, &[MetadataEdit::set("x", 1).only_if(None)]);
        add_feedback(key, &NewFeedback::new(Rating::Down));
        add_feedback(key, &NewFeedback::new(Rating::Down).again(true));
        change_feedback(key, &FeedbackChange::back(first_feedback(copy)));
        add_guardrail_event(key, &event);
    }
}

pub async fn asked_to_delete(store: &Repository, key: &SessionKey, copy: &SessionCopy) -> Said {
    ask! { store;
        delete_agent(key, &AgentId::from("support"));
        delete_latest(key, copy);
        delete_copied(key, copy);
        delete_session(key);
    }
}

/// All of it, one after the other.
pub async fn asked(store: &Repository, key: &SessionKey, copy: &SessionCopy) -> Said {
    let mut said = asked_to_read(store, key).await;
    said.extend(asked_to_change(store, key, copy).await);
    said.extend(asked_to_delete(store, key, copy).await);
    said
}

/// The first feedback as a document holds it, so that it can be changed; of a folder's copy none that is stored.
fn first_feedback(copy: &SessionCopy) -> Bson {
    let none = || Bson::from(doc! { "rating": "up" });
    let SessionCopy::Document(raw) = copy else { return none() };
    let stored = Document::try_from(raw).unwrap();
    stored.get_array("feedbacks").ok().and_then(|feedbacks| feedbacks.first().cloned()).unwrap_or_else(none)
}
