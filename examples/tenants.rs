//! Many tenants in one store: a factory for each, fixed where the request is authenticated, out of which nothing leads that a request
//! says afterwards.
//!
//! `cargo run --example tenants -- FOLDER`
//!
//! In MongoDB the factory is made with a pool (`SessionManagerFactory::with_pool`), and ids may be written `tenant-7/chat-1`. The
//! browser sees the same with `scope = "tenant-7."` in a profile.
//!
//! No tenant's id holds the sign that ends the prefix: `a.` would take in the sessions of a tenant `a.b`.

use std::{error::Error, sync::Arc};

use strandscope::{
    ErrorKind, Filter, ListQuery, MetadataEdit, NewFeedback, Rating, Scope, SessionManagerFactory, open_folder,
};

/// Who asks, as the token of a request says; and what he asks for, which is his own words.
struct Request<'a> {
    tenant: &'a str,
    session: &'a str,
}

/// Answers a request with what the tenant may see.
async fn answer(factory: &SessionManagerFactory, request: Request<'_>) -> Result<String, Box<dyn Error>> {
    if request.tenant.contains('.') {
        return Err(format!("{:?} cannot be a tenant's id", request.tenant).into());
    }
    let tenant = factory.scoped(&Scope::prefix(format!("{}.", request.tenant))?)?;
    let manager = tenant.manager(request.session);
    let is_new = match manager.open_or_create().await {
        Ok(is_new) => is_new,
        // The same words whether that session is there or not; which place it would be in is for the log alone.
        Err(error) if error.kind() == ErrorKind::Input => {
            eprintln!("{error}");
            return Ok(format!("refused: {} is none of yours", request.session));
        }
        Err(error) => return Err(error.into()),
    };
    manager.edit_metadata(vec![MetadataEdit::set("tenant", request.tenant)]).await?;
    manager.add_feedback(NewFeedback::new(Rating::Up)).await?;
    Ok(format!("{} {}", request.session, if is_new { "begins" } else { "goes on" }))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("name a folder to keep the sessions in")?;
    std::fs::create_dir_all(&folder)?;
    let all = open_folder(folder).await?;
    let factory = SessionManagerFactory::new(Arc::clone(&all));
    for (tenant, session) in [
        ("tenant-7", "tenant-7.chat-1"),
        ("tenant-70", "tenant-70.chat-1"),
        ("tenant-7", "tenant-70.chat-1"),
        ("tenant-7", "tenant-8.nobody"),
    ] {
        println!("{tenant}: {}", answer(&factory, Request { tenant, session }).await?);
    }
    let mine = Scope::prefix("tenant-7.")?.guard(Arc::clone(&all))?;
    let (rows, _) = mine.list(&ListQuery::new(10)).read().await?;
    let there = all.count(&Filter::default()).await?.ok_or("they are counted")?;
    println!("tenant-7 sees {} of {there} sessions", rows.len());
    Ok(())
}
