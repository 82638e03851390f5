//! The response: the inner service's with edited headers, or one that corsac has made.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::{HeaderMap, HeaderValue, Response};
use pin_project_lite::pin_project;

use super::{body::MakeBody, events, mount::Mount};
use crate::policy::{Policy, Reply};

pin_project! {
    /// The future of [`Cors`](crate::Cors). It borrows nothing and boxes nothing.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F, B, R>
    where
        B: MakeBody<R>,
    {
        #[pin]
        state: State<F, B::Body>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F, B> {
        Forwarded { #[pin] inner: F, edit: Edit },
        // `None` after completion.
        Answered { response: Option<Response<B>> },
    }
}

impl<F, B: MakeBody<R>, R> ResponseFuture<F, B, R> {
    #[inline]
    pub(super) fn forward(inner: F, edit: Edit) -> Self {
        Self { state: State::Forwarded { inner, edit } }
    }

    pub(super) fn answer(response: Response<B::Body>) -> Self {
        Self { state: State::Answered { response: Some(response) } }
    }
}

impl<F, B, R, E> Future for ResponseFuture<F, B, R>
where
    F: Future<Output = Result<Response<R>, E>>,
    B: MakeBody<R>,
{
    type Output = Result<Response<B::Body>, E>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProj::Forwarded { inner, edit } => {
                let mut output = B::forward(inner.poll(cx));
                if let Poll::Ready(Ok(response)) = &mut output {
                    edit.apply(response.headers_mut());
                }
                output
            }
            // A future that is polled after completion stays pending: nothing panics after the build.
            StateProj::Answered { response } => {
                response.take().map_or(Poll::Pending, |response| Poll::Ready(Ok(response)))
            }
        }
    }
}

/// The headers that a response is to get.
pub(super) struct Edit {
    mount: Mount,
    /// The policy of this request, if it is not that of the layer.
    chosen: Option<Arc<Policy>>,
    /// `None` if the request has no policy.
    reply: Option<Reply>,
    diagnosis: Option<Box<HeaderValue>>,
}

impl Edit {
    #[inline]
    pub(super) fn new(mount: Mount, chosen: Option<Arc<Policy>>, reply: Reply) -> Self {
        Self { mount, chosen, reply: Some(reply), diagnosis: None }
    }

    pub(super) fn with_diagnosis(self, diagnosis: Option<Box<HeaderValue>>) -> Self {
        Self { diagnosis, ..self }
    }

    pub(super) fn pass_through(mount: Mount) -> Self {
        Self { mount, chosen: None, reply: None, diagnosis: None }
    }

    // Not inlined: `poll` is compiled anew for each inner service.
    #[inline(never)]
    pub(super) fn apply(&mut self, response: &mut HeaderMap) {
        if let Some(reply) = self.reply.take() {
            let policy = || self.chosen.as_deref().or(self.mount.fixed_policy());
            let replaced = reply.apply(policy, response);
            if !replaced.is_empty() {
                events::replaced(replaced, self.mount.has_warned());
            }
        }
        if let Some(options) = self.mount.options() {
            options.apply(response, self.diagnosis.take());
        }
    }
}

impl<F, B: MakeBody<R>, R> fmt::Debug for ResponseFuture<F, B, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
