//! Runs a request through corsac, and compares what comes out with what is expected.

use std::{cell::Cell, convert::Infallible, fmt, future::ready};

use corsac::{CorsLayer, DenialKind, RequestKind};
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use tower::{Layer as _, ServiceExt as _, service_fn};

/// A case, and all in which corsac differs from what its library expects.
pub(crate) struct Finding {
    pub(crate) id: String,
    /// The library.
    pub(crate) source: String,
    pub(crate) mismatches: Vec<Mismatch>,
}

pub(crate) struct Mismatch {
    pub(crate) aspect: String,
    theirs: String,
    ours: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: they expect {}, corsac gives {}", self.aspect, self.theirs, self.ours)
    }
}

impl Finding {
    pub(crate) fn new(id: &str, source: &str) -> Self {
        Self { id: id.to_owned(), source: source.to_owned(), mismatches: Vec::new() }
    }

    #[expect(clippy::needless_pass_by_value, reason = "most callers pass what they have just made")]
    pub(crate) fn compare<T: fmt::Debug + PartialEq>(&mut self, aspect: &str, theirs: T, ours: T) {
        if theirs != ours {
            self.mismatches.push(Mismatch {
                aspect: aspect.to_owned(),
                theirs: format!("{theirs:?}"),
                ours: format!("{ours:?}"),
            });
        }
    }

    /// Compares a header's lines; without `theirs` it must be absent.
    ///
    /// Lists are compared as sets of names that are counted: neither order nor spaces matter, but a
    /// name too much does. Only methods have a case. An empty list is as good as none.
    pub(crate) fn compare_header(
        &mut self,
        name: &str,
        theirs: Option<&[String]>,
        ours: &HeaderMap,
    ) {
        let name = name.to_ascii_lowercase();
        let is_list = LISTS.contains(&name.as_str());
        let ours = ours.contains_key(&name).then(|| lines(ours, &name));
        let ignore_case = name != "access-control-allow-methods";
        let read = |lines: &[String]| {
            if is_list { elements(lines, ignore_case) } else { lines.to_vec() }
        };
        let theirs = theirs.map(read).filter(|it| !is_list || !it.is_empty());
        self.compare(&name, theirs, ours.map(|lines| read(&lines)));
    }
}

const LISTS: [&str; 4] = [
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-expose-headers",
    "vary",
];

/// The lines of one header.
pub(crate) fn lines(headers: &HeaderMap, name: &str) -> Vec<String> {
    headers.get_all(name).iter().map(|line| line.to_str().unwrap().to_owned()).collect()
}

/// What a comma list names, sorted.
pub(crate) fn elements(lines: &[String], ignore_case: bool) -> Vec<String> {
    let all = lines.iter().flat_map(|line| line.split(',')).map(str::trim);
    let mut all: Vec<String> = all
        .filter(|name| !name.is_empty())
        .map(|name| if ignore_case { name.to_ascii_lowercase() } else { name.to_owned() })
        .collect();
    all.sort();
    all
}

/// What became of a request.
pub(crate) struct Outcome {
    /// `passthrough`, `non-cors`, `preflight` or `actual`.
    pub(crate) kind: &'static str,
    /// Nothing was refused; `None` where there was nothing to refuse.
    pub(crate) allowed: Option<bool>,
    /// What was refused: `origin`, `method` or `headers`.
    pub(crate) failure_stage: Option<&'static str>,
    pub(crate) status: u16,
    pub(crate) inner_called: bool,
    pub(crate) body: String,
    pub(crate) headers: HeaderMap,
}

/// Sends a request through the Tower service, and asks `Policy::evaluate` too: both must agree.
pub(crate) fn send(
    id: &str,
    cors: &CorsLayer,
    request: &Request<()>,
    inner: &Response<String>,
) -> Outcome {
    let inner_called = Cell::new(false);
    let service = service_fn(|_: Request<()>| {
        inner_called.set(true);
        ready(Ok::<_, Infallible>(inner.clone()))
    });
    let answer = cors.layer(service).oneshot(request.clone()).now_or_never().unwrap().unwrap();
    let (parts, body) = answer.into_parts();
    let inner_called = inner_called.get();
    assert_eq!(body, if inner_called { inner.body().as_str() } else { "" }, "{id}");

    let mut outcome = Outcome {
        kind: "passthrough",
        allowed: None,
        failure_stage: None,
        status: parts.status.as_u16(),
        inner_called,
        body,
        headers: parts.headers,
    };
    let Some(policy) = cors.policy() else {
        assert!(inner_called, "{id}");
        assert_eq!(outcome.headers, *inner.headers(), "{id}");
        return outcome;
    };
    let decision = policy.evaluate(request.method(), request.headers());
    let mut headers = match decision.status() {
        Some(_) => HeaderMap::new(),
        None => inner.headers().clone(),
    };
    decision.apply(&mut headers);
    assert_eq!(outcome.headers, headers, "{id}");
    assert_eq!(parts.status, decision.status().unwrap_or(inner.status()), "{id}");
    assert_eq!(inner_called, decision.status().is_none(), "{id}");

    (outcome.kind, outcome.allowed) = match decision.kind() {
        RequestKind::NotCors => ("non-cors", None),
        RequestKind::Preflight => ("preflight", Some(decision.is_allowed())),
        RequestKind::Actual => ("actual", Some(decision.is_allowed())),
        other => panic!("{other:?} has no name here"),
    };
    outcome.failure_stage = decision.denial().map(|denial| match denial.kind() {
        DenialKind::Method | DenialKind::MalformedMethod => "method",
        DenialKind::Header | DenialKind::MalformedHeader | DenialKind::TooManyHeaders => "headers",
        _ => "origin",
    });
    outcome
}

/// A request for `/`.
pub(crate) fn request(method: &str, headers: HeaderMap) -> Request<()> {
    let mut request = Request::builder().method(method).body(()).unwrap();
    *request.headers_mut() = headers;
    request
}

pub(crate) fn response(status: u16, headers: HeaderMap, body: &str) -> Response<String> {
    let mut response = Response::builder().status(status).body(body.to_owned()).unwrap();
    *response.headers_mut() = headers;
    response
}

pub(crate) fn header_map<'a>(lines: impl IntoIterator<Item = (&'a str, &'a str)>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let name: HeaderName = name.parse().unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}
