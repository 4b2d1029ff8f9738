//! Fields of the metadata that only who has the key can read: sealed when they are set, searched for, used once, and a new key.
//!
//! `cargo run --example encryption` makes keys of its own. Of a program's own they come from where they are kept:
//! `CipherKeys::from_env("SUPPORT_KEYS")`, `CipherKeys::from_file(…)` or `CipherKeys::from_command(…)`.

use std::{error::Error, sync::Arc};

use futures_util::TryStreamExt;
use strandscope::{
    CipherKeys, EncryptMetadata, EncryptedField, FieldCipher, Filter, Hooks, ListQuery, MetadataEdit, MetadataPath,
    SealedValue, SessionManager, SessionRepository, Timestamp,
    bson::{Bson, doc},
    open_folder,
};

fn fields() -> Vec<EncryptedField> {
    vec![
        // A copy of this one opens in no other session.
        EncryptedField::new("ssn").bound(true),
        // Equal ones are stored as equal texts, so this one can be searched for.
        EncryptedField::new("email").deterministic(true),
        EncryptedField::new(MetadataPath::from("customer").child("iban")),
    ]
}

fn manager(sessions: &Arc<dyn SessionRepository>, cipher: &FieldCipher) -> SessionManager {
    // First, so that the hooks after it tell others nothing in clear.
    let hooks = Hooks::new(vec![Arc::new(EncryptMetadata::new(cipher.clone()))]);
    SessionManager::builder(sessions.clone(), "support-1").hooks(hooks).build()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let sessions = open_folder(dir.path()).await?;
    let secret = CipherKeys::generate_secret()?;
    let cipher = FieldCipher::new(CipherKeys::new("2025", &secret)?, fields())?;
    let support = manager(&sessions, &cipher);
    support.open_or_create().await?;

    support
        .edit_metadata(vec![
            MetadataEdit::set("ssn", "078-05-1120"),
            MetadataEdit::set("email", "ada@example.org"),
            MetadataEdit::set("customer", doc! { "name": "Ada", "iban": "DE89 3704" }),
        ])
        .await?;
    println!("read: {}", support.metadata().await?);
    println!("stored: {}", sessions.metadata(support.key()).await?);

    let email = cipher.seal_for_search(&"email".into(), &"ada@example.org".into())?;
    let text = email.first().ok_or("one for each key")?;
    let filter = Filter::parse(&format!("meta.email:\"{text}\""), Timestamp::now())?;
    let found: Vec<_> = sessions.list(&ListQuery::new(10).filter(filter)).try_collect().await?;
    println!("found: {}", found.len());

    // A new key seals from now on; the old one opens what is there, until that is sealed anew.
    let keys = CipherKeys::new("2026", &CipherKeys::generate_secret()?)?.and_older("2025", &secret)?;
    let cipher = FieldCipher::new(keys, fields())?;
    let rotation = cipher.rotate(support.key(), &sessions.metadata(support.key()).await?);
    sessions.edit_metadata(support.key(), &rotation.edits).await?;
    let stored = sessions.metadata(support.key()).await?;
    let key = stored.get("ssn").and_then(SealedValue::read).ok_or("it is sealed")?.key_id;
    println!("rotated: {} values, now with key {key}", rotation.edits.len());

    // Who has another key reads nothing of it.
    let other = FieldCipher::new(CipherKeys::new("2026", &CipherKeys::generate_secret()?)?, fields())?;
    let refused = other.open(support.key(), &"ssn".into(), stored.get("ssn").unwrap_or(&Bson::Null));
    println!("refused: {}", refused.expect_err("it is another key"));

    // Used once: read, and gone.
    let support = manager(&sessions, &cipher);
    println!("taken: {}", support.take_metadata(&["ssn".into()]).await?);
    println!("left: {}", support.metadata().await?);
    Ok(())
}
