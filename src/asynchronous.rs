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

use http::{Request, Response, request::Parts};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    future::ResponseFuture,
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
/// * One that panics is [`Found::Nothing`], and an event at `ERROR`.
/// * One that hangs keeps its request waiting, and nothing is granted: corsac has no clock. Put a
///   time limit into it, such as `tokio::time::timeout`.
#[derive(Clone)]
#[must_use]
pub struct AsyncCorsLayer<F> {
    look_up: F,
}

/// What a look-up found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Found {
    /// This policy decides on the request.
    Policy(Arc<Policy>),
    /// The request and its response pass untouched: somebody else does CORS.
    PassThrough,
    /// No policy: the request gets what a policy that allows no origin would say. Preflights are
    /// answered with 403, other requests reach the inner service, and the response says `Vary: Origin`.
    Nothing,
}

impl<F, L> AsyncCorsLayer<F>
where
    F: Fn(&Parts) -> L,
    L: Future<Output = Found>,
{
    /// Mounts a look-up. It sees the request without its body, and takes along what it needs: the
    /// future cannot borrow from it.
    ///
    /// A preflight and the request after it have to find the same policy; see
    /// [`CorsLayer::per_request`](crate::CorsLayer::per_request).
    pub fn new(look_up: F) -> Self {
        Self { look_up }
    }
}

impl<S, F: Clone> Layer<S> for AsyncCorsLayer<F> {
    type Service = AsyncCors<S, F>;

    fn layer(&self, inner: S) -> AsyncCors<S, F> {
        AsyncCors { inner, look_up: self.look_up.clone() }
    }
}

impl<F> fmt::Debug for AsyncCorsLayer<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncCorsLayer").finish_non_exhaustive()
    }
}

/// A service whose policies are looked up, made by [`AsyncCorsLayer`].
#[derive(Clone)]
pub struct AsyncCors<S, F> {
    inner: S,
    look_up: F,
}

impl<S: fmt::Debug, F> fmt::Debug for AsyncCors<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncCors").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, F, L, B, R> Service<Request<B>> for AsyncCors<S, F>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
    F: Fn(&Parts) -> L,
    L: Future<Output = Found>,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = AsyncResponseFuture<S, L, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (parts, body) = request.into_parts();
        let look_up = catch_unwind(AssertUnwindSafe(|| (self.look_up)(&parts))).ok();
        let request = Request::from_parts(parts, body);
        // The one that said it is ready is the one to call.
        let next = self.inner.clone();
        let inner = mem::replace(&mut self.inner, next);
        AsyncResponseFuture { state: State::LookingUp { look_up, held: Some((inner, request)) } }
    }
}

pin_project! {
    /// The future of [`AsyncCors`]: first the look-up, then the response.
    #[must_use = "futures do nothing unless polled"]
    pub struct AsyncResponseFuture<S, L, B>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        state: State<S, S::Future, L, B>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<S, I, L, B> {
        // `None` where the look-up has panicked before it was a future.
        LookingUp { #[pin] look_up: Option<L>, held: Option<(S, Request<B>)> },
        Responding { #[pin] response: ResponseFuture<I> },
    }
}

impl<S, L, B, R> Future for AsyncResponseFuture<S, L, B>
where
    S: Service<Request<B>, Response = Response<R>>,
    L: Future<Output = Found>,
    R: Default,
{
    type Output = Result<Response<R>, S::Error>;

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
            if let Some((mut inner, request)) = held.take() {
                let response = match found {
                    Found::Policy(policy) => service::call(&mut inner, Some(&policy), (), request),
                    Found::PassThrough => service::call(&mut inner, None, (), request),
                    Found::Nothing => service::call(&mut inner, Some(&NOBODY), (), request),
                };
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

impl<S: Service<Request<B>>, L, B> fmt::Debug for AsyncResponseFuture<S, L, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncResponseFuture").finish_non_exhaustive()
    }
}
