//! An agent that reads and changes the metadata of its session by a tool. The model is played by a script; whatever gives a name and
//! JSON for a tool can stand in its place.
//!
//! `cargo run --example metadata_tool -- FOLDER` keeps the session in a folder, in the layout of Strands' `FileSessionManager`.
//! Programs in other languages find the same tool by `strandscope mcp --session ID`.

use std::error::Error;

use serde_json::{Value, json};
use strandscope::{SessionManager, open_folder};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("name a folder to keep the session in")?;
    std::fs::create_dir_all(&path)?;
    let sessions = open_folder(path).await?;
    let manager = SessionManager::new(sessions, "support-1042");
    manager.open_or_create().await?;

    // The tool knows its session: no argument leads to another one.
    let tool = manager.metadata_tool();
    let definition = json!({
        "name": tool.name(),
        "description": tool.description(),
        "input_schema": tool.schema(),
    });
    println!("the model is told of {}", definition["name"]);

    let script: [(&str, Value); 6] = [
        ("manage_metadata", json!({ "action": "get" })),
        ("manage_metadata", json!({ "action": "set", "metadata": { "priority": "high", "order": "A100" } })),
        // Some models give objects and lists as JSON in a string.
        ("manage_metadata", json!({ "action": "get", "keys": "[\"priority\", \"unknown\"]" })),
        ("manage_metadata", json!({ "action": "set", "metadata": { "customer.tier": "gold" } })),
        ("manage_metadata", json!({ "action": "delete", "keys": ["order"] })),
        ("manage_metadata", json!({ "action": "get" })),
    ];
    for (name, arguments) in script {
        assert_eq!(name, tool.name());
        let answer = tool.call(&arguments).await;
        // The text goes back to the model, an error too: it can try again otherwise.
        println!("{}{}", if answer.is_error { "refused: " } else { "" }, answer.text);
    }
    let left = tool.call(&json!({ "action": "get" })).await;
    println!("left: {}", left.structured["metadata"]);
    Ok(())
}
