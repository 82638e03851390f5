//! Sends the requests of a probe: some in order, the others on several connections.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use corsac::probe::{Exchange, Way};
use http::{Request, Response};
use tokio::{task::JoinSet, time::timeout};

use super::{Client, NetError, NetErrorKind, Version, connection::Connection};

/// Connections at the same time. A server has more work with one page of a browser.
const CONNECTIONS: usize = 4;

pub type Answer = Response<Vec<u8>>;

/// The answers, each at the index of its exchange, and the first reason why one is missing.
pub struct Answers {
    pub answers: Vec<Option<Answer>>,
    pub error: Option<NetError>,
}

/// Sends all exchanges. Fails only if the first one has no answer.
pub async fn send_all(client: Arc<Client>, exchanges: Vec<Exchange>) -> Result<Answers, NetError> {
    let exchanges = Arc::new(exchanges);
    let mut answers: Vec<Option<Answer>> = vec![None; exchanges.len()];
    let mut error = None;
    let of_way = |way: Way| {
        let found = exchanges.iter().enumerate().filter(move |(_, exchange)| exchange.way() == way);
        found.map(|(at, _)| at).collect::<Vec<usize>>()
    };
    let mut sender = Sender::new(client.clone(), false);
    for at in of_way(Way::InOrder) {
        match sender.send(exchanges[at].request()).await {
            Ok(answer) => answers[at] = Some(answer),
            Err(first) if answers.iter().all(Option::is_none) => return Err(first),
            Err(other) => error = error.or(Some(other)),
        }
    }
    let is_http2 = sender.is_http2;
    let queue = Arc::new(of_way(Way::AnyTime));
    let next = Arc::new(AtomicUsize::new(0));
    let done = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (queue, next, done) = (queue.clone(), next.clone(), done.clone());
        let (exchanges, client) = (exchanges.clone(), client.clone());
        tasks.spawn(async move {
            let mut sender = Sender::new(client, false);
            while let Some(&at) = queue.get(next.fetch_add(1, Ordering::Relaxed)) {
                let result = sender.send(exchanges[at].request()).await;
                // No task panics while it holds the lock.
                done.lock().expect("no panic").push((at, result));
            }
        });
    }
    while tasks.join_next().await.is_some() {}
    let done = std::mem::take(&mut *done.lock().expect("no panic"));
    let mut alone = done;
    for at in of_way(Way::NewConnection) {
        let result = Sender::new(client.clone(), false).send(exchanges[at].request()).await;
        alone.push((at, result));
    }
    if is_http2 && client.version == Version::Any {
        let mut sender = Sender::new(client, true);
        for at in of_way(Way::Http1) {
            alone.push((at, sender.send(exchanges[at].request()).await));
        }
    }
    for (at, result) in alone {
        match result {
            Ok(answer) => answers[at] = Some(answer),
            Err(other) => error = error.or(Some(other)),
        }
    }
    Ok(Answers { answers, error })
}

/// Keeps a connection open, and opens a new one if the server closed it.
pub struct Sender {
    client: Arc<Client>,
    is_http1: bool,
    connection: Option<Connection>,
    pub is_http2: bool,
}

impl Sender {
    pub fn new(client: Arc<Client>, is_http1: bool) -> Self {
        Self { client, is_http1, connection: None, is_http2: false }
    }

    pub async fn send(&mut self, request: &Request<()>) -> Result<Answer, NetError> {
        let kept = self.connection.take().filter(Connection::is_open);
        if let Some(connection) = kept {
            // The server may have closed it meanwhile. All requests can be repeated.
            if let Ok(answer) = self.send_on(connection, request).await {
                return Ok(answer);
            }
        }
        let connection = self.client.connect(self.is_http1).await?;
        self.is_http2 = connection.is_http2();
        self.send_on(connection, request).await
    }

    async fn send_on(
        &mut self,
        mut connection: Connection,
        request: &Request<()>,
    ) -> Result<Answer, NetError> {
        let limit = self.client.timeout;
        match timeout(limit, connection.send(request)).await {
            Ok(Ok(answer)) => {
                self.connection = Some(connection);
                Ok(answer)
            }
            Ok(Err(error)) => Err(self.client.error(NetErrorKind::Http(with_source(&error)))),
            Err(_) => Err(self.client.error(NetErrorKind::Timeout(limit))),
        }
    }
}

/// An error of hyper, with the reason below it.
fn with_source(error: &hyper::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
