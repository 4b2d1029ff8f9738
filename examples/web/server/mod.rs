//! The server: what its requests share, its routes, and how it ends.

mod chat;
mod fault;
pub mod model;
mod monitor;
mod probes;
mod queue;
mod sessions;
pub mod turn;

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{delete, get, post},
};
use strandscope::{
    Hook, HookAnswer, HookOperation, HookPayload, Hooks, Next, Pool, SecretString, SessionManager,
    SessionManagerFactory, SessionSettings, Webhook, WebhookSettings, async_trait,
};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, oneshot},
};

use fault::Fault;
use model::Model;
use monitor::Monitor;
use queue::Queues;

/// Most bytes of a request's body.
const BODY: usize = 64 * 1024;
/// Most turns at once, those that wait for their session included: more are asked to come again.
const TURNS: u32 = 512;
/// How long hooks may take in the end to deliver what they hold.
const HOOKS: Duration = Duration::from_secs(10);
/// How long the connections may take to end.
const POOL: Duration = Duration::from_secs(5);

/// What the server is told.
#[derive(Debug, Clone, clap::Args)]
pub struct Settings {
    /// Database.
    #[arg(long, default_value = "agents")]
    pub database: String,
    /// Collection.
    #[arg(long, default_value = "sessions")]
    pub collection: String,
    /// An HTTP endpoint to tell of changes of metadata and feedback.
    #[arg(long, env = "WEBHOOK_URL", hide_env_values = true)]
    pub webhook: Option<SecretString>,
    /// Milliseconds that the scripted model takes for a piece of its answer.
    #[arg(long, default_value_t = 0)]
    pub pace: u64,
    /// Seconds that what was begun may take to finish when the server ends.
    #[arg(long, default_value_t = 20)]
    pub drain: u64,
}

/// What requests share.
pub struct App {
    factory: SessionManagerFactory,
    model: Model,
    queues: Arc<Queues>,
    places: Arc<Semaphore>,
    monitor: Arc<Monitor>,
    webhook: Option<Arc<Webhook>>,
    hooks: Hooks,
    pool: Pool,
    /// How long what was begun may take to finish in the end.
    drain: Duration,
}

impl App {
    /// Contacts nothing; what is wrong with the settings is told here, before anybody is answered.
    pub fn new(pool: Pool, settings: &Settings) -> Result<Self> {
        let told = settings.webhook.clone().map(|url| Webhook::start("audit", &WebhookSettings::new(url)));
        let webhook = told.transpose()?.map(Arc::new);
        let mut chain: Vec<Arc<dyn Hook>> = vec![Arc::new(Reserved)];
        chain.extend(webhook.clone().map(|webhook| webhook as Arc<dyn Hook>));
        let hooks = Hooks::new(chain);
        let created = SessionSettings::default().application_name("web");
        let factory = SessionManagerFactory::with_pool(pool.clone(), &settings.database, &settings.collection)?
            .with_hooks(hooks.clone())
            .with_settings(created);
        Ok(Self {
            factory,
            model: Model::new(Duration::from_millis(settings.pace)),
            queues: Arc::default(),
            places: Arc::new(Semaphore::new(TURNS as usize)),
            monitor: Arc::default(),
            webhook,
            hooks,
            pool,
            drain: Duration::from_secs(settings.drain),
        })
    }

    /// A manager for one request: it costs less than a microsecond and contacts nothing.
    fn manager(&self, session: &str) -> SessionManager {
        self.factory.manager(session)
    }

    /// What hooks hold is delivered, then the connections end. Requests that were cut off may still hold the factory, so it is not
    /// the factory that is closed here, but what it is made of.
    async fn close(&self) {
        let lost = self.hooks.close(HOOKS).await;
        let delivered = self.webhook.as_ref().map_or(0, |webhook| webhook.tally().delivered);
        if tokio::time::timeout(POOL, self.pool.clone().close()).await.is_err() {
            tracing::warn!("the connections to the database did not end in time");
        }
        println!("stopped: hooks delivered {delivered}, lost {lost}");
    }
}

/// Fields whose names begin with `internal_` are set by other programs alone.
struct Reserved;

#[async_trait]
impl Hook for Reserved {
    fn name(&self) -> &'static str {
        "reserved"
    }

    async fn around(&self, operation: HookOperation, next: Next<'_>) -> strandscope::Result<HookAnswer> {
        if let HookPayload::MetadataUpdate(edits) | HookPayload::MetadataDelete(edits) = &operation.payload
            && edits.iter().any(|edit| edit.path.top().starts_with("internal_"))
        {
            return Err(operation.refused(self.name(), "fields that begin with internal_ are reserved"));
        }
        next.run(operation).await
    }
}

fn routes(app: &Arc<App>) -> Router {
    Router::new()
        .route("/chat", post(chat::chat))
        .route("/chat/stream", post(chat::chat_stream))
        .route("/sessions/{id}", get(sessions::show))
        .route("/sessions/{id}/metadata", get(sessions::metadata).put(sessions::set_metadata))
        .route("/sessions/{id}/metadata/{field}", delete(sessions::unset_metadata))
        .route("/sessions/{id}/feedback", get(sessions::feedback).post(sessions::add_feedback))
        .route("/health", get(probes::health))
        .route("/metrics", get(probes::metrics))
        .fallback(|| async { Fault::no_route() })
        .method_not_allowed_fallback(|| async { Fault::no_method() })
        .layer(DefaultBodyLimit::max(BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(app), monitor::measure))
        .with_state(Arc::clone(app))
}

/// Serves until `stop` ends, then finishes what was begun and closes the pool.
pub async fn run(app: App, listener: TcpListener, stop: impl Future<Output = ()> + Send + 'static) -> Result<()> {
    let app = Arc::new(app);
    let (tell, told) = oneshot::channel();
    let stop = async move {
        stop.await;
        println!("stopping: what was begun is finished");
        // Who listens lives as long as the server.
        let _ = tell.send(());
    };
    let server = axum::serve(listener, routes(&app)).with_graceful_shutdown(stop);
    let finished = async {
        server.await?;
        // A turn can outlive its request: the client went away, or the database did.
        let _all = app.places.acquire_many(TURNS).await?;
        anyhow::Ok(())
    };
    let late = async {
        if told.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(app.drain).await;
    };
    tokio::select! {
        ended = finished => ended?,
        () = late => tracing::warn!("not everything that was begun could be finished in time"),
    }
    app.close().await;
    Ok(())
}
