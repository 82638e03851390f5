//! Many tenants, each with origins of its own.
//!
//! | the service is reached as | and | then |
//! |---|---|---|
//! | one host for all | the origins of all may call it alike | [one policy, a set that changes](#a-set-that-changes) |
//! | `tenant.api.example` | each tenant has its own list | [a policy for each host](#a-policy-for-each-host) |
//! | the same | the lists stay in a database | [a policy from a database](#a-policy-from-a-database) |
//! | `/tenant/...` | each tenant has its own list | [a policy for each path](#a-policy-for-each-path) |
//! | one host; the tenant is in a token or cookie | | [not by CORS](#what-a-preflight-does-not-know) |
//!
//! # A set that changes
//!
//! The policy is fixed; what its predicate looks up is not. It runs for each request that no pattern allows, so
//! it must not block: read from memory, and load from the database elsewhere.
//!
//! ```
//! use std::{collections::HashSet, sync::{Arc, PoisonError, RwLock}};
//! use corsac::{CorsLayer, Origin};
//! # use http::{HeaderMap, HeaderValue, Method, header::ORIGIN};
//!
//! #[derive(Clone, Default)]
//! struct Origins(Arc<RwLock<HashSet<Origin>>>);
//!
//! impl Origins {
//!     fn contains(&self, origin: &Origin) -> bool {
//!         self.0.read().unwrap_or_else(PoisonError::into_inner).contains(origin)
//!     }
//!
//!     /// The new set is complete before anybody sees it. Where loading it fails, call nothing: the old
//!     /// one stays in force.
//!     fn replace(&self, origins: HashSet<Origin>) {
//!         *self.0.write().unwrap_or_else(PoisonError::into_inner) = origins;
//!     }
//! }
//!
//! let known = Origins::default();
//! let policy = CorsLayer::builder()
//!     .allow_origins(["https://app.example.com"])
//!     .allow_origin_if({
//!         let known = known.clone();
//!         move |origin| known.contains(origin)
//!     })
//!     .build_policy()?;
//!
//! let allows = |origin: &'static str| {
//!     let headers = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static(origin))]);
//!     policy.evaluate(&Method::GET, &headers).is_allowed()
//! };
//! assert!(!allows("https://shop.example"));
//! known.replace(HashSet::from(["https://shop.example".parse()?]));
//! assert!(allows("https://shop.example"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Rows that do not parse as [`Origin`](crate::Origin) are refused when they are loaded, or better, when
//! the customer types them: see [Origins from tenants](super::security#origins-from-tenants). Refusals
//! name the nearest of what is *listed*; what a predicate knows, they cannot.
//!
//! With credentials, every origin in the set can act for every user of the host. That is right where the
//! tenants trust each other, or the answers are not the users'. Otherwise give each tenant a host.
//!
//! `CorsLayer::reloadable` (feature `reload`) replaces the whole policy instead, methods and headers
//! too. Refusals then name the nearest origin of the new list. What does not build replaces nothing:
//!
//! ```
//! # #[cfg(feature = "reload")] {
//! # use corsac::{BuildError, CorsLayer, Policy};
//! # fn read() -> Result<Policy, BuildError> { CorsLayer::builder().allow_any_origin().build_policy() }
//! let (cors, handle) = CorsLayer::reloadable(read()?);
//! // Later, on a signal or a timer:
//! match read() {
//!     Ok(policy) => drop(handle.replace(policy)),
//!     Err(error) => eprintln!("the old policy stays in force: {error}"),
//! }
//! # let app: axum::Router = axum::Router::new().layer(cors);
//! # }
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! # A policy for each host
//!
//! The host chooses, for preflights and the requests after them alike. A host that nobody has gets no
//! CORS headers.
//!
//! ```
//! use std::{collections::HashMap, sync::Arc};
//! use axum::{Router, body::Body, routing::get};
//! use corsac::{BuildError, CorsLayer, Policy};
//! use http::{Request, header::HOST, request::Parts};
//! use tower::ServiceExt;
//!
//! type Tenants = HashMap<String, Arc<Policy>>;
//!
//! fn tenants(lists: &[(&str, &[&str])]) -> Result<Tenants, BuildError> {
//!     let policy = |origins: &[&str]| {
//!         CorsLayer::builder().allow_origins(origins).allow_credentials(true).build_policy()
//!     };
//!     lists.iter().map(|(host, origins)| Ok((host.to_string(), policy(origins)?.into()))).collect()
//! }
//!
//! fn host(parts: &Parts) -> String {
//!     // HTTP/2 has the host in the URI.
//!     let authority = parts.uri.authority().map(|it| it.as_str());
//!     let host = parts.headers.get(HOST).and_then(|it| it.to_str().ok());
//!     authority.or(host).unwrap_or("").to_ascii_lowercase()
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BuildError> {
//! let tenants = tenants(&[
//!     ("shop.api.example", &["https://shop.example"]),
//!     ("bank.api.example", &["https://bank.example"]),
//! ])?;
//! let app = Router::new()
//!     .route("/", get(|| async { "hello" }))
//!     .layer(CorsLayer::per_request(move |parts: &Parts| tenants.get(&host(parts)).cloned()));
//! # let app = &app;
//! let send = |method: &'static str, host: &'static str| async move {
//!     let request = Request::builder().method(method).uri("/").header("host", host);
//!     let request = request.header("origin", "https://shop.example");
//!     let request = request.header("access-control-request-method", "GET").body(Body::empty());
//!     app.clone().oneshot(request.unwrap()).await.unwrap()
//! };
//! for method in ["OPTIONS", "GET"] {
//!     let own = send(method, "shop.api.example").await;
//!     assert_eq!(own.headers()["access-control-allow-origin"], "https://shop.example");
//!     for host in ["bank.api.example", "nobody.api.example"] {
//!         let other = send(method, host).await;
//!         assert!(!other.headers().contains_key("access-control-allow-origin"));
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! `Vary: Host` is not needed: the host is part of the URL, which is every cache's key. A proxy that
//! rewrites `Host` hides it: choose by what the proxy passes on, and only if no client can set that itself,
//! and name that header: `CorsLayer::per_request(..).vary([..])`.
//!
//! # A policy from a database
//!
//! [`AsyncCorsLayer`](crate::AsyncCorsLayer) waits for the policy, and then calls the service. You say what a
//! failure means, and how long to wait. `vary` names the headers that choose, `on_decision` counts.
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//! use corsac::{AsyncCorsLayer, Lookup, Policy};
//! use http::{HeaderName, header::ORIGIN, request::Parts};
//!
//! # async fn look_up(tenant: String) -> Result<Option<Arc<Policy>>, String> { Ok(None) }
//! // Set by the proxy on every request, preflights too; clients cannot set it.
//! const TENANT: HeaderName = HeaderName::from_static("x-tenant-host");
//!
//! let cors = AsyncCorsLayer::new(|parts: &Parts| {
//!     let tenant = parts.headers.get(TENANT).and_then(|it| it.to_str().ok()).map(str::to_owned);
//!     // Without `Origin` there is nothing to look up.
//!     let tenant = tenant.filter(|_| parts.headers.contains_key(ORIGIN));
//!     async {
//!         let Some(tenant) = tenant else { return Lookup::NotFound };
//!         match tokio::time::timeout(Duration::from_millis(500), look_up(tenant)).await {
//!             Ok(Ok(Some(policy))) => Lookup::Policy(policy),
//!             _ => Lookup::NotFound, // nobody, an error, too late: nothing is granted
//!         }
//!     }
//! })
//! .vary([TENANT])
//! .on_decision(|decision, _uri| {
//!     let denial = decision.denial().filter(|_| !decision.is_same_origin());
//!     // `no-policy`, where nothing was found.
//!     let outcome = denial.map_or("allowed", |denial| denial.kind().as_str());
//!     // metrics::counter!("cors_decisions_total", "outcome" => outcome).increment(1);
//! });
//! # let app: axum::Router = axum::Router::new().layer(cors);
//! ```
//!
//! Where policies reject, [`enforcement`](crate::AsyncCorsLayer::enforcement) says that what has none is rejected
//! too: else a guard stands open while the database is down.
//!
//! It looks up for each request with an `Origin`, so put a cache in between, and decide how soon a change is in
//! force. `examples/tenants` does both.
//!
//! # A policy for each path
//!
//! Nested routers, each with its layer. The layer covers the preflights of its paths as well. Put a fallback into
//! each, or its 404s have no policy.
//!
//! ```
//! # use axum::{Router, body::Body, extract::Request, http::StatusCode, routing::get};
//! # use corsac::CorsLayer;
//! # use tower::ServiceExt;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), corsac::BuildError> {
//! let routes = Router::new()
//!     .route("/", get(|| async { "hello" }))
//!     .fallback(|| async { StatusCode::NOT_FOUND });
//! let mut app = Router::new();
//! for (path, origin) in [("/shop", "https://shop.example"), ("/bank", "https://bank.example")] {
//!     let cors = CorsLayer::builder().allow_origins([origin]).build()?;
//!     app = app.nest(path, routes.clone().layer(cors));
//! }
//! for (path, is_allowed) in [("/shop", true), ("/shop/missing", true), ("/bank", false)] {
//!     let request = Request::get(path).header("origin", "https://shop.example");
//!     let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
//!     assert_eq!(response.headers().contains_key("access-control-allow-origin"), is_allowed);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! In a file it is `PathConfigs` (feature `serde`). The longest prefix wins, whole segments only, and a path that
//! some server reads in another way, such as `/shop/../bank`, gets a policy that allows nobody. It belongs outside
//! of `nest`, which cuts prefixes off.
//!
//! ```
//! # #[cfg(feature = "serde")] {
//! use corsac::{CorsLayer, PathConfigs};
//! use http::request::Parts;
//!
//! let paths: PathConfigs = toml::from_str(r#"
//!     ["/shop"]
//!     allow_origins = ["https://shop.example"]
//!     ["/bank"]
//!     allow_origins = ["https://bank.example"]
//! "#).unwrap();
//! let policies = paths.build().unwrap();
//! # assert!(policies.get("/shop/../bank").unwrap().config().is_none());
//! let cors = CorsLayer::per_request(move |parts: &Parts| policies.policy(parts));
//! # let app: axum::Router = axum::Router::new().layer(cors);
//! # }
//! ```
//!
//! Paths do not separate tenants in a browser: cookies and storage belong to the host.
//!
//! # What a preflight does not know
//!
//! **The preflight and its request must get the same policy.** A preflight has the URL, the `Origin`, the
//! method and the header *names* to come. It has no cookie, no `Authorization` and no body (Fetch,
//! "CORS-preflight fetch"), and not the request's method as its own. So choose by:
//!
//! | by | on the preflight |
//! |---|---|
//! | host, path, query | the same |
//! | method | `Access-Control-Request-Method`, not `OPTIONS` |
//! | a header such as `x-tenant` | absent: only its name is there |
//! | a token, a cookie, a session | absent |
//!
//! Where the tenant is in a token: allow the union of all origins, with no credentials, and let the token
//! decide in the service. A page that has no token then gets a readable 401 and nothing else.
//!
//! # Programs to start from
//!
//! In the [repository](https://github.com/corsac-rs/corsac/tree/main/examples):
//!
//! * `cargo run --example per_request` chooses by path and by host, and shows what goes wrong where the choice is
//!   by a token or by the method.
//! * `cargo run --example reload --features reload,serde -- policy.toml` reads the policy from a file, and again on
//!   SIGHUP; a broken file changes nothing.
//! * `cargo run --example config --features serde` has a policy for each path in a file.
//! * `examples/tenants` has the origins in a database: an administrator changes them while it runs, a cache
//!   spares look-ups, a time limit ends those that hang, and Prometheus counts.
