//! Explains the response, header by header.

use http::{
    HeaderMap,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, VARY},
};

use crate::{
    origin::cut,
    policy::{Decision, Policy, RequestKind, fetch::CORS_HEADERS},
};

/// Notes each header. If `is_unchecked`, the browser gives the page the response without a CORS check.
pub(super) fn explain(
    decision: &Decision<'_>,
    policy: &Policy,
    is_unchecked: bool,
    mut note: impl FnMut(String, &'static str),
) {
    let mut response = HeaderMap::new();
    decision.apply(&mut response);
    let may_read = response.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN);
    note(who_answers(decision, may_read, is_unchecked), r#"Fetch, "HTTP responses""#);
    let is_preflight = decision.kind() == RequestKind::Preflight;
    let names_all = may_read && !is_preflight && policy.rules.exposes_present_headers();
    let vary = (&VARY, r#"Fetch, "CORS protocol and HTTP caches""#);
    let headers = CORS_HEADERS.iter().map(|header| (&header.name, header.section));
    for (name, section) in headers.chain([vary]) {
        if names_all && *name == ACCESS_CONTROL_EXPOSE_HEADERS {
            note(format!("{name}: the names of the headers that the response has"), section);
        } else if let Some(value) = response.get(name) {
            // Mirrored names can be long.
            let value = String::from_utf8_lossy(value.as_bytes());
            let (shown, more) = cut(&value);
            note(format!("{name}: {shown}{more}"), section);
        }
    }
}

fn who_answers(decision: &Decision<'_>, may_read: bool, is_unchecked: bool) -> String {
    let is_refused = !decision.is_allowed();
    let is_preflight = decision.kind() == RequestKind::Preflight;
    if let Some(status) = decision.status() {
        let why = if !is_preflight {
            ", because of `Enforcement::Reject`"
        } else if is_refused && status.is_success() {
            ", with all that is allowed: the browser compares, and refuses"
        } else {
            ""
        };
        return format!(
            "{}, made here{why}; the inner service does not see the request",
            status.as_u16()
        );
    }
    let rest = if is_refused && is_unchecked {
        ", without CORS headers, which the browser does not ask for here: the page gets the answer"
    } else if is_refused {
        ", without CORS headers: the request has its effect, and the page cannot read the answer"
    } else if may_read {
        ", with these headers"
    } else {
        ""
    };
    format!("the inner service's{rest}")
}
