//! A policy that can be replaced while requests arrive.

use std::{
    fmt, mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use arc_swap::ArcSwap;

use super::{layer::CorsLayer, mount::Source};
use crate::policy::Policy;

/// Replaces the policy of a [`CorsLayer::reloadable`](crate::CorsLayer::reloadable). Clones of a
/// handle replace the policy of the same layer.
///
/// # Memory
///
/// Freeing a policy of a million origins takes milliseconds. No request does that while the layer, one
/// of its services or a handle exists. Instead, [`replace`](ReloadHandle::replace) frees the policies that
/// were replaced before and that nothing uses any more, and so does dropping a handle. A policy that was
/// replaced stays in memory until then.
///
/// If all handles are dropped, the last policy stays in force.
#[derive(Clone)]
pub struct ReloadHandle {
    policies: Arc<Policies>,
}

/// The policies of a layer. The layer and its services share it with the handles, so that a request
/// never holds the last reference to a policy, also after the last handle is dropped.
pub(super) struct Policies {
    current: ArcSwap<Policy>,
    /// Each once.
    replaced: Mutex<Vec<Arc<Policy>>>,
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
        let current = ArcSwap::new(policy.into());
        let policies = Arc::new(Policies { current, replaced: Mutex::default() });
        (Self::from_mount(Source::Reloadable(policies.clone())), ReloadHandle { policies })
    }
}

impl ReloadHandle {
    /// Replaces the policy for all requests that arrive from now on. Returns the old one.
    ///
    /// Frees the policies that were replaced before and that nothing uses any more. In an
    /// asynchronous program, build and replace large policies on a thread that may block.
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
        let old = self.policies.current.swap(policy.into());
        self.policies.keep(&old);
        self.policies.free_unused();
        old
    }

    /// Returns the policy that is in force.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        self.policies.current()
    }
}

impl Drop for ReloadHandle {
    fn drop(&mut self) {
        self.policies.free_unused();
    }
}

impl Policies {
    #[inline]
    pub(super) fn current(&self) -> Arc<Policy> {
        self.current.load_full()
    }

    fn keep(&self, old: &Arc<Policy>) {
        let mut replaced = self.replaced();
        // The same policy can be in force several times.
        if !replaced.iter().any(|policy| Arc::ptr_eq(policy, old)) {
            replaced.push(old.clone());
        }
    }

    fn free_unused(&self) {
        let mut replaced = self.replaced();
        let is_used = |policy: &Arc<Policy>| Arc::strong_count(policy) > 1;
        let (used, unused): (Vec<_>, Vec<_>) =
            mem::take(&mut *replaced).into_iter().partition(is_used);
        *replaced = used;
        // Unlocks first, because a function of the user may drop a handle when it is freed.
        drop(replaced);
        drop(unused);
    }

    fn replaced(&self) -> MutexGuard<'_, Vec<Arc<Policy>>> {
        // Nothing panics while it is locked.
        self.replaced.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ReloadHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReloadHandle").field("policy", &self.policy()).finish()
    }
}
