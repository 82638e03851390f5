//! Policies that have to be awaited.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{HeaderMap, HeaderName, Request, Response, Uri, request::Parts};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

#[cfg(feature = "http-body")]
use super::body::EmptyBody;
use super::{
    body::{AnswerBody, DefaultBody, MakeBody},
    future::{Edit, ResponseFuture},
    mount::{Mount, Source},
    options::Options,
    service::decide,
};
use crate::policy::{Decision, Enforcement, Policy};

/// Looks up the policy of each request asynchronously: in a database, or with another service.
///
/// The layer calls the inner service after the look-up, so the service must be `Clone`. Nothing is
/// boxed, and the future is `Send` if the look-up and the inner service are.
///
/// ```
/// use std::sync::Arc;
///
/// use corsac::{AsyncCorsLayer, CorsLayer, Lookup, Policy, request_host};
/// use http::{header::ORIGIN, request::Parts};
///
/// # #[derive(Clone)] struct Database;
/// # impl Database { async fn policy(&self, _: &str) -> Result<Option<Arc<Policy>>, String> { Ok(None) } }
/// # let database = Database;
/// let cors = AsyncCorsLayer::new(move |parts: &Parts| {
///     let database = database.clone();
///     let host = request_host(parts).unwrap_or_default().to_ascii_lowercase();
///     // Without `Origin` no policy needs to be looked up.
///     let is_cors = parts.headers.contains_key(ORIGIN);
///     async move {
///         if !is_cors {
///             return Lookup::NotFound;
///         }
///         match database.policy(&host).await {
///             Ok(Some(policy)) => Lookup::Policy(policy),
///             Ok(None) => Lookup::NotFound,
///             // You decide how to handle a failure. To allow nothing is the safe choice.
///             Err(_) => Lookup::NotFound,
///         }
///     }
/// });
/// # let app: axum::Router = axum::Router::new().layer(cors);
/// ```
///
/// # Failures
///
/// * The look-up itself handles its errors: it cannot return one.
/// * If the look-up panics, the request panics, as with any handler. No response is sent.
/// * If it finds no policy, [`enforcement`](AsyncCorsLayer::enforcement) decides whether the inner
///   service gets the request. **Set it to `Reject` if your policies reject.**
/// * If it hangs, the request waits, and the inner service does not: its readiness is requested after
///   the look-up. corsac has no clock, so put a limit such as `tokio::time::timeout` into the look-up.
#[derive(Clone)]
#[must_use]
pub struct AsyncCorsLayer<F, B = DefaultBody> {
    look_up: F,
    /// For requests without a policy.
    not_found: Arc<Policy>,
    mount: Mount,
    body: B,
}

/// The result of a look-up.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Lookup {
    /// This policy decides on the request.
    Policy(Arc<Policy>),
    /// The request and its response pass, because another server handles CORS. corsac adds only the
    /// `Vary` of the layer.
    PassThrough,
    /// No policy was found. [`Policy::deny_all`] handles the request: preflights are answered with
    /// 403; other requests reach the inner service, unless
    /// [`enforcement`](AsyncCorsLayer::enforcement) rejects them; the response has `Vary: Origin`.
    NotFound,
}

impl<F, L> AsyncCorsLayer<F>
where
    F: Fn(&Parts) -> L,
    L: Future<Output = Lookup>,
{
    /// Creates a layer with a look-up, which gets the request without its body.
    ///
    /// The future cannot borrow from the request, so write
    /// `|parts: &Parts| { ...; async move { ... } }`. A closure `async |parts|` borrows, and does not
    /// compile.
    ///
    /// A preflight and the request that follows it must get the same policy; see
    /// [`CorsLayer::per_request`](crate::CorsLayer::per_request).
    #[doc(alias = "database")]
    pub fn new(look_up: F) -> Self {
        let not_found = Arc::new(Policy::deny_all(Enforcement::OmitHeaders));
        let mount = Mount::new(Source::None, Options::for_choices());
        Self { look_up, not_found, mount, body: DefaultBody }
    }
}

impl<F, B> AsyncCorsLayer<F, B> {
    /// Sets the enforcement for requests without a policy ([`Lookup::NotFound`]). Default:
    /// [`Enforcement::OmitHeaders`], so that they reach the inner service.
    ///
    /// If your policies [reject](Enforcement::Reject), set it here too. Otherwise WebSockets are not
    /// protected while the database is down.
    pub fn enforcement(self, enforcement: Enforcement) -> Self {
        Self { not_found: Arc::new(Policy::deny_all(enforcement)), ..self }
    }

    /// Like [`CorsLayer::vary`](crate::CorsLayer::vary).
    pub fn vary(self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        self.with_options(|options| options.set_vary(names))
    }

    /// Like [`CorsLayer::on_decision`](crate::CorsLayer::on_decision).
    pub fn on_decision(
        self,
        observe: impl Fn(&Decision<'_>, &Uri) + Send + Sync + 'static,
    ) -> Self {
        self.with_options(|options| options.set_observer(observe))
    }

    /// Like [`CorsLayer::diagnosis_header`](crate::CorsLayer::diagnosis_header).
    pub fn diagnosis_header(self, is_on: bool) -> Self {
        self.with_options(|options| options.set_diagnosis_header(is_on))
    }

    /// Like [`CorsLayer::answer_body`](crate::CorsLayer::answer_body).
    pub fn answer_body<M, R>(self, make: M) -> AsyncCorsLayer<F, AnswerBody<M>>
    where
        M: Fn(&Decision<'_>, &mut HeaderMap) -> R + Clone,
    {
        self.with_body(AnswerBody { make })
    }

    /// Like [`CorsLayer::body_or_empty`](crate::CorsLayer::body_or_empty).
    #[cfg(feature = "http-body")]
    #[cfg_attr(docsrs, doc(cfg(feature = "http-body")))]
    pub fn body_or_empty(self) -> AsyncCorsLayer<F, EmptyBody> {
        self.with_body(EmptyBody)
    }

    fn with_options(self, change: impl FnOnce(&mut Options)) -> Self {
        Self { mount: self.mount.with_options(change), ..self }
    }

    fn with_body<M>(self, body: M) -> AsyncCorsLayer<F, M> {
        let Self { look_up, not_found, mount, .. } = self;
        AsyncCorsLayer { look_up, not_found, mount, body }
    }
}

impl<S, F: Clone, B: Clone> Layer<S> for AsyncCorsLayer<F, B> {
    type Service = AsyncCors<S, F, B>;

    fn layer(&self, inner: S) -> AsyncCors<S, F, B> {
        AsyncCors { inner, layer: self.clone() }
    }
}

/// A service whose policies are looked up. Made by [`AsyncCorsLayer`].
///
/// It is always ready. It waits until the inner service is ready after each look-up, and only for
/// requests that it forwards.
#[derive(Debug, Clone)]
pub struct AsyncCors<S, F, B = DefaultBody> {
    inner: S,
    layer: AsyncCorsLayer<F, B>,
}

impl<S, F, B, L, Q, R> Service<Request<Q>> for AsyncCors<S, F, B>
where
    S: Service<Request<Q>, Response = Response<R>> + Clone,
    F: Fn(&Parts) -> L,
    L: Future<Output = Lookup>,
    B: MakeBody<R> + Clone,
{
    type Response = Response<B::Body>;
    type Error = S::Error;
    type Future = AsyncResponseFuture<S, L, Q, B, R>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        let AsyncCorsLayer { look_up, not_found, mount, body } = &self.layer;
        let (parts, request_body) = request.into_parts();
        let look_up = look_up(&parts);
        let pending = Pending {
            inner: self.inner.clone(),
            request: Request::from_parts(parts, request_body),
            not_found: not_found.clone(),
            mount: mount.clone(),
            body: body.clone(),
        };
        AsyncResponseFuture { state: State::LookingUp { look_up, pending: Some(pending) } }
    }
}

pin_project! {
    /// The future of [`AsyncCors`]: the look-up, then the response.
    #[must_use = "futures do nothing unless polled"]
    pub struct AsyncResponseFuture<S, L, Q, B, R>
    where
        S: Service<Request<Q>>,
        B: MakeBody<R>,
    {
        #[pin]
        state: State<S, L, Q, B, ResponseFuture<S::Future, B, R>>,
    }
}

pin_project! {
    // A `None` stands for a value that the next state has taken.
    #[project = StateProj]
    enum State<S, L, Q, B, R> {
        LookingUp { #[pin] look_up: L, pending: Option<Pending<S, Q, B>> },
        GettingReady { inner: S, request: Option<(Request<Q>, Edit)> },
        Responding { #[pin] response: R },
    }
}

/// A request that waits for the look-up.
struct Pending<S, Q, B> {
    inner: S,
    request: Request<Q>,
    not_found: Arc<Policy>,
    mount: Mount,
    body: B,
}

impl<S, L, Q, B, R> Future for AsyncResponseFuture<S, L, Q, B, R>
where
    S: Service<Request<Q>, Response = Response<R>>,
    L: Future<Output = Lookup>,
    B: MakeBody<R>,
{
    type Output = Result<Response<B::Body>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProj::LookingUp { look_up, pending } => {
                    let found = ready!(look_up.poll(cx));
                    // `None` only if a function of the user has panicked below.
                    let Some(Pending { inner, request, not_found, mount, body }) = pending.take()
                    else {
                        return Poll::Pending;
                    };
                    match decide(&mount, found.policy(not_found), &body, &request) {
                        Ok(edit) => State::GettingReady { inner, request: Some((request, edit)) },
                        Err(response) => {
                            State::Responding { response: ResponseFuture::answer(response) }
                        }
                    }
                }
                StateProj::GettingReady { inner, request } => {
                    let ready = ready!(inner.poll_ready(cx));
                    // `None` after completion.
                    let Some((request, edit)) = request.take() else { return Poll::Pending };
                    ready?;
                    let response = ResponseFuture::forward(inner.call(request), edit);
                    State::Responding { response }
                }
                StateProj::Responding { response } => return response.poll(cx),
            };
            state.set(next);
        }
    }
}

impl Lookup {
    fn policy(self, not_found: Arc<Policy>) -> Option<Arc<Policy>> {
        match self {
            Self::Policy(policy) => Some(policy),
            Self::PassThrough => None,
            Self::NotFound => Some(not_found),
        }
    }
}

impl<F, B> fmt::Debug for AsyncCorsLayer<F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncCorsLayer").field("mount", &self.mount).finish_non_exhaustive()
    }
}

impl<S, L, Q, B, R> fmt::Debug for AsyncResponseFuture<S, L, Q, B, R>
where
    S: Service<Request<Q>>,
    B: MakeBody<R>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncResponseFuture").finish_non_exhaustive()
    }
}
