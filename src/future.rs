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
    hooks::{ByDefault, sealed::Own},
    policy::Policy,
    service::log_removed,
};

pin_project! {
    /// The future of [`Cors`](crate::Cors). It borrows nothing and boxes nothing.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F, X = (), O = ByDefault> {
        #[pin]
        source: Source<F, O>,
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
    enum Source<F, O> {
        Inner { #[pin] inner: F },
        // `None` once it is answered.
        Own { answer: Answer, own: Option<O> },
    }
}

impl<F, X: Extra, O> ResponseFuture<F, X, O> {
    /// The inner service's response.
    #[inline]
    pub(crate) fn of_inner(inner: F, grant: Grant, extra: X) -> Self {
        Self { source: Source::Inner { inner }, grant, extra, policy: PhantomData }
    }

    /// A response that is made here.
    pub(crate) fn of_own(answer: Answer, own: O, extra: X) -> Self {
        let source = Source::Own { answer, own: Some(own) };
        Self { source, grant: Grant::Untouched, extra, policy: PhantomData }
    }
}

impl<F, X, O, R, E> Future for ResponseFuture<F, X, O>
where
    F: Future<Output = Result<Response<R>, E>>,
    X: Extra,
    O: Own<R>,
{
    type Output = Result<Response<O::Body>, E>;

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
                O::pass_on(output)
            }
            SourceProj::Own { answer, own } => match own.take() {
                Some(own) => Poll::Ready(Ok(respond(answer, own, this.extra))),
                // It has been answered, and nobody should ask again.
                None => Poll::Pending,
            },
        }
    }
}

// Inlined, it would keep `poll` from being inlined.
#[inline(never)]
fn respond<R, O: Own<R>>(answer: &mut Answer, own: O, extra: &mut impl Extra) -> Response<O::Body> {
    let mut response = own.into_response();
    *response.status_mut() = answer.status();
    answer.apply(response.headers_mut());
    extra.add(response.headers_mut());
    response
}

/// Apart from `poll`, which is compiled anew for each inner service.
fn apply(grant: &mut Grant, headers: &mut HeaderMap) {
    let removed = grant.apply(headers);
    if !removed.is_empty() || removed.by().is_some() {
        log_removed(removed);
    }
}
