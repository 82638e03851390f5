//! Describes one run in words: the behavior of the browser, the reason, and the repair.

use serde::{Deserialize, Serialize};

use crate::{
    api::AnsweredBy,
    needs_preflight::needs_preflight,
    policies::Stored,
    recorder::{Exchange, Kind, Recorder},
    repair::{Repair, Wanted, repair},
};

/// A request, as the page that sent it reports it.
#[derive(Deserialize)]
pub(crate) struct Run {
    pub(crate) session: String,
    pub(crate) policy: String,
    /// Exchanges up to this number belong to earlier runs.
    after: u64,
    method: String,
    headers: Vec<(String, String)>,
    /// The credentials mode is `include`.
    credentials: bool,
    /// The names of the response headers that the page could read, or `None` if `fetch` failed.
    readable: Option<Vec<String>>,
}

#[derive(Serialize)]
pub(crate) struct Report {
    sequence: u64,
    exchanges: Vec<Exchange>,
    preflight: Preflight,
    why: Why,
    /// Response headers that the page could not read.
    hidden: Vec<String>,
    repair: Repair,
    /// Whether the CORS layer is in the wrong place.
    move_layer: bool,
    /// All problems of a policy that does not build.
    build_error: Option<String>,
    /// Whether the app processed a request although the page could not read the response.
    had_effect: bool,
}

#[derive(Serialize)]
struct Preflight {
    state: PreflightState,
    text: String,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
enum PreflightState {
    NotNeeded,
    Accepted,
    Refused,
    Cached,
    NeverSent,
}

#[derive(Serialize)]
struct Why {
    /// Whether the sentence is from corsac, and not from the playground.
    is_corsacs: bool,
    sentence: String,
    rule: Option<&'static str>,
    nearest: Option<String>,
}

pub(crate) fn explain(run: &Run, stored: &Stored, recorder: &Recorder) -> Report {
    let exchanges = recorder.since(&run.session, run.after);
    let failed = run.readable.is_none();
    let hidden = hidden(run, &exchanges);
    let move_layer = failed && bypassed(&exchanges).is_some();
    let wanted = Wanted { credentials: run.credentials, hidden: &hidden };
    Report {
        sequence: recorder.sequence(),
        preflight: preflight(run, &exchanges, recorder),
        why: why(run, stored, &exchanges),
        repair: match (&stored.built, move_layer) {
            (Ok(_), false) => repair(&stored.form, &exchanges, &wanted),
            _ => Repair::default(),
        },
        move_layer,
        build_error: stored.built.as_ref().err().map(ToString::to_string),
        had_effect: failed && exchanges.iter().any(is_work),
        hidden,
        exchanges,
    }
}

fn is_work(exchange: &Exchange) -> bool {
    exchange.kind != Kind::Preflight && exchange.answered_by == AnsweredBy::App
}

/// Returns an exchange that a layer outside of corsac answered.
fn bypassed(exchanges: &[Exchange]) -> Option<&Exchange> {
    exchanges.iter().find(|it| it.answered_by == AnsweredBy::OuterLayer)
}

/// Returns the app's headers that the page could not read, except those that only the browser
/// uses.
fn hidden(run: &Run, exchanges: &[Exchange]) -> Vec<String> {
    let (Some(readable), Some(last)) = (&run.readable, exchanges.last()) else { return Vec::new() };
    let is_between = |name: &str| {
        name.starts_with("access-control-")
            || matches!(name, "vary" | "date" | "set-cookie" | "www-authenticate")
    };
    let names = last.response_headers.iter().map(|(name, _)| name);
    names.filter(|name| !is_between(name) && !readable.contains(name)).cloned().collect()
}

fn why(run: &Run, stored: &Stored, exchanges: &[Exchange]) -> Why {
    let own = |sentence: String| Why { is_corsacs: false, sentence, rule: None, nearest: None };
    let failed = run.readable.is_none();
    let Some(last) = exchanges.last() else {
        return own("the API saw no request: the browser would not send this one, or could not \
                    reach the port; what it said is above"
            .to_owned());
    };
    if stored.built.is_err() {
        return own("corsac does not build this policy, so such a server never starts; this is \
                    what one without the check would have sent"
            .to_owned());
    }
    if let (Some(exchange), true) = (bypassed(exchanges), failed) {
        return own(format!(
            "corsac never saw this request: a layer outside of it answered {}, without CORS headers",
            exchange.status
        ));
    }
    let refused = |it: &&Exchange| it.decision.as_ref().is_some_and(|said| !said.is_allowed);
    let preflight = || exchanges.iter().find(|it| it.kind == Kind::Preflight);
    let decisive = exchanges.iter().find(refused).or_else(preflight).unwrap_or(last);
    let is_refused = refused(&decisive);
    let grants_credentials =
        last.response_header("access-control-allow-credentials") == Some("true");
    if failed && !is_refused && run.credentials && !grants_credentials {
        let origin = last.response_header("access-control-allow-origin").unwrap_or_default();
        return own(format!(
            "the response says `Access-Control-Allow-Origin: {origin}`, and a request with cookies \
             needs the page's own origin there, and `Access-Control-Allow-Credentials: true`"
        ));
    }
    match &decisive.decision {
        Some(said) => Why {
            is_corsacs: true,
            sentence: said.sentence.clone(),
            rule: said.rule,
            nearest: said.nearest.clone(),
        },
        None => own(String::new()),
    }
}

fn preflight(run: &Run, exchanges: &[Exchange], recorder: &Recorder) -> Preflight {
    let is_preflight = |it: &&Exchange| it.kind == Kind::Preflight;
    let (state, text) = match exchanges.iter().find(is_preflight) {
        Some(sent) if sent.is_ok() && exchanges.iter().any(|it| it.kind == Kind::Actual) => {
            (PreflightState::Accepted, accepted(sent))
        }
        Some(sent) => (
            PreflightState::Refused,
            format!("The browser asked first, and the answer ({}) does not allow it.", sent.status),
        ),
        None if !needs_preflight(&run.method, &run.headers) => {
            (PreflightState::NotNeeded, "Any form could send this: it goes at once.".to_owned())
        }
        None => match exchanges.first() {
            Some(actual) => (PreflightState::Cached, cached(actual, recorder)),
            None => (PreflightState::NeverSent, "None arrived at the API.".to_owned()),
        },
    };
    Preflight { state, text }
}

fn accepted(sent: &Exchange) -> String {
    let is_opaque = sent.request_header("origin") == Some("null");
    match (max_age(sent), is_opaque) {
        (Some(seconds), false) => format!(
            "The browser asked first, got {}, and may keep the answer for {seconds} s.",
            sent.status
        ),
        _ => format!("The browser asked first, and got {}.", sent.status),
    }
}

fn cached(actual: &Exchange, recorder: &Recorder) -> String {
    let before = recorder.preflight_before(actual);
    match before.as_ref().and_then(|it| Some((it.at.elapsed().as_secs(), max_age(it)?))) {
        Some((age, seconds)) => format!(
            "Not sent: the browser kept the answer of {age} s ago, which holds for {seconds} s."
        ),
        None => "Not sent: the browser still had an answer.".to_owned(),
    }
}

fn max_age(exchange: &Exchange) -> Option<u64> {
    exchange.response_header("access-control-max-age")?.parse().ok()
}
