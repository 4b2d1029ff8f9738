//! Managers, factories, hooks and deletions by age within a scope.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use async_trait::async_trait;
use bson::doc;
use strandscope::{
    Hook, HookAnswer, HookOperation, Hooks, MetadataEdit, NewFeedback, Next, Rating, Scope, SessionKey, SessionManager,
    SessionManagerFactory, SessionOverrides, Timestamp, retention,
};

use super::{field, is_out_of_scope, make, mongo, pool, prefix};
use crate::support;

/// Turns every operation to another session, and counts what it sees.
struct Turning {
    to: SessionKey,
    seen: AtomicU32,
}

#[async_trait]
impl Hook for Turning {
    fn name(&self) -> &'static str {
        "turning"
    }

    async fn around(&self, mut operation: HookOperation, next: Next<'_>) -> strandscope::Result<HookAnswer> {
        self.seen.fetch_add(1, Ordering::Relaxed);
        operation.session = self.to.clone();
        next.run(operation).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_hook_leads_out_and_none_sees_what_is_outside() {
    let (_fresh, all) = mongo("scope_hooks", false).await;
    let own = make(&all, "tenant-7.a", doc! { "tenant": "7" }).await;
    let other = make(&all, "tenant-70.a", doc! { "tenant": "8", "secret": "s" }).await;
    let before = all.exact_copy(&other).await.unwrap();
    for scope in [prefix(), field()] {
        let hook = Arc::new(Turning { to: other.clone(), seen: AtomicU32::new(0) });
        let hooks = Hooks::new(vec![Arc::clone(&hook) as Arc<dyn Hook>]);
        let factory = SessionManagerFactory::new(Arc::clone(&all)).with_hooks(hooks).scoped(&scope).unwrap();
        let manager = factory.manager(own.clone());
        assert!(manager.metadata().await.is_err());
        assert!(manager.edit_metadata(vec![MetadataEdit::set("x", 1)]).await.is_err());
        assert!(manager.add_feedback(NewFeedback::new(Rating::Down)).await.is_err());
        assert!(manager.delete_session().await.is_err());
        assert!(manager.restore_session(before.clone()).await.is_err());
        let seen = hook.seen.load(Ordering::Relaxed);
        assert!(seen >= 4);
        let outside = factory.manager(other.clone());
        assert!(outside.metadata().await.is_err() && outside.delete_session().await.is_err());
        assert!(outside.take_metadata(&["secret".into()]).await.is_err());
        if scope == prefix() {
            assert_eq!(hook.seen.load(Ordering::Relaxed), seen, "refused before");
        }
    }
    assert_eq!(all.exact_copy(&other).await.unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_factory_of_one_tenant_stays_where_it_is() {
    let fresh = support::fresh_collection("scope_factory").await;
    let factory = SessionManagerFactory::with_pool(pool(&fresh).await, &fresh.database, "sessions").unwrap();
    let tenant = factory.scoped(&prefix()).unwrap();
    let elsewhere = SessionOverrides::default().collection("others");
    assert!(is_out_of_scope(tenant.manager_with("tenant-7.a", &elsewhere).err().as_ref()));
    let elsewhere = SessionOverrides::default().database("others");
    assert!(is_out_of_scope(tenant.manager_with("tenant-7.a", &elsewhere).err().as_ref()));
    let here = SessionOverrides::default().collection("sessions");
    assert!(tenant.manager_with("tenant-7.a", &here).unwrap().open_or_create().await.unwrap());
    assert!(is_out_of_scope(tenant.manager("tenant-8.a").open_or_create().await.err().as_ref()));
    let other = factory.scoped(&prefix().collection("of-seven")).unwrap();
    assert_eq!(other.manager("tenant-7.a").repository().location(), format!("{}.of-seven", fresh.database));
    assert!(is_out_of_scope(other.scoped(&prefix().collection("sessions")).err().as_ref()));
    // A scope within a scope leaves what lies in both.
    let inner = tenant.scoped(&Scope::prefix("tenant-7.b-").unwrap()).unwrap();
    assert!(is_out_of_scope(inner.manager("tenant-7.a").metadata().await.err().as_ref()));
    assert!(inner.manager("tenant-7.b-1").open_or_create().await.unwrap());
    let outer = inner.scoped(&Scope::prefix("tenant-8.").unwrap()).unwrap();
    assert!(is_out_of_scope(outer.manager("tenant-8.a").open_or_create().await.err().as_ref()));
    tenant.close().await;
    assert!(factory.manager("tenant-7.a").metadata().await.is_ok(), "the pool is the factory's");
}

#[tokio::test(flavor = "multi_thread")]
async fn deletion_by_age_takes_none_of_others() {
    let (_fresh, all) = mongo("scope_retention", false).await;
    let own = make(&all, "tenant-7.a", doc! { "tenant": "7" }).await;
    let other = make(&all, "tenant-70.a", doc! { "tenant": "8" }).await;
    let cutoff = Timestamp::now().checked_add(jiff::SignedDuration::from_hours(1)).unwrap();
    for scope in [field(), prefix()] {
        let store = scope.guard(Arc::clone(&all)).unwrap();
        let found = retention::older_than(store.as_ref(), cutoff).await.unwrap();
        let old: Vec<&SessionKey> = found.old.iter().map(|row| &row.key).collect();
        assert!(old == [&own] && found.skipped.is_empty(), "{old:?}");
        let deleted = retention::delete_if_older(store.as_ref(), &other, cutoff).await;
        assert!(!matches!(deleted, Ok(true)), "{deleted:?}");
    }
    let store = prefix().guard(Arc::clone(&all)).unwrap();
    assert!(retention::delete_if_older(store.as_ref(), &own, cutoff).await.unwrap());
    assert!(all.document(&other).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_of_a_guarded_repository_works() {
    let (_fresh, all) = mongo("scope_manager", false).await;
    for scope in [prefix(), field()] {
        let store = scope.guard(Arc::clone(&all)).unwrap();
        let manager = SessionManager::new(store, "tenant-7.m");
        assert!(manager.open_or_create().await.unwrap());
        manager.edit_metadata(vec![MetadataEdit::set("n", 1)]).await.unwrap();
        assert_eq!(manager.metadata().await.unwrap().get_i32("n").ok(), Some(1));
        manager.delete_session().await.unwrap();
    }
}
