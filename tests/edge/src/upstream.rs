//! The service behind the edge: it sends CORS headers that the edge must remove, and any `Vary`.

use std::{
    io::{self, BufReader, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use crate::wire::{Head, Lines, skip_body};

/// The header that only this service sends: a response without it was made by the edge.
pub const MARK: &str = "x-upstream";
/// The request header that names the response.
pub const CASE: &str = "x-case";
/// The number of responses.
pub const CASES: usize = STATUSES.len() * VARY.len() * CORS.len();

/// A request for this status has to be conditional, with this tag.
pub const NOT_MODIFIED: u16 = 304;
pub const ETAG: &str = "\"one\"";

/// A response with status 200 and all the CORS headers that the edge must remove.
pub const HOSTILE: usize = STATUSES.len() * VARY.len() * (CORS.len() - 1);

const STATUSES: [u16; 12] = [200, 200, 201, 204, 302, NOT_MODIFIED, 401, 403, 404, 413, 500, 503];
const VARY: [&[&str]; 7] = [
    &[],
    &["Accept-Encoding"],
    &["origin"],
    &["*"],
    &["Accept-Encoding", "Cookie"],
    &["ORIGIN , Accept"],
    &["X-Origin"],
];
const CORS: [&[(&str, &str)]; 3] = [
    &[],
    &[("Access-Control-Allow-Origin", "*")],
    &[
        ("Access-Control-Allow-Origin", "https://evil.example"),
        ("access-control-allow-origin", "*"),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", "*"),
        ("Access-Control-Allow-Headers", "x-evil"),
        ("Access-Control-Expose-Headers", "*"),
        ("Access-Control-Max-Age", "86400"),
        ("Access-Control-Allow-Private-Network", "true"),
    ],
];

/// Returns the status of a response, and its `Vary` and CORS headers.
pub fn response(case: usize) -> (u16, Lines) {
    let (status, rest) = (case % STATUSES.len(), case / STATUSES.len());
    let (vary, cors) = (rest % VARY.len(), rest / VARY.len() % CORS.len());
    let vary = VARY[vary].iter().map(|value| ("Vary", *value));
    let lines = vary.chain(CORS[cors].iter().copied());
    let lines = lines.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
    (STATUSES[status], lines.collect())
}

/// Starts the service, and returns its port.
pub fn start() -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // The edge closes its connections when it ends.
            thread::spawn(move || serve(stream));
        }
    });
    Ok(port)
}

fn serve(stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    loop {
        let head = Head::read(&mut reader)?;
        if ["content-length", "transfer-encoding"].iter().any(|name| head.value(name).is_some()) {
            skip_body(&head, &mut reader)?;
        }
        if head.first.contains(" /slow") {
            thread::sleep(Duration::from_millis(1500));
        }
        let case = head.value(CASE).and_then(|case| case.parse().ok()).unwrap_or_default();
        let (mut status, mut lines) = response(case);
        if status == NOT_MODIFIED {
            // A cache asks for the whole response, and answers the condition itself.
            if head.value("if-none-match").is_none() {
                status = 200;
            }
            lines.push(("ETag".to_owned(), ETAG.into()));
        }
        let mut text = format!("HTTP/1.1 {status} Any\r\n{MARK}: hit\r\n").into_bytes();
        for (name, value) in lines {
            text.extend_from_slice(format!("{name}: ").as_bytes());
            text.extend_from_slice(&value);
            text.extend_from_slice(b"\r\n");
        }
        if !matches!(status, 204 | 304) {
            text.extend_from_slice(b"Content-Length: 0\r\n");
        }
        text.extend_from_slice(b"\r\n");
        reader.get_mut().write_all(&text)?;
    }
}
