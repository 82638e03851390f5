//! A policy that can be replaced while requests arrive.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;

use super::{layer::CorsLayer, mount::Source};
use crate::policy::Policy;

/// Replaces the policy of a [`CorsLayer::reloadable`](crate::CorsLayer::reloadable). Clones of a
/// handle replace the policy of the same layer.
#[derive(Clone)]
pub struct ReloadHandle {
    current: Arc<ArcSwap<Policy>>,
    /// Kept until the next replacement. A request that still uses it then does not have to free it.
    previous: Arc<Mutex<Option<Arc<Policy>>>>,
}

impl CorsLayer {
    /// Creates a layer whose policy the handle can replace while requests arrive.
    ///
    /// Each request uses one policy from start to end: the one that is in force when it arrives. A
    /// policy that does not build cannot be put in force:
    ///
    /// ```
    /// use corsac::CorsLayer;
    ///
    /// let policy = CorsLayer::builder().allow_origins(["https://a.example"]).build_policy()?;
    /// let (cors, handle) = CorsLayer::reloadable(policy);
    /// let app: axum::Router = axum::Router::new().layer(cors);
    ///
    /// let policy = CorsLayer::builder().allow_origins(["https://b.example"]).build_policy()?;
    /// let old = handle.replace(policy);
    /// # Ok::<(), corsac::BuildError>(())
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
    pub fn reloadable(policy: impl Into<Arc<Policy>>) -> (Self, ReloadHandle) {
        let current = Arc::new(ArcSwap::new(policy.into()));
        let handle = ReloadHandle { current: current.clone(), previous: Arc::default() };
        (Self::from_mount(Source::Reloadable(current)), handle)
    }
}

impl ReloadHandle {
    /// Replaces the policy for all requests that arrive from now on. Returns the old one, which the
    /// handle keeps until the next replacement.
    ///
    /// ```
    /// # use corsac::{BuildError, CorsBuilder, CorsLayer, ReloadHandle};
    /// # fn read_origins() -> Vec<String> { vec![] }
    /// fn reload(handle: &ReloadHandle) -> Result<(), BuildError> {
    ///     // If the new policy does not build, the old one stays in force.
    ///     let policy = CorsLayer::builder().allow_origins(read_origins()).build_policy()?;
    ///     handle.replace(policy);
    ///     Ok(())
    /// }
    /// ```
    pub fn replace(&self, policy: impl Into<Arc<Policy>>) -> Arc<Policy> {
        let old = self.current.swap(policy.into());
        // The value is an `Option` that is replaced as a whole, so a panic cannot leave it broken.
        let mut previous = self.previous.lock().unwrap_or_else(PoisonError::into_inner);
        let older = previous.replace(old.clone());
        drop(previous);
        drop(older);
        old
    }

    /// Returns the policy that is in force.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        self.current.load_full()
    }
}

impl fmt::Debug for ReloadHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReloadHandle").field("policy", &self.policy()).finish()
    }
}
