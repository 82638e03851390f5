//! The part of a decision that outlives the request, if the inner service answers it.

use http::{HeaderMap, HeaderValue};

use super::{
    AllowOrigin, Policy,
    headers::{self, Replaced},
};

/// The headers for the inner service's response. Borrows nothing, so that a future can hold it.
#[derive(Debug)]
pub(crate) enum Reply<O = HeaderValue> {
    /// The page may not read the response, or has no other origin.
    Deny,
    /// The page may read the response. `origin` is that of the request, or `None` if the policy
    /// allows any.
    Allow { origin: Option<O> },
}

impl Reply<&HeaderValue> {
    #[inline]
    pub(crate) fn cloned(self) -> Reply {
        match self {
            Self::Deny => Reply::Deny,
            Self::Allow { origin } => Reply::Allow { origin: origin.cloned() },
        }
    }
}

impl Reply {
    /// Writes the headers. Returns those of the inner service that were removed. A denial needs no
    /// policy, so `policy` is called only for the rest.
    #[inline]
    pub(crate) fn apply<'p>(
        self,
        policy: impl FnOnce() -> Option<&'p Policy>,
        response: &mut HeaderMap,
    ) -> Replaced {
        match self {
            Self::Deny => headers::deny(response),
            Self::Allow { origin } => {
                let Some(policy) = policy() else { return Replaced::default() };
                let replaced = policy.headers().allow(origin, response);
                if policy.rules.exposes_present_headers() {
                    headers::expose_present_headers(&policy.exposed, response);
                }
                replaced
            }
        }
    }
}

impl<'a> From<AllowOrigin<'a>> for Reply<&'a HeaderValue> {
    #[inline]
    fn from(origin: AllowOrigin<'a>) -> Self {
        match origin {
            AllowOrigin::None | AllowOrigin::Denied(..) => Self::Deny,
            AllowOrigin::Any => Self::Allow { origin: None },
            AllowOrigin::Echo(origin) => Self::Allow { origin: Some(origin) },
        }
    }
}
