//! jub0bs/cors and rs/cors: which origins a set matches, what is an origin at all, which request
//! headers are allowed.

use std::sync::Arc;

use corsac::{BuildError, CorsBuilder, CorsLayer, Origin, OriginPattern, Policy};
use http::{HeaderMap, Method};
use serde::Deserialize;

use super::{
    compare::{Finding, elements, header_map, lines, request, response, send},
    load,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OriginSet {
    id: String,
    source: String,
    patterns: Vec<String>,
    /// The same, without those that others cover.
    minimal_patterns: Vec<String>,
    accepts: Vec<String>,
    rejects: Vec<String>,
}

pub(crate) fn run_origin_sets() -> Vec<Finding> {
    load::<OriginSet>("origin-sets-go").into_iter().map(run_origin_set).collect()
}

fn run_origin_set(mut set: OriginSet) -> Finding {
    let mut finding = Finding::new(&set.id, &set.source);
    if let Err(error) = policy(&set.patterns) {
        finding.compare("build", "a policy", &error.to_string());
        if set.patterns.is_empty() {
            return finding;
        }
        // They allow `https://*.kin`. What matches what is the same under a domain of its own.
        for list in
            [&mut set.patterns, &mut set.minimal_patterns, &mut set.accepts, &mut set.rejects]
        {
            *list = list.iter().map(|text| below_example(text)).collect();
        }
    }
    for patterns in [&set.patterns, &set.minimal_patterns] {
        let policy = policy(patterns).unwrap();
        let patterns: Vec<OriginPattern> = patterns.iter().map(|it| it.parse().unwrap()).collect();
        let is_allowed = |text: &String| {
            let headers = header_map([("origin", text.as_str())]);
            let by_policy = policy.evaluate(&Method::GET, &headers).is_allowed();
            let origin: Origin = text.parse().unwrap();
            let by_patterns = patterns.iter().any(|pattern| pattern.matches(&origin));
            assert_eq!(by_policy, by_patterns, "{}: {text}", set.id);
            by_policy
        };
        let refused: Vec<&String> = set.accepts.iter().filter(|it| !is_allowed(it)).collect();
        finding.compare("accepts", Vec::new(), refused);
        let accepted: Vec<&String> = set.rejects.iter().filter(|it| is_allowed(it)).collect();
        finding.compare("rejects", Vec::new(), accepted);
    }
    finding
}

fn policy(patterns: &[String]) -> Result<Policy, BuildError> {
    CorsBuilder::default().allow_origins(patterns).build_policy()
}

/// Puts the host of an origin or a pattern below `example`.
fn below_example(text: &str) -> String {
    let host = text.find("://").unwrap() + 3;
    let port = text[host..].find(':').map_or(text.len(), |at| host + at);
    format!("{}.example{}", &text[..port], &text[port..])
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OriginParse {
    id: String,
    source: String,
    origin: String,
    parses: bool,
    parts: Option<Parts>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    scheme: String,
    host: String,
    /// 0: none.
    port: u16,
}

pub(crate) fn run_origin_parse() -> Vec<Finding> {
    let trusting = CorsBuilder::default().allow_origin_if(|_| true).build_policy().unwrap();
    load("origin-parse-go").into_iter().map(|case| run_origin_parse_case(case, &trusting)).collect()
}

fn run_origin_parse_case(case: OriginParse, trusting: &Policy) -> Finding {
    let mut finding = Finding::new(&case.id, &case.source);
    let parsed = case.origin.parse::<Origin>();
    let headers = header_map([("origin", case.origin.as_str())]);
    let decision = trusting.evaluate(&Method::GET, &headers);
    assert_eq!(decision.is_allowed(), parsed.is_ok(), "{}: {decision}", case.id);

    assert_eq!(case.parts.is_some(), case.parses, "{}", case.id);
    let ours = parsed.ok().map(|origin| Parts {
        scheme: origin.scheme().to_owned(),
        host: origin.host().to_owned(),
        port: origin.port().unwrap_or(0),
    });
    finding.compare("parts", case.parts, ours);
    finding
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestHeaders {
    id: String,
    source: String,
    allowed_headers: Vec<String>,
    acrh_lines: Vec<String>,
    accepted: bool,
}

pub(crate) fn run_request_headers() -> Vec<Finding> {
    load("request-headers-go").iter().map(run_request_headers_case).collect()
}

fn run_request_headers_case(case: &RequestHeaders) -> Finding {
    let mut finding = Finding::new(&case.id, &case.source);
    let builder = CorsBuilder::default().allow_origins(["https://app.example"]);
    let policy: Arc<Policy> =
        builder.allow_headers(&case.allowed_headers).build_policy().unwrap().into();
    let headers =
        [("origin", "https://app.example"), ("access-control-request-method", "GET")].into_iter();
    let asked = case.acrh_lines.iter().map(|it| ("access-control-request-headers", it.as_str()));
    let headers = header_map(headers.chain(asked));
    let inner = response(200, HeaderMap::new(), "");
    let outcome = send(&case.id, &CorsLayer::new(policy), &request("OPTIONS", headers), &inner);

    finding.compare("accepted", case.accepted, outcome.allowed == Some(true));
    // What the browser concludes from the answer is what corsac says itself.
    let sent = elements(&lines(&outcome.headers, "access-control-allow-headers"), true);
    let will_pass = elements(&case.acrh_lines, true).iter().all(|name| sent.contains(name));
    assert_eq!(outcome.status, 204, "{}", case.id);
    assert_eq!(outcome.allowed, Some(will_pass), "{}", case.id);
    assert_eq!(outcome.failure_stage, (!will_pass).then_some("headers"), "{}", case.id);
    finding
}
