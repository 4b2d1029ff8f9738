//! Parts of a stored document.

use bson::{Bson, Document};

/// Takes the secret out.
pub fn without_password(document: &mut Document) {
    document.remove("session_viewer_password");
}

/// Keeps one agent.
///
/// # Errors
/// The agents that there are, when it is not one of them.
pub fn only_agent(document: &mut Document, wanted: &str) -> Result<(), Vec<String>> {
    let Some(Bson::Document(agents)) = document.get_mut("agents") else { return Err(Vec::new()) };
    let Some(agent) = agents.get(wanted).cloned() else { return Err(agents.keys().cloned().collect()) };
    agents.clear();
    agents.insert(wanted, agent);
    Ok(())
}

/// Keeps the last messages of each agent.
pub fn only_last(document: &mut Document, last: u64) {
    let Some(Bson::Document(agents)) = document.get_mut("agents") else { return };
    for (_, agent) in agents.iter_mut() {
        let Some(Bson::Array(messages)) = agent.as_document_mut().and_then(|agent| agent.get_mut("messages")) else {
            continue;
        };
        let surplus = messages.len().saturating_sub(usize::try_from(last).unwrap_or(usize::MAX));
        messages.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    fn document() -> Document {
        doc! {
            "_id": "s",
            "session_viewer_password": "hunter2",
            "agents": {"a": {"messages": [1, 2, 3]}, "b.c": {"messages": "odd"}, "d": 5},
        }
    }

    #[test]
    fn the_secret_goes() {
        let mut stored = document();
        without_password(&mut stored);
        assert!(!stored.to_string().contains("hunter2"));
        assert!(stored.contains_key("agents"));
    }

    #[test]
    fn one_agent_stays() {
        let mut stored = document();
        only_agent(&mut stored, "b.c").unwrap();
        assert_eq!(stored.get_document("agents").unwrap(), &doc! {"b.c": {"messages": "odd"}});
        assert_eq!(only_agent(&mut document(), "x").unwrap_err(), ["a", "b.c", "d"]);
        assert!(only_agent(&mut doc! {"agents": 1}, "x").is_err());
    }

    #[test]
    fn the_last_messages_stay_and_odd_shapes_too() {
        let mut stored = document();
        only_last(&mut stored, 2);
        let agents = doc! {"a": {"messages": [2, 3]}, "b.c": {"messages": "odd"}, "d": 5};
        assert_eq!(stored.get_document("agents").unwrap(), &agents);
        only_last(&mut stored, 0);
        assert!(
            stored.get_document("agents").unwrap().get_document("a").unwrap().get_array("messages").unwrap().is_empty()
        );
    }
}
