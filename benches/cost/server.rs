//! A whole server, axum over hyper, and a client that keeps its connection alive.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use axum::Router;
use http::{Method, Request, header::CONTENT_LENGTH};

use crate::{
    answer::AnswerLayer,
    cases::{Case, Held},
    services::{LimitLayer, router},
};

/// The layer of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    None,
    /// Inserts the same headers as corsac, and answers preflights itself.
    Limit,
    Static,
    Counted,
    TowerHttp,
}

impl Layer {
    pub const ALL: [Self; 5] =
        [Self::None, Self::Limit, Self::Static, Self::Counted, Self::TowerHttp];

    pub fn name(self) -> &'static str {
        match self {
            Self::None => "no layer",
            Self::Limit => "limit",
            Self::Static => "`&'static Policy`",
            Self::Counted => "`Policy`",
            Self::TowerHttp => "tower-http",
        }
    }

    pub fn app(self, case: &Case) -> Router {
        let policy = case.policy;
        match self {
            Self::None => router(),
            Self::Limit if case.method == Method::OPTIONS => {
                router().layer(AnswerLayer(case.limit))
            }
            Self::Limit => router().layer(LimitLayer(case.limit)),
            Self::Static => router().layer(policy.corsac(Held::Static)),
            Self::Counted => router().layer(policy.corsac(Held::Counted)),
            Self::TowerHttp => {
                router().layer(policy.tower_http().expect("it has lists of origins"))
            }
        }
    }
}

/// A connection whose requests are all the same, and so are its responses, except for their `Date`.
pub struct Connection {
    pub stream: TcpStream,
    request: Vec<u8>,
    /// The latest response.
    response: Vec<u8>,
}

impl Connection {
    /// Connects, sends the first request, and receives the response.
    pub fn open(address: SocketAddr, request: &Request<()>) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        // Ends the program if the server has failed.
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut connection = Self { stream, request: text(request), response: Vec::new() };
        connection.send();
        while !is_whole(&connection.response) {
            let mut more = [0; 4096];
            let read = connection.stream.read(&mut more).unwrap();
            assert_ne!(read, 0, "the server has closed the connection");
            connection.response.extend_from_slice(&more[..read]);
        }
        connection
    }

    pub fn send(&mut self) {
        self.stream.write_all(&self.request).unwrap();
    }

    pub fn receive(&mut self) {
        self.stream.read_exact(&mut self.response).unwrap();
        assert!(self.response.starts_with(b"HTTP/1.1 "), "responses differ in length");
    }
}

fn text(request: &Request<()>) -> Vec<u8> {
    let mut text = format!("{} /users/42 HTTP/1.1\r\n", request.method());
    for (name, value) in request.headers() {
        text.extend([name.as_str(), ": ", value.to_str().unwrap(), "\r\n"]);
    }
    text += "\r\n";
    text.into_bytes()
}

fn is_whole(response: &[u8]) -> bool {
    let response = std::str::from_utf8(response).unwrap();
    let Some((head, body)) = response.split_once("\r\n\r\n") else { return false };
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    let length =
        lines.filter(|(name, _)| *name == CONTENT_LENGTH.as_str()).map(|(_, it)| it).next();
    body.len() == length.map_or(0, |length| length.parse().unwrap())
}
