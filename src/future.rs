//! The response: the inner service's, decorated, or the answer that was made without it.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::{HeaderMap, HeaderValue, Response, StatusCode};
use pin_project_lite::pin_project;

use crate::{decision, policy::Policy, service::log_removed};

pin_project! {
    /// The future of [`Cors`](crate::Cors). It borrows nothing and boxes nothing.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[derive(Debug)]
    #[project = StateProj]
    enum State<F> {
        Untouched { #[pin] inner: F },
        Decorate { #[pin] inner: F, grant: Option<Grant> },
        Answer { status: StatusCode, headers: HeaderMap },
    }
}

/// Who may read the response: `origin`, or everybody where the policy names none.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) policy: Arc<Policy>,
    pub(crate) origin: Option<HeaderValue>,
}

impl<F> ResponseFuture<F> {
    /// The inner service's response as it is.
    #[inline]
    pub(crate) fn untouched(inner: F) -> Self {
        Self { state: State::Untouched { inner } }
    }

    /// The inner service's response, with a grant, or for nobody of another origin.
    #[inline]
    pub(crate) fn decorate(inner: F, grant: Option<Grant>) -> Self {
        Self { state: State::Decorate { inner, grant } }
    }

    /// A response with an empty body, made here.
    pub(crate) fn answer(status: StatusCode, headers: HeaderMap) -> Self {
        Self { state: State::Answer { status, headers } }
    }
}

impl<F, R, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: Default,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProj::Untouched { inner } => inner.poll(cx),
            StateProj::Decorate { inner, grant } => {
                let mut output = inner.poll(cx);
                if let Poll::Ready(Ok(response)) = &mut output {
                    let headers = response.headers_mut();
                    let removed = match grant {
                        Some(Grant { policy, origin }) => {
                            decision::grant(policy, origin.take(), headers)
                        }
                        None => decision::withhold(headers),
                    };
                    if !removed.is_empty() {
                        log_removed(removed);
                    }
                }
                output
            }
            StateProj::Answer { status, headers } => {
                let mut response = Response::new(R::default());
                *response.status_mut() = *status;
                *response.headers_mut() = std::mem::take(headers);
                Poll::Ready(Ok(response))
            }
        }
    }
}
