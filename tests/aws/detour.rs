//! What stands on the way to an endpoint, or in the place of one.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

use crate::patiently;

/// What becomes of a request.
#[derive(Debug, Clone, Copy)]
pub enum Reply {
    /// Answered with that status line and these headers.
    Status(&'static str),
    /// Never answered; the connection stays.
    Silence,
    /// The connection ends without an answer.
    Lost,
    /// Answered by the endpoint behind.
    Passed,
}

/// Takes requests, one on each connection.
pub struct Detour {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
    taken: Arc<Semaphore>,
}

impl Detour {
    /// What becomes of the first requests, and of all after them. `behind` is where passed ones go.
    pub async fn start(first: Vec<Reply>, then: Reply, behind: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let taken = Arc::new(Semaphore::new(0));
        let (noted, counted) = (Arc::clone(&requests), Arc::clone(&taken));
        let behind = behind.trim_start_matches("http://").to_owned();
        tokio::spawn(async move {
            let mut replies = first.into_iter();
            let mut silent = Vec::new();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let Some(request) = read(&mut stream).await else { continue };
                noted.lock().unwrap().push(request.clone());
                counted.add_permits(1);
                match replies.next().unwrap_or(then) {
                    Reply::Status(status) => answer(&mut stream, status).await,
                    Reply::Silence => silent.push(stream),
                    Reply::Lost => drop(stream),
                    Reply::Passed => pass(&mut stream, &request, &behind).await,
                }
            }
        });
        Self { url, requests, taken }
    }

    /// Waits for that many requests more and gives all that came.
    pub async fn requests(&self, more: u32) -> Vec<String> {
        patiently("the requests came", self.taken.acquire_many(more)).await.unwrap().forget();
        self.requests.lock().unwrap().clone()
    }
}

/// A request with its body; `None` for a connection without one.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut text = Vec::new();
    loop {
        let mut buffer = [0; 8192];
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        text.extend_from_slice(&buffer[..read]);
        let so_far = String::from_utf8_lossy(&text);
        let Some((head, body)) = so_far.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return Some(so_far.into_owned());
        }
    }
}

async fn answer(stream: &mut TcpStream, status: &str) {
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let _ = stream.write_all(answer.as_bytes()).await;
}

async fn pass(stream: &mut TcpStream, request: &str, behind: &str) {
    let mut onward = TcpStream::connect(behind).await.unwrap();
    let request = request.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    onward.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    onward.read_to_end(&mut answer).await.unwrap();
    let _ = stream.write_all(&answer).await;
}
