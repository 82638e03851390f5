//! The Tower service: picks the policy, answers what the inner service is not to see.

use std::task::{Context, Poll};

#[cfg(feature = "tracing")]
use http::uri::Authority;
use http::{HeaderMap, Method, Request, Response, Uri};
use tower_service::Service;

use crate::{
    decision::{Answer, Decision, Extra, Grant, Readers, Removed},
    future::ResponseFuture,
    policy::Policy,
    source::{Fixed, Source, sealed::Listener},
};
#[cfg(feature = "tracing")]
use crate::{
    decision::{RequestKind, quote},
    policy::is_same_origin,
};

/// A service with a CORS policy around it, made by [`CorsLayer`](crate::CorsLayer).
///
/// Preflights are answered here; everything else goes to the inner service, and its response is
/// decorated. It is `Clone`, `Send`, `Sync` and `'static` whenever the inner service is.
///
/// # Bodies
///
/// Preflights and 403s need an empty body, so the inner service's body must implement `Default`:
/// `axum::body::Body`, `tonic::body::Body`, `http_body_util::Full`, `String` do. Those of
/// tower-http's `TraceLayer` and `ResponseBodyTimeoutLayer` do not. Put these layers outside of this
/// one, where `TraceLayer` sees preflights too, or convert in between:
///
/// ```
/// # use axum::{body::Body, response::Response};
/// # use http::Request;
/// # use tower::{ServiceBuilder, ServiceExt, service_fn};
/// # fn layer_without_default() -> tower::layer::util::Identity { tower::layer::util::Identity::new() }
/// # let inner = service_fn(|_: Request<Body>| async { Ok::<_, std::convert::Infallible>(Response::new(Body::empty())) });
/// let service = ServiceBuilder::new()
///     .layer(corsac::CorsLayer::permissive())
///     .map_response(|response: http::Response<_>| response.map(Body::new))
///     .layer(layer_without_default())
///     .service(inner);
/// # let _ = service.oneshot(Request::new(Body::empty()));
/// ```
#[derive(Debug, Clone)]
pub struct Cors<S, P = Fixed> {
    inner: S,
    source: P,
}

impl<S, P> Cors<S, P> {
    pub(crate) fn new(inner: S, source: P) -> Self {
        Self { inner, source }
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

impl<S, P, B, R> Service<Request<B>> for Cors<S, P>
where
    S: Service<Request<B>, Response = Response<R>>,
    P: Source,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, P::Extra>;

    #[inline]
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    #[inline]
    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Self { inner, source } = self;
        match source.fixed() {
            Some(Fixed { policy }) => call(inner, policy.as_deref(), source.extra(), request),
            None => source.with(request, |policy, request| match (policy, source.listener()) {
                (None, _) => call_otherwise(inner, None, None, P::Extra::default(), request),
                (_, None) => call(inner, policy, source.extra(), request),
                (_, listener) => call_otherwise(inner, policy, listener, source.extra(), request),
            }),
        }
    }
}

/// With `policy`, or as it is where there is none.
#[inline]
pub(crate) fn call<S, X, B, R>(
    inner: &mut S,
    policy: Option<&Policy>,
    extra: X,
    request: Request<B>,
) -> ResponseFuture<S::Future, X>
where
    S: Service<Request<B>, Response = Response<R>>,
    X: Extra,
{
    // Nearly all requests take this way, which leaves them where they are.
    let Some(policy) = policy else { return call_otherwise(inner, None, None, extra, request) };
    let readers = policy.readers_at_once(request.method(), request.headers(), is_logging);
    let (has_readers, origin) = match readers {
        None => return call_otherwise(inner, Some(policy), None, extra, request),
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
    ResponseFuture::of_inner(future, grant, extra)
}

/// Preflights, refusals that are logged or answered here, and whatever somebody is told of.
#[inline(never)]
fn call_otherwise<S, X, B, R>(
    inner: &mut S,
    policy: Option<&Policy>,
    listener: Option<&dyn Listener>,
    extra: X,
    request: Request<B>,
) -> ResponseFuture<S::Future, X>
where
    S: Service<Request<B>, Response = Response<R>>,
    X: Extra,
{
    let reply = match policy {
        Some(policy) => {
            decide(policy, listener, request.method(), request.headers(), request.uri())
        }
        None => Ok(Grant::Untouched),
    };
    match reply {
        Ok(grant) => ResponseFuture::of_inner(inner.call(request), grant, extra),
        Err(answer) => ResponseFuture::own(answer, extra),
    }
}

/// Apart from the above, which is compiled anew for each inner service.
fn decide(
    policy: &Policy,
    listener: Option<&dyn Listener>,
    method: &Method,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<Grant, Answer> {
    let decision = policy.evaluate_at(method, headers, uri.authority());
    if let Some(listener) = listener {
        listener.tell(&decision, uri);
    }
    if decision.denial().is_some() {
        log_refusal(&decision, uri.authority());
    }
    decision.reply()
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
fn log_refusal(decision: &Decision<'_>, authority: Option<&Authority>) {
    let (Some(denial), Some(origin)) = (decision.denial(), decision.origin()) else { return };
    if !tracing::enabled!(target: "corsac", tracing::Level::DEBUG) {
        return;
    }
    // Browsers send `Origin` to a page's own service too, which needs no permission, nor preflights.
    let is_actual = decision.kind() == RequestKind::Actual;
    if is_actual && is_same_origin(origin, decision.headers, authority) {
        return;
    }
    tracing::debug!(
        target: "corsac",
        kind = ?decision.kind(),
        outcome = match decision.status() {
            Some(status) if status.is_success() => "preflight answered, browser will refuse",
            Some(_) => "answered with 403",
            None => "passed on, response without CORS headers",
        },
        origin = %quote(origin.as_bytes()),
        rule = denial.kind().as_str(),
        reason = %denial,
        nearest = denial.nearest().map(tracing::field::display),
        "CORS request refused",
    );
}

#[cfg(not(feature = "tracing"))]
fn log_refusal(_: &Decision<'_>, _: Option<&http::uri::Authority>) {}

#[cfg(feature = "tracing")]
#[cold]
pub(crate) fn log_removed(removed: Removed) {
    tracing::debug!(
        target: "corsac",
        headers = %removed,
        "the inner service wrote CORS headers, and the policy's take their place; \
         let one of the two do CORS",
    );
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn log_removed(_: Removed) {}

#[cold]
pub(crate) fn log_panic() {
    #[cfg(feature = "tracing")]
    tracing::error!(target: "corsac", "the look-up of a policy panicked, so nothing is granted");
}
