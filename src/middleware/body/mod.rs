//! The bodies of the responses that corsac makes itself.

use std::task::Poll;

use http::{HeaderMap, Response};

use crate::policy::Decision;

#[cfg(feature = "http-body")]
mod or_empty;
#[cfg(feature = "http-body")]
#[cfg_attr(docsrs, doc(cfg(feature = "http-body")))]
pub use or_empty::{BodyOrEmpty, EmptyBody};

/// Makes the bodies of the responses that corsac makes itself: [`DefaultBody`], [`AnswerBody`] or
/// `EmptyBody`. `R` is the body of the inner service's responses.
///
/// You cannot implement it.
#[diagnostic::on_unimplemented(
    message = "corsac cannot make an empty body of the type `{R}`",
    note = "if it has no `Default`, make one with `.answer_body(..)` on the layer, or use \
            `.body_or_empty()` (feature `http-body`); see the documentation of `corsac::Cors`"
)]
pub trait MakeBody<R>: sealed::Sealed {
    /// The body of all responses of the layer.
    type Body;

    /// Makes a body, and the headers that describe it.
    #[doc(hidden)]
    fn make(&self, decision: &Decision<'_>, headers: &mut HeaderMap) -> Self::Body;

    /// Converts the inner service's response.
    #[doc(hidden)]
    fn forward<E>(inner: Poll<Result<Response<R>, E>>) -> Poll<Result<Response<Self::Body>, E>>;
}

mod sealed {
    pub trait Sealed {}
}

/// Makes bodies with [`Default`].
#[derive(Debug, Clone, Copy, Default)]
pub struct DefaultBody;

/// Makes bodies with a function. Made by
/// [`CorsLayer::answer_body`](crate::CorsLayer::answer_body).
#[derive(Debug, Clone)]
pub struct AnswerBody<F> {
    pub(super) make: F,
}

impl sealed::Sealed for DefaultBody {}

#[diagnostic::do_not_recommend]
impl<R: Default> MakeBody<R> for DefaultBody {
    type Body = R;

    fn make(&self, _: &Decision<'_>, _: &mut HeaderMap) -> R {
        R::default()
    }

    #[inline]
    fn forward<E>(inner: Poll<Result<Response<R>, E>>) -> Poll<Result<Response<R>, E>> {
        inner
    }
}

impl<F> sealed::Sealed for AnswerBody<F> {}

impl<R, F> MakeBody<R> for AnswerBody<F>
where
    F: Fn(&Decision<'_>, &mut HeaderMap) -> R,
{
    type Body = R;

    fn make(&self, decision: &Decision<'_>, headers: &mut HeaderMap) -> R {
        (self.make)(decision, headers)
    }

    #[inline]
    fn forward<E>(inner: Poll<Result<Response<R>, E>>) -> Poll<Result<Response<R>, E>> {
        inner
    }
}
