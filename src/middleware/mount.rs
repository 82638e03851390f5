//! The parts of a layer that all its services and their responses share.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicBool},
};

use http::request::Parts;

use super::options::Options;
use crate::policy::Policy;

/// A policy for [`CorsLayer::new`](crate::CorsLayer::new): made from a [`Policy`], an
/// `Arc<Policy>`, or a `&'static Policy`.
///
/// Responses count references to the first two. They count none to a `&'static Policy`, unless the
/// layer has options such as `on_decision`. Use it if many threads share a layer and a profile shows
/// contention.
#[derive(Debug, Clone)]
pub struct LayerPolicy(pub(super) Mount);

/// Cloning it copies a pointer or counts one reference.
#[derive(Debug, Clone)]
pub(super) enum Mount {
    /// A policy that lives as long as the program, without options.
    Static(&'static Policy),
    Shared(Arc<Shared>),
}

#[derive(Debug)]
pub(super) struct Shared {
    source: Source,
    options: Options,
    /// Whether the layer has warned of an inner service that writes CORS headers.
    has_warned: AtomicBool,
}

/// The source of the policy of a request.
#[derive(Clone)]
pub(super) enum Source {
    /// No request has a policy, unless a look-up finds one.
    None,
    Static(&'static Policy),
    Fixed(Arc<Policy>),
    PerRequest(Arc<Choose>),
    #[cfg(feature = "reload")]
    Reloadable(Arc<super::reload::Policies>),
}

type Choose = dyn Fn(&Parts) -> Option<Arc<Policy>> + Send + Sync;

impl From<Policy> for LayerPolicy {
    fn from(policy: Policy) -> Self {
        Arc::new(policy).into()
    }
}

impl From<Arc<Policy>> for LayerPolicy {
    fn from(policy: Arc<Policy>) -> Self {
        Self(Source::Fixed(policy).into())
    }
}

impl From<&'static Policy> for LayerPolicy {
    fn from(policy: &'static Policy) -> Self {
        policy.static_parts();
        Self(Mount::Static(policy))
    }
}

impl From<Source> for Mount {
    fn from(source: Source) -> Self {
        Self::new(source, Options::default())
    }
}

impl Mount {
    pub(super) fn new(source: Source, options: Options) -> Self {
        let has_warned = AtomicBool::new(false);
        Self::Shared(Arc::new(Shared { source, options, has_warned }))
    }

    /// Returns the policy, if it is the same for all requests.
    #[inline]
    pub(super) fn fixed_policy(&self) -> Option<&Policy> {
        match self {
            Self::Static(policy) => Some(policy),
            Self::Shared(shared) => match &shared.source {
                Source::Static(policy) => Some(policy),
                Source::Fixed(policy) => Some(policy),
                _ => None,
            },
        }
    }

    /// Returns the policy that is in force now, if it can be replaced.
    #[inline]
    pub(super) fn current_policy(&self) -> Option<Arc<Policy>> {
        match self {
            #[cfg(feature = "reload")]
            Self::Shared(shared) => match &shared.source {
                Source::Reloadable(policies) => Some(policies.current()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the source of policies that differ from request to request.
    pub(super) fn source(&self) -> &Source {
        match self {
            Self::Static(_) => &Source::None,
            Self::Shared(shared) => &shared.source,
        }
    }

    /// Returns the options, or `None` if none is set.
    #[inline]
    pub(super) fn options(&self) -> Option<&Options> {
        match self {
            Self::Static(_) => None,
            Self::Shared(shared) => Some(&shared.options),
        }
    }

    pub(super) fn has_warned(&self) -> &AtomicBool {
        match self {
            Self::Static(policy) => &policy.static_parts().has_warned,
            Self::Shared(shared) => &shared.has_warned,
        }
    }

    /// Returns a mount with other options. Layers that were cloned before keep theirs.
    pub(super) fn with_options(&self, change: impl FnOnce(&mut Options)) -> Self {
        let (source, mut options) = match self {
            Self::Static(policy) => (Source::Static(policy), Options::default()),
            Self::Shared(shared) => (shared.source.clone(), shared.options.clone()),
        };
        change(&mut options);
        Self::new(source, options)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Static(policy) => policy.fmt(f),
            Self::Fixed(policy) => policy.fmt(f),
            Self::PerRequest(_) => f.write_str("PerRequest"),
            #[cfg(feature = "reload")]
            Self::Reloadable(policies) => write!(f, "Reloadable({:?})", policies.current()),
        }
    }
}
