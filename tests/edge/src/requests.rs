//! Requests at random: what browsers send, and what is nearly that.

use std::{borrow::Cow, fmt};

use http::{
    Method, Request, Uri, Version,
    header::{HOST, UPGRADE},
};

use crate::{
    policies::Case,
    random::Random,
    server::Kind,
    upstream::{self, CASE},
    wire::{Lines, header_map},
};

/// A path that the edge answers itself, with the status.
const OWN: [(&str, u16); 5] =
    [("/down", 502), ("/large", 413), ("/missing", 404), ("/private", 401), ("/slow", 504)];
/// Larger than what is allowed at `/large`.
const BODY: &str = "too large";

#[derive(Debug, Clone)]
pub struct Sent {
    pub method: &'static str,
    /// The request target.
    pub target: Cow<'static, str>,
    /// The status of the edge's own answer, if the service behind it does not answer.
    pub own_status: Option<u16>,
    pub lines: Lines,
    pub body: &'static str,
    /// The response of the service.
    pub case: usize,
    pub http2: bool,
}

impl Sent {
    pub fn random(random: &mut Random, case: &Case, kind: Kind) -> Self {
        // A slow service costs time.
        let own = if random.one_in(1000) { OWN.len() - 1 } else { random.below(OWN.len() - 1) };
        let own = random.one_in(4).then_some(OWN[own]);
        let mut own_status = own.map(|(_, status)| kind.status(status));
        let mut target = own.map_or_else(|| case.path(random), |(path, _)| Cow::Borrowed(path));
        let response = random.below(upstream::CASES);
        let host = *random.pick(&HOSTS);
        if target != "*" && random.one_in(20) {
            target = Cow::Owned(format!("http://{host}{target}"));
        }
        let mut lines = vec![line("Host", host), line(CASE, response.to_string())];
        if upstream::response(response).0 == upstream::NOT_MODIFIED {
            lines.push(line("If-None-Match", upstream::ETAG));
        }
        if !random.one_in(8) {
            lines.push(line("Origin", origin(random, case)));
            if random.one_in(30) {
                lines.push(line("Origin", origin(random, case)));
            }
        }
        let is_preflight = random.one_in(3);
        let methods = ["GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "PURGE"];
        let method = if is_preflight { "OPTIONS" } else { *random.pick(&methods) };
        if is_preflight || random.one_in(10) {
            lines.push(line("Access-Control-Request-Method", requested_method(random, case)));
            if random.one_in(40) {
                let second = requested_method(random, case);
                lines.push(line("Access-Control-Request-Method", second));
            }
            for _ in 0..random.below(3) {
                let names = requested_headers(random, case);
                lines.push(line("Access-Control-Request-Headers", names));
            }
        }
        for (name, values) in CONTEXT {
            if random.one_in(6) {
                lines.push(line(name, random.pick(values)));
            }
        }
        let mut body = "";
        if matches!(method, "POST" | "PUT" | "PATCH") {
            if own_status == Some(413) {
                body = BODY;
            }
            lines.push(line("Content-Length", body.len().to_string()));
        } else if own_status == Some(413) {
            own_status = None;
        }
        let mut sent =
            Self { method, target, own_status, lines, body, case: response, http2: false };
        sent.http2 = random.one_in(4) && sent.uri().is_some();
        sent
    }

    /// Returns the URI of the request in HTTP/2, in which no client sends another target than a path.
    fn uri(&self) -> Option<Uri> {
        let host = std::str::from_utf8(self.values("host").next()?).ok()?;
        let uri: Uri = format!("http://{host}{}", self.target).parse().ok()?;
        (uri.path_and_query()? == &*self.target && !self.is_malformed()).then_some(uri)
    }

    /// Returns whether the target has a percent sign that encodes nothing. Some servers close the
    /// connection then.
    pub fn is_malformed(&self) -> bool {
        let is_hex = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let mut encoded = self.target.split('%').skip(1);
        encoded.any(|rest| !rest.get(..2).is_some_and(is_hex))
    }

    /// Returns the path as it was sent.
    pub fn path(&self) -> &str {
        let target = self
            .target
            .strip_prefix("http://")
            .map_or(&*self.target, |rest| rest.find(['/', '?']).map_or("/", |at| &rest[at..]));
        match target.split('?').next() {
            Some("") | None => "/",
            Some(path) => path,
        }
    }

    /// Returns the request as corsac reads it behind a server, apart from its path, which can be invalid.
    pub fn to_request(&self, kind: Kind) -> Result<Request<()>, http::Error> {
        let method = Method::from_bytes(self.method.as_bytes())?;
        let mut request = Request::builder().method(method).body(())?;
        *request.headers_mut() = header_map(&self.lines);
        if let Some(uri) = self.uri().filter(|_| self.http2) {
            *request.uri_mut() = uri;
            *request.version_mut() = Version::HTTP_2;
            request.headers_mut().remove(HOST);
            // RFC 9113, 8.2.2 "Connection-Specific Header Fields".
            request.headers_mut().remove(UPGRADE);
        }
        // RFC 9110, 7.8 "Upgrade": without a `Connection` that names it, it has no effect.
        if matches!(kind, Kind::Envoy | Kind::Istio) {
            request.headers_mut().remove(UPGRADE);
        }
        Ok(request)
    }

    pub fn is_preflight(&self) -> bool {
        let has = |name| self.values(name).next().is_some();
        self.method == "OPTIONS" && has("origin") && has("access-control-request-method")
    }

    /// Returns the values of all lines of a header.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> + Clone {
        let is_name = move |line: &&(String, Vec<u8>)| line.0.eq_ignore_ascii_case(name);
        self.lines.iter().filter(is_name).map(|(_, value)| value.as_slice())
    }
}

/// Prints a command that sends the request.
impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = if self.method == "HEAD" {
            "--head".to_owned()
        } else {
            format!("--request {}", self.method)
        };
        let http2 = if self.http2 { "--http2-prior-knowledge " } else { "" };
        write!(f, "curl --include {http2}{method}")?;
        if !self.body.is_empty() {
            write!(f, " --data '{}'", self.body)?;
        }
        write!(f, " \"http://$EDGE\" --request-target '{}'", self.target)?;
        for (name, value) in &self.lines {
            let value = String::from_utf8_lossy(value);
            // An empty value needs another sign in curl.
            let line =
                if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
            write!(f, " --header '{}'", line.replace('\'', r"'\''"))?;
        }
        Ok(())
    }
}

fn line(name: &str, value: impl AsRef<str>) -> (String, Vec<u8>) {
    (name.to_owned(), value.as_ref().as_bytes().to_vec())
}

const HOSTS: [&str; 5] =
    ["edge.example", "edge.example:8080", "EDGE.example", "edge.example:443", "shop.example"];

/// The headers that `Enforcement::Reject` reads, and those in which Varnish keeps its state.
const CONTEXT: [(&str, &[&str]); 8] = [
    ("Sec-Fetch-Site", &["same-origin", "same-site", "cross-site", "none", "same-origin, x"]),
    ("X-Forwarded-Proto", &["https", "http", "http, HTTPS", "httpsx"]),
    ("Forwarded", &["for=192.0.2.1;proto=https", "proto=http", "for=a;Proto=\"https\";by=b"]),
    ("X-Forwarded-Host", &["app.example.com", "evil.example"]),
    ("Upgrade", &["websocket", "irc/1.0, WebSocket", "irc/1.0"]),
    ("Sec-WebSocket-Key", &["dGhlIHNhbXBsZSBub25jZQ=="]),
    ("X-Corsac-Origin", &["https://app.example.com", "https://evil.example"]),
    ("X-Corsac-Answer", &["preflight", "forbidden"]),
];

fn origin(random: &mut Random, case: &Case) -> String {
    const STRANGERS: [&str; 9] = [
        "https://evil.example",
        "http://evil.example:8080",
        "null",
        "file://",
        "*",
        "https://",
        "https://\u{e9}.example",
        "default",
        "~",
    ];
    match random.below(5) {
        0 | 1 => random.pick(&case.origins).clone(),
        2 => (*random.pick(&STRANGERS)).to_owned(),
        _ => near(random, case),
    }
}

/// Changes an allowed origin a little, as attacks on wrong comparisons do.
fn near(random: &mut Random, case: &Case) -> String {
    let origin = random.pick(&case.origins).clone();
    let at = random.below(origin.len());
    let (start, end) = origin.split_at(at);
    match random.below(16) {
        0 => format!("{origin}.evil.example"),
        1 => format!("{origin}/"),
        2 => format!("{origin}:8443"),
        3 => format!("{origin}."),
        4 => origin.to_uppercase(),
        5 => format!("https://evil.example/{origin}"),
        6 => format!("{origin},{}", random.pick(&case.origins)),
        7 => format!("{origin} {}", random.pick(&case.origins)),
        8 => origin.replacen("://", "://evil", 1),
        9 => origin.replacen("://", "://evil.", 1),
        10 => origin.replacen("https://", "http://", 1),
        11 => origin.replacen('.', "x", 1 + random.below(3)),
        12 => format!("{start}{}", &end[1..]),
        13 => {
            format!("{start}{}{end}", random.pick(&["-", "_", ".", "a", "%", "\"", "\\", "$", "A"]))
        }
        14 => format!("{start}{}", end.to_uppercase()),
        _ => format!("{origin}:{}", random.below(70_000)),
    }
}

fn requested_method(random: &mut Random, case: &Case) -> String {
    const OTHERS: [&str; 12] = [
        "GET",
        "POST",
        "PUT",
        "put",
        "Patch",
        "CONNECT",
        "track",
        "QUERY",
        "PUT, DELETE",
        "*",
        "x y",
        "M-SEARCH\"",
    ];
    match random.below(12) {
        0..7 if !case.methods.is_empty() => random.pick(&case.methods).clone(),
        7 => "M".repeat(126 + random.below(5)),
        _ => (*random.pick(&OTHERS)).to_owned(),
    }
}

fn requested_headers(random: &mut Random, case: &Case) -> String {
    const OTHERS: [&str; 8] =
        ["x-other", "*", "x y", "x;y", "", " ,\t,", "x-a\"b", "X-Other , x-other,,content-type"];
    let listed = case.headers.join(",");
    match random.below(12) {
        0..4 if !case.headers.is_empty() => listed,
        4 if !case.headers.is_empty() => listed.to_uppercase(),
        5 => format!(" {listed} ,, {}\t", random.pick(&OTHERS)),
        6 if random.one_in(8) => "a,".repeat(1020 + random.below(8)),
        7 if random.one_in(8) => "abc".repeat(2000),
        _ => (*random.pick(&OTHERS)).to_owned(),
    }
}
