//! CORS for Tower: a policy that is checked when it is built, speaks the [Fetch standard] exactly,
//! and says why it refuses.
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
//! That is for development; where the pages send cookies, take [`CorsLayer::localhost`]. In production
//! a service lists its origins, and gets a correct policy or one error that names every mistake:
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
//! * [Choosing a policy](guide::choosing): one front end, many, none; cookies or tokens; development
//! * [Where to mount it](guide::mounting): axum, hyper, tonic, gateways, Lambda, Workers, warp, salvo, poem
//! * [Layers, and their order](guide::layers): 401, 404, timeouts, panics, redirects, in axum and tower
//! * [Troubleshooting](guide::troubleshooting), by the browser's own message
//! * [Caches and `Vary`](guide::caching), and how long a preflight is remembered
//! * [Security](guide::security): what CORS protects, CSRF, WebSockets, `null`
//! * [Local Network Access](guide::local_network_access): public pages that call `localhost`
//! * [Moving from tower-http](guide::tower_http)
//! * [Many tenants](guide::tenants), each with origins of its own
//! * [Performance](guide::performance)
//!
//! # What happens to a request
//!
//! | request | is | goes |
//! |---|---|---|
//! | without `Origin` | not CORS | to the inner service |
//! | `OPTIONS` with `Origin` and `Access-Control-Request-Method` | a preflight | answered here: 204, or 403 where the origin is refused |
//! | any other with `Origin`, plain `OPTIONS` too | an actual request | to the inner service; the response says who may read it |
//!
//! Every response of a policy that names origins carries `Vary: Origin`, also where the origin is
//! refused or absent: without it a shared cache, and the browser's own, would serve one origin's
//! response to another. It is merged into the one line that the inner service may have written.
//! What the inner service wrote of `Access-Control-Allow-Origin`, `-Allow-Credentials` and
//! `-Expose-Headers` is replaced; a refused origin gets no CORS header at all.
//!
//! A refused request still reaches the inner service, as CORS has it: only reading the answer is
//! forbidden. [`Enforcement::Reject`] answers it with 403 instead, or as you say.
//!
//! # Where to put the layer
//!
//! Outside of everything that answers on its own: authentication, rate limits, timeouts, whatever
//! catches panics. Otherwise preflights meet a 401, and errors reach the page as "blocked by CORS
//! policy". `examples/layer_order.rs` shows both orders, [a guide](guide::layers) each layer.
//!
//! In axum the layer is added last, after the routes and the other layers: what is added later is not
//! covered. In `ServiceBuilder` it is the other way round, and the first layer is the outermost.
//!
//! An `Err` of the inner service passes as it is: there is no response to decorate. [`Cors`] says
//! what it asks of response bodies.
//!
//! # Why was it refused?
//!
//! With the feature `tracing` (on by default) each refusal is one event at `DEBUG`, target `corsac`,
//! with the fields `kind` and `rule` ([`RequestKind::as_str`], [`DenialKind::as_str`]), `outcome`,
//! `status` (where corsac answers), `method`, `path`, `origin`, `reason` (the sentence) and `nearest` (the
//! allowed origin that is most like it). Requests of the service's own pages are not reported: they need
//! no permission. A corsac layer around another one, or around tower-http's, is said once at `WARN`.
//! [`CorsLayer::diagnosis_header`] puts the sentence on
//! the response, for development. In a test or a command line,
//! [`Policy::evaluate`] says the same without a server, [`Denial::remedy`] the line that would allow
//! it, [`Policy::explain`] every rule on the way, and [`Policy::warnings`] what is unwise in a policy.
//!
//! [Troubleshooting](guide::troubleshooting) goes by the message in the browser's console.
//!
//! # What it does not do
//!
//! * **Protect a service.** CORS loosens the browser's same-origin policy, and nothing else. Other
//!   clients ignore it.
//! * **[Local Network Access](guide::local_network_access).** A public page that calls `localhost` or a
//!   private address needs the user's permission in current browsers. The console calls the refusal
//!   a CORS error, and no header changes it.
//! * **Guess.** No origin is allowed because it looks like another one, and nothing is allowed that
//!   the builder was not told.
//!
//! # Features
//!
//! * `tracing` (default): the events.
//! * `http-body`: `CorsLayer::body_or_empty`, for gateways whose response bodies cannot be made.
//! * `regex`: `CorsBuilder::allow_origin_regex`.
//! * `reload`: `CorsLayer::reloadable`, a policy that is replaced while requests come in.
//! * `serde`: `Config`, a policy from a file or from the environment, and `PathConfigs`, one for each
//!   path.
//! * `public-suffix`: [`Policy::warnings`] knows the domains under which anybody can have one.
//!
//! [Fetch standard]: https://fetch.spec.whatwg.org/#http-cors-protocol

#![forbid(unsafe_code)]
// The library never panics on its user's behalf; its tests may, so these are not in the manifest.
#![warn(clippy::expect_used, clippy::panic, clippy::unwrap_used, unreachable_pub)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// Each of these imports only from those above it. `config`, `explain` and `lint` do not import each
// other.
mod origin;
mod policy;

mod config;
pub mod explain;
mod lint;

pub mod middleware;

// The table of contents. Types that few programs name are in the public modules.
pub use config::{BuildError, CorsBuilder, Problem, ProblemKind};
#[cfg(feature = "serde")]
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
pub use config::{Config, PathConfigs, PathPolicies};
pub use lint::Warning;
#[cfg(feature = "reload")]
#[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
pub use middleware::ReloadHandle;
pub use middleware::{AsyncCorsLayer, Cors, CorsLayer, Lookup, body};
pub use origin::{Origin, OriginError, OriginPattern};
pub use policy::{Decision, Denial, DenialKind, Enforcement, Policy, Remedy, RequestKind};

// Documentation only: in a build that makes none, there is no such module.
#[cfg(any(doc, doctest))]
pub mod guide;

// The README's code blocks are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
