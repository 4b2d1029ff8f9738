//! The end of a connection, and of a command.

use bson::doc;
use strandscope::{Filter, Pool, PoolOptions, SessionReader};

use super::common::loaded;
use crate::cli::home::Home;

#[tokio::test]
async fn a_closed_store_asks_nothing_any_more() {
    let (fresh, _) = loaded("closing", vec![doc! { "_id": "a", "agents": {} }]).await;
    let pool = Pool::connect(&fresh.uri.clone().into(), PoolOptions::default()).await.expect("a pool");
    let repository = pool.repository(&fresh.database, "sessions").expect("a repository");
    assert_eq!(repository.count(&Filter::default()).await.expect("a count"), Some(1));
    repository.close().await;
    assert!(repository.count(&Filter::default()).await.is_err());
    repository.close().await;
}

#[tokio::test]
async fn commands_end_without_a_word_of_a_crash() {
    let (fresh, _) = loaded("ends", vec![doc! { "_id": "a", "agents": {} }]).await;
    let home = Home::empty();
    let place = ["--uri", &fresh.uri, "--database", &fresh.database, "--collection", "sessions"];
    for (args, code) in [(["show", "a"], 0), (["show", "b"], 3), (["list", "--json"], 0)].into_iter().cycle().take(30) {
        let ran = home.run(&[&args[..], &place].concat());
        assert_eq!(ran.code, code, "{}", ran.err);
        assert!(!ran.err.contains("crash"), "{}", ran.err);
    }
}
