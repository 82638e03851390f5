//! The Tower layer: a policy, ready to be put around services.

use std::sync::Arc;

use tower_layer::Layer;

use crate::{builder::CorsBuilder, policy::Policy, service::Cors, shared::Shared};

/// Puts a CORS policy around a service.
///
/// Cloning it, or the service that it makes, clones one [`Arc`], whatever the policy's size.
///
/// ```
/// use corsac::CorsLayer;
///
/// let app: axum::Router = axum::Router::new()
///     .route("/", axum::routing::get(|| async { "hello" }))
///     .layer(CorsLayer::permissive());
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct CorsLayer {
    /// `None`: somebody else does CORS.
    policy: Option<Shared<Policy>>,
}

impl CorsLayer {
    /// Starts a policy of your own.
    pub fn builder() -> CorsBuilder {
        CorsBuilder::default()
    }

    /// Mounts a policy; the same one any number of times.
    pub fn new(policy: impl Into<Arc<Policy>>) -> Self {
        Self { policy: Some(policy.into().shared()) }
    }

    /// Any origin, any method, any header, all of the answer; never credentials.
    ///
    /// For development, and for services whose answers are public anyway. Whoever can reach the
    /// service can read it through any page that a user visits: think twice on a loopback or
    /// company address.
    pub fn permissive() -> Self {
        Self::preset(CorsBuilder::allow_any_origin)
    }

    /// Pages served from this machine, on any port, with cookies: `http` and `https` on
    /// `localhost`, `127.0.0.1` and `[::1]`. Any method, any header, all of the answer as it passes
    /// the layer.
    ///
    /// For development.
    pub fn localhost() -> Self {
        let hosts = ["localhost", "127.0.0.1", "[::1]"];
        let origins = hosts.map(|host| [format!("http://{host}:*"), format!("https://{host}:*")]);
        Self::preset(|builder| {
            builder.allow_origins(origins.into_iter().flatten()).allow_credentials(true)
        })
    }

    /// Passes everything through untouched, `OPTIONS` included, because the load balancer does CORS.
    ///
    /// The same type as any other, so that one expression chooses:
    ///
    /// ```
    /// # let at_the_edge = true;
    /// use corsac::CorsLayer;
    ///
    /// let cors = if at_the_edge { CorsLayer::disabled() } else { CorsLayer::localhost() };
    /// ```
    pub fn disabled() -> Self {
        Self { policy: None }
    }

    /// The policy, unless the layer is [`disabled`](CorsLayer::disabled).
    #[must_use]
    pub fn policy(&self) -> Option<&Arc<Policy>> {
        self.policy.as_ref().map(Shared::arc)
    }

    fn preset(origins: impl FnOnce(CorsBuilder) -> CorsBuilder) -> Self {
        let builder = origins(Self::builder());
        let built = builder.allow_any_method().allow_any_header().expose_any_header().build();
        #[expect(clippy::expect_used)]
        built.expect("the presets are constants, and the tests build each of them")
    }
}

impl<S> Layer<S> for CorsLayer {
    type Service = Cors<S>;

    fn layer(&self, inner: S) -> Cors<S> {
        Cors::new(inner, self.policy.clone())
    }
}
