//! The message in the console of the browser, which a page cannot read.

use corsac::probe::{Blocked, PageRequest, Reason};
use http::Response;
use serde::Serialize;

use crate::{
    explain::Run,
    recorder::{Exchange, Kind},
};

const ALLOW_ORIGIN: &str = "access-control-allow-origin";

#[derive(Serialize)]
pub(crate) struct Console {
    chromium: String,
    firefox: Option<String>,
}

/// Returns the messages about the first exchange that browsers refuse.
pub(crate) fn console(run: &Run, exchanges: &[Exchange]) -> Option<Console> {
    let request = page_request(run)?;
    let (exchange, blocked) = exchanges.iter().find_map(|exchange| {
        let response = response(exchange)?;
        let checked = match exchange.kind {
            Kind::Preflight => request.check_preflight(&response),
            Kind::Actual | Kind::NotCors => request.check_response(&response).map(drop),
        };
        // The two browsers accept it, unlike the standard.
        let blocked = checked.err().filter(|it| *it.reason() != Reason::AuthorizationByWildcard)?;
        Some((exchange, blocked))
    })?;
    Some(Console { chromium: blocked.console(), firefox: firefox(run, exchange, &blocked) })
}

fn page_request(run: &Run) -> Option<PageRequest> {
    let request = PageRequest::new(&run.url, &run.origin).ok()?;
    let request = request.method(&run.method).ok()?.credentials(run.credentials);
    run.headers.iter().try_fold(request, |request, (name, value)| request.header(name, value).ok())
}

fn response(exchange: &Exchange) -> Option<Response<()>> {
    let mut response = Response::builder().status(exchange.status);
    for (name, value) in &exchange.response_headers {
        response = response.header(name, value);
    }
    response.body(()).ok()
}

/// The words of Firefox 153 ESR.
fn firefox(run: &Run, exchange: &Exchange, blocked: &Blocked) -> Option<String> {
    let origin = "‘Access-Control-Allow-Origin’";
    let status = exchange.status;
    let missing = format!("CORS header {origin} missing). Status code: {status}");
    let reason = match blocked.reason() {
        Reason::AllowOriginMissing => missing,
        // Firefox looks for the header before it looks at the status.
        Reason::PreflightRedirect(_) if exchange.response_header(ALLOW_ORIGIN).is_none() => missing,
        Reason::AllowOriginMismatch(value) | Reason::AllowOriginSeveral(value) => {
            format!("CORS header {origin} does not match ‘{value}’)")
        }
        Reason::WildcardWithCredentials => {
            format!("Credential is not supported if the CORS header {origin} is ‘*’)")
        }
        Reason::CredentialsNotTrue(_) => {
            "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’)".to_owned()
        }
        Reason::PreflightRedirect(_) => "CORS request external redirect not allowed)".to_owned(),
        Reason::PreflightStatus(status) => {
            format!("CORS preflight response did not succeed). Status code: {status}")
        }
        Reason::MethodNotAllowed(_) => {
            "Did not find method in CORS header ‘Access-Control-Allow-Methods’)".to_owned()
        }
        Reason::HeaderNotAllowed(name) => format!(
            "header ‘{name}’ is not allowed according to header ‘Access-Control-Allow-Headers’ \
             from CORS preflight response)"
        ),
        Reason::AllowMethodsMalformed(list) => {
            format!("invalid token ‘{list}’ in CORS header ‘Access-Control-Allow-Methods’)")
        }
        Reason::AllowHeadersMalformed(list) => {
            format!("invalid token ‘{list}’ in CORS header ‘Access-Control-Allow-Headers’)")
        }
        _ => return None,
    };
    Some(format!(
        "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource \
         at {}. (Reason: {reason}.",
        run.url
    ))
}
