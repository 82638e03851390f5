//! Describes one run in words: the behavior of the browser, the reason, and the repair.

use serde::{Deserialize, Serialize};

use crate::{
    api::AnsweredBy,
    console::{Console, console},
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
    /// The origin of the page.
    pub(crate) origin: String,
    pub(crate) url: String,
    /// Exchanges up to this number belong to earlier runs.
    after: u64,
    pub(crate) method: String,
    pub(crate) headers: Vec<(String, String)>,
    /// The credentials mode is `include`.
    pub(crate) credentials: bool,
    /// The names of the response headers that the page could read, or `None` if `fetch` failed.
    readable: Option<Vec<String>>,
}

#[derive(Serialize)]
pub(crate) struct Report {
    sequence: u64,
    exchanges: Vec<Exchange>,
    preflight: Preflight,
    why: Why,
    /// The message in the browser's console, if the browser blocked the request.
    console: Option<Console>,
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
    #[serde(skip)]
    is_about_credentials: bool,
}

pub(crate) fn explain(run: &Run, stored: &Stored, recorder: &Recorder) -> Report {
    let mut exchanges = recorder.since(&run.session, run.after);
    let failed = run.readable.is_none();
    let hidden = hidden(run, &exchanges);
    let why = why(run, stored, &exchanges);
    if why.is_about_credentials {
        for said in exchanges.iter_mut().filter_map(|it| it.decision.as_mut()) {
            said.sentence += " by the policy, but only without cookies";
        }
    }
    let move_layer = failed && bypassed(&exchanges).is_some();
    let wanted = Wanted { credentials: run.credentials, hidden: &hidden };
    Report {
        sequence: recorder.sequence(),
        preflight: preflight(run, &exchanges, recorder),
        why,
        console: if failed { console(run, &exchanges) } else { None },
        repair: match &stored.built {
            Ok(_) => repair(&stored.form, &exchanges, &wanted),
            Err(_) => Repair::default(),
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
    let own = |sentence: String| Why {
        is_corsacs: false,
        sentence,
        rule: None,
        nearest: None,
        is_about_credentials: false,
    };
    let failed = run.readable.is_none();
    let Some(last) = exchanges.last() else {
        return own("the API got no request: the browser does not send such a request, or cannot \
                    reach the port"
            .to_owned());
    };
    if stored.built.is_err() {
        return own("corsac does not build this policy, so a server with it does not start; this \
                    is the response of a server without the check"
            .to_owned());
    }
    if let (Some(exchange), true) = (bypassed(exchanges), failed) {
        let sentence = format!(
            "corsac did not get this request: a layer outside of it answered {}, without CORS headers",
            exchange.status
        );
        return own(match would_refuse(stored, exchanges) {
            Some(refusal) => format!("there are two reasons: {sentence}; and {refusal}"),
            None => sentence,
        });
    }
    let refused = |it: &&Exchange| it.decision.as_ref().is_some_and(|said| !said.is_allowed);
    let preflight = || exchanges.iter().find(|it| it.kind == Kind::Preflight);
    let decisive = exchanges.iter().find(refused).or_else(preflight).unwrap_or(last);
    let is_refused = refused(&decisive);
    let grants_credentials =
        last.response_header("access-control-allow-credentials") == Some("true");
    if failed && !is_refused && run.credentials && !grants_credentials {
        let origin = last.response_header("access-control-allow-origin").unwrap_or_default();
        let why = own(format!(
            "the response has `Access-Control-Allow-Origin: {origin}`; a request with cookies needs \
             the page's own origin there, and `Access-Control-Allow-Credentials: true`"
        ));
        return Why { is_about_credentials: true, ..why };
    }
    match &decisive.decision {
        Some(said) => Why {
            is_corsacs: true,
            sentence: said.sentence.clone(),
            rule: said.rule,
            nearest: said.nearest.clone(),
            is_about_credentials: false,
        },
        None => own(String::new()),
    }
}

/// Returns the refusal that the policy would give if corsac got the requests.
fn would_refuse(stored: &Stored, exchanges: &[Exchange]) -> Option<String> {
    let policy = stored.built.as_ref().ok()?;
    let refusal =
        |it: &Exchange| it.ask(policy, |decision| decision.denial().map(|_| decision.to_string()));
    exchanges.iter().find_map(refusal)
}

fn preflight(run: &Run, exchanges: &[Exchange], recorder: &Recorder) -> Preflight {
    let is_preflight = |it: &&Exchange| it.kind == Kind::Preflight;
    let (state, text) = match exchanges.iter().find(is_preflight) {
        Some(sent) if sent.is_ok() && exchanges.iter().any(|it| it.kind == Kind::Actual) => {
            (PreflightState::Accepted, accepted(sent))
        }
        Some(sent) => (
            PreflightState::Refused,
            format!(
                "The browser asked first, and the answer ({}) does not allow the request.",
                sent.status
            ),
        ),
        None if !needs_preflight(&run.method, &run.headers) => (
            PreflightState::NotNeeded,
            "An HTML form could send this request, so the browser sends it at once.".to_owned(),
        ),
        None => match exchanges.first() {
            Some(actual) => (PreflightState::Cached, cached(actual, recorder)),
            None => (PreflightState::NeverSent, "The API got none.".to_owned()),
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
            "Not sent: the browser kept the answer of {age} s ago, which is valid for {seconds} s."
        ),
        None => "Not sent: the browser kept an earlier answer.".to_owned(),
    }
}

fn max_age(exchange: &Exchange) -> Option<u64> {
    exchange.response_header("access-control-max-age")?.parse().ok()
}
