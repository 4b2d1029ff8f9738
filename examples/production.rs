//! A service as it runs for months: one factory for the process, limits of its pool, a hook that tells another system, errors by
//! their kind, repetitions that store nothing twice, and an end on Ctrl-C that loses nothing.
//!
//! `cargo run --example production -- [URI] [DATABASE]`, then a request a line: `SESSION QUESTION`. It ends with Ctrl-C, SIGTERM or
//! the end of its input. Without a URI it takes STRANDSCOPE_URI, else MONGODB_URI, else the server on this machine: one with a
//! password belongs there, as everyone on a machine sees the arguments of its programs.

use std::{
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use strandscope::{
    Agent, Deliver, Delivery, DeliveryOutcome, Error, ErrorKind, FactorySettings, GlobalFactoryError, Hook, HookAnswer,
    HookOperation, Hooks, MessageBody, MetadataEdit, Next, Outbox, OutboxOptions, PoolOptions, Result, Resumed,
    ServerState, SessionSettings, async_trait,
    bson::{Document, doc},
    close_global_factory, get_global_factory, initialize_global_factory,
};
use tokio::{sync::mpsc, task::JoinSet};

/// How long requests that are being answered may still take at the end.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// Tells another system of every change, which neither delays nor breaks one.
struct Audit {
    outbox: Outbox,
    told: AtomicU64,
}

/// Where a real one posts to a queue. `Again` is tried again, with longer and longer pauses.
struct ToStandardOutput;

#[async_trait]
impl Deliver for ToStandardOutput {
    async fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        println!("audit {}: {}", delivery.id, delivery.body);
        DeliveryOutcome::Delivered
    }
}

#[async_trait]
impl Hook for Audit {
    fn name(&self) -> &'static str {
        "audit"
    }

    async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
        let action = operation.action();
        let body = format!("{action} of session {:?}", operation.session.text());
        let answer = next.run(operation).await?;
        if action.is_change() {
            let number = self.told.fetch_add(1, Ordering::Relaxed);
            self.outbox.offer(Delivery::new(format!("{}-{number}", std::process::id()), body));
        }
        Ok(answer)
    }

    async fn close(&self, deadline: Duration) {
        self.outbox.close(deadline).await;
    }

    fn undelivered(&self) -> u64 {
        self.outbox.tally().dropped
    }

    async fn given_up(&self) -> String {
        self.outbox.given_up().await
    }
}

/// An agent that counts its answers.
#[derive(Default)]
struct Support {
    answers: i32,
}

impl Agent for Support {
    fn agent_id(&self) -> &'static str {
        "support"
    }

    fn state(&self) -> Document {
        doc! { "answers": self.answers }
    }

    fn model(&self) -> Option<String> {
        Some("scripted-1".to_owned())
    }

    fn restore(&mut self, resumed: Resumed) {
        self.answers = resumed.state.get_i32("answers").unwrap_or_default();
    }
}

/// A request, with the messages that it leads to: they are the same however often it is tried, so that none is stored twice.
struct Request {
    session: String,
    question: MessageBody,
    answer: MessageBody,
}

impl Request {
    /// `SESSION QUESTION`.
    fn read(line: &str) -> Option<Self> {
        let (session, question) = line.trim().split_once(' ')?;
        let answer = MessageBody::assistant(&format!("You asked: {question}"));
        Some(Self { session: session.to_owned(), question: MessageBody::user(question), answer })
    }

    /// Answers it once.
    async fn answer(&mut self) -> Result<()> {
        let manager = get_global_factory()?.manager(&self.session);
        let mut support = Support::default();
        manager.initialize(&mut support).await?;
        manager.append_message("support", &mut self.question).await?;
        // Here a real agent calls its model, once.
        manager.append_message("support", &mut self.answer).await?;
        manager.edit_metadata(vec![MetadataEdit::set("status", "answered")]).await?;
        support.answers += 1;
        manager.sync_agent(&support).await
    }

    /// Answers it, again where that may help.
    async fn handle(mut self) -> (String, Result<()>) {
        let mut pauses = [50, 250, 1000].map(Duration::from_millis).into_iter();
        loop {
            let answered = self.answer().await;
            let again = answered.as_ref().is_err_and(may_help_again);
            match pauses.next() {
                Some(pause) if again => tokio::time::sleep(pause).await,
                _ => return (self.session, answered),
            }
        }
    }
}

/// Whether the same request may go well a moment later: another was faster, as with the first message of a session, which is resumed
/// then; or the connection was lost, and what may have been stored is found by its `tracking_id`.
fn may_help_again(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Conflict | ErrorKind::Unconfirmed) || error.is_passing()
}

/// What a web server would answer.
fn status(error: &Error) -> u16 {
    match error.kind() {
        ErrorKind::Input => 400,
        ErrorKind::Refused => 403,
        ErrorKind::NotFound => 404,
        ErrorKind::Conflict => 409,
        ErrorKind::Connection | ErrorKind::Busy => 503,
        ErrorKind::Unconfirmed => 504,
        // No right, or something that nobody thought of: whoever runs the service has to know.
        _ => 500,
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let hooks = Hooks::new(vec![Arc::new(Audit {
        outbox: Outbox::start("audit", ToStandardOutput, OutboxOptions::default().attempts(8)),
        told: AtomicU64::new(0),
    })])
    .with_deadline(Duration::from_secs(2));
    let settings = settings(hooks.clone());
    if let Err(error) = initialize_global_factory(&settings).await {
        eprintln!("cannot start: {error}");
        if let GlobalFactoryError::Connection(error) = error {
            for hint in error.hints() {
                eprintln!("hint: {hint}");
            }
        }
        return ExitCode::FAILURE;
    }
    let losses = tokio::spawn(async move {
        loop {
            eprintln!("{}", hooks.given_up().await);
        }
    });

    serve().await;

    if let Ok(factory) = get_global_factory() {
        let now = factory.connection_statistics().await;
        let state = now.server_state.map_or("unknown", ServerState::name);
        let version = now.server_version.as_deref().unwrap_or("unknown");
        println!("{}: {}, MongoDB {version}, {state}", now.place, now.status);
        if let Some(pool) = now.pool {
            println!("connections: {} made, {} in use; {} checkouts", pool.created, pool.in_use, pool.checkouts);
        }
    }
    let lost = close_global_factory().await;
    losses.abort();
    println!("closed: {lost} deliveries lost");
    if lost == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn settings(hooks: Hooks) -> FactorySettings {
    let mut arguments = std::env::args().skip(1);
    let from_environment = || std::env::var("STRANDSCOPE_URI").or_else(|_| std::env::var("MONGODB_URI")).ok();
    let uri = arguments.next().or_else(from_environment).unwrap_or_else(|| "mongodb://localhost:27017".to_owned());
    let database = arguments.next().unwrap_or_else(|| "agents".to_owned());
    // A request that cannot be served soon is better refused than kept waiting.
    let pool = PoolOptions::default().size(5, 50).wait_queue(Duration::from_secs(2)).operation(Duration::from_secs(10));
    let sessions = SessionSettings::default().application_name("support").metadata_fields(["status"]);
    FactorySettings::new(uri, database, "sessions").pool(pool).hooks(hooks).sessions(sessions)
}

/// Takes requests until it is asked to stop, then waits for those that are being answered.
async fn serve() {
    // A thread of its own: the process ends although it still waits for a line.
    let (sender, mut lines) = mpsc::channel(64);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(std::io::Result::ok) {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    println!("ready");
    let mut running = JoinSet::new();
    let mut stop = std::pin::pin!(asked_to_stop());
    loop {
        tokio::select! {
            () = &mut stop => break,
            line = lines.recv() => match line.as_deref().map(Request::read) {
                Some(Some(request)) => { running.spawn(request.handle()); }
                Some(None) => println!("400 a request is: SESSION QUESTION"),
                None => break,
            },
            Some(ended) = running.join_next() => told(ended),
        }
    }
    let rest = async {
        while let Some(ended) = running.join_next().await {
            told(ended);
        }
    };
    if tokio::time::timeout(LAST_REQUESTS, rest).await.is_err() {
        eprintln!("requests were given up");
    }
}

fn told(ended: std::result::Result<(String, Result<()>), tokio::task::JoinError>) {
    match ended {
        Ok((session, Ok(()))) => println!("200 {session:?}"),
        Ok((session, Err(error))) => println!("{} {session:?}: {error}", status(&error)),
        Err(crash) => println!("500 {crash}"),
    }
}

/// Waits for Ctrl-C, or for the SIGTERM of whatever runs services here.
async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
