//! The broken servers, one by one.

use axum::response::{IntoResponse, Response};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS as ACAC, ACCESS_CONTROL_ALLOW_HEADERS as ACAH,
        ACCESS_CONTROL_ALLOW_METHODS as ACAM, ACCESS_CONTROL_ALLOW_ORIGIN as ACAO,
        ACCESS_CONTROL_EXPOSE_HEADERS as ACEH, ACCESS_CONTROL_MAX_AGE as ACMA,
        ACCESS_CONTROL_REQUEST_HEADERS as ACRH, ACCESS_CONTROL_REQUEST_METHOD as ACRM, HOST,
        LOCATION, ORIGIN, SEC_WEBSOCKET_KEY, VARY,
    },
};

use super::{Asked, Fault, Kind, edit, is_granted};

const APP: &str = "https://app.example.com";
const STAR: HeaderValue = HeaderValue::from_static("*");
const SEC_FETCH_SITE: &str = "sec-fetch-site";
const X_FORWARDED_HOST: &str = "x-forwarded-host";

pub static ALL: [Fault; 41] = [
    // Whom it takes for an allowed origin.
    mistakes("every-origin", "allows every origin, with credentials", |origin| {
        (origin != APP).then(|| APP.to_owned())
    }),
    mistakes("null", "takes `null` for an allowed origin", |origin| {
        (origin == "null").then(|| APP.to_owned())
    }),
    mistakes("starts-with", "compares the beginning of the origin", |origin| {
        origin.starts_with(APP).then(|| APP.to_owned())
    }),
    mistakes("ends-with", "compares the end of the host, without a dot", |origin| {
        origin.ends_with("example.com").then(|| APP.to_owned())
    }),
    mistakes("scheme", "takes http for https", |origin| {
        origin.strip_prefix("http:").map(|rest| format!("https:{rest}"))
    }),
    mistakes("port", "does not look at the port", |origin| {
        let (rest, _) = origin.rsplit_once(':').filter(|(rest, _)| rest.contains(':'))?;
        Some(rest.to_owned())
    }),
    mistakes("star-in-label", "`*` in a label matches dots, or nothing", |origin| {
        let is_in = origin.starts_with("https://app-") && origin.ends_with("-team.example.com");
        is_in.then(|| "https://app-a-team.example.com".to_owned())
    }),
    mistakes("senders", "takes an origin that may send for one that may read", |origin| {
        (origin == "https://signin.example").then(|| APP.to_owned())
    }),
    // Which pages it takes for its own, and which requests it stops.
    misreads("handshakes", "does not look at WebSocket handshakes", |headers| {
        if headers.contains_key(SEC_WEBSOCKET_KEY) {
            headers.remove(ORIGIN);
        }
    }),
    misreads("metadata-only", "knows its own pages by Sec-Fetch-Site alone", |headers| {
        if headers.contains_key(ORIGIN) && !headers.contains_key(SEC_FETCH_SITE) {
            headers.remove(HOST);
        }
    }),
    misreads("forwarded", "trusts `X-Forwarded-Host`", |headers| {
        if let Some(host) = headers.get(X_FORWARDED_HOST).cloned() {
            headers.insert(HOST, host);
        }
    }),
    // How it spells `Access-Control-Allow-Origin`.
    writes("slash", "ACAO ends with a slash", |_, _, headers| {
        edit(headers, &ACAO, |origin| format!("{origin}/"));
    }),
    writes("no-scheme", "ACAO is a host alone", |_, _, headers| {
        edit(headers, &ACAO, |origin| origin.rsplit('/').next().unwrap_or(origin).to_owned());
    }),
    writes("no-port", "ACAO leaves the port out", |_, _, headers| {
        edit(headers, &ACAO, |origin| {
            origin.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(':').to_owned()
        });
    }),
    writes("unicode", "ACAO has the host in Unicode", |_, _, headers| {
        edit(headers, &ACAO, |origin| origin.replace("xn--mnchen-3ya.", "münchen."));
    }),
    writes("origin-list", "ACAO lists all that are allowed", |_, _, headers| {
        edit(headers, &ACAO, |origin| format!("{origin}, https://other.example.com"));
    }),
    writes("two-origins", "ACAO is written twice", |_, _, headers| {
        if let Some(origin) = headers.get(ACAO).cloned() {
            headers.append(ACAO, origin);
        }
    }),
    writes("preflight-only", "ACAO is on preflights only", |asked, _, headers| {
        if !asked.is_preflight() {
            headers.remove(ACAO);
        }
    }),
    // Credentials.
    writes("star-with-credentials", "ACAO is `*` beside credentials", |_, _, headers| {
        if headers.contains_key(ACAC) {
            headers.insert(ACAO, STAR);
        }
    }),
    writes("no-acac", "ACAC is missing", |_, _, headers| {
        headers.remove(ACAC);
    }),
    writes("acac-true", "ACAC is `True`", |_, _, headers| {
        edit(headers, &ACAC, |_| "True".to_owned());
    }),
    writes("acac-after-preflight", "ACAC is missing on preflights", |asked, _, headers| {
        if asked.is_preflight() {
            headers.remove(ACAC);
        }
    }),
    // Preflights.
    answers("preflight-404", "preflights meet a router that knows no OPTIONS", |asked| {
        asked.is_preflight().then(|| StatusCode::NOT_FOUND.into_response())
    }),
    answers("preflight-redirect", "preflights are redirected", |asked| {
        asked.is_preflight().then(|| redirect(asked))
    }),
    writes("acam-lower-case", "ACAM has methods in lower case", |_, _, headers| {
        edit(headers, &ACAM, str::to_ascii_lowercase);
    }),
    writes("acam-star", "ACAM is `*` beside credentials", |_, _, headers| {
        star_beside_credentials(headers, &ACAM);
    }),
    writes("acam-one", "ACAM has only the method asked for", |asked, _, headers| {
        if let Some(method) = asked.headers.get(ACRM).filter(|_| headers.contains_key(ACAM)) {
            headers.insert(ACAM, method.clone());
        }
    }),
    writes("acah-short", "ACAH lacks the last header", |_, _, headers| {
        edit(headers, &ACAH, |names| {
            names.rsplit_once(',').map_or("x-other", |(rest, _)| rest).to_owned()
        });
    }),
    writes("acah-star", "ACAH is `*` beside credentials", |_, _, headers| {
        star_beside_credentials(headers, &ACAH);
    }),
    writes("acah-one", "ACAH has only the headers asked for", |asked, _, headers| {
        if headers.remove(ACAH).is_some() {
            headers.extend(asked.headers.get(ACRH).cloned().map(|names| (ACAH, names)));
        }
    }),
    writes("acah-bad-token", "ACAH has a name with a space", |_, _, headers| {
        edit(headers, &ACAH, |names| format!("{names}, x token"));
    }),
    writes("max-age-0", "preflights are not to be cached", |_, _, headers| {
        edit(headers, &ACMA, |_| "0".to_owned());
    }),
    answers("all-options", "answers every OPTIONS itself", |asked| {
        let is_plain = asked.method == Method::OPTIONS && !asked.is_preflight();
        is_plain.then(|| StatusCode::NO_CONTENT.into_response())
    }),
    // What the page may read.
    writes("no-aceh", "ACEH is missing", |_, _, headers| {
        headers.remove(ACEH);
    }),
    writes("aceh-no-date", "ACEH lacks what a server adds last", |_, _, headers| {
        edit(headers, &ACEH, |names| names.replace("date", "x-other"));
    }),
    writes("aceh-star", "ACEH is `*` beside credentials", |_, _, headers| {
        star_beside_credentials(headers, &ACEH);
    }),
    writes("bare-errors", "errors and redirects bypass the layer", |_, status, headers| {
        if !status.is_success() {
            bare(headers);
        }
    }),
    // Caches.
    writes("no-vary", "`Vary: Origin` is missing", |_, _, headers| {
        headers.remove(VARY);
    }),
    writes("vary-only-on-cors", "`Vary` is on CORS responses only", |asked, _, headers| {
        if asked.origin().is_none() {
            headers.remove(VARY);
        }
    }),
    writes("no-vary-on-star", "`Vary` is missing beside `*`", |asked, _, headers| {
        if !asked.is_preflight() && headers.get(ACAO) == Some(&STAR) {
            headers.remove(VARY);
        }
    }),
    writes(
        "star-only-on-cors",
        "a constant ACAO is on CORS responses only",
        |asked, _, headers| {
            if asked.origin().is_none() && is_granted(headers) {
                bare(headers);
            }
        },
    ),
];

const fn mistakes(
    name: &'static str,
    what: &'static str,
    mistake: fn(&str) -> Option<String>,
) -> Fault {
    Fault { name, what, kind: Kind::Mistakes(mistake) }
}

const fn misreads(name: &'static str, what: &'static str, misread: fn(&mut HeaderMap)) -> Fault {
    Fault { name, what, kind: Kind::Misreads(misread) }
}

const fn answers(
    name: &'static str,
    what: &'static str,
    answer: fn(&Asked) -> Option<Response>,
) -> Fault {
    Fault { name, what, kind: Kind::Answers(answer) }
}

const fn writes(
    name: &'static str,
    what: &'static str,
    write: fn(&Asked, StatusCode, &mut HeaderMap),
) -> Fault {
    Fault { name, what, kind: Kind::Writes(write) }
}

fn star_beside_credentials(headers: &mut HeaderMap, name: &http::HeaderName) {
    if headers.contains_key(ACAC) && headers.contains_key(name) {
        headers.insert(name, STAR);
    }
}

fn bare(headers: &mut HeaderMap) {
    for name in [ACAO, ACAC, ACEH] {
        headers.remove(name);
    }
}

/// To where it came from, as a login page or a trailing slash does, with all that CORS asks for.
fn redirect(asked: &Asked) -> Response {
    let mut response = (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, "?")]).into_response();
    let origin = asked.headers.get(ORIGIN).cloned();
    response.headers_mut().extend(origin.map(|origin| (ACAO, origin)));
    response
}
