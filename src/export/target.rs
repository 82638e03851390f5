//! The targets of an export, and the losses that are accepted.

use super::{
    File, apache, caddy, envoy, haproxy,
    loss::{Loss, Losses},
    nginx,
    plan::Plan,
    varnish,
};

/// A proxy or gateway that a policy can be exported to, and the losses that you accept.
///
/// ```
/// use corsac::{CorsLayer, export::Target};
///
/// let policy = CorsLayer::builder()
///     .allow_origins(["https://app.example.com", "https://*.example.com"])
///     .allow_credentials(true)
///     .build_policy()?;
/// for file in policy.export(&Target::nginx())?.files() {
///     println!("{}: {}", file.name(), file.purpose());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Target {
    server: Server,
    accepted: Vec<Loss>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    Apache,
    Caddy,
    Envoy,
    Haproxy,
    Nginx,
    Varnish,
}

impl Server {
    const ALL: [Self; 6] =
        [Self::Apache, Self::Caddy, Self::Envoy, Self::Haproxy, Self::Nginx, Self::Varnish];

    fn name(self) -> &'static str {
        match self {
            Self::Apache => "apache",
            Self::Caddy => "caddy",
            Self::Envoy => "envoy",
            Self::Haproxy => "haproxy",
            Self::Nginx => "nginx",
            Self::Varnish => "varnish",
        }
    }
}

impl Target {
    /// Returns Apache httpd 2.4.
    #[must_use]
    pub fn apache() -> Self {
        Self::new(Server::Apache)
    }

    /// Returns Caddy 2.11 or later.
    #[must_use]
    pub fn caddy() -> Self {
        Self::new(Server::Caddy)
    }

    /// Returns Envoy 1.38 or later.
    #[must_use]
    pub fn envoy() -> Self {
        Self::new(Server::Envoy)
    }

    /// Returns `HAProxy` 2.6 or later.
    #[must_use]
    pub fn haproxy() -> Self {
        Self::new(Server::Haproxy)
    }

    /// Returns nginx 1.22 or later.
    #[must_use]
    pub fn nginx() -> Self {
        Self::new(Server::Nginx)
    }

    /// Returns Varnish 7.1 or later.
    #[must_use]
    pub fn varnish() -> Self {
        Self::new(Server::Varnish)
    }

    /// Returns the target with one of these [`names`](Target::names).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Server::ALL.into_iter().find(|server| server.name() == name).map(Self::new)
    }

    /// Returns the names of all targets, such as `nginx`.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Server::ALL.into_iter().map(Server::name)
    }

    /// Returns the name of this target.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.server.name()
    }

    /// Accepts a loss. Without this, [`Policy::export`](crate::Policy::export) fails if browsers could show the difference.
    #[must_use]
    pub fn accept(mut self, loss: Loss) -> Self {
        self.accepted.push(loss);
        self
    }

    pub(super) fn accepts(&self, loss: Loss) -> bool {
        self.accepted.contains(&loss)
    }

    pub(super) fn write(&self, plan: &Plan<'_>) -> (Vec<File>, Losses) {
        match self.server {
            Server::Apache => (apache::files(plan), apache::losses(plan).into()),
            Server::Caddy => (caddy::files(plan), caddy::losses(plan).into()),
            Server::Envoy => (envoy::files(plan), envoy::losses(plan).into()),
            Server::Haproxy => (haproxy::files(plan), haproxy::losses(plan).into()),
            Server::Nginx => (nginx::files(plan), nginx::losses(plan).into()),
            Server::Varnish => (varnish::files(plan), varnish::losses(plan).into()),
        }
    }

    fn new(server: Server) -> Self {
        Self { server, accepted: Vec::new() }
    }
}
