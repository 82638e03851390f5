//! Every event of the feature `tracing`, target `corsac`.

use std::sync::atomic::AtomicBool;

use http::{Method, Uri};

use crate::policy::{Decision, headers::Replaced};

/// Returns whether a subscriber may record denials.
#[cfg(feature = "tracing")]
#[inline]
pub(super) fn reports_denials() -> bool {
    tracing::level_filters::LevelFilter::current() >= tracing::Level::DEBUG
}

#[cfg(not(feature = "tracing"))]
#[inline]
pub(super) fn reports_denials() -> bool {
    false
}

#[cfg(feature = "tracing")]
#[cold]
pub(super) fn denied(decision: &Decision<'_>, method: &Method, uri: &Uri) {
    use crate::{origin::quoted, policy::RequestKind};

    let (Some(denial), Some(origin)) = (decision.denial(), decision.origin()) else { return };
    let status = decision.status();
    // A request that the service never gets is worth a line in production.
    let is_answered = status.is_some_and(|status| !status.is_success());
    let is_enabled = if is_answered {
        tracing::enabled!(target: "corsac", tracing::Level::INFO)
    } else {
        tracing::enabled!(target: "corsac", tracing::Level::DEBUG)
    };
    if !is_enabled {
        return;
    }
    // Browsers send `Origin` to a page's own service too. It needs neither permission nor preflights.
    if decision.kind() == RequestKind::Actual && decision.is_same_origin() {
        return;
    }
    let outcome = match status {
        Some(status) if status.is_success() => "preflight answered, browser will refuse",
        Some(_) => "answered here",
        None => "passed on, response without CORS headers",
    };
    let nearest = denial.nearest();
    macro_rules! event {
        ($level:ident) => {
            tracing::$level!(
                target: "corsac",
                kind = decision.kind().as_str(),
                outcome,
                status = status.map(|status| status.as_u16()),
                method = %method,
                // Without the query, which may hold secrets.
                path = uri.path(),
                origin = %quoted(origin.as_bytes()),
                rule = denial.kind().as_str(),
                reason = %denial,
                nearest = nearest.map(tracing::field::display),
                "CORS request refused",
            )
        };
    }
    if is_answered {
        event!(info);
    } else {
        event!(debug);
    }
}

#[cfg(not(feature = "tracing"))]
pub(super) fn denied(_: &Decision<'_>, _: &Method, _: &Uri) {}

/// Reports CORS headers of the inner service: the first time for a layer as a warning.
#[cfg(feature = "tracing")]
#[cold]
pub(super) fn replaced(headers: Replaced, has_warned: &AtomicBool) {
    use std::sync::atomic::Ordering;

    macro_rules! event {
        ($level:ident) => {
            tracing::$level!(
                target: "corsac",
                headers = %headers,
                "the inner service writes CORS headers, and corsac replaces them; \
                 let one of the two do CORS",
            )
        };
    }
    if has_warned.swap(true, Ordering::Relaxed) {
        event!(debug);
    } else {
        event!(warn);
    }
}

#[cfg(not(feature = "tracing"))]
pub(super) fn replaced(_: Replaced, _: &AtomicBool) {}
