//! One agent over a week: it talks on day 1, and on day 7 another process resumes it.
//!
//! `cargo run --example resume -- --uri mongodb://localhost:27017 --database agents --collection sessions --session trip-1`
//!
//! The answers are scripted, so that no model is needed; a real agent calls one where `Planner::answer` is. The session stays
//! where it is: look at it with `strandscope open trip-1`.

use std::{
    error::Error,
    process::ExitCode,
    time::{Duration, Instant},
};

use strandscope::{
    Agent, AgentId, EventLoopMetrics, MessageBody, ModelCall, Pool, PoolOptions, Resumed, SecretString, SessionManager,
    SessionManagerFactory, SessionSettings, Started, Usage,
    bson::{Bson, Document, doc},
};

/// Where the session is kept.
struct Args {
    /// MongoDB connection string.
    uri: SecretString,
    database: String,
    collection: String,
    /// The session's id.
    session: String,
}

impl Args {
    /// As the command line has it.
    fn read() -> Result<Self, Box<dyn Error>> {
        const USAGE: &str = "give --uri, --database, --collection or --session, each with its value";
        let mut args = Self {
            uri: "mongodb://localhost:27017".into(),
            database: "agents".into(),
            collection: "sessions".into(),
            session: "trip-lisbon".into(),
        };
        let mut words = std::env::args().skip(1);
        while let Some(name) = words.next() {
            let value = words.next().ok_or(USAGE)?;
            match name.as_str() {
                "--uri" => args.uri = value.into(),
                "--database" => args.database = value,
                "--collection" => args.collection = value,
                "--session" => args.session = value,
                _ => return Err(USAGE.into()),
            }
        }
        Ok(args)
    }
}

/// A travel planner: what it knows of its traveller is its state.
#[derive(Default)]
struct Planner {
    known: Document,
    messages: Vec<MessageBody>,
    metrics: EventLoopMetrics,
}

impl Agent for Planner {
    fn agent_id(&self) -> &'static str {
        "planner"
    }

    fn state(&self) -> Document {
        self.known.clone()
    }

    fn model(&self) -> Option<String> {
        Some("scripted-1".to_owned())
    }

    fn system_prompt(&self) -> Option<Bson> {
        Some("You plan journeys, and remember what your traveller likes.".into())
    }

    fn metrics(&self) -> Option<Document> {
        self.metrics.to_document()
    }

    fn restore(&mut self, resumed: Resumed) {
        self.known = resumed.state;
        self.messages = resumed.messages;
    }
}

impl Planner {
    /// Where a real agent calls its model.
    fn answer(&mut self, words: &str) -> MessageBody {
        let started = Instant::now();
        let tokens = |text: &str| text.split_whitespace().count() as u64;
        let heard: String = self.messages.iter().map(|message| message.as_document().to_string()).collect();
        let usage = Usage::new(tokens(&heard), tokens(words));
        let metadata = self.metrics.add_call(ModelCall::new(usage).latency_ms(420).first_byte_ms(110));
        self.metrics.add_cycle(started.elapsed() + Duration::from_millis(420));
        MessageBody::assistant(words).with_metadata(metadata)
    }

    /// One turn: what was asked and what was answered is stored as it is said.
    async fn turn(&mut self, manager: &SessionManager, asked: &str, answered: &str) -> Result<(), Box<dyn Error>> {
        let id = AgentId::from(self.agent_id());
        println!("  user       {asked}\n  assistant  {answered}");
        let mut question = MessageBody::user(asked);
        manager.append_message(&id, &mut question).await?;
        self.messages.push(question);
        let mut answer = self.answer(answered);
        manager.append_message(&id, &mut answer).await?;
        self.messages.push(answer);
        Ok(manager.sync_agent(self).await?)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let args = Args::read()?;
    let pool = Pool::connect(&args.uri, PoolOptions::default()).await?;
    let settings = SessionSettings::default().application_name("travel").metadata_fields(["status"]);
    let factory = SessionManagerFactory::with_pool(pool, &args.database, &args.collection)?.with_settings(settings);

    println!("Day 1");
    let manager = factory.manager(&args.session);
    let mut planner = Planner::default();
    if manager.initialize(&mut planner).await? != Started::Created {
        return Err(format!("session {:?} is there already; choose another with --session", args.session).into());
    }
    planner.turn(&manager, "I want to see Lisbon in May.", "May is lovely. How long will you stay?").await?;
    planner.known = doc! { "city": "Lisbon", "month": "May", "likes": ["trams"] };
    planner.turn(&manager, "Five days, and I like trams.", "Then line 28 on the first day.").await?;

    println!("Day 7, another process");
    let manager = factory.manager(&args.session);
    let mut planner = Planner::default();
    let Started::Resumed(messages) = manager.initialize(&mut planner).await? else {
        return Err("the session of day 1 is gone".into());
    };
    let city = planner.known.get_str("city")?.to_owned();
    println!("  it remembers {messages} messages, and that it is about {city}");
    planner.turn(&manager, "Is line 28 still right?", "Yes, and take it before nine.").await?;

    let count = manager.message_count(&AgentId::from("planner")).await?;
    println!("Session {:?} holds {count} messages", args.session);
    factory.close().await;
    Ok(())
}
