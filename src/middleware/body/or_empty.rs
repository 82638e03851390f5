//! A body for services whose own type has no empty value.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http::{HeaderMap, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::{MakeBody, sealed};
use crate::policy::Decision;

pin_project! {
    /// The inner service's body, or an empty one. The body of responses behind
    /// [`CorsLayer::body_or_empty`](crate::CorsLayer::body_or_empty).
    #[derive(Debug, Clone)]
    pub struct BodyOrEmpty<B> {
        #[pin]
        body: Option<B>,
    }
}

/// Makes empty bodies of the type [`BodyOrEmpty`]. Made by
/// [`CorsLayer::body_or_empty`](crate::CorsLayer::body_or_empty).
#[derive(Debug, Clone, Copy, Default)]
pub struct EmptyBody;

impl<B> BodyOrEmpty<B> {
    /// Returns the inner service's body, or `None` if corsac made the response.
    pub fn into_inner(self) -> Option<B> {
        self.body
    }
}

impl<B> Default for BodyOrEmpty<B> {
    fn default() -> Self {
        Self { body: None }
    }
}

impl<B> From<B> for BodyOrEmpty<B> {
    fn from(body: B) -> Self {
        Self { body: Some(body) }
    }
}

impl sealed::Sealed for EmptyBody {}

impl<R> MakeBody<R> for EmptyBody {
    type Body = BodyOrEmpty<R>;

    fn make(&self, _: &Decision<'_>, _: &mut HeaderMap) -> BodyOrEmpty<R> {
        BodyOrEmpty::default()
    }

    #[inline]
    fn forward<E>(
        inner: Poll<Result<Response<R>, E>>,
    ) -> Poll<Result<Response<BodyOrEmpty<R>>, E>> {
        inner.map_ok(|response| response.map(BodyOrEmpty::from))
    }
}

impl<B: Body> Body for BodyOrEmpty<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        match self.project().body.as_pin_mut() {
            Some(body) => body.poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(B::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), B::size_hint)
    }
}
