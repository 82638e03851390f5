//! CORS for Tower. corsac validates your policy when you build it, implements the [Fetch standard]
//! exactly, and explains why a request was refused.
//!
//! ```
//! use axum::{Router, routing::get};
//! use corsac::CorsLayer;
//!
//! let app: Router = Router::new()
//!     .route("/", get(|| async { "hello" }))
//!     .layer(CorsLayer::permissive());
//! ```
//!
//! This layer is for development. If your pages send cookies, use [`CorsLayer::localhost`] instead. In
//! production, list your origins. `build` returns a correct layer, or one error that lists every mistake:
//!
//! ```
//! use corsac::CorsLayer;
//! use http::{Method, header};
//!
//! let cors = CorsLayer::builder()
//!     .allow_origins(["https://app.example.com", "https://*.example.com"])
//!     .allow_methods([Method::PUT, Method::DELETE])
//!     .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
//!     .expose_headers(["x-request-id"])
//!     .allow_credentials(true)
//!     .build()?;
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! # Guides
//!
//! * [Choosing a policy](guide::choosing): one front end, many, subdomains, none; cookies or tokens;
//!   development
//! * [Recipes](guide::recipes): MCP, tus, Connect, range requests; apps, extensions, phones on the local network
//! * [Adding the layer to a server](guide::mounting): axum, hyper, tonic, gateways, Lambda, Workers, warp,
//!   salvo, poem
//! * [The order of layers](guide::layers): 401, 404, timeouts, panics, redirects
//! * [Troubleshooting](guide::troubleshooting), by the error message of the browser or the compiler
//! * [Testing your policy](guide::testing): unit tests, layer order, warnings in CI
//! * [Prove your deployment](guide::probe): a running server beside its policy, in CI
//! * [Logs and metrics](guide::logging): `RUST_LOG`, levels, fields, counters
//! * [Caches and `Vary`](guide::caching), and how long a browser remembers a preflight
//! * [Security](guide::security): credentials, subdomains, CSRF, own pages behind a proxy, WebSockets, `null`
//! * [Local Network Access](guide::local_network_access): public pages that call `localhost`
//! * [Moving from tower-http](guide::tower_http)
//! * [App or edge?](guide::edge): a proxy that owns CORS, in step with the service
//! * [Many tenants](guide::tenants), and a policy for each path or route
//! * [Performance](guide::performance)
//!
//! # How a request is handled
//!
//! | request | kind | handling |
//! |---|---|---|
//! | without `Origin` | not CORS | passed on to your service |
//! | `OPTIONS` with `Origin` and `Access-Control-Request-Method` | preflight | answered by corsac with 204, or with 403 if the origin is refused |
//! | any other with `Origin`, including plain `OPTIONS` | actual request | passed on to your service; corsac adds CORS headers to the response if the origin is allowed |
//!
//! Every response of a policy that lists origins has `Vary: Origin`, even if the origin is refused or
//! missing. Otherwise a cache could send a response for one origin to a page of another one. A layer that
//! chooses a policy for each request sends `Vary: Origin` too, because the choice may depend on it. If your
//! service already set `Vary`, corsac adds to that line. If it set `Access-Control-Allow-Origin`,
//! `-Allow-Credentials` or `-Expose-Headers`, corsac replaces them. A refused origin gets no CORS header
//! at all.
//!
//! A refused request still reaches your service; CORS only prevents the page from reading the response.
//! To stop the request as well, use [`Enforcement::Reject`], which answers 403 or a status you choose.
//!
//! # Position among other layers
//!
//! Put the layer outside of every layer that can answer a request itself: authentication, rate limits,
//! timeouts, panic handlers. Otherwise preflights get a 401, and the page sees "blocked by CORS policy"
//! instead of an error response. `examples/layer_order.rs` shows both orders, and
//! [The order of layers](guide::layers) covers each kind of layer.
//!
//! In axum, add the layer last, after the routes and the other layers: it does not cover anything that is
//! added later. In a `ServiceBuilder`, add it first.
//!
//! If your service returns `Err`, corsac passes it on, without CORS headers. For requirements on body
//! types see [`Cors`].
//!
//! # Why was a request refused?
//!
//! With the feature `tracing` (on by default), corsac logs each refusal with its reason. To see it, set up
//! `tracing_subscriber` (feature `env-filter`) and run `RUST_LOG=info,corsac=debug cargo run`. The events
//! are at `INFO` if corsac answers the request with an error, otherwise at `DEBUG`:
//! [Logs and metrics](guide::logging) shows one, and lists its fields. If your service sets CORS headers
//! itself, for example in a second CORS layer, corsac logs this once at `WARN`.
//!
//! There are other ways to find the reason:
//!
//! * [`Policy::check`] returns it in a [test](guide::testing), without a server.
//! * [`CorsLayer::diagnosis_header`] sends it in a response header, for development.
//! * [`Denial::remedy`] returns the line of code that would allow the request.
//! * [`Policy::explain`] returns every rule that was applied.
//! * [`Policy::warnings`] returns settings that are valid but risky.
//! * [`Policy::within`] checks that a policy allows no more than another one.
//! * [Troubleshooting](guide::troubleshooting) lists the messages in the browser's console.
//!
//! # Limits
//!
//! * **It does not protect a service.** CORS relaxes the browser's same-origin policy, and has no other
//!   effect. Other clients ignore it.
//! * **It does not control [Local Network Access](guide::local_network_access).** In current browsers, a
//!   public page that calls `localhost` or a private address needs the user's permission. The console reports
//!   a missing permission as a CORS error, but no header changes it.
//! * **It does not guess.** Only the origins, methods and headers that you listed are allowed.
//!
//! # Versions and features
//!
//! corsac works with releases that use `http` 1: axum 0.7 or newer, hyper 1, tonic 0.12 or newer.
//!
//! * `tracing` (default): the events above.
//! * `http-body`: `CorsLayer::body_or_empty`, for gateways with response bodies that have no empty value.
//! * `regex`: [`CorsBuilder::allow_origin_regex`]. Without this feature, `build` refuses regexes.
//! * `reload`: `CorsLayer::reloadable`, to replace the policy while the server is running.
//! * `export`: `Policy::export` and `PathPolicies::export`, policies as the configuration of a
//!   [proxy or gateway](guide::edge).
//! * `probe`: the module `probe`, which compares a deployment with a policy. It opens no connection.
//! * `serde`: `Config`, a policy from a file or from environment variables; `PathConfigs` and
//!   `CorsLayer::per_path`, a policy for each path.
//! * `public-suffix`: a [warning](Policy::warnings) for wildcards over domains below which strangers can
//!   register names.
//!
//! [Fetch standard]: https://fetch.spec.whatwg.org/#http-cors-protocol

#![forbid(unsafe_code)]
// Not in the manifest, because tests may panic.
#![warn(clippy::expect_used, clippy::panic, clippy::unwrap_used, unreachable_pub)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// Each of these imports only from those above it. `config`, `explain`, `export`, `lint` and `probe` do not
// import each other.
mod origin;
mod policy;

mod config;
pub mod explain;
#[cfg(feature = "export")]
#[cfg_attr(docsrs, doc(cfg(feature = "export")))]
pub mod export;
mod lint;

#[cfg(feature = "probe")]
#[cfg_attr(docsrs, doc(cfg(feature = "probe")))]
pub mod probe;

pub mod middleware;

// The table of contents. Types that few programs name are in the public modules.
pub use config::{BuildError, CorsBuilder, Problem, ProblemKind, StringList};
#[cfg(feature = "serde")]
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
pub use config::{Config, PathConfigs};
pub use lint::{Excess, Warning};
#[cfg(feature = "reload")]
#[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
pub use middleware::reload::ReloadHandle;
pub use middleware::{
    body,
    layer::CorsLayer,
    lookup::{AsyncCorsLayer, Lookup},
    request_host,
    service::Cors,
};
pub use origin::{Origin, OriginError, OriginPattern};
#[cfg(feature = "serde")]
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
pub use policy::PathPolicies;
pub use policy::{Decision, Denial, DenialKind, Enforcement, Policy, Remedy, RequestKind, Verdict};

// Documentation only, so other builds leave it out.
#[cfg(any(doc, doctest))]
pub mod guide;

// The README's code blocks are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
