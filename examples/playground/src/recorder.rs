//! The last exchanges of the server. Their number and their size are bounded.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::{Instant, UNIX_EPOCH},
};

use axum::{extract::Request, response::Response};
use corsac::{Decision, Policy, RequestKind};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde::Serialize;

use crate::{
    api::{self, AnsweredBy},
    policies::Stored,
};

#[derive(Default)]
pub(crate) struct Recorder(Mutex<Ring>);

/// One request, its response, and the decision of corsac.
#[derive(Clone, Serialize)]
pub(crate) struct Exchange {
    pub(crate) kind: Kind,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) request_headers: Vec<(String, String)>,
    pub(crate) status: u16,
    pub(crate) response_headers: Vec<(String, String)>,
    pub(crate) answered_by: AnsweredBy,
    /// `None` if corsac did not get the request.
    pub(crate) decision: Option<Said>,
    #[serde(skip)]
    pub(crate) at: Instant,
    #[serde(skip)]
    session: String,
    #[serde(skip)]
    sequence: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    Preflight,
    Actual,
    NotCors,
}

/// The parts of a [`Decision`] that are kept.
#[derive(Clone, Serialize)]
pub(crate) struct Said {
    pub(crate) is_allowed: bool,
    pub(crate) sentence: String,
    pub(crate) rule: Option<&'static str>,
    pub(crate) nearest: Option<String>,
}

struct Ring {
    /// In order of age, the oldest first.
    exchanges: VecDeque<Exchange>,
    sequence: u64,
}

/// Starts at the milliseconds since 1970, so that the numbers of an open page stay valid after a
/// restart.
impl Default for Ring {
    fn default() -> Self {
        let now = UNIX_EPOCH.elapsed().unwrap_or_default();
        let sequence = u64::try_from(now.as_millis()).unwrap_or_default();
        Self { exchanges: VecDeque::new(), sequence }
    }
}

impl Recorder {
    const KEPT: usize = 200;

    pub(crate) fn record(&self, exchange: Exchange) {
        let mut ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ring.exchanges.len() >= Self::KEPT {
            ring.exchanges.pop_front();
        }
        ring.sequence += 1;
        let sequence = ring.sequence;
        ring.exchanges.push_back(Exchange { sequence, ..exchange });
    }

    /// Returns a number for [`since`](Recorder::since).
    pub(crate) fn sequence(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).sequence
    }

    pub(crate) fn since(&self, session: &str, sequence: u64) -> Vec<Exchange> {
        let ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = ring.exchanges.iter().filter(|it| it.sequence > sequence);
        new.filter(|it| it.session == session).cloned().collect()
    }

    /// Returns the remembered preflight of `actual`, which had none of its own.
    pub(crate) fn preflight_before(&self, actual: &Exchange) -> Option<Exchange> {
        let ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |it: &&Exchange| {
            it.kind == Kind::Preflight
                && it.sequence < actual.sequence
                && it.session == actual.session
                && it.target == actual.target
                && it.request_header("origin") == actual.request_header("origin")
        };
        ring.exchanges.iter().rev().find(is_it).cloned()
    }
}

impl Exchange {
    pub(crate) fn request_header(&self, name: &str) -> Option<&str> {
        find(&self.request_headers, name)
    }

    pub(crate) fn response_header(&self, name: &str) -> Option<&str> {
        find(&self.response_headers, name)
    }

    pub(crate) fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Evaluates the request with another policy.
    pub(crate) fn ask<T>(&self, policy: &Policy, read: impl FnOnce(&Decision<'_>) -> T) -> T {
        let pairs = self.request_headers.iter().filter_map(|(name, value)| {
            Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?))
        });
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value);
        }
        let method = self.method.parse().unwrap_or(Method::GET);
        read(&policy.evaluate(&method, &headers))
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
}

/// The first half of an exchange.
pub(crate) struct Heard {
    session: String,
    kind: Kind,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    decision: Option<Said>,
}

impl Heard {
    pub(crate) fn new(session: String, stored: &Arc<Stored>, request: &Request) -> Self {
        let headers = request.headers();
        let is_preflight = *request.method() == Method::OPTIONS
            && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        let kind = match (headers.contains_key(header::ORIGIN), is_preflight) {
            (false, _) => Kind::NotCors,
            (true, true) => Kind::Preflight,
            (true, false) => Kind::Actual,
        };
        Self {
            session,
            kind,
            method: shortened(request.method().as_str()),
            target: shortened(request.uri().path_and_query().map_or("/", |it| it.as_str())),
            headers: readable(headers),
            decision: stored.built.as_ref().ok().map(|it| said(&it.evaluate_request(request))),
        }
    }

    pub(crate) fn answered(self, response: &Response) -> Exchange {
        let answered_by = response.extensions().get().copied().unwrap_or(AnsweredBy::Corsac);
        Exchange {
            kind: self.kind,
            method: self.method,
            target: self.target,
            request_headers: self.headers,
            status: response.status().as_u16(),
            response_headers: readable(response.headers()),
            answered_by,
            decision: self.decision.filter(|_| answered_by != AnsweredBy::OuterLayer),
            at: Instant::now(),
            session: self.session,
            sequence: 0,
        }
    }
}

fn said(decision: &Decision<'_>) -> Said {
    let denial = decision.denial();
    let sentence = match (decision.kind(), decision.origin()) {
        (RequestKind::NotCors, _) | (_, None) => {
            "no `Origin`, so this is not a CORS request".to_owned()
        }
        _ => decision.to_string(),
    };
    Said {
        is_allowed: decision.is_allowed(),
        sentence,
        rule: denial.as_ref().map(|denial| denial.kind().as_str()),
        nearest: denial.and_then(|denial| denial.nearest()).map(ToString::to_string),
    }
}

/// Returns the headers as text, without those that are not related to CORS.
fn readable(headers: &HeaderMap) -> Vec<(String, String)> {
    const MOST: usize = 40;
    let is_shown = |name: &str| {
        !matches!(
            name,
            "accept-encoding"
                | "accept-language"
                | "connection"
                | "dnt"
                | "priority"
                | "sec-gpc"
                | "referer"
                | "sec-fetch-dest"
                | "sec-fetch-mode"
                | "user-agent"
        ) && !name.starts_with("sec-ch-")
    };
    let is_default =
        |name: &HeaderName, value: &HeaderValue| *name == header::ACCEPT && value == "*/*";
    let pairs =
        headers.iter().filter(|(name, value)| is_shown(name.as_str()) && !is_default(name, value));
    let pairs = pairs.filter_map(|(name, value)| {
        let value = match *name {
            header::COOKIE => format!("visits={}", api::own_cookie(headers)?),
            _ => String::from_utf8_lossy(value.as_bytes()).into_owned(),
        };
        Some((shortened(name.as_str()), shortened(&value)))
    });
    pairs.take(MOST).collect()
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 1000;
    text.chars().take(LONGEST).collect()
}
