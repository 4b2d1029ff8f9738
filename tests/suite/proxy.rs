//! What stands between a client and a server: it passes everything on, until a request comes that a test waits for.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
};

/// What a command holds that updates documents.
const UPDATES: &[u8] = b"updates\0";

/// A request that never comes ends the test instead of holding it up for ever. Nothing is measured by it.
const PATIENCE: Duration = Duration::from_mins(1);

async fn patiently<T>(what: &str, wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("waited in vain until {what}"))
}

/// Where a request is caught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaughtAt {
    /// On its way: the server has not seen it.
    Request,
    /// On the way back: the server has answered, and nobody has heard it.
    Answer,
}

/// What becomes of what is caught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaughtEnd {
    /// It goes on.
    Passed,
    /// It is lost, and its connection with it.
    Lost,
}

/// A request that is caught on its way, once it comes. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Caught {
    here: Arc<Semaphore>,
    answered: Arc<Semaphore>,
    end: watch::Sender<Option<CaughtEnd>>,
}

impl Caught {
    fn new(end: Option<CaughtEnd>) -> Self {
        let none = || Arc::new(Semaphore::new(0));
        Self { here: none(), answered: none(), end: watch::channel(end).0 }
    }

    /// Waits until it is caught.
    pub async fn here(&self) {
        patiently("the request is caught", self.here.acquire()).await.expect("it is never closed").forget();
    }

    /// Lets go of it.
    pub fn ends(&self, end: CaughtEnd) {
        self.end.send_replace(Some(end));
    }

    /// Waits until the server has answered a request that was passed on.
    pub async fn answered(&self) {
        patiently("it is answered", self.answered.acquire()).await.expect("it is never closed").forget();
    }

    /// Tells that it is caught, and waits for what becomes of it; whether it goes on.
    async fn goes_on(&self) -> bool {
        self.here.add_permits(1);
        let mut end = self.end.subscribe();
        let ended = end.wait_for(Option::is_some).await;
        ended.is_ok_and(|end| *end == Some(CaughtEnd::Passed))
    }
}

/// The request that a test waits for: the next one that holds this text.
#[derive(Debug)]
struct Wanted {
    text: Vec<u8>,
    at: CaughtAt,
    caught: Caught,
}

/// What the connections share.
#[derive(Debug, Clone)]
struct Shared {
    wanted: Arc<Mutex<Option<Wanted>>>,
    /// Whether anything gets through.
    open: watch::Sender<bool>,
    /// How many connections there are.
    count: watch::Sender<usize>,
}

/// Counts one connection for as long as it is there.
struct Counted(watch::Sender<usize>);

impl Counted {
    fn among(count: &watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Shared {
    fn wanted(&self) -> MutexGuard<'_, Option<Wanted>> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is the one that a test waits for.
    fn catches(&self, request: &[u8]) -> Option<(CaughtAt, Caught)> {
        let holds = |wanted: &mut Wanted| request.windows(wanted.text.len()).any(|part| part == wanted.text);
        self.wanted().take_if(holds).map(|wanted| (wanted.at, wanted.caught))
    }
}

/// Passes everything on, but one request and its answer as a test says.
pub struct Proxy {
    address: String,
    shared: Shared,
}

impl Proxy {
    /// In front of the first host of a URI.
    pub async fn to(server: &str) -> Self {
        let hosts = server.split_once("://").expect("a URI").1;
        let server = hosts.split(['/', '?']).next().expect("a host").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let shared = Shared { wanted: Arc::default(), open: watch::channel(true).0, count: watch::channel(0).0 };
        let of_all = shared.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if !*of_all.open.borrow() {
                    continue;
                }
                let Ok(server) = TcpStream::connect(&server).await else { continue };
                let counted = Counted::among(&of_all.count);
                let passing = pass(client, server, of_all.clone());
                tokio::spawn(async move {
                    passing.await;
                    drop(counted);
                });
            }
        });
        Self { address, shared }
    }

    /// How to reach the server through it, with more options: `retryWrites=false`.
    pub fn uri(&self, options: &str) -> String {
        format!("mongodb://{}/?directConnection=true&{options}", self.address).trim_end_matches('&').to_owned()
    }

    /// The next request that holds this text is caught there.
    pub fn catch(&self, text: &str, at: CaughtAt) -> Caught {
        self.want(text, at, None)
    }

    /// The next request that holds this text has its answer swallowed, once, and its connection is cut there.
    pub fn lose_the_answer_to(&self, text: &str) {
        self.want(text, CaughtAt::Answer, Some(CaughtEnd::Lost));
    }

    fn want(&self, text: &str, at: CaughtAt, end: Option<CaughtEnd>) -> Caught {
        let caught = Caught::new(end);
        *self.shared.wanted() = Some(Wanted { text: text.into(), at, caught: caught.clone() });
        caught
    }

    /// Whether the request came whose answer is lost.
    pub fn has_lost_it(&self) -> bool {
        self.shared.wanted().is_none()
    }

    /// Waits until no client is connected, and each update that was sent is answered.
    pub async fn drained(&self) {
        let mut count = self.shared.count.subscribe();
        drop(patiently("no client is connected", count.wait_for(|count| *count == 0)).await);
    }

    /// Cuts every connection, and lets none through.
    pub fn cut(&self) {
        self.shared.open.send_replace(false);
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        self.shared.open.send_replace(true);
    }
}

async fn pass(mut client: TcpStream, mut server: TcpStream, shared: Shared) {
    let (mut request, mut answer) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut open = shared.open.subscribe();
    let mut caught: Option<Caught> = None;
    let mut updates = false;
    // Dropping both ends cuts the connection.
    loop {
        tokio::select! {
            () = closed(&mut open) => return,
            read = client.read(&mut request) => {
                let Ok(length @ 1..) = read else {
                    if updates {
                        // What was sent is carried out, though nobody hears of it.
                        let _ = server.read(&mut answer).await;
                    }
                    return;
                };
                match shared.catches(&request[..length]) {
                    Some((CaughtAt::Request, held)) => {
                        if !held.goes_on().await {
                            return;
                        }
                        // Whoever sent it may be gone: its answer is waited for all the same.
                        if server.write_all(&request[..length]).await.is_err() {
                            return;
                        }
                        let Ok(length @ 1..) = server.read(&mut answer).await else { return };
                        held.answered.add_permits(1);
                        if client.write_all(&answer[..length]).await.is_err() {
                            return;
                        }
                        continue;
                    }
                    Some((CaughtAt::Answer, held)) => caught = Some(held),
                    None => {}
                }
                updates = request[..length].windows(UPDATES.len()).any(|part| part == UPDATES);
                if server.write_all(&request[..length]).await.is_err() {
                    return;
                }
            },
            read = server.read(&mut answer) => {
                let Ok(length @ 1..) = read else { return };
                updates = false;
                if let Some(held) = caught.take()
                    && !held.goes_on().await
                {
                    return;
                }
                if client.write_all(&answer[..length]).await.is_err() {
                    return;
                }
            },
        }
    }
}

/// Waits until nothing gets through any more.
async fn closed(open: &mut watch::Receiver<bool>) {
    // Its other end is held by whoever waits here.
    drop(open.wait_for(|open| !*open).await);
}
