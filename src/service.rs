//! The Tower service: picks the policy, answers what the inner service is not to see.

#[cfg(feature = "tracing")]
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use http::{Method, Request, Response, Uri};
use tower_service::Service;

#[cfg(feature = "tracing")]
use crate::decision::{RequestKind, quote};
use crate::{
    decision::{Decision, Extra, Grant, Readers, Removed},
    future::ResponseFuture,
    hooks::{Hooks, NoHooks, sealed::Own},
    policy::Policy,
    source::{Fixed, Source},
};

/// A service with a CORS policy around it, made by [`CorsLayer`](crate::CorsLayer).
///
/// Preflights are answered here; everything else goes to the inner service, and its response is
/// decorated. It is `Clone`, `Send`, `Sync` and `'static` whenever the inner service is.
///
/// # Bodies
///
/// Preflights and 403s are answered with an empty body of the inner service's type `R`. There are
/// three ways to one:
///
/// * `R` implements `Default`, and nothing is to be done: `axum::body::Body`, `tonic::body::Body`,
///   `http_body_util::Full`, `String`.
/// * It can be made: [`CorsLayer::answer_body`](crate::CorsLayer::answer_body), with
///   `|_, _| worker::Body::empty()`.
/// * It cannot: `CorsLayer::body_or_empty` (feature `http-body`), with `hyper::body::Incoming`, and
///   with what tower-http's `TraceLayer` and `ResponseBodyTimeoutLayer` make of bodies.
#[derive(Debug, Clone)]
pub struct Cors<S, P = Fixed, T = NoHooks> {
    inner: S,
    source: P,
    hooks: T,
}

impl<S, P, T> Cors<S, P, T> {
    pub(crate) fn new(inner: S, source: P, hooks: T) -> Self {
        Self { inner, source, hooks }
    }

    /// The inner service.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// The inner service, without the policy around it.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, P, T, B, R> Service<Request<B>> for Cors<S, P, T>
where
    S: Service<Request<B>, Response = Response<R>>,
    P: Source,
    T: Hooks<R>,
{
    type Response = Response<<T::Own as Own<R>>::Body>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, (P::Extra, T::Note), T::Own>;

    #[inline]
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    #[inline]
    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Self { inner, source, hooks } = self;
        match source.fixed() {
            Some(Fixed { policy }) => {
                call(inner, policy.as_deref(), hooks, source.extra(), request)
            }
            None => source.with(request, |policy, request| {
                call(inner, policy, hooks, source.extra(), request)
            }),
        }
    }
}

/// With `policy`, or as it is where there is none.
#[inline]
pub(crate) fn call<S, T, X, B, R>(
    inner: &mut S,
    policy: Option<&Policy>,
    hooks: &T,
    extra: X,
    request: Request<B>,
) -> ResponseFuture<S::Future, (X, T::Note), T::Own>
where
    S: Service<Request<B>, Response = Response<R>>,
    T: Hooks<R>,
    X: Extra,
{
    // Nearly all requests take this way, which leaves them where they are.
    let Some(policy) = policy else { return call_otherwise(inner, None, hooks, extra, request) };
    let readers = if hooks.is_listening() {
        None
    } else {
        policy.readers_at_once(request.method(), request.headers(), is_logging)
    };
    let (has_readers, origin) = match readers {
        None => return call_otherwise(inner, Some(policy), hooks, extra, request),
        Some(Readers::Nobody) => (false, None),
        Some(Readers::Everybody) => (true, None),
        Some(Readers::Origin(origin)) => (true, Some(origin.clone())),
    };
    let future = inner.call(request);
    let grant = if has_readers {
        Grant::ToReaders { ready: policy.ready.clone(), origin }
    } else {
        Grant::ToNobody
    };
    ResponseFuture::of_inner(future, grant, (extra, T::Note::default()))
}

/// Preflights, refusals that are logged or answered here, and whatever somebody is told of.
#[inline(never)]
fn call_otherwise<S, T, X, B, R>(
    inner: &mut S,
    policy: Option<&Policy>,
    hooks: &T,
    extra: X,
    request: Request<B>,
) -> ResponseFuture<S::Future, (X, T::Note), T::Own>
where
    S: Service<Request<B>, Response = Response<R>>,
    T: Hooks<R>,
    X: Extra,
{
    let Some(policy) = policy else {
        let extra = <(X, T::Note)>::default();
        return ResponseFuture::of_inner(inner.call(request), Grant::Untouched, extra);
    };
    let (reply, note) = {
        let decision = policy.evaluate_request(&request);
        let note = hooks.hear(&decision, request.uri());
        if decision.denial().is_some() {
            log_refusal(&decision, request.method(), request.uri());
        }
        (decision.reply().map_err(|answer| (answer, hooks.own(&decision))), note)
    };
    let extra = (extra, note);
    match reply {
        Ok(grant) => ResponseFuture::of_inner(inner.call(request), grant, extra),
        Err((answer, own)) => ResponseFuture::of_own(answer, own, extra),
    }
}

/// Whether anybody might listen to what is said of refusals.
#[cfg(feature = "tracing")]
#[inline]
fn is_logging() -> bool {
    tracing::level_filters::LevelFilter::current() >= tracing::Level::DEBUG
}

#[cfg(not(feature = "tracing"))]
fn is_logging() -> bool {
    false
}

#[cfg(feature = "tracing")]
#[cold]
fn log_refusal(decision: &Decision<'_>, method: &Method, uri: &Uri) {
    let (Some(denial), Some(origin)) = (decision.denial(), decision.origin()) else { return };
    if !tracing::enabled!(target: "corsac", tracing::Level::DEBUG) {
        return;
    }
    // Browsers send `Origin` to a page's own service too, which needs no permission, nor preflights.
    if decision.kind() == RequestKind::Actual && decision.is_same_origin() {
        return;
    }
    let outcome = match decision.status() {
        Some(status) if status.is_success() => "preflight answered, browser will refuse",
        Some(_) => "answered here",
        None => "passed on, response without CORS headers",
    };
    tracing::debug!(
        target: "corsac",
        kind = decision.kind().as_str(),
        outcome,
        status = decision.status().map(|status| status.as_u16()),
        method = %method,
        // Without the query, which may hold secrets.
        path = uri.path(),
        origin = %quote(origin.as_bytes()),
        rule = denial.kind().as_str(),
        reason = %denial,
        nearest = denial.nearest().map(tracing::field::display),
        "CORS request refused",
    );
}

#[cfg(not(feature = "tracing"))]
fn log_refusal(_: &Decision<'_>, _: &Method, _: &Uri) {}

#[cfg(feature = "tracing")]
#[cold]
pub(crate) fn log_removed(removed: Removed) {
    if !removed.is_empty() {
        tracing::debug!(
            target: "corsac",
            headers = %removed,
            "the inner service wrote CORS headers, and the policy's take their place; \
             let one of the two do CORS",
        );
    }
    if let Some(inner) = removed.by() {
        static IS_SAID: [AtomicBool; 2] = [AtomicBool::new(false), AtomicBool::new(false)];
        if !IS_SAID[inner as usize].swap(true, Ordering::Relaxed) {
            tracing::warn!(
                target: "corsac",
                outer = "corsac::CorsLayer",
                inner = inner.name(),
                "one CORS layer is around another: the outer one decides, and answers the \
                 preflights; remove one of the two",
            );
        }
    }
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn log_removed(_: Removed) {}

#[cold]
pub(crate) fn log_panic() {
    #[cfg(feature = "tracing")]
    tracing::error!(target: "corsac", "the look-up of a policy panicked, so nothing is granted");
}
