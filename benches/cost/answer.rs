//! The lower limit for a preflight.

use std::{
    future::{Ready, ready},
    task::{Context, Poll},
};

use http::{HeaderMap, Request, Response, StatusCode};
use tower::{Layer, Service};

/// Answers every request as corsac answers an allowed preflight, and reads nothing from it.
#[derive(Clone)]
pub struct AnswerLayer(pub fn(&mut HeaderMap));

#[derive(Clone)]
pub struct Answer<S> {
    inner: S,
    insert: fn(&mut HeaderMap),
}

impl<S> Layer<S> for AnswerLayer {
    type Service = Answer<S>;

    fn layer(&self, inner: S) -> Answer<S> {
        Answer { inner, insert: self.0 }
    }
}

impl<S, B, R> Service<Request<B>> for Answer<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Ready<Result<Response<R>, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        let mut response = Response::new(R::default());
        *response.status_mut() = StatusCode::NO_CONTENT;
        (self.insert)(response.headers_mut());
        ready(Ok(response))
    }
}
