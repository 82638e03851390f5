//! HTTP/1.1 as raw lines: no client library sends two `Origin` lines or odd names unchanged.

use std::{
    io::{self, BufReader, Error, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process,
    sync::atomic::{AtomicU16, Ordering},
    time::Duration,
};

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

pub type Lines = Vec<(String, Vec<u8>)>;

/// The first line and the header lines of a request or response.
#[derive(Debug, Clone)]
pub struct Head {
    pub first: String,
    pub lines: Lines,
}

impl Head {
    pub fn read(from: &mut impl io::BufRead) -> io::Result<Self> {
        let first = read_line(from)?;
        let mut lines = Vec::new();
        loop {
            let line = read_line(from)?;
            if line.is_empty() {
                let first = String::from_utf8(first).map_err(Error::other)?;
                return Ok(Self { first, lines });
            }
            let colon = line.iter().position(|byte| *byte == b':');
            let (name, value) = line.split_at(colon.ok_or(Error::other("a line without a colon"))?);
            let name = String::from_utf8(name.to_vec()).map_err(Error::other)?;
            lines.push((name, value[1..].trim_ascii().to_vec()));
        }
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        let mut lines = self.lines.iter();
        let (_, value) = lines.find(|(other, _)| other.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value).ok()
    }
}

pub fn header_map(lines: &Lines) -> HeaderMap {
    let line = |(name, value): &(String, Vec<u8>)| {
        Some((HeaderName::try_from(name).ok()?, HeaderValue::from_bytes(value).ok()?))
    };
    let mut headers = HeaderMap::new();
    for (name, value) in lines.iter().filter_map(line) {
        headers.append(name, value);
    }
    headers
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
}

/// A connection to the edge, which is opened again when the edge has closed it.
pub struct Client {
    port: u16,
    connection: Option<BufReader<TcpStream>>,
}

impl Client {
    pub fn new(port: u16) -> Self {
        Self { port, connection: None }
    }

    pub fn send(
        &mut self,
        method: &str,
        target: &str,
        lines: &Lines,
        body: &str,
    ) -> io::Result<Answer> {
        // The edge may close an idle connection just when a request is sent.
        let was_open = self.connection.is_some();
        match self.try_send(method, target, lines, body) {
            Err(_) if was_open => {
                self.connection = None;
                self.try_send(method, target, lines, body)
            }
            answer => answer,
        }
    }

    fn try_send(
        &mut self,
        method: &str,
        target: &str,
        lines: &Lines,
        body: &str,
    ) -> io::Result<Answer> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => BufReader::new(connect(self.port)?),
        };
        let mut request = format!("{method} {target} HTTP/1.1\r\n").into_bytes();
        for (name, value) in lines {
            request.extend_from_slice(name.as_bytes());
            request.extend_from_slice(b": ");
            request.extend_from_slice(value);
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"\r\n");
        request.extend_from_slice(body.as_bytes());
        connection.get_mut().write_all(&request)?;
        let head = Head::read(&mut connection)?;
        let status = head.first.split(' ').nth(1).unwrap_or_default();
        let status: StatusCode = status.parse().map_err(Error::other)?;
        let is_empty = method == "HEAD" || matches!(status.as_u16(), 100..=199 | 204 | 304);
        if !is_empty {
            skip_body(&head, &mut connection)?;
        }
        let closes = head.value("connection").is_some_and(|it| it.eq_ignore_ascii_case("close"));
        self.connection = Some(connection).filter(|_| !closes);
        Ok(Answer { status, headers: header_map(&head.lines) })
    }
}

pub fn connect(port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Returns a port that was free a moment ago. The system takes others for its own ends of connections.
pub fn free_port() -> io::Result<u16> {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    // Another process that runs these tests starts elsewhere.
    let start = u16::try_from(process::id() % 200).unwrap_or_default() * 100;
    let mut ports =
        (0..1000).map(|_| 10_000 + (start + TAKEN.fetch_add(1, Ordering::Relaxed)) % 20_000);
    let free = ports.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    free.ok_or_else(|| Error::other("no port is free"))
}

pub fn skip_body(head: &Head, from: &mut BufReader<TcpStream>) -> io::Result<()> {
    if head.value("transfer-encoding").is_some() {
        loop {
            let size = String::from_utf8(read_line(from)?).map_err(Error::other)?;
            let size = u64::from_str_radix(&size, 16).map_err(Error::other)?;
            io::copy(&mut from.take(size), &mut io::sink())?;
            read_line(from)?;
            if size == 0 {
                return Ok(());
            }
        }
    }
    let size = match head.value("content-length") {
        Some(size) => size.parse().map_err(Error::other)?,
        None => u64::MAX,
    };
    io::copy(&mut from.take(size), &mut io::sink())?;
    Ok(())
}

fn read_line(from: &mut impl io::BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    from.read_until(b'\n', &mut line)?;
    match line.as_slice() {
        [text @ .., b'\r', b'\n'] | [text @ .., b'\n'] => Ok(text.to_vec()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
