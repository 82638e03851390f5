//! The CORS protocol: a policy decides on requests. Pure and synchronous, without Tower.

use std::sync::{Arc, OnceLock, atomic::AtomicBool};

mod evaluate;

mod check;
mod decision;
mod denial;
pub(crate) mod fetch;
mod forwarded;
pub(crate) mod headers;
mod kind;
pub(crate) mod lists;
#[cfg(feature = "serde")]
pub(crate) mod path;
#[cfg(feature = "serde")]
pub(crate) mod paths;
mod remedy;
mod reply;
pub(crate) mod request_headers;
pub(crate) mod rules;
pub(crate) mod same_origin;
pub(crate) mod vary;

pub use check::Verdict;
pub use decision::Decision;
pub use denial::Denial;
pub(crate) use evaluate::{AllowOrigin, Check, is_repeated};
pub use kind::{DenialKind, RequestKind};
#[cfg(feature = "serde")]
pub use paths::PathPolicies;
pub use remedy::Remedy;
pub(crate) use reply::Reply;

use headers::HeaderTemplates;
use lists::{HeaderNames, Methods};
use rules::Rules;

use crate::origin::OriginSet;

/// A validated CORS policy.
///
/// Build one with [`CorsBuilder::build_policy`](crate::CorsBuilder::build_policy), use it in any
/// number of layers with [`CorsLayer::new`](crate::CorsLayer::new), or call
/// [`evaluate`](Policy::evaluate) to test it without a server. A policy never changes.
#[derive(Debug)]
pub struct Policy {
    pub(crate) rules: Rules,
    pub(crate) origins: Origins,
    pub(crate) methods: Methods,
    pub(crate) request_headers: HeaderNames,
    pub(crate) exposed: HeaderNames,
    pub(crate) senders: OriginSet,
    headers: HeaderTemplates,
    static_parts: OnceLock<Box<StaticParts>>,
}

/// The action that corsac takes when the origin of an actual request is denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Enforcement {
    /// Forwards the request to the inner service and sends the response without CORS headers, so
    /// that the page cannot read it. The CORS protocol promises no more: the request has its effect.
    #[default]
    OmitHeaders,
    /// Answers the request with 403, or with
    /// [`reject_status`](crate::CorsBuilder::reject_status), and does not call the inner service.
    ///
    /// This stops form posts and WebSocket handshakes, which browsers send without a preflight. It
    /// does not stop the `GET` requests of images, scripts and links, which have no `Origin`.
    ///
    /// Requests from the service's own pages pass:
    ///
    /// 1. If the request has `Sec-Fetch-Site`, those with the value `same-origin`.
    /// 2. Otherwise those whose `Origin` is one of
    ///    [`own_origins`](crate::CorsBuilder::own_origins).
    /// 3. If there is no such list, those whose `Origin` has the host and port of the request: of its
    ///    URI or `Host`, and, if you
    ///    [trust them](crate::CorsBuilder::trust_forwarded_headers), of `X-Forwarded-Host` or
    ///    `Forwarded`.
    ///
    /// In the last two cases an `http` page is not the service's own if the request came over https,
    /// according to its URI, `X-Forwarded-Proto` or `Forwarded`.
    ///
    /// Browsers send no `Sec-Fetch-Site` over plain http, and Chromium sends none with WebSocket
    /// handshakes. Behind a proxy that changes `Host`, name the service's own origins.
    ///
    /// Requests from [`trusted_senders`](crate::CorsBuilder::trusted_senders) pass too.
    Reject,
}

/// The origins that a policy allows.
#[derive(Debug, Clone)]
pub(crate) enum Origins {
    /// Sends `*`, a constant. Never with credentials.
    Any,
    /// Clones of a policy share it.
    Listed(Arc<OriginSet>),
    /// No origin, for this reason.
    Denied(DenialKind),
}

/// The parts that layers use if the policy lives as long as the program.
#[derive(Debug)]
pub(crate) struct StaticParts {
    headers: HeaderTemplates,
    /// Whether a layer has warned of a service that writes CORS headers.
    pub(crate) has_warned: AtomicBool,
}

impl Policy {
    /// Returns a policy that allows no origin at all. Use it for requests without a policy, such as
    /// those of an unknown tenant. (The builder refuses an empty list of origins.)
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use corsac::{CorsLayer, Enforcement, Policy, request_host};
    /// use http::request::Parts;
    ///
    /// # fn policy_of(host: Option<&str>) -> Option<Arc<Policy>> { None }
    /// let deny_all = Arc::new(Policy::deny_all(Enforcement::Reject));
    /// let cors = CorsLayer::per_request(move |parts: &Parts| {
    ///     // `None` would let the request pass without CORS.
    ///     policy_of(request_host(parts)).or_else(|| Some(deny_all.clone()))
    /// });
    /// # let app: axum::Router = axum::Router::new().layer(cors);
    /// ```
    #[must_use]
    pub fn deny_all(enforcement: Enforcement) -> Self {
        let rules = Rules { enforcement, ..Rules::default() };
        Self::deny_all_because(DenialKind::NoPolicy, rules)
    }

    pub(crate) fn deny_all_because(reason: DenialKind, rules: Rules) -> Self {
        Self::new(rules, Origins::Denied(reason), OriginSet::default())
    }

    pub(crate) fn new(rules: Rules, origins: Origins, senders: OriginSet) -> Self {
        let methods = Methods::new(&rules.methods);
        let request_headers = HeaderNames::new(&rules.request_headers);
        let exposed = HeaderNames::new(&rules.exposed_headers);
        let headers = HeaderTemplates::new(&rules, &origins, &methods, &request_headers, &exposed);
        let static_parts = OnceLock::new();
        Self { rules, origins, methods, request_headers, exposed, senders, headers, static_parts }
    }

    /// Returns the parts for layers that hold a `&'static Policy`. Their header values are static
    /// text, so responses count no references.
    pub(crate) fn static_parts(&'static self) -> &'static StaticParts {
        self.static_parts.get_or_init(|| {
            let headers = self.headers.to_static();
            Box::new(StaticParts { headers, has_warned: AtomicBool::new(false) })
        })
    }

    #[inline]
    fn headers(&self) -> &HeaderTemplates {
        self.static_parts.get().map_or(&self.headers, |parts| &parts.headers)
    }

    /// Returns the set of origins, if the policy lists any.
    pub(crate) fn origin_set(&self) -> Option<&OriginSet> {
        match &self.origins {
            Origins::Listed(set) => Some(set),
            Origins::Any | Origins::Denied(_) => None,
        }
    }
}

impl Clone for Policy {
    fn clone(&self) -> Self {
        Self::new(self.rules.clone(), self.origins.clone(), self.senders.clone())
    }
}
