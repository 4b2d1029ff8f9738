//! Hooks around metadata: one that refuses, one that changes, and a webhook that tells a receiver.
//!
//! `cargo run --example hooks` starts a receiver of its own on a free port and prints what it hears.

use std::{error::Error, sync::Arc, time::Duration};

use strandscope::{
    Hook, HookAnswer, HookOperation, HookPayload, Hooks, MetadataEdit, Next, SessionManager, Webhook, WebhookSettings,
    async_trait, open_folder,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// `priority` is low or high.
struct KnownPriorities;

#[async_trait]
impl Hook for KnownPriorities {
    fn name(&self) -> &'static str {
        "known-priorities"
    }

    async fn around(&self, operation: HookOperation, next: Next<'_>) -> strandscope::Result<HookAnswer> {
        if let HookPayload::MetadataUpdate(edits) = &operation.payload {
            let words =
                edits.iter().filter(|edit| edit.path == "priority".into()).filter_map(|edit| edit.value.as_ref());
            for word in words {
                if !matches!(word.as_str(), Some("low" | "high")) {
                    return Err(operation.refused(self.name(), format!("{word} is neither low nor high")));
                }
            }
        }
        next.run(operation).await
    }
}

/// Notes who made a change.
struct Signed(&'static str);

#[async_trait]
impl Hook for Signed {
    fn name(&self) -> &'static str {
        "signed"
    }

    async fn around(&self, mut operation: HookOperation, next: Next<'_>) -> strandscope::Result<HookAnswer> {
        if let HookPayload::MetadataUpdate(edits) = &mut operation.payload {
            edits.push(MetadataEdit::set("changed_by", self.0));
        }
        next.run(operation).await
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let receiver = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/hook", receiver.local_addr()?);
    let heard = tokio::spawn(receive(receiver));

    let webhook = Webhook::start("audit", &WebhookSettings::new(url.into()).secret("a shared secret"))?;
    let hooks = Hooks::new(vec![Arc::new(KnownPriorities), Arc::new(Signed("ada")), Arc::new(webhook)]);

    let dir = tempfile::tempdir()?;
    let manager = SessionManager::builder(open_folder(dir.path()).await?, "support-1").hooks(hooks.clone()).build();
    manager.open_or_create().await?;

    let refused = manager.edit_metadata(vec![MetadataEdit::set("priority", "soon")]).await;
    println!("refused: {}", refused.expect_err("it is neither low nor high"));
    manager.edit_metadata(vec![MetadataEdit::set("priority", "high")]).await?;
    println!("stored: {}", manager.metadata().await?);

    hooks.close(Duration::from_secs(5)).await;
    println!("heard: {}", heard.await??);
    Ok(())
}

/// Takes one request, answers that all is well, and gives its signature and body.
async fn receive(receiver: TcpListener) -> Result<String, Box<dyn Error + Send + Sync>> {
    let (mut stream, _) = receiver.accept().await?;
    let mut request = String::new();
    let mut buffer = [0; 4096];
    while !request.ends_with('}') {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Err("the request ended early".into());
        }
        request.push_str(std::str::from_utf8(&buffer[..read])?);
    }
    stream.write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n").await?;
    let signature = request.lines().find(|line| line.starts_with("x-strandscope-signature"));
    let body = request.lines().last().unwrap_or_default();
    Ok(format!("{}\n{body}", signature.unwrap_or_default()))
}
