//! The Tower layer.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, Uri, request::Parts};
use tower_layer::Layer;

#[cfg(feature = "http-body")]
use super::body::EmptyBody;
use super::{
    body::{AnswerBody, DefaultBody},
    mount::{LayerPolicy, Mount, Source},
    options::Options,
    service::Cors,
};
use crate::{
    config::{BuildError, CorsBuilder},
    policy::{Decision, Policy},
};

/// Applies a CORS policy to a service.
///
/// Cloning the layer, or the service that it makes, copies a pointer or counts one reference,
/// whatever the size of the policy.
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
pub struct CorsLayer<B = DefaultBody> {
    mount: Mount,
    body: B,
}

impl CorsLayer {
    /// Returns a builder for a policy of your own.
    pub fn builder() -> CorsBuilder {
        CorsBuilder::default()
    }

    /// Creates a layer from a policy that is already built: a [`Policy`], an `Arc<Policy>` or a
    /// `&'static Policy`. Several layers can use one policy.
    ///
    /// With a `&'static Policy`, and without options such as [`on_decision`](CorsLayer::on_decision),
    /// no request counts a reference. Create one with
    /// [`Box::leak`] or a [`LazyLock`](std::sync::LazyLock):
    ///
    /// ```
    /// use std::sync::LazyLock;
    ///
    /// use corsac::{CorsLayer, Policy};
    ///
    /// static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    ///     CorsLayer::builder().allow_origins(["https://app.example.com"]).build_policy().unwrap()
    /// });
    /// let cors = CorsLayer::new(&*POLICY);
    /// # let app: axum::Router = axum::Router::new().layer(cors);
    /// ```
    pub fn new(policy: impl Into<LayerPolicy>) -> Self {
        Self::from_mount(policy.into().0)
    }

    /// Allows every origin, method and header, and exposes all response headers. Does not allow
    /// credentials.
    ///
    /// For development, and for services whose responses are public. Any web page can read the
    /// service through a visitor's browser, so think twice if only its network protects it
    /// (localhost, intranet).
    pub fn permissive() -> Self {
        Self::preset(CorsBuilder::allow_any_origin)
    }

    /// Allows pages from this machine, on any port, with credentials: `http` and `https` on
    /// `localhost`, its subdomains, `127.0.0.1`, `[::1]` and `0.0.0.0`. Allows every method and header, and exposes the
    /// response headers that are present when the response passes the layer.
    ///
    /// For development.
    #[doc(alias = "very_permissive")]
    pub fn localhost() -> Self {
        let hosts = ["localhost", "*.localhost", "127.0.0.1", "[::1]", "0.0.0.0"];
        let origins = hosts.map(|host| [format!("http://{host}:*"), format!("https://{host}:*")]);
        Self::preset(|builder| {
            builder.allow_origins(origins.into_iter().flatten()).allow_credentials(true)
        })
    }

    /// Does nothing. Use it if a load balancer or a gateway handles CORS.
    ///
    /// All constructors return the same type, so you can choose with an `if`:
    ///
    /// ```
    /// # let at_the_edge = true;
    /// use corsac::CorsLayer;
    ///
    /// let cors = if at_the_edge { CorsLayer::disabled() } else { CorsLayer::localhost() };
    /// ```
    pub fn disabled() -> Self {
        Self::from_mount(Source::None)
    }

    /// Chooses a policy for each request: by path, by host, by tenant.
    ///
    /// Return `None` to skip CORS for a request: corsac then adds only the layer's `Vary`. To deny
    /// every origin instead, for example for an unknown host, return [`Policy::deny_all`].
    ///
    /// A preflight and the request that follows it must get the same policy, so choose by what
    /// they have in common: path, host, `Origin`. A preflight carries no cookies, no
    /// `Authorization` and none of the request's own headers, and its method is `OPTIONS`.
    ///
    /// Never list the `Origin` of the request in the policy that you return: this allows every page.
    ///
    /// Every response has `Vary: Origin`, because the choice may depend on it. If the choice depends
    /// on other request headers, or not on `Origin`, set them with [`vary`](CorsLayer::vary). For a
    /// choice by path alone, use `per_path` (feature `serde`), or `vary([])`.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use corsac::CorsLayer;
    /// use http::{HeaderMap, HeaderName, Uri, request::Parts};
    ///
    /// let public = CorsLayer::builder().allow_any_origin().build_policy()?;
    /// let admin = CorsLayer::builder()
    ///     .allow_origins(["https://admin.example.com"])
    ///     .allow_credentials(true)
    ///     .build_policy()?;
    /// let (public, admin) = (Arc::new(public), Arc::new(admin));
    ///
    /// let cors = CorsLayer::per_request(move |parts: &Parts| match parts.uri.path() {
    ///     // Exactly these: `/public/../admin` is no public path.
    ///     "/public/news" | "/public/prices" => Some(public.clone()),
    ///     _ => Some(admin.clone()),
    /// });
    /// let app: axum::Router = axum::Router::new().layer(cors);
    /// # Ok::<(), corsac::BuildError>(())
    /// ```
    #[doc(alias = "tenant")]
    pub fn per_request(
        choose: impl Fn(&Parts) -> Option<Arc<Policy>> + Send + Sync + 'static,
    ) -> Self {
        Self::from_mount(Mount::new(Source::PerRequest(Arc::new(choose)), Options::for_choices()))
    }

    /// Chooses the policy by the path of a request.
    ///
    /// Responses do not vary on the choice, because the path is part of the URL.
    ///
    /// ```
    /// use corsac::{CorsLayer, PathConfigs};
    ///
    /// let paths: PathConfigs = toml::from_str("['/']\nallow_origins = 'https://app.example.com'")?;
    /// let cors = CorsLayer::per_path(paths.build()?);
    /// # let app: axum::Router = axum::Router::new().layer(cors);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "serde")]
    #[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
    #[doc(alias = "nest")]
    #[doc(alias = "route")]
    pub fn per_path(policies: crate::policy::PathPolicies) -> Self {
        Self::from_mount(Source::PerRequest(Arc::new(move |parts| policies.policy(parts))))
    }

    pub(super) fn from_mount(mount: impl Into<Mount>) -> Self {
        Self { mount: mount.into(), body: DefaultBody }
    }

    fn preset(origins: impl FnOnce(CorsBuilder) -> CorsBuilder) -> Self {
        let builder = origins(Self::builder());
        let built = builder.allow_any_method().allow_any_header().expose_any_header().build();
        #[expect(clippy::expect_used)]
        built.expect("the presets are constants, and the tests build each of them")
    }
}

impl<B> CorsLayer<B> {
    /// Returns the policy, if all requests have the same one.
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        self.mount.fixed_policy()
    }

    /// Sets the request headers that the choice of [`per_request`](CorsLayer::per_request) depends on.
    /// They are in the `Vary` of every response, so that caches store a response for each of their
    /// values. Default for such a layer: `Origin`.
    ///
    /// The list replaces the default, so name `Origin` again if the choice depends on it; an empty
    /// list states that the choice depends on the URL alone. You do not need to name `Host`, unless a
    /// cache in front ignores it. A layer with one policy adds the names to its `Vary`.
    pub fn vary(self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        self.with_options(|options| options.set_vary(names))
    }

    /// Calls `observe` for every decision, before the request reaches the inner service. Use it for
    /// metrics.
    ///
    /// The function runs on the thread that serves the request, so it should be quick. If it panics,
    /// the request panics, as with any handler. A second call replaces the function.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    ///
    /// use corsac::CorsLayer;
    ///
    /// static REFUSED: AtomicUsize = AtomicUsize::new(0);
    ///
    /// let cors = CorsLayer::localhost().on_decision(|decision, _uri| {
    ///     // The service's own pages send `Origin` too, and need no permission.
    ///     if decision.denial().is_some() && !decision.is_same_origin() {
    ///         REFUSED.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// });
    /// # let app: axum::Router = axum::Router::new().layer(cors);
    /// ```
    #[doc(alias = "metrics")]
    #[doc(alias = "prometheus")]
    pub fn on_decision(
        self,
        observe: impl Fn(&Decision<'_>, &Uri) + Send + Sync + 'static,
    ) -> Self {
        self.with_options(|options| options.set_observer(observe))
    }

    /// Sends the reason for each decision in the response header `cors-diagnosis`, with the line
    /// that would allow a denied request. The network tab of the browser's tools shows it, for
    /// preflights too. For development. Default: `false`.
    ///
    /// ```
    /// # let app: axum::Router = axum::Router::new();
    /// use corsac::CorsLayer;
    ///
    /// let cors = CorsLayer::localhost().diagnosis_header(cfg!(debug_assertions));
    /// # let app: axum::Router = app.layer(cors);
    /// ```
    ///
    /// ```text
    /// cors-diagnosis: origin "http://lvh.me:3000" is not allowed; no allowed origin is similar; ...
    /// ```
    ///
    /// The header names the allowed origin that is most similar to a denied one, to every client, so
    /// keep it out of production.
    #[doc(alias = "debug")]
    pub fn diagnosis_header(self, is_on: bool) -> Self {
        self.with_options(|options| options.set_diagnosis_header(is_on))
    }

    /// Sets the body of the responses that corsac itself sends: to preflights and to rejected
    /// requests. Default: `R::default()`, where `R` is the body type of the inner service. Use this if
    /// that type has no `Default`, or to send an error message. A second call replaces the function.
    ///
    /// The function gets the decision, whose [`status`](Decision::status) is that of the response. It
    /// can set headers that describe the body; CORS headers replace its own. Preflights are answered
    /// with 204, even if the method is not allowed, so return an empty body for that status (RFC 9110,
    /// 15.3.5).
    ///
    /// ```
    /// use axum::body::Body;
    /// use corsac::{CorsLayer, Enforcement};
    /// use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
    ///
    /// let cors = CorsLayer::builder()
    ///     .allow_origins(["https://app.example.com"])
    ///     .enforcement(Enforcement::Reject)
    ///     .build()?
    ///     .answer_body(|decision, headers| {
    ///         if decision.status() == Some(StatusCode::NO_CONTENT) {
    ///             return Body::empty();
    ///         }
    ///         headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    ///         Body::from(r#"{"error":"this origin may not do that"}"#)
    ///     });
    /// # let app: axum::Router = axum::Router::new().layer(cors);
    /// # Ok::<(), corsac::BuildError>(())
    /// ```
    pub fn answer_body<F, R>(self, make: F) -> CorsLayer<AnswerBody<F>>
    where
        F: Fn(&Decision<'_>, &mut HeaderMap) -> R + Clone,
    {
        CorsLayer { mount: self.mount, body: AnswerBody { make } }
    }

    /// Changes the body type of all responses to [`BodyOrEmpty`](super::body::BodyOrEmpty): the inner
    /// service's body, or none. Use it for body types without an empty value, such as
    /// `hyper::body::Incoming` in a gateway. Nothing is boxed.
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use corsac::{CorsLayer, body::BodyOrEmpty};
    /// use http::{Request, Response};
    /// use hyper::body::Incoming;
    /// use tower::{Layer, Service, service_fn};
    ///
    /// # fn is_gateway<S: Service<Request<()>, Response = Response<BodyOrEmpty<Incoming>>>>(_: S) {}
    /// # async fn upstream(_: Request<()>) -> Response<Incoming> { unreachable!() }
    /// let forward = service_fn(|request| async { Ok::<_, Infallible>(upstream(request).await) });
    /// let gateway = CorsLayer::localhost().body_or_empty().layer(forward);
    /// # is_gateway(gateway);
    /// ```
    #[cfg(feature = "http-body")]
    #[cfg_attr(docsrs, doc(cfg(feature = "http-body")))]
    pub fn body_or_empty(self) -> CorsLayer<EmptyBody> {
        CorsLayer { mount: self.mount, body: EmptyBody }
    }

    fn with_options(self, change: impl FnOnce(&mut Options)) -> Self {
        Self { mount: self.mount.with_options(change), body: self.body }
    }
}

impl<S, B: Clone> Layer<S> for CorsLayer<B> {
    type Service = Cors<S, B>;

    fn layer(&self, inner: S) -> Cors<S, B> {
        Cors::new(inner, self.mount.clone(), self.body.clone())
    }
}

impl CorsBuilder {
    /// Builds the policy and returns it as a layer.
    ///
    /// # Errors
    ///
    /// Returns all that is wrong with the policy, at once: no origin at all; `https://a.example/`,
    /// `example.com`, `*` or anything else that [`OriginPattern`](crate::OriginPattern#syntax)
    /// refuses; a regex that does not compile, that no origin can match, or without the feature
    /// `regex`; credentials for any origin or for `http://a.example`, or with a regex or predicate
    /// that allows made-up origins; any origin, method or
    /// header beside a list of them; the methods `TRACE` and `patch`; the request headers `cookie` and
    /// `x-*`; the exposed header `set-cookie`; a max-age of 1.5 seconds; a `preflight_status` of 404;
    /// an `own_origins` entry with a wildcard; a `reject_status` of 200, or it or `trusted_senders`
    /// without [`Enforcement::Reject`](crate::Enforcement::Reject).
    pub fn build(self) -> Result<CorsLayer, BuildError> {
        self.build_policy().map(CorsLayer::new)
    }
}

#[cfg(feature = "serde")]
impl crate::config::Config {
    /// Builds the policy and returns it as a layer.
    ///
    /// # Errors
    ///
    /// Returns all that is wrong with the policy, as [`CorsBuilder::build`] does, and
    /// `allow_origin_regexes` without the feature `regex`.
    ///
    /// ```
    /// let config: corsac::Config = serde_json::from_str(r#"{ "allow_origins": ["a.example"] }"#)?;
    /// assert_eq!(config.build().unwrap_err().to_string(), "\
    /// invalid CORS policy (1 problem):
    ///   - allow_origins[0] \"a.example\": an origin starts with its scheme and `://`; \
    ///      write \"https://a.example\"");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn build(self) -> Result<CorsLayer, BuildError> {
        self.build_policy().map(CorsLayer::new)
    }
}
