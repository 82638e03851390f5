//! A policy that has to be waited for.

use std::{
    fmt,
    future::Future,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, LazyLock},
    task::{Context, Poll},
};

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri, request::Parts};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

#[cfg(feature = "http-body")]
use crate::hooks::OrEmpty;
use crate::{
    decision::{Decision, vary},
    future::ResponseFuture,
    hooks::{AnswerBody, ByDefault, DiagnosisHeader, Hooks, NoHooks, OnDecision, sealed::Own},
    policy::{Enforcement, Policy},
    service,
};

/// Looks the policy of each request up where that takes a while: in a database, at another service.
///
/// The inner service is not called before the answer is there. It is cloned for that, so it has to be
/// `Clone`; nothing is boxed, and `Send` is asked of nobody.
///
/// ```
/// use std::sync::Arc;
///
/// use corsac::{AsyncCorsLayer, CorsLayer, Found, Policy};
/// use http::{header::ORIGIN, request::Parts};
///
/// # #[derive(Clone)] struct Database;
/// # impl Database { async fn policy(&self, _: &str) -> Result<Option<Arc<Policy>>, String> { Ok(None) } }
/// # let database = Database;
/// let cors = AsyncCorsLayer::new(move |parts: &Parts| {
///     let database = database.clone();
///     let host = parts.uri.host().unwrap_or_default().to_owned();
///     // Its answer depends on `Origin`, which is not there to be looked up for.
///     let is_cors = parts.headers.contains_key(ORIGIN);
///     async move {
///         if !is_cors {
///             return Found::Nothing;
///         }
///         match database.policy(&host).await {
///             Ok(Some(policy)) => Found::Policy(policy),
///             Ok(None) => Found::Nothing,
///             // You decide what a failure means; to grant nothing is the safe choice.
///             Err(_) => Found::Nothing,
///         }
///     }
/// });
/// # let app: axum::Router = axum::Router::new().layer(cors);
/// ```
///
/// # What goes wrong with look-ups
///
/// * One that fails is for you to answer: there is no way to return an error.
/// * One that panics is [`Found::Nothing`], and an event at `ERROR`; with `panic = "abort"`, as on
///   wasm32, it ends the program.
/// * Behind all of these [`enforcement`](AsyncCorsLayer::enforcement) decides whether the inner service
///   sees the request: **say `Reject` where your policies do.**
/// * One that hangs keeps its request waiting, and nothing is granted: corsac has no clock. Put a
///   time limit into it, such as `tokio::time::timeout`.
#[derive(Clone)]
#[must_use]
pub struct AsyncCorsLayer<F, T = NoHooks> {
    look_up: F,
    vary: Option<HeaderValue>,
    enforcement: Enforcement,
    hooks: T,
}

/// What a look-up found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Found {
    /// This policy decides on the request.
    Policy(Arc<Policy>),
    /// The request and its response pass untouched: somebody else does CORS.
    PassThrough,
    /// No policy: the request gets what a [policy of nobody](Policy::of_nobody) says. Preflights are
    /// answered with 403; other requests reach the inner service, unless
    /// [`enforcement`](AsyncCorsLayer::enforcement) says otherwise, and the response says `Vary: Origin`.
    Nothing,
}

impl<F, L> AsyncCorsLayer<F>
where
    F: Fn(&Parts) -> L,
    L: Future<Output = Found>,
{
    /// Mounts a look-up. It sees the request without its body, and takes along what it needs: the
    /// future cannot borrow from it, so write `|parts: &Parts| { ...; async move { ... } }`. An
    /// `async |parts|` closure borrows, and does not compile.
    ///
    /// A preflight and the request after it have to find the same policy; see
    /// [`CorsLayer::per_request`](crate::CorsLayer::per_request).
    pub fn new(look_up: F) -> Self {
        Self { look_up, vary: None, enforcement: Enforcement::OmitHeaders, hooks: NoHooks }
    }
}

impl<F, T> AsyncCorsLayer<F, T> {
    /// Names request headers that the look-up depends on, as
    /// [`CorsLayer::vary`](crate::CorsLayer::vary) does.
    pub fn vary(mut self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        self.vary = vary::line_with(self.vary, names);
        self
    }

    /// What happens to requests for which nothing is found, and to those whose look-up panics:
    /// [`Enforcement::OmitHeaders`] where nothing is said, so that they reach the inner service.
    ///
    /// Where the policies are to [reject](Enforcement::Reject), say so here too: a guard of WebSockets
    /// would stand open for as long as the database is down.
    pub fn enforcement(mut self, enforcement: Enforcement) -> Self {
        self.enforcement = enforcement;
        self
    }

    /// As [`CorsLayer::on_decision`](crate::CorsLayer::on_decision).
    pub fn on_decision<O>(self, observe: O) -> AsyncCorsLayer<F, OnDecision<T, O>>
    where
        O: Fn(&Decision<'_>, &Uri) + Clone,
    {
        self.with_hooks(|others| OnDecision { others, observe })
    }

    /// As [`CorsLayer::diagnosis_header`](crate::CorsLayer::diagnosis_header).
    pub fn diagnosis_header(self, on: bool) -> AsyncCorsLayer<F, DiagnosisHeader<T>> {
        self.with_hooks(|others| DiagnosisHeader { others, is_on: on })
    }

    /// As [`CorsLayer::answer_body`](crate::CorsLayer::answer_body).
    pub fn answer_body<M, R>(self, make: M) -> AsyncCorsLayer<F, AnswerBody<T, M>>
    where
        M: Fn(&Decision<'_>, &mut HeaderMap) -> R + Clone,
    {
        self.with_hooks(|others| AnswerBody { others, make })
    }

    /// As [`CorsLayer::body_or_empty`](crate::CorsLayer::body_or_empty).
    #[cfg(feature = "http-body")]
    #[cfg_attr(docsrs, doc(cfg(feature = "http-body")))]
    pub fn body_or_empty(self) -> AsyncCorsLayer<F, OrEmpty<T>> {
        self.with_hooks(|others| OrEmpty { others })
    }

    fn with_hooks<U>(self, of: impl FnOnce(T) -> U) -> AsyncCorsLayer<F, U> {
        let Self { look_up, vary, enforcement, hooks } = self;
        AsyncCorsLayer { look_up, vary, enforcement, hooks: of(hooks) }
    }
}

impl<S, F: Clone, T: Clone> Layer<S> for AsyncCorsLayer<F, T> {
    type Service = AsyncCors<S, F, T>;

    fn layer(&self, inner: S) -> AsyncCors<S, F, T> {
        AsyncCors { inner, layer: self.clone() }
    }
}

impl<F, T> fmt::Debug for AsyncCorsLayer<F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncCorsLayer").field("vary", &self.vary).finish_non_exhaustive()
    }
}

/// A service whose policies are looked up, made by [`AsyncCorsLayer`].
#[derive(Debug, Clone)]
pub struct AsyncCors<S, F, T = NoHooks> {
    inner: S,
    layer: AsyncCorsLayer<F, T>,
}

impl<S, F, T, L, B, R> Service<Request<B>> for AsyncCors<S, F, T>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
    F: Fn(&Parts) -> L,
    L: Future<Output = Found>,
    T: Hooks<R> + Clone,
{
    type Response = Response<<T::Own as Own<R>>::Body>;
    type Error = S::Error;
    type Future = AsyncResponseFuture<S, L, B, T, T::Note, T::Own>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Self { inner, layer: AsyncCorsLayer { look_up, vary, enforcement, hooks } } = self;
        let (parts, body) = request.into_parts();
        let look_up = catch_unwind(AssertUnwindSafe(|| look_up(&parts))).ok();
        let request = Request::from_parts(parts, body);
        // The one that said it is ready is the one to call.
        let next = inner.clone();
        let held = Held {
            inner: mem::replace(inner, next),
            request,
            vary: vary.clone(),
            enforcement: *enforcement,
            hooks: hooks.clone(),
        };
        AsyncResponseFuture { state: State::LookingUp { look_up, held: Some(held) } }
    }
}

pin_project! {
    /// The future of [`AsyncCors`]: first the look-up, then the response.
    #[must_use = "futures do nothing unless polled"]
    pub struct AsyncResponseFuture<S, L, B, T = NoHooks, N = (), O = ByDefault>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        state: State<S, S::Future, L, B, T, N, O>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<S, I, L, B, T, N, O> {
        // `None` where the look-up has panicked before it was a future.
        LookingUp { #[pin] look_up: Option<L>, held: Option<Held<S, B, T>> },
        Responding { #[pin] response: ResponseFuture<I, (Option<HeaderValue>, N), O> },
    }
}

/// What waits for the look-up.
struct Held<S, B, T> {
    inner: S,
    request: Request<B>,
    vary: Option<HeaderValue>,
    enforcement: Enforcement,
    hooks: T,
}

impl<S, L, B, T, R> Future for AsyncResponseFuture<S, L, B, T, T::Note, T::Own>
where
    S: Service<Request<B>, Response = Response<R>>,
    L: Future<Output = Found>,
    T: Hooks<R>,
{
    type Output = Result<Response<<T::Own as Own<R>>::Body>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        if let StateProj::LookingUp { look_up, held } = state.as_mut().project() {
            let poll = match look_up.as_pin_mut() {
                Some(look_up) => catch_unwind(AssertUnwindSafe(|| look_up.poll(cx))),
                None => Err(Box::new(()) as _),
            };
            let found = match poll {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(found)) => found,
                Err(_) => {
                    service::log_panic();
                    Found::Nothing
                }
            };
            if let Some(Held { mut inner, request, vary, enforcement, hooks }) = held.take() {
                let policy = match &found {
                    Found::Policy(policy) => Some(&**policy),
                    Found::PassThrough => None,
                    Found::Nothing if enforcement == Enforcement::Reject => Some(&*REJECTING),
                    Found::Nothing => Some(&*NOBODY),
                };
                let response = service::call(&mut inner, policy, &hooks, vary, request);
                state.set(State::Responding { response });
            }
        }
        match state.project() {
            StateProj::Responding { response } => response.poll(cx),
            // Only after a panic of the inner service, when nobody polls any more.
            StateProj::LookingUp { .. } => Poll::Pending,
        }
    }
}

/// For requests for which nothing was found.
static NOBODY: LazyLock<Policy> = LazyLock::new(|| Policy::of_nobody(Enforcement::OmitHeaders));
static REJECTING: LazyLock<Policy> = LazyLock::new(|| Policy::of_nobody(Enforcement::Reject));

impl<S: Service<Request<B>>, L, B, T, N, O> fmt::Debug for AsyncResponseFuture<S, L, B, T, N, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncResponseFuture").finish_non_exhaustive()
    }
}
