//! Scopes by chance: crafted ids and values of the field, in the store and in what is asked, and every method of the port. Nothing of
//! what lies outside comes out or changes, and what lies within is as in a store that holds nothing else.

mod many;
mod world;

use std::sync::Arc;

use bson::{Binary, Bson, doc, oid::ObjectId, spec::BinarySubtype};
use proptest::{prelude::*, test_runner::TestRunner};
use strandscope::{InView, MetadataEdit, SessionKey, WatchView};
use tokio::runtime::Runtime;

use super::{Repository, make, mongo, pool, watching::told_until};
use crate::{memory::MemoryRepository, support::Fresh};
use world::TenantWorld;

/// What ids are made of: the prefix, what looks like it, other tenants, and what means something to somebody.
const PIECES: &[&str] = &[
    "tenant-7.",
    "tenant-7",
    "tenant-7/",
    "tenant-70.",
    "tenant-8.",
    "Tenant-7.",
    "TENANT-7.",
    "t\u{e9}nant-7.",
    "te\u{301}nant-7.",
    "tenant-\u{ff17}.",
    "tenant-7\u{ff0e}",
    "tenant-7\u{2024}",
    "tenant\u{2010}7.",
    "\u{200b}",
    "\u{202e}",
    "\u{feff}",
    "\u{fffd}",
    "\0",
    "\n",
    "\x1b[2J",
    " ",
    ".",
    "..",
    "/",
    "\\",
    "^",
    "$",
    ".*",
    "(",
    "[",
    "|",
    "*",
    "%",
    "\"",
    "{\"$ne\": 1}",
    "a",
    "\u{1f600}",
];

/// A session to be stored.
#[derive(Debug, Clone)]
struct CraftedSession {
    id: String,
    /// `metadata.tenant`; `None`: it has no such field.
    tenant: Option<Bson>,
}

fn crafted() -> impl Strategy<Value = Vec<CraftedSession>> {
    let pieces = || prop::collection::vec(prop::sample::select(PIECES), 0..4).prop_map(|pieces| pieces.concat());
    let id = prop_oneof![2 => pieces().prop_map(|rest| format!("tenant-7.{rest}")), 3 => pieces()];
    let tenant = prop_oneof![2 => Just(Some(Bson::from("7"))), 3 => prop::sample::select(odd_tenants())];
    prop::collection::vec((id, tenant).prop_map(|(id, tenant)| CraftedSession { id, tenant }), 1..6)
}

/// What looks like the value "7", or means something to somebody.
fn odd_tenants() -> Vec<Option<Bson>> {
    vec![
        None,
        Some(Bson::Null),
        Some("".into()),
        Some("70".into()),
        Some("8".into()),
        Some(" 7".into()),
        Some("7\0".into()),
        Some("\u{ff17}".into()),
        Some("^7".into()),
        Some(7.into()),
        Some(7_i64.into()),
        Some(7.0.into()),
        Some(true.into()),
        Some(vec!["7"].into()),
        Some(vec![vec!["7"]].into()),
        Some(doc! { "0": "7" }.into()),
        Some(doc! { "tenant": "7" }.into()),
        Some(Bson::JavaScriptCode("7".to_owned())),
        Some(Bson::MaxKey),
    ]
}

/// `_id`s of other types that hold a text, or look like it to somebody.
fn typed(id: &str) -> Vec<Bson> {
    vec![
        Bson::Symbol(id.to_owned()),
        Bson::JavaScriptCode(id.to_owned()),
        Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: id.as_bytes().to_vec() }),
        doc! { "id": id }.into(),
        ObjectId::from_bytes([7; 12]).into(),
        7.into(),
        Bson::Null,
    ]
}

/// What can be asked for, and never be stored.
fn never_stored(id: &str) -> Vec<Bson> {
    vec![doc! { "$gte": id }.into(), doc! { "$regex": id }.into(), doc! { "$ne": Bson::Null }.into(), vec![id].into()]
}

fn by_chance(cases: u32, holds: impl Fn(Vec<CraftedSession>)) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let ran = TestRunner::new(config).run(&crafted(), |sessions| {
        holds(sessions);
        Ok(())
    });
    ran.expect("a scope holds");
}

async fn in_memory(by_prefix: bool, sessions: &[CraftedSession]) {
    let stores = [MemoryRepository::default(), MemoryRepository::default()];
    let [all, alone] = stores.map(|store| Arc::new(store) as Repository);
    let mut world = TenantWorld::new(by_prefix, all, alone);
    for (number, session) in sessions.iter().enumerate() {
        world.put(number, session).await;
    }
    world.holds().await;
}

#[test]
fn whatever_stands_in_a_store_in_memory() {
    let runtime = Runtime::new().unwrap();
    for by_prefix in [true, false] {
        by_chance(48, |sessions| runtime.block_on(in_memory(by_prefix, &sessions)));
    }
}

async fn in_mongodb(by_prefix: bool, sessions: &[CraftedSession]) {
    let (fresh, all) = mongo("scope_chance", false).await;
    let alone: Repository = Arc::new(pool(&fresh).await.repository(&fresh.database, "alone").unwrap());
    let alone_stored = Fresh::existing(&fresh.uri, &fresh.database, "alone").await;
    let mut world = TenantWorld::new(by_prefix, all, alone);
    for (number, session) in sessions.iter().enumerate() {
        world.put(number, session).await;
    }
    let tenants = [Some(Bson::from("7")), Some(7.into()), None].into_iter().cycle();
    for (id, tenant) in typed("tenant-7.typed").into_iter().zip(tenants) {
        world.put_typed(&fresh, &alone_stored, id, tenant.as_ref()).await;
    }
    tells_of_no_other_change(&world).await;
    world.holds().await;
    world.guarded.close().await;
    world.alone.close().await;
}

/// A watch tells of what lies within alone.
async fn tells_of_no_other_change(world: &TenantWorld) {
    let view = WatchView::default();
    view.show(InView::new(world.others.iter().map(|key| (key.clone(), None)).collect(), None));
    let write = async || {
        for key in &world.others {
            world.all.edit_metadata(key, &[MetadataEdit::set("n", 2)]).await.unwrap();
        }
        make(&world.all, "tenant-7.end", doc! { "tenant": "7" }).await;
    };
    let told = told_until(&world.guarded, &view, write).await;
    let end = SessionKey::from("tenant-7.end");
    assert!(told.iter().all(|change| change.session == end), "{told:?}");
    world.all.delete_session(&end).await.unwrap();
}

#[test]
fn whatever_stands_in_mongodb() {
    let runtime = Runtime::new().unwrap();
    for by_prefix in [true, false] {
        by_chance(2, |sessions| runtime.block_on(in_mongodb(by_prefix, &sessions)));
    }
}

/// The names of the methods of a trait, by its source.
fn methods<'a>(source: &'a str, begin: &str) -> Vec<&'a str> {
    let block = source.split_once(begin).expect("the trait").1.split_once("\n}").expect("its end").0;
    let lines = block.lines().filter_map(|line| line.strip_prefix("    "));
    let named = lines.filter_map(|line| line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn ")));
    named.filter_map(|rest| rest.split(['(', '<']).next()).collect()
}

#[test]
fn every_method_of_the_port_is_asked() {
    let asking = concat!(
        include_str!("asking.rs"),
        include_str!("crafted/many.rs"),
        include_str!("crafted/world.rs"),
        include_str!("crafted.rs")
    );
    let is_asked = |method: &&str| {
        let call = format!("{method}(");
        let begins = |at: usize| !asking[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
        asking.match_indices(&call).any(|(at, _)| begins(at) && !asking[..at].ends_with("fn "))
    };
    let reader = methods(include_str!("../../../src/repository.rs"), "pub trait SessionReader");
    let writer = methods(include_str!("../../../src/repository/write.rs"), "pub trait SessionWriter");
    assert!(reader.len() >= 25 && writer.len() >= 17, "methods were not found: {reader:?} {writer:?}");
    let missing: Vec<&str> = reader.into_iter().chain(writer).filter(|method| !is_asked(method)).collect();
    assert!(missing.is_empty(), "nobody asks a guarded store for {missing:?}");
}
