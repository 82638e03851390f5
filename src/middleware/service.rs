//! The Tower service: picks the policy of a request, then answers the request or forwards it.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use http::{HeaderMap, HeaderValue, Method, Request, Response};
use tower_service::Service;

use super::{
    body::{DefaultBody, MakeBody},
    events,
    future::{Edit, ResponseFuture},
    mount::{Mount, Source},
    options::Options,
};
use crate::policy::{Policy, Reply};

/// A service that applies a CORS policy to an inner service. Made by
/// [`CorsLayer`](crate::CorsLayer).
///
/// It answers preflights itself. It forwards all other requests to the inner service, and adds CORS
/// headers to the responses. It is `Clone`, `Send`, `Sync` and `'static` if the inner service is.
///
/// # Bodies
///
/// The service answers preflights and rejected requests with an empty body of the inner service's
/// type `R`. There are three ways to make one:
///
/// * `R` implements `Default`. You need to do nothing: `axum::body::Body`, `tonic::body::Body`,
///   `http_body_util::Full`, `String`.
/// * A function makes it: [`CorsLayer::answer_body`](crate::CorsLayer::answer_body), such as
///   `|_, _| worker::Body::empty()`.
/// * Nothing can make one: `CorsLayer::body_or_empty` (feature `http-body`), for
///   `hyper::body::Incoming`, and for the bodies of tower-http's `TraceLayer` and
///   `ResponseBodyTimeoutLayer`.
#[derive(Debug, Clone)]
pub struct Cors<S, B = DefaultBody> {
    inner: S,
    mount: Mount,
    body: B,
}

impl<S, B> Cors<S, B> {
    pub(super) fn new(inner: S, mount: Mount, body: B) -> Self {
        Self { inner, mount, body }
    }

    /// Returns a reference to the inner service.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// Returns the inner service, without the policy.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, B, Q, R> Service<Request<Q>> for Cors<S, B>
where
    S: Service<Request<Q>, Response = Response<R>>,
    B: MakeBody<R>,
{
    type Response = Response<B::Body>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, B, R>;

    #[inline]
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    #[inline]
    fn call(&mut self, request: Request<Q>) -> Self::Future {
        let Self { inner, mount, body } = self;
        let current = mount.current_policy();
        match reply_to_plain_request(mount, current.as_deref(), request.method(), request.headers())
        {
            // Most requests take this way, which leaves them in their place in memory.
            Some(reply) => {
                let (mount, reply) = (mount.clone(), reply.cloned());
                let future = inner.call(request);
                ResponseFuture::forward(future, Edit::new(mount, current, reply))
            }
            None => call_slowly(inner, mount, current, body, request),
        }
    }
}

#[inline(never)]
fn call_slowly<S, B, Q, R>(
    inner: &mut S,
    mount: &Mount,
    current: Option<Arc<Policy>>,
    body: &B,
    mut request: Request<Q>,
) -> ResponseFuture<S::Future, B, R>
where
    S: Service<Request<Q>, Response = Response<R>>,
    B: MakeBody<R>,
{
    let decided = match mount.fixed_policy() {
        Some(policy) => evaluate(mount, policy, None, body, &request),
        None => {
            let chosen;
            (chosen, request) = choose(mount.source(), current, request);
            decide(mount, chosen, body, &request)
        }
    };
    match decided {
        Ok(edit) => ResponseFuture::forward(inner.call(request), edit),
        Err(response) => ResponseFuture::answer(response),
    }
}

/// Returns the policy of a request, if it is not that of the layer.
#[inline(never)]
fn choose<Q>(
    source: &Source,
    current: Option<Arc<Policy>>,
    request: Request<Q>,
) -> (Option<Arc<Policy>>, Request<Q>) {
    let Source::PerRequest(choose) = source else { return (current, request) };
    let (parts, body) = request.into_parts();
    (choose(&parts), Request::from_parts(parts, body))
}

/// Returns the edit for the inner service's response, or the response that corsac makes itself.
/// `chosen` is the policy of this request; if it is `None`, the request has none.
pub(super) fn decide<B: MakeBody<R>, Q, R>(
    mount: &Mount,
    chosen: Option<Arc<Policy>>,
    body: &B,
    request: &Request<Q>,
) -> Result<Edit, Response<B::Body>> {
    let Some(policy) = chosen else { return Ok(Edit::pass_through(mount.clone())) };
    match reply_to_plain_request(mount, Some(&policy), request.method(), request.headers()) {
        Some(reply) => Ok(Edit::new(mount.clone(), Some(policy), reply.cloned())),
        None => evaluate(mount, &policy.clone(), Some(policy), body, request),
    }
}

/// Returns the reply to a request that needs no decision beyond the origin check. `chosen` is the
/// policy of this request, if it is not that of the layer.
// Not inlined: `call` is compiled anew for each inner service.
#[inline(never)]
fn reply_to_plain_request<'a>(
    mount: &Mount,
    chosen: Option<&Policy>,
    method: &Method,
    headers: &'a HeaderMap,
) -> Option<Reply<&'a HeaderValue>> {
    if *method == Method::OPTIONS || mount.options().is_some_and(Options::use_decisions) {
        return None;
    }
    let policy = chosen.or_else(|| mount.fixed_policy())?;
    policy.allow_origin_alone(headers, events::reports_denials).map(Reply::from)
}

#[inline(never)]
fn evaluate<B: MakeBody<R>, Q, R>(
    mount: &Mount,
    policy: &Policy,
    chosen: Option<Arc<Policy>>,
    body: &B,
    request: &Request<Q>,
) -> Result<Edit, Response<B::Body>> {
    let decision = policy.evaluate_request(request);
    let observer = mount.options().filter(|options| options.use_decisions());
    let diagnosis = observer.and_then(|options| options.observe(&decision, request.uri()));
    if !decision.is_allowed() {
        events::denied(&decision, request.method(), request.uri());
    }
    let Some(status) = decision.status() else {
        let edit = Edit::new(mount.clone(), chosen, decision.reply());
        return Ok(edit.with_diagnosis(diagnosis));
    };
    let mut response = Response::new(());
    *response.status_mut() = status;
    let made = body.make(&decision, response.headers_mut());
    decision.apply(response.headers_mut());
    if let Some(options) = mount.options() {
        options.apply(response.headers_mut(), diagnosis);
    }
    Err(response.map(|()| made))
}
