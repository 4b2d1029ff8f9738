//! A watch within a scope.

use std::sync::Arc;

use bson::doc;
use strandscope::{Change, ChangeKind, InView, MetadataEdit, News, WatchView};

use super::{Repository, field, make, mongo, prefix};

/// The changes up to the one that marks the end.
pub(super) async fn told_until(store: &Repository, view: &WatchView, write: impl AsyncFn()) -> Vec<Change> {
    let mut watch = store.watch(view);
    let mut told = Vec::new();
    while let Some(news) = watch.next_news().await {
        match news {
            News::Begun(_) => write().await,
            News::Changes(changes) => {
                told.extend(changes);
                if told.iter().any(|change| change.session.text().ends_with("end")) {
                    break;
                }
            }
            News::Lost(error) | News::Ended(error) => panic!("{error}"),
            _ => {}
        }
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_tells_of_no_other() {
    let (_fresh, all) = mongo("scope_watch", false).await;
    for scope in [prefix(), field()] {
        let own = make(&all, "tenant-7.w", doc! { "tenant": "7" }).await;
        let other = make(&all, "tenant-70.w", doc! { "tenant": "8" }).await;
        let store = scope.guard(Arc::clone(&all)).unwrap();
        let view = WatchView::default();
        view.show(InView::new(vec![(own.clone(), None), (other.clone(), None)], None));
        let write = async || {
            for key in [&other, &own] {
                all.edit_metadata(key, &[MetadataEdit::set("x", 1)]).await.unwrap();
                all.delete_session(key).await.unwrap();
            }
            make(&all, "tenant-7.end", doc! { "tenant": "7" }).await;
        };
        let told = told_until(&store, &view, write).await;
        assert!(told.iter().all(|change| change.session != other), "{told:?}");
        let is_deleted = |change: &Change| change.session == own && matches!(change.kind, ChangeKind::Deleted);
        assert!(told.iter().any(is_deleted), "{told:?}");
        all.delete_session(&"tenant-7.end".into()).await.unwrap();
    }
}
