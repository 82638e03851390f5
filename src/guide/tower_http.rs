//! Moving from tower-http.
//!
//! 1. Replace the constructor by [`CorsLayer::builder`](crate::CorsLayer::builder), end it with `build()?`.
//! 2. Drop `.parse()` around origins: they are strings. Lists add up here; there, each call replaces the one
//!    before.
//! 3. Leave the layer where it is. [`layers`](super::layers) says where it belongs.
//! 4. Read [what else changes](#what-else-changes).
//! 5. Remove the old layer everywhere. One that is left inside of corsac's is told of, once, by an event at `WARN`;
//!    one that is left outside answers the preflights before corsac sees them.
//!
//! ```
//! use http::{HeaderValue, Method, header::CONTENT_TYPE};
//! use std::time::Duration;
//!
//! # fn before() -> Result<tower_http::cors::CorsLayer, http::header::InvalidHeaderValue> {
//! let before = tower_http::cors::CorsLayer::new()
//!     .allow_origin(["https://app.example.com".parse::<HeaderValue>()?])
//!     .allow_methods([Method::GET, Method::PUT])
//!     .allow_headers([CONTENT_TYPE])
//!     .allow_credentials(true)
//!     .max_age(Duration::from_secs(600));
//! # Ok(before)
//! # }
//!
//! let after = corsac::CorsLayer::builder()
//!     .allow_origins(["https://app.example.com"])
//!     .allow_methods([Method::PUT])
//!     .allow_headers([CONTENT_TYPE])
//!     .allow_credentials(true)
//!     .max_age(Duration::from_secs(600))
//!     .build()?;
//! # before().unwrap();
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! # Call by call
//!
//! | tower-http | corsac |
//! |---|---|
//! | `CorsLayer::new()` | `CorsLayer::builder()` .. `.build()?`; here `new` mounts a `Policy` |
//! | `AllowOrigin::exact(v)`, `list([..])` | `allow_origins(["https://a.example", ..])` |
//! | `AllowOrigin::any()`, `Any` | `allow_any_origin()` |
//! | `AllowOrigin::predicate(f)` | `allow_origins(["https://*.example.com", "http://localhost:*"])`, `allow_origin_regex(..)`, or `allow_origin_if(f)`, which sees the `Origin` alone, with `scheme()`, `host()` and `port()` |
//! | `AllowOrigin::mirror_request()` | `allow_any_origin()`; with credentials `dangerous_allow_any_origin_with_credentials()` |
//! | `AllowOrigin::async_predicate(f)` | [`AsyncCorsLayer`](crate::AsyncCorsLayer), which looks the policy up; or keep a set up to date: [`tenants`](super::tenants#a-set-that-changes) |
//! | `AllowMethods::exact(v)`, `list([..])` | `allow_methods([..])`; `GET`, `HEAD` and `POST` need no listing |
//! | `AllowMethods::any()`, `Any`, `mirror_request()` | `allow_any_method()` |
//! | `AllowHeaders::list([..])` | `allow_headers([..])` |
//! | `AllowHeaders::any()`, `Any`, `mirror_request()` | `allow_any_header()` |
//! | `ExposeHeaders::list([..])`, `any()`, `Any` | `expose_headers([..])`, `expose_any_header()` |
//! | `AllowCredentials::yes()`, `predicate(f)` | `allow_credentials(true)`; by request: `CorsLayer::per_request` |
//! | `MaxAge::exact(d)`, `dynamic(f)` | `max_age(d)`; by request: `CorsLayer::per_request` |
//! | `vary(..)`, `AllowPrivateNetwork` | nothing: `Vary` follows from the policy (a choice [by more](crate::CorsLayer::vary) than path and origin says so), and [no current browser](super::local_network_access) reads the other |
//! | `CorsLayer::permissive()` | `CorsLayer::permissive()` |
//! | `CorsLayer::very_permissive()` | `CorsLayer::localhost()`; for every origin in the world the `dangerous_` setter above, with `allow_any_method()` and `allow_any_header()` |
//! | `Option<CorsLayer>` | `CorsLayer::disabled()` |
//! | a body converted in between, as it is not `Default` | `.body_or_empty()` (feature `http-body`) or [`.answer_body(..)`](crate::CorsLayer::answer_body): [`Cors`](crate::Cors#bodies) |
//! | a predicate on the request's `Parts` | [`CorsLayer::per_request`](crate::CorsLayer::per_request): a policy for each host or path |
//!
//! # What else changes
//!
//! Each is a rule of the repository's `tests/parity/differences.json`. There 373 requests are put to both;
//! they differ in 223, and a test holds that list true.
//!
//! | rule | tower-http 0.7.1 | corsac |
//! |---|---|---|
//! | `plain-options` | answers every `OPTIONS` | answers preflights; your service gets the rest |
//! | `refused-gets-nothing` | tells everybody of credentials, methods, headers | a refused origin gets `Vary` alone |
//! | `inner-headers` | lets the service's CORS headers through | replaces or removes them |
//! | `refused-preflight`, `no-content` | answers preflights with 200 | 403 where the origin is refused, else 204 |
//! | `malformed-origin`, `look-alike-origin` | hands any text to the predicate, or mirrors it | allows nothing that is no origin; has patterns |
//! | `several-origins` | takes the first of several lines | allows none of them |
//! | `null-origin` | mirrors `null`, with credentials | needs `dangerous_allow_null_origin()` |
//! | `max-age` | sends none: browsers ask after 5 seconds | sends 7200 |
//! | `any-method`, `any-header`, `expose-any` | `*`, which leaves out `Authorization`, or a mirror | names |
//! | `each-once` | sends lists as given | sends each name once, `put` as `PUT` |
//! | `too-many-headers` | mirrors any amount | refuses more than 1024 names, or 16 KiB |
//! | `no-panic` | panics on `*` beside credentials | an error of `build()`, or a meaning |
//! | `vary-line` | appends a second line | merges into one |
//! | `vary-names` | names the preflight's headers on all responses, where mirrored | on preflights alone, always |
//! | `reject` | always passes on | does too, unless told to answer 403 |
//!
//! A few of them, seen:
//!
//! ```
//! # use http::{Request, Response};
//! # use std::convert::Infallible;
//! # use tower::{Layer, ServiceExt, service_fn};
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let service = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new("mine")));
//! let theirs = tower_http::cors::CorsLayer::permissive().layer(service);
//! let ours = corsac::CorsLayer::permissive().layer(service);
//!
//! // An OPTIONS that is no preflight.
//! let options = || Request::options("/").body(()).unwrap();
//! assert_eq!(*theirs.oneshot(options()).await.unwrap().body(), "");
//! assert_eq!(*ours.clone().oneshot(options()).await.unwrap().body(), "mine");
//!
//! // A preflight that asks for `authorization`.
//! let preflight = Request::options("/")
//!     .header("origin", "https://app.example.com")
//!     .header("access-control-request-method", "PUT")
//!     .header("access-control-request-headers", "authorization");
//! let answer = ours.oneshot(preflight.body(()).unwrap()).await.unwrap();
//! assert_eq!(answer.status(), 204);
//! assert_eq!(answer.headers()["access-control-allow-headers"], "authorization");
//! assert_eq!(answer.headers()["access-control-max-age"], "7200");
//! # }
//! ```
//!
//! # What breaks in tests
//!
//! * Text: `Vary: Origin` for `vary: origin`, `, ` for `,` in lists, 204 for 200.
//! * A test that asks with `OPTIONS` and without `Origin` or `Access-Control-Request-Method` now reaches the
//!   service.
//! * A test that expects `Access-Control-Allow-Credentials` without an allowed `Origin` finds none.
