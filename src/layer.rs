//! The Tower layer: a policy, ready to be put around services.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, Uri, request::Parts};
use tower_layer::Layer;

#[cfg(feature = "http-body")]
use crate::hooks::OrEmpty;
use crate::{
    builder::CorsBuilder,
    decision::{Decision, vary},
    hooks::{AnswerBody, DiagnosisHeader, NoHooks, OnDecision},
    policy::Policy,
    service::Cors,
    shared::Shared,
    source::{Fixed, PerRequest, Source},
};

/// Puts a CORS policy around a service.
///
/// Cloning it, or the service that it makes, copies a pointer, whatever the policy's size. A policy
/// that is mounted stays for the life of the process, unless policies are many or large, or hold
/// predicates or regexes: a count of its owners is what threads would wait for.
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
pub struct CorsLayer<P = Fixed, T = NoHooks> {
    source: P,
    hooks: T,
}

impl CorsLayer {
    /// Starts a policy of your own.
    pub fn builder() -> CorsBuilder {
        CorsBuilder::default()
    }

    /// Mounts a policy; the same one any number of times.
    pub fn new(policy: impl Into<Arc<Policy>>) -> Self {
        Self::of(Fixed { policy: Some(policy.into().shared()) })
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
        Self::of(Fixed { policy: None })
    }

    /// The policy, unless the layer is [`disabled`](CorsLayer::disabled).
    #[must_use]
    pub fn policy(&self) -> Option<&Arc<Policy>> {
        self.source.policy.as_ref().map(Shared::arc)
    }

    fn preset(origins: impl FnOnce(CorsBuilder) -> CorsBuilder) -> Self {
        let builder = origins(Self::builder());
        let built = builder.allow_any_method().allow_any_header().expose_any_header().build();
        #[expect(clippy::expect_used)]
        built.expect("the presets are constants, and the tests build each of them")
    }
}

impl<F> CorsLayer<PerRequest<F>>
where
    F: Fn(&Parts) -> Option<Arc<Policy>>,
{
    /// Chooses the policy by the request: by path, by host, by tenant. `None` passes the request
    /// and its response on untouched, as [`disabled`](CorsLayer::disabled) does; for a host that is
    /// nobody's take [`Policy::of_nobody`].
    ///
    /// A preflight and the request that follows it must get the same policy, so choose by what
    /// they have in common: path, host, `Origin`. A preflight carries no cookies, no
    /// `Authorization`, none of the request's own headers, and its method is `OPTIONS`.
    ///
    /// What the choice depends on besides the URL and `Origin` belongs into
    /// [`vary`](CorsLayer::vary).
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
    pub fn per_request(choose: F) -> Self {
        Self::of(PerRequest { choose, vary: None })
    }

    /// Names request headers that the choice depends on, besides `Origin`: they get into the `Vary`
    /// of every response that has a policy, so that caches keep apart what depends on them. The host
    /// is part of the URL, and needs no naming, unless a cache in front of the service leaves it out.
    pub fn vary(mut self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        self.source.vary = vary::line_with(self.source.vary, names);
        self
    }
}

impl<P> CorsLayer<P> {
    pub(crate) fn of(source: P) -> Self {
        Self { source, hooks: NoHooks }
    }
}

impl<P, T> CorsLayer<P, T> {
    fn with_hooks<U>(self, of: impl FnOnce(T) -> U) -> CorsLayer<P, U> {
        CorsLayer { source: self.source, hooks: of(self.hooks) }
    }

    /// Is told of every decision, before the inner service sees the request: for metrics. Costs
    /// nothing where it is not used.
    ///
    /// The function is called on the thread that serves the request, so it should be quick. Where it
    /// panics, that is the request's panic, as in any function that you mount.
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
    pub fn on_decision<F>(self, observe: F) -> CorsLayer<P, OnDecision<T, F>>
    where
        F: Fn(&Decision<'_>, &Uri) + Clone,
    {
        self.with_hooks(|others| OnDecision { others, observe })
    }

    /// For development: each response to a request with `Origin` has a header `cors-diagnosis`, which says
    /// what was decided and why, and which line would allow what is refused. The network tab of the
    /// browser's tools shows it, on preflights too.
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
    /// cors-diagnosis: origin "http://lvh.me:3000" is not allowed: nothing like it is; ...
    /// ```
    ///
    /// It names the allowed origin that is most like a refused one to whoever asks, so keep it out of
    /// production.
    pub fn diagnosis_header(self, on: bool) -> CorsLayer<P, DiagnosisHeader<T>> {
        self.with_hooks(|others| DiagnosisHeader { others, is_on: on })
    }

    /// Makes the bodies of the answers that the inner service does not give: to preflights, and to
    /// requests that are rejected. Without it they are empty, by way of `Default`; so this is for bodies
    /// that have no `Default`, and for telling a client more than a status.
    ///
    /// The function sees the decision, whose [`status`](Decision::status) is that of the answer, and may
    /// write headers that describe the body. CORS headers are written over it. To 204 belongs an empty
    /// body (RFC 9110, 15.3.5): that is the answer to a preflight, also to one for a method that is not
    /// allowed.
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
    pub fn answer_body<F, R>(self, make: F) -> CorsLayer<P, AnswerBody<T, F>>
    where
        F: Fn(&Decision<'_>, &mut HeaderMap) -> R + Clone,
    {
        self.with_hooks(|others| AnswerBody { others, make })
    }

    /// For bodies that cannot be made, such as `hyper::body::Incoming` in a gateway: the response's
    /// body becomes [`BodyOrEmpty`](crate::BodyOrEmpty), which is the inner service's or none. Nothing
    /// is boxed.
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use corsac::{BodyOrEmpty, CorsLayer};
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
    pub fn body_or_empty(self) -> CorsLayer<P, OrEmpty<T>> {
        self.with_hooks(|others| OrEmpty { others })
    }
}

impl<S, P: Source + Clone, T: Clone> Layer<S> for CorsLayer<P, T> {
    type Service = Cors<S, P, T>;

    fn layer(&self, inner: S) -> Cors<S, P, T> {
        Cors::new(inner, self.source.clone(), self.hooks.clone())
    }
}
