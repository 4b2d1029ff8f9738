//! Model, system prompt and prompt metadata of each agent: kept with it, read back, changed, and used when it is resumed.
//!
//! `cargo run --example agent_config -- FOLDER` keeps the session in a folder; the same calls work on MongoDB.

use std::error::Error;

use strandscope::{
    Agent, AgentConfig, ErrorKind, Resumed, SessionManager,
    bson::{Bson, Document, doc},
    open_folder,
};

/// An agent that is its configuration.
struct Desk {
    id: &'static str,
    model: String,
    prompt: String,
}

impl Desk {
    fn new(id: &'static str, model: &str, prompt: &str) -> Self {
        Self { id, model: model.to_owned(), prompt: prompt.to_owned() }
    }
}

impl Agent for Desk {
    fn agent_id(&self) -> &str {
        self.id
    }

    fn state(&self) -> Document {
        Document::new()
    }

    // What these two give is stored when the agent is created, and by each sync after it changed.
    fn model(&self) -> Option<String> {
        Some(self.model.clone())
    }

    fn system_prompt(&self) -> Option<Bson> {
        Some(self.prompt.as_str().into())
    }

    // What is stored wins over what the program was built with: it was changed on purpose.
    fn restore(&mut self, resumed: Resumed) {
        if let Some(model) = resumed.model {
            self.model = model;
        }
        if let Some(Bson::String(prompt)) = resumed.system_prompt {
            self.prompt = prompt;
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("name a folder to keep the session in")?;
    std::fs::create_dir_all(&path)?;
    let sessions = open_folder(path).await?;
    let manager = SessionManager::new(sessions.clone(), "config-1");
    let mut support = Desk::new("support", "large-1", "You are friendly, and brief.");
    let mut analyst = Desk::new("analyst", "large-1", "You explain with figures.");
    manager.initialize(&mut support).await?;
    manager.initialize(&mut analyst).await?;
    list(&manager).await?;

    // From outside, e.g. by an operator: only what is given changes.
    manager.update_agent_config("support", &AgentConfig::default().model("small-1")).await?;
    let lineage = doc! { "prompt_id": "p-7", "prompt_name": "support", "prompt_version": "1.2.0" };
    manager.set_prompt_metadata("support", lineage).await?;
    // By the agent itself: a sync stores what changed.
    analyst.prompt = String::from("You explain with figures, and name their source.");
    manager.sync_agent(&analyst).await?;
    println!("changed");
    list(&manager).await?;

    // Another process resumes with what is stored.
    let mut resumed = Desk::new("support", "large-1", "You are friendly, and brief.");
    SessionManager::new(sessions, "config-1").initialize(&mut resumed).await?;
    println!("resumed with {}", resumed.model);

    match manager.agent_config("billing").await {
        Err(error) if error.kind() == ErrorKind::NotFound => println!("told: {error}"),
        other => println!("unexpected: {other:?}"),
    }
    Ok(())
}

/// Which model and prompt each agent has, as an audit would want it.
async fn list(manager: &SessionManager) -> Result<(), Box<dyn Error>> {
    for agent in manager.list_agents().await? {
        let config = manager.agent_config(&agent.id).await?;
        let model = config.model.as_deref().unwrap_or("unknown");
        let prompt = config.system_prompt.as_ref().and_then(Bson::as_str).unwrap_or("unknown");
        let version = config.prompt_metadata.as_ref().and_then(|lineage| lineage.get_str("prompt_version").ok());
        let version = version.map(|version| format!(" (version {version})")).unwrap_or_default();
        println!("{}: {model}: {prompt}{version}", agent.id);
    }
    Ok(())
}
