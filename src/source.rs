//! Where a layer gets the policy of a request from.

use std::{fmt, sync::Arc};

use http::{HeaderValue, Request, request::Parts};

use crate::{policy::Policy, shared::Shared};

/// Where a layer gets the policy of a request from: [`Fixed`], [`PerRequest`] or `Reloadable`.
///
/// You need not name it, and cannot implement it.
pub trait Source: sealed::Source {}

impl<T: sealed::Source> Source for T {}

pub(crate) mod sealed {
    use http::Request;

    use super::Fixed;
    use crate::{decision::Extra, policy::Policy};

    pub trait Source {
        /// What else the responses vary on.
        type Extra: Extra;

        fn extra(&self) -> Self::Extra;

        /// Itself, where it has one policy for every request.
        #[inline]
        fn fixed(&self) -> Option<&Fixed> {
            None
        }

        /// Goes on with the policy of this request: the same one until `then` returns. `None` passes
        /// the request on as it is.
        fn with<B, T>(
            &self,
            request: Request<B>,
            then: impl FnOnce(Option<&Policy>, Request<B>) -> T,
        ) -> T;
    }
}

/// One policy for every request, or none where somebody else does CORS.
#[derive(Debug, Clone)]
pub struct Fixed {
    pub(crate) policy: Option<Shared<Policy>>,
}

impl sealed::Source for Fixed {
    type Extra = ();

    #[inline]
    fn extra(&self) {}

    #[inline]
    fn fixed(&self) -> Option<&Fixed> {
        Some(self)
    }

    fn with<B, T>(
        &self,
        request: Request<B>,
        then: impl FnOnce(Option<&Policy>, Request<B>) -> T,
    ) -> T {
        then(self.policy.as_deref(), request)
    }
}

/// A function chooses by the request without its body.
///
/// Made by [`CorsLayer::per_request`](crate::CorsLayer::per_request).
#[derive(Clone)]
pub struct PerRequest<F> {
    pub(crate) choose: F,
    pub(crate) vary: Option<HeaderValue>,
}

impl<F: Fn(&Parts) -> Option<Arc<Policy>>> sealed::Source for PerRequest<F> {
    type Extra = Option<HeaderValue>;

    fn extra(&self) -> Option<HeaderValue> {
        self.vary.clone()
    }

    fn with<B, T>(
        &self,
        request: Request<B>,
        then: impl FnOnce(Option<&Policy>, Request<B>) -> T,
    ) -> T {
        let (parts, body) = request.into_parts();
        let policy = (self.choose)(&parts);
        then(policy.as_deref(), Request::from_parts(parts, body))
    }
}

impl<F> fmt::Debug for PerRequest<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerRequest").field("vary", &self.vary).finish_non_exhaustive()
    }
}
