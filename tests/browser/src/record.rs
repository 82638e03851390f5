//! What arrived, what was answered, and what corsac says of it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    extract::{Query, Request, State},
    middleware::Next,
    response::Response,
};
use corsac::{Denial, RequestKind};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    faults::{self, Asked},
    policies::Choose,
};

/// By run: one case, sent once. Every URL of a run carries its name.
#[derive(Clone, Default)]
pub struct Records(Arc<Mutex<HashMap<String, Vec<Value>>>>);

impl Records {
    /// What arrived since the last time, in order.
    pub fn drain(&self, run: &str) -> Value {
        self.lock().remove(run).unwrap_or_default().into()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Value>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone)]
pub struct Recorder {
    records: Records,
    choose: Arc<Choose>,
}

#[derive(Deserialize)]
pub struct Run {
    pub run: String,
}

impl Recorder {
    pub fn new(records: Records, choose: Arc<Choose>) -> Self {
        Self { records, choose }
    }

    fn verdict(&self, request: &Request) -> (&'static str, String, bool) {
        // A layer decides nothing for a request without a policy.
        let Some(policy) = (self.choose)(request.headers()) else {
            return ("disabled", String::new(), is_preflight(request));
        };
        let decision = policy.evaluate_request(request);
        let rule = match (decision.kind(), decision.denial().as_ref().map(Denial::kind)) {
            (RequestKind::NotCors, _) => "not-cors",
            (_, None) => "allowed",
            (_, Some(kind)) => kind.as_str(),
        };
        (rule, decision.to_string(), decision.kind() == RequestKind::Preflight)
    }
}

/// Outside of all but the proxy, and of the broken servers too: the verdict is on the request as the
/// service gets it.
pub async fn record(
    State(recorder): State<Recorder>,
    Query(run): Query<Run>,
    request: Request,
    next: Next,
) -> Response {
    let (rule, sentence, is_preflight) = recorder.verdict(&request);
    let mut seen = json!({
        "method": request.method().as_str(),
        "preflight": is_preflight,
        "path": request.uri().path(),
        "headers": readable(request.headers()),
        "rule": rule,
        "sentence": sentence,
    });
    let asked = Asked::new(&request);
    let response = next.run(request).await;
    seen["status"] = response.status().as_u16().into();
    seen["answer"] = readable(response.headers());
    seen["faults"] = faults::that_change(&asked, &response).into();
    recorder.records.lock().entry(run.run).or_default().push(seen);
    response
}

/// Fetch, "CORS-preflight request", where no policy is there to tell.
fn is_preflight(request: &Request) -> bool {
    request.method() == http::Method::OPTIONS
        && request.headers().contains_key("origin")
        && request.headers().contains_key("access-control-request-method")
}

/// Several lines of one name are joined, as Fetch's "get" does.
fn readable(headers: &HeaderMap) -> Value {
    let joined = headers.keys().map(|name| {
        let lines = headers.get_all(name).iter();
        let lines: Vec<_> =
            lines.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
        (name.to_string(), Value::from(lines.join(", ")))
    });
    Value::Object(joined.collect())
}
