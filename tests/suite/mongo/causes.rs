//! What is wrong with a connection or a write is told as what it is.

use std::time::{Duration, Instant};

use bson::{Document, doc};
use strandscope::{
    Error, ErrorKind, Limits, MetadataEdit, MongoRepository, Opened, SessionKey, SessionReader, SessionWriter,
    app::told,
};

use crate::{
    mongo::common::{first_page, page, refused},
    support::{self, Fresh, Kind, Server},
};

fn session(id: &str) -> Document {
    doc! { "_id": id, "session_id": id, "agents": {}, "metadata": {}, "updated_at": bson::DateTime::now() }
}

/// The connection string with one more option.
fn with(uri: &str, option: &str) -> String {
    if uri.contains('?') { format!("{uri}&{option}") } else { format!("{uri}?{option}") }
}

async fn opened(fresh: &Fresh, option: &str) -> MongoRepository {
    let uri = with(&fresh.uri, option).into();
    match MongoRepository::discover(&uri, Some(&fresh.database), Some("sessions"), Limits::default()).await {
        Ok(Opened::Store(repository)) => repository,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_write_that_too_few_members_acknowledge_is_told_at_once_and_stands() {
    let fresh = support::fresh_collection("acknowledged").await;
    fresh.load([session("a")]).await;
    for (n, option) in ["w=5&wtimeoutMS=500", "w=nosuch"].into_iter().enumerate() {
        let repository = opened(&fresh, option).await;
        let key = SessionKey::from("a");
        let begun = Instant::now();
        let set = MetadataEdit::set("n", n as i32);
        let told = repository.edit_metadata(&key, &[set]).await.expect_err("too few members");
        assert!(begun.elapsed() < Duration::from_secs(10), "{option}: {told}");
        assert!(matches!(told, Error::Unacknowledged { .. }), "{option}: {told:?}");
        assert!(told.kind() == ErrorKind::Unconfirmed && !told.is_connection_lost(), "{told:?}");
        assert_eq!(repository.metadata(&key).await.expect("readable").get_i32("n").ok(), Some(n as i32));
        assert_eq!(page(&repository, &first_page(5)).await.0.len(), 1, "{option}: reads ask for no acknowledgement");
    }
}

#[tokio::test]
async fn a_standalone_server_is_read_whatever_w_says_and_told_among_several_hosts() {
    let server = Server::start(Kind::Standalone);
    let fresh = support::fresh_on(&server.uri, "alone").await;
    fresh.load([session("a")]).await;
    let repository = opened(&fresh, "w=2").await;
    assert_eq!(page(&repository, &first_page(5)).await.0.len(), 1);
    assert!(repository.open(&"a".into(), 5).await.is_ok());

    let host = server.uri.trim_start_matches("mongodb://").trim_end_matches('/');
    let port = host.rsplit(':').next().expect("a port");
    let several = refused(&format!("mongodb://{host},localhost:{port}/"), Some("d"), Some("c")).await;
    let said = told::sentence(&several);
    assert!(said.contains("is a standalone server") && said.contains("name it alone"), "{said}");
    let balanced = refused(&format!("mongodb://{host}/?loadBalanced=true"), Some("d"), Some("c")).await;
    let said = told::sentence(&balanced);
    assert!(said.contains("leave loadBalanced out") && !said.contains("upgrade"), "{said}");
}

// Where all runs on one thread, the driver tries such a socket without ever letting go of it.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_is_not_there_is_told() {
    let error = refused("mongodb://%2Fnowhere%2Fmongodb-1.sock/", Some("d"), Some("c")).await;
    assert!(error.to_string().contains("there is no such socket"), "{error}");
}
