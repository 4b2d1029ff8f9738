//! The example `web` against the manager that it is made of: the same turns, over HTTP and without. Run it with
//! `cargo bench --bench web`.

mod measure;
#[path = "../../examples/web/server/mod.rs"]
mod server;
#[expect(dead_code, unused_imports, reason = "a bench needs one server, the tests need more")]
#[path = "../support/mod.rs"]
mod support;

use std::{sync::Arc, time::Duration};

use bson::Document;
use measure::{by_turns, ms, report};
use mongodb::Client;
use server::{
    App, Settings,
    model::Model,
    turn::{Question, Turn},
};
use strandscope::{Pool, PoolOptions, SessionManagerFactory};
use tokio::{net::TcpListener, sync::oneshot, task::JoinSet};

const ROUNDS: usize = 15;
const CLIENTS: usize = 16;
/// Turns of a session in a round, of four messages each: its document stays short.
const TURNS: usize = 12;
const QUESTION: &str = "Where is my order A100?";
const DATABASE: &str = "bench";
const COLLECTION: &str = "web";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(run());
}

async fn run() {
    let uri = support::server().uri.clone();
    let client = Client::with_uri_str(&uri).await.expect("a client");
    let sessions = client.database(DATABASE).collection::<Document>(COLLECTION);
    sessions.drop().await.expect("drop");
    let pool = Pool::connect(&uri.clone().into(), PoolOptions::default()).await.expect("a pool");
    let factory = Arc::new(SessionManagerFactory::with_pool(pool, DATABASE, COLLECTION).expect("names"));

    let pool = Pool::connect(&uri.into(), PoolOptions::default()).await.expect("a pool");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/chat", listener.local_addr().expect("its address"));
    let (stop, stopped) = oneshot::channel::<()>();
    let settings =
        Settings { database: DATABASE.into(), collection: COLLECTION.into(), webhook: None, pace: 0, drain: 5 };
    let app = App::new(pool, &settings).expect("settings");
    let site = tokio::spawn(async move {
        let stopped = async {
            let _ = stopped.await;
        };
        server::run(app, listener, stopped).await
    });

    // The client could speak TLS too, so it wants to know which.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let caller = reqwest::Client::builder().no_proxy().build().expect("a client");
    let (mut round, mut bare_round) = (0, 0);
    let http = async || {
        let tasks = (0..CLIENTS).map(|number| over_http(caller.clone(), url.clone(), format!("http-{round}-{number}")));
        join(tasks.collect()).await;
        round += 1;
    };
    let bare = async || {
        let tasks = (0..CLIENTS).map(|number| without(Arc::clone(&factory), format!("bare-{bare_round}-{number}")));
        join(tasks.collect()).await;
        bare_round += 1;
    };
    let (http, bare) = by_turns(ROUNDS, http, bare).await;
    let turns = (CLIENTS * TURNS) as f64;
    let rate = |seconds: f64| format!("{:.0}/s ({} each)", turns / seconds, ms(seconds / turns));
    let detail = format!("web {}, manager {}", rate(http), rate(bare));
    report("turns, 16 clients: rate over HTTP / of the manager", bare / http, ">= 0.8", &detail);

    sessions.drop().await.expect("drop");
    stop.send(()).expect("the server listens");
    site.await.expect("it ends").expect("it ends well");
}

async fn join(tasks: JoinSet<()>) {
    tasks.join_all().await;
}

/// One client on one connection that it keeps.
async fn over_http(caller: reqwest::Client, url: String, session: String) {
    for _ in 0..TURNS {
        let body = serde_json::json!({ "session_id": session, "message": QUESTION }).to_string();
        let request = caller.post(&url).header("content-type", "application/json").body(body);
        let answer = request.send().await.expect("it answers");
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.bytes().await.expect("a body");
    }
}

/// What the server does for such a request: a manager, and the same turn.
async fn without(factory: Arc<SessionManagerFactory>, session: String) {
    let model = Model::new(Duration::ZERO);
    for turn in 0..TURNS {
        let question = Question { turn: format!("{session}-{turn}"), named: false, text: QUESTION.to_owned() };
        let answer = Turn::new(factory.manager(session.as_str()), &model, question).run(None).await;
        answer.expect("it is stored");
    }
}
