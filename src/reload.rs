//! A policy that is replaced while requests come in.

use std::{fmt, sync::Arc};

use arc_swap::ArcSwap;
use http::Request;

use crate::{
    layer::CorsLayer,
    policy::Policy,
    shared::{Keeper, Shared},
    source::sealed,
};

/// A policy that is replaced while requests come in. Made by
/// [`CorsLayer::reloadable`](crate::CorsLayer::reloadable).
#[derive(Clone)]
pub struct Reloadable {
    current: Shared<ArcSwap<Policy>>,
}

/// Replaces the policy of a [`CorsLayer::reloadable`](crate::CorsLayer::reloadable). Its clones
/// replace the same one.
#[derive(Clone)]
pub struct ReloadHandle {
    current: Shared<ArcSwap<Policy>>,
}

impl CorsLayer<Reloadable> {
    /// Mounts a policy that the handle replaces while requests come in.
    ///
    /// A request sees one policy from its start to its end: the one that is in force when it
    /// arrives. The layer stays for the life of the process, and the policy in force with it, so
    /// make one of each kind, not one for each request. What does not build cannot be put in force:
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
    pub fn reloadable(policy: impl Into<Arc<Policy>>) -> (Self, ReloadHandle) {
        // A program has a fixed number of these; see `Shared`.
        static KEEPER: Keeper<ArcSwap<Policy>> = Keeper::new(64);
        let current = Arc::new(ArcSwap::new(policy.into()));
        let current = KEEPER.share(current, Some(1), |_, _| false, |_| {});
        let handle = ReloadHandle { current: current.clone() };
        (Self::of(Reloadable { current }), handle)
    }
}

impl ReloadHandle {
    /// Puts a policy in force, for the requests that arrive from now on. Returns the old one.
    ///
    /// ```
    /// # use corsac::{BuildError, CorsBuilder, CorsLayer, ReloadHandle};
    /// # fn read_origins() -> Vec<String> { vec![] }
    /// fn reload(handle: &ReloadHandle) -> Result<(), BuildError> {
    ///     // Where the new policy does not build, the old one stays in force.
    ///     let policy = CorsLayer::builder().allow_origins(read_origins()).build_policy()?;
    ///     handle.replace(policy);
    ///     Ok(())
    /// }
    /// ```
    pub fn replace(&self, policy: impl Into<Arc<Policy>>) -> Arc<Policy> {
        self.current.swap(policy.into())
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        self.current.load_full()
    }
}

impl sealed::Source for Reloadable {
    type Extra = ();

    fn extra(&self) {}

    fn with<B, T>(
        &self,
        request: Request<B>,
        then: impl FnOnce(Option<&Policy>, Request<B>) -> T,
    ) -> T {
        // Held until the request is decided, without a count that threads would wait for.
        let policy = self.current.load();
        then(Some(&policy), request)
    }
}

impl fmt::Debug for Reloadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloadable").field("policy", &self.current.load()).finish()
    }
}

impl fmt::Debug for ReloadHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReloadHandle").field("policy", &self.policy()).finish()
    }
}
