//! jub0bs/cors and rs/cors: what their middleware does with a request.

use std::collections::BTreeMap;

use corsac::{CorsBuilder, CorsLayer};
use serde::Deserialize;

use super::{
    compare::{Finding, header_map, request, response, send},
    config_go::Config,
    load,
};

/// What an outer middleware adds is left out of the cases: with Tower it comes after corsac.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    source: String,
    /// `None`: CORS is off.
    config: Option<Config>,
    request: RequestData,
    #[serde(default)]
    inner: Inner,
    expect: Expect,
}

type Headers = BTreeMap<String, Vec<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestData {
    method: String,
    #[serde(default)]
    headers: Headers,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Inner {
    body: String,
    headers: Headers,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    handled_as: String,
    allowed: Option<bool>,
    /// Of the origin alone, whatever else is refused.
    origin_allowed: Option<bool>,
    failure_stage: Option<String>,
    status: Option<u16>,
    inner_called: bool,
    /// Without what the inner service wrote.
    headers: Headers,
    /// The case says nothing of headers that it does not name.
    #[serde(default)]
    partial: bool,
}

/// All that these libraries write.
const HEADERS: [&str; 8] = [
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Private-Network",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
    "Vary",
];

pub(crate) fn run() -> Vec<Finding> {
    load::<Case>("middleware-go").iter().map(run_case).collect()
}

fn run_case(case: &Case) -> Finding {
    let mut finding = Finding::new(&case.id, &case.source);
    let cors = match &case.config {
        None => CorsLayer::disabled(),
        Some(config) => match config.builder().map(CorsBuilder::build) {
            Ok(Ok(cors)) => cors,
            Ok(Err(error)) => {
                finding.compare("build", "a policy", &error.to_string());
                return finding;
            }
            Err(what) => {
                finding.compare("config", what, "no setting");
                return finding;
            }
        },
    };
    let request = request(&case.request.method, header_map(flat(&case.request.headers)));
    let inner = response(200, header_map(flat(&case.inner.headers)), &case.inner.body);
    let outcome = send(&case.id, &cors, &request, &inner);

    let expect = &case.expect;
    finding.compare("handled_as", expect.handled_as.as_str(), outcome.kind);
    finding.compare("allowed", expect.allowed, outcome.allowed);
    if let Some(origin_allowed) = expect.origin_allowed {
        let ours = outcome.failure_stage != Some("origin");
        finding.compare("origin_allowed", origin_allowed, ours);
    }
    if let Some(stage) = &expect.failure_stage {
        finding.compare("failure_stage", Some(stage.as_str()), outcome.failure_stage);
    }
    if let Some(status) = expect.status {
        finding.compare("status", status, outcome.status);
    }
    finding.compare("inner_called", expect.inner_called, outcome.inner_called);
    for name in HEADERS {
        let mut lines = expect.headers.get(name).cloned().unwrap_or_default();
        if expect.inner_called {
            lines.extend(case.inner.headers.get(name).into_iter().flatten().cloned());
        }
        if !lines.is_empty() || !expect.partial {
            let lines = (!lines.is_empty()).then_some(&lines[..]);
            finding.compare_header(name, lines, &outcome.headers);
        }
    }
    assert!(expect.headers.keys().all(|name| HEADERS.contains(&name.as_str())), "{}", case.id);
    finding
}

fn flat(headers: &Headers) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers.iter().map(|(name, lines)| lines.iter().map(move |it| (&**name, &**it)));
    lines.flatten()
}
