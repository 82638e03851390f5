//! The targets of an export, and the losses that are accepted.

use super::{
    Export, ExportError, File, apache, caddy, envoy, gateways, haproxy,
    loss::Loss,
    losses::{LossOf, Losses},
    nginx,
    site::Site,
    varnish,
};

/// A kind of proxy or gateway. Each has a file of its own in this folder.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) name: &'static str,
    /// Writes the files, or none if the target can allow none of the origins.
    pub(super) files: fn(&Site<'_>) -> Vec<File>,
    /// It can have a policy for each path.
    pub(super) chooses_by_path: bool,
    /// All losses that an export to this target can have.
    pub(super) losses: &'static [LossOf],
}

/// In alphabetical order.
static SERVERS: [&Server; 15] = [
    &apache::SERVER,
    &gateways::api_gateway::SERVER,
    &gateways::azure_api_management::SERVER,
    &caddy::SERVER,
    &gateways::cloudfront::SERVER,
    &envoy::SERVER,
    &gateways::gateway_api::SERVER,
    &gateways::google_load_balancer::SERVER,
    &haproxy::SERVER,
    &gateways::istio::SERVER,
    &gateways::lambda_url::SERVER,
    &nginx::SERVER,
    &gateways::s3::SERVER,
    &gateways::traefik::SERVER,
    &varnish::SERVER,
];

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
    server: &'static Server,
    name: Option<String>,
    accepted: Vec<Loss>,
}

impl Target {
    /// Returns Apache httpd 2.4.
    #[must_use]
    pub fn apache() -> Self {
        Self::new(&apache::SERVER)
    }

    /// Returns Caddy 2.11 or later.
    #[must_use]
    pub fn caddy() -> Self {
        Self::new(&caddy::SERVER)
    }

    /// Returns Envoy 1.38 or later, or 1.40 or later for `Enforcement::Reject` without `own_origins`.
    #[must_use]
    pub fn envoy() -> Self {
        Self::new(&envoy::SERVER)
    }

    /// Returns `HAProxy` 2.6 or later.
    #[must_use]
    pub fn haproxy() -> Self {
        Self::new(&haproxy::SERVER)
    }

    /// Returns nginx 1.22 or later.
    #[must_use]
    pub fn nginx() -> Self {
        Self::new(&nginx::SERVER)
    }

    /// Returns Varnish 7.1 or later.
    #[must_use]
    pub fn varnish() -> Self {
        Self::new(&varnish::SERVER)
    }

    /// Returns an HTTP API of AWS API Gateway. REST APIs differ.
    #[must_use]
    pub fn api_gateway() -> Self {
        Self::new(&gateways::api_gateway::SERVER)
    }

    /// Returns Azure API Management.
    #[must_use]
    pub fn azure_api_management() -> Self {
        Self::new(&gateways::azure_api_management::SERVER)
    }

    /// Returns Amazon CloudFront.
    #[must_use]
    pub fn cloudfront() -> Self {
        Self::new(&gateways::cloudfront::SERVER)
    }

    /// Returns the Kubernetes Gateway API 1.5 or later, in a gateway that implements the filter `CORS`.
    #[must_use]
    pub fn gateway_api() -> Self {
        Self::new(&gateways::gateway_api::SERVER)
    }

    /// Returns an application load balancer of Google Cloud.
    #[must_use]
    pub fn google_load_balancer() -> Self {
        Self::new(&gateways::google_load_balancer::SERVER)
    }

    /// Returns a `VirtualService` of Istio.
    #[must_use]
    pub fn istio() -> Self {
        Self::new(&gateways::istio::SERVER)
    }

    /// Returns a function URL of AWS Lambda.
    #[must_use]
    pub fn lambda_url() -> Self {
        Self::new(&gateways::lambda_url::SERVER)
    }

    /// Returns a bucket of Amazon S3.
    #[must_use]
    pub fn s3() -> Self {
        Self::new(&gateways::s3::SERVER)
    }

    /// Returns Traefik 3.
    #[must_use]
    pub fn traefik() -> Self {
        Self::new(&gateways::traefik::SERVER)
    }

    /// Returns the target with one of these [`names`](Target::names).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        SERVERS.iter().find(|server| server.name == name).map(|server| Self::new(server))
    }

    /// Returns the names of all targets, such as `nginx`.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SERVERS.iter().map(|server| server.name)
    }

    /// Returns the name of this target.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.server.name
    }

    /// Accepts a loss. Without this, [`Policy::export`](crate::Policy::export) fails if browsers could show the difference.
    #[must_use]
    pub fn accept(mut self, loss: Loss) -> Self {
        self.accepted.push(loss);
        self
    }

    /// Names the export, so that one server can have several of them. Default: no name.
    ///
    /// The name becomes part of the name of each file, and of each variable in the files. It consists of at
    /// most 16 lower-case letters and digits, and starts with a letter.
    ///
    /// ```
    /// use corsac::{CorsLayer, export::Target};
    ///
    /// let policy = CorsLayer::builder().allow_origins(["https://app.example.com"]).build_policy()?;
    /// let export = policy.export(&Target::nginx().named("shop"))?;
    /// assert_eq!(export.files()[0].name(), "shop_corsac.http.conf");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Returns every loss that an export to this target can have.
    pub fn losses(&self) -> impl Iterator<Item = Loss> + use<> {
        self.server.losses.iter().map(|(loss, _)| *loss)
    }

    /// Starts every name in the files. Without a name of the target it is `corsac`, and the names that follow
    /// never start with `corsac_`, so no name of one export is a name of another one.
    pub(super) fn prefix(&self) -> String {
        self.name.as_ref().map_or("corsac".to_owned(), |name| format!("{name}_corsac"))
    }

    pub(super) fn export(&self, site: &Site<'_>) -> Result<Export, ExportError> {
        let mut error = ExportError {
            wrong_name: self.name.clone().filter(|name| !is_name(name)),
            code: site.plans.iter().flat_map(|plan| plan.code.iter().cloned()).collect(),
            losses: Losses::default(),
            has_no_origin: false,
            has_several_policies: site.paths.is_some() && !self.server.chooses_by_path,
        };
        // The losses of a policy show if it is exported alone.
        if error.has_several_policies {
            return Err(error);
        }
        let losses = Losses::new(self.server.losses, site);
        error.losses = losses.clone();
        error.losses.retain(|loss| loss.shows_in_browsers() && !self.accepted.contains(&loss));
        let files = (self.server.files)(site);
        error.has_no_origin = files.is_empty();
        if error.is_empty() { Ok(Export { files, losses }) } else { Err(error) }
    }

    fn new(server: &'static Server) -> Self {
        Self { server, name: None, accepted: Vec::new() }
    }
}

/// nginx limits the length of the names of variables.
fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.len() <= 16
        && name.bytes().all(is_plain)
        && name.starts_with(|first: char| first.is_ascii_lowercase())
}
