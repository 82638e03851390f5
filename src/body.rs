//! A response body where nobody can make one of the inner service's type.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

pin_project! {
    /// The inner service's body, or none: that of responses behind
    /// [`CorsLayer::body_or_empty`](crate::CorsLayer::body_or_empty).
    #[derive(Debug, Clone)]
    pub struct BodyOrEmpty<B> {
        #[pin]
        body: Option<B>,
    }
}

impl<B> BodyOrEmpty<B> {
    /// The inner service's body; `None` where corsac answered itself.
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
