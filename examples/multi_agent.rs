//! Two agents in one session: support hands over to billing, each with a history and a state of its own.
//!
//! `cargo run --example multi_agent -- FOLDER` keeps the session in a folder, in the layout of Strands' `FileSessionManager`.

use std::error::Error;

use strandscope::{
    Agent, AgentId, MessageBody, MetadataEdit, Resumed, SessionManager,
    bson::{Document, doc},
    open_folder,
};

/// An agent that is only a name and a state.
struct Desk {
    id: &'static str,
    state: Document,
}

impl Agent for Desk {
    fn agent_id(&self) -> &str {
        self.id
    }

    fn state(&self) -> Document {
        self.state.clone()
    }

    fn restore(&mut self, resumed: Resumed) {
        self.state = resumed.state;
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("name a folder to keep the session in")?;
    std::fs::create_dir_all(&path)?;
    let sessions = open_folder(path).await?;
    let manager = SessionManager::new(sessions, "order-77");

    let mut support = Desk { id: "support", state: doc! { "open": true } };
    let mut billing = Desk { id: "billing", state: doc! {} };
    manager.initialize(&mut support).await?;
    manager.initialize(&mut billing).await?;
    // Run again it goes on in the same session, which is open once more.
    manager.edit_metadata(vec![MetadataEdit::set("status", "open")]).await?;

    let say = async |agent: &Desk, role: &str, text: &str| {
        manager.append_message(&AgentId::from(agent.id), &mut MessageBody::text(role, text)).await
    };
    say(&support, "user", "I was charged twice for order 77.").await?;
    say(&support, "assistant", "I see it. Billing will return it.").await?;
    say(&billing, "user", "Order 77 was charged twice: return 18.50.").await?;
    say(&billing, "assistant", "Returned.").await?;

    // Each agent's state is its own; what belongs to the whole session is metadata.
    support.state = doc! { "open": false };
    billing.state = doc! { "returned": 18.5 };
    manager.sync_agent(&support).await?;
    manager.sync_agent(&billing).await?;
    manager.edit_metadata(vec![MetadataEdit::set("status", "solved").only_if(Some("open".into()))]).await?;

    for agent in manager.list_agents().await? {
        println!("{}: {} messages", agent.id, agent.messages);
    }
    println!("metadata: {}", manager.metadata().await?);
    Ok(())
}
