//! People who look at the board while phones bring scans: pages with a stream of events, and pages that ask now and then.
//!
//! Invariant: each behaves as the board's own script does (`server/src/board/board.js`): it asks for its page's live part
//! with the tag of what it has, after each picture and then not for 1.5 to 3 seconds, or without a stream every 10 to 20
//! seconds. All of them run on one thread.

use std::{
    future::Future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::sleep,
};

/// What the crowd's thread is called.
pub(super) const THREAD: &str = "crowd";

/// What the crowd saw.
#[derive(Clone, Debug, Default)]
pub struct Looked {
    /// How long each answer took, shortest first.
    pub answers: Vec<Duration>,
    /// How many of them said that nothing changed.
    pub unchanged: u64,
    /// How many questions were not answered as they should be.
    pub failed: u64,
    /// How many pictures streams told of, all together.
    pub told: u64,
}

impl Looked {
    /// The time within which so many of 100 questions were answered.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Duration {
        let at = (self.answers.len() * percent).div_ceil(100).saturating_sub(1);
        self.answers.get(at).copied().unwrap_or_default()
    }
}

/// What all of them note.
#[derive(Default)]
struct Board {
    answers: Mutex<Vec<Duration>>,
    unchanged: AtomicU64,
    failed: AtomicU64,
    told: AtomicU64,
    is_over: AtomicBool,
}

/// A crowd that looks until it is told to stop.
pub(super) struct Crowd {
    board: Arc<Board>,
    thread: JoinHandle<()>,
}

impl Crowd {
    /// So many who ask now and then, and so many with a stream, at the board that has this address.
    pub(super) fn gather(address: &str, race: &str, viewers: u64, streams: u64) -> Self {
        let board = Arc::new(Board::default());
        let page = format!("GET /r/{race}/course/ten?part=live");
        let events = format!("GET /api/v1/races/{race}/events");
        let (address, shared) = (address.to_owned(), board.clone());
        let work = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                for n in 0..viewers + streams {
                    let who = Person {
                        address: address.clone(),
                        page: page.clone(),
                        tag: String::new(),
                        link: None,
                        board: shared.clone(),
                        rng: ChaCha8Rng::seed_from_u64(n),
                    };
                    if n < viewers {
                        tokio::spawn(who.asks_now_and_then());
                    } else {
                        tokio::spawn(who.listens(events.clone()));
                    }
                }
                while !shared.is_over.load(Ordering::Relaxed) {
                    sleep(Duration::from_millis(50)).await;
                }
            });
        };
        Self { board, thread: std::thread::Builder::new().name(THREAD.to_owned()).spawn(work).unwrap() }
    }

    /// How many questions were answered so far.
    pub(super) fn answered(&self) -> usize {
        self.board.answers.lock().unwrap().len()
    }

    /// Sends all of them home.
    pub(super) fn leave(self) -> Looked {
        self.board.is_over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
        let mut answers = std::mem::take(&mut *self.board.answers.lock().unwrap());
        answers.sort();
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (unchanged, failed, told) =
            (count(&self.board.unchanged), count(&self.board.failed), count(&self.board.told));
        Looked { answers, unchanged, failed, told }
    }
}

/// Somebody with a browser.
struct Person {
    address: String,
    page: String,
    tag: String,
    link: Option<BufReader<TcpStream>>,
    board: Arc<Board>,
    rng: ChaCha8Rng,
}

impl Person {
    async fn asks_now_and_then(mut self) {
        // They came at any moment before.
        self.pause(0, 20_000).await;
        loop {
            self.ask().await;
            self.pause(10_000, 20_000).await;
        }
    }

    async fn listens(mut self, events: String) {
        self.pause(0, 2_000).await;
        loop {
            let heard = Arc::new(tokio::sync::Notify::new());
            let stream = stream(self.address.clone(), events.clone(), heard.clone(), self.board.clone());
            let asks = async {
                loop {
                    heard.notified().await;
                    self.ask().await;
                    self.pause(1_500, 3_000).await;
                }
            };
            tokio::select! {
                _ = stream => {}
                () = asks => {}
            }
            self.board.failed.fetch_add(1, Ordering::Relaxed);
            self.pause(3_000, 4_000).await;
        }
    }

    fn pause(&mut self, least_ms: u64, most_ms: u64) -> impl Future<Output = ()> + use<> {
        sleep(Duration::from_millis(self.rng.random_range(least_ms..=most_ms)))
    }

    /// Asks for the page's live part: on the connection that is open still, else on a new one.
    async fn ask(&mut self) {
        let began = Instant::now();
        let mut status = None;
        if let Some(link) = self.link.take() {
            status = self.ask_by(link).await;
        }
        if status.is_none()
            && let Some(link) = dial(&self.address).await
        {
            status = self.ask_by(link).await;
        }
        match status {
            Some(200) => {}
            Some(304) => drop(self.board.unchanged.fetch_add(1, Ordering::Relaxed)),
            _ => {
                self.board.failed.fetch_add(1, Ordering::Relaxed);
                return;
            }
        }
        self.board.answers.lock().unwrap().push(began.elapsed());
    }

    /// The status; nothing if the connection was closed.
    async fn ask_by(&mut self, mut link: BufReader<TcpStream>) -> Option<u16> {
        let Self { page, address, tag, .. } = &*self;
        let known = if tag.is_empty() { String::new() } else { format!("If-None-Match: {tag}\r\n") };
        let question = format!("{page} HTTP/1.1\r\nHost: {address}\r\n{known}\r\n");
        link.get_mut().write_all(question.as_bytes()).await.ok()?;
        let head = head(&mut link).await?;
        let length = field(&head, "content-length").and_then(|text| text.parse().ok()).unwrap_or_default();
        let mut body = vec![0; length];
        link.read_exact(&mut body).await.ok()?;
        if let Some(tag) = field(&head, "etag") {
            tag.clone_into(&mut self.tag);
        }
        self.link = Some(link);
        status(&head)
    }
}

/// Listens to the stream of events until it ends, and notifies of each picture.
async fn stream(
    address: String,
    events: String,
    heard: Arc<tokio::sync::Notify>,
    board: Arc<Board>,
) -> Option<()> {
    let mut link = dial(&address).await?;
    let question = format!("{events} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    link.get_mut().write_all(question.as_bytes()).await.ok()?;
    if status(&head(&mut link).await?) != Some(200) {
        return None;
    }
    let mut line = String::new();
    while link.read_line(&mut line).await.ok()? > 0 {
        if line.starts_with("event: picture") {
            board.told.fetch_add(1, Ordering::Relaxed);
            heard.notify_one();
        }
        line.clear();
    }
    None
}

async fn dial(address: &str) -> Option<BufReader<TcpStream>> {
    let link = TcpStream::connect(address).await.ok()?;
    link.set_nodelay(true).ok()?;
    // Thousands of them: small buffers.
    Some(BufReader::with_capacity(2 * 1024, link))
}

async fn head(link: &mut BufReader<TcpStream>) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if link.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    Some(head)
}

fn status(head: &str) -> Option<u16> {
    head.split(' ').nth(1)?.parse().ok()
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let line = head
        .lines()
        .find(|line| line.split_once(':').is_some_and(|(field, _)| field.eq_ignore_ascii_case(name)))?;
    line.split_once(':').map(|(_, value)| value.trim())
}
