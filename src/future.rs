//! The response: the inner service's, decorated, or the answer that was made without it.

use std::{
    future::Future,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

use http::{HeaderMap, Response};
use pin_project_lite::pin_project;

use crate::{
    decision::{Answer, Extra, Grant},
    policy::Policy,
    service::log_removed,
};

pin_project! {
    /// The future of [`Cors`](crate::Cors). It borrows nothing and boxes nothing.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F, X = ()> {
        #[pin]
        source: Source<F>,
        grant: Grant,
        extra: X,
        // So that its auto traits are those of the policy, and it may hold one again.
        policy: PhantomData<Policy>,
    }
}

pin_project! {
    /// Where the response comes from.
    #[derive(Debug)]
    #[project = SourceProj]
    enum Source<F> {
        Inner { #[pin] inner: F },
        Own { answer: Answer },
    }
}

impl<F, X: Extra> ResponseFuture<F, X> {
    /// The inner service's response.
    #[inline]
    pub(crate) fn of_inner(inner: F, grant: Grant, extra: X) -> Self {
        Self { source: Source::Inner { inner }, grant, extra, policy: PhantomData }
    }

    /// A response with an empty body, made here.
    pub(crate) fn own(answer: Answer, extra: X) -> Self {
        Self { source: Source::Own { answer }, grant: Grant::Untouched, extra, policy: PhantomData }
    }
}

impl<F, X, R, E> Future for ResponseFuture<F, X>
where
    F: Future<Output = Result<Response<R>, E>>,
    X: Extra,
    R: Default,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.source.project() {
            SourceProj::Inner { inner } => {
                let mut output = inner.poll(cx);
                if let Poll::Ready(Ok(response)) = &mut output {
                    apply(this.grant, response.headers_mut());
                    this.extra.add(response.headers_mut());
                }
                output
            }
            SourceProj::Own { answer } => {
                let mut response = Response::new(R::default());
                *response.status_mut() = answer.status();
                answer.apply(response.headers_mut());
                this.extra.add(response.headers_mut());
                Poll::Ready(Ok(response))
            }
        }
    }
}

/// Apart from `poll`, which is compiled anew for each inner service.
fn apply(grant: &mut Grant, headers: &mut HeaderMap) {
    let removed = grant.apply(headers);
    if !removed.is_empty() {
        log_removed(removed);
    }
}
