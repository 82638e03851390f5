//! Layers, and their order.
//!
//! **CORS goes outside of everything that answers on its own.** What answers outside of it answers without
//! CORS headers: a page sees "blocked by CORS policy" where it should see a 401, and a preflight that meets
//! a 401 stops the request altogether. The `TraceLayer` may stand outside: it answers nothing.
//!
//! [`mounting`](super::mounting) has the lines for each host. `cargo run --example layer_order` prints what a page
//! sees with CORS added last, and first.
//!
//! The blocks below have these imports and functions. Each request has a `Content-Length` of 100.
//!
//! ```
#![doc = include_str!("send.rs")]
//! ```
//!
//! # In axum, last; in `ServiceBuilder`, first
//!
//! `Router::layer` wraps what is there: routes, fallback and earlier layers. What is added last is
//! outermost. `ServiceBuilder` reads from the outside to the inside. With authentication as the example:
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/send.rs")); fn main() {
//! let auth = || from_fn(async |_: Request, _: Next| StatusCode::UNAUTHORIZED);
//! let routes = || Router::new().route("/", get(|| async { "hello" }));
//! let right = routes().layer(auth()).layer(CorsLayer::localhost());
//! let stack = ServiceBuilder::new().layer(CorsLayer::localhost()).layer(auth());
//! for app in [right, routes().layer(stack)] {
//!     assert_eq!(send(&app, "preflight of GET /").status(), 204);
//!     let refused = send(&app, "GET /");
//!     assert_eq!(refused.status(), 401);
//!     assert!(readable(&refused));
//! }
//!
//! let wrong = routes().layer(CorsLayer::localhost()).layer(auth());
//! assert_eq!(send(&wrong, "preflight of GET /").status(), 401);
//! assert!(!readable(&send(&wrong, "GET /")));
//! # }
//! ```
//!
//! Preflights never carry cookies or `Authorization` (Fetch, "CORS-preflight fetch"), so authentication
//! that sees them can only refuse them.
//!
//! # `layer`, `route_layer`, or around the router
//!
//! | mounted as | covers | but not |
//! |---|---|---|
//! | `router.layer(cors)` | routes with their 405s, the fallback | what is added later |
//! | `router.route_layer(cors)` | routes with their 405s | 404s and the fallback, what is added later |
//! | `get(..).layer(cors)` | this path, with its 405s | |
//! | `get(..).route_layer(cors)` | these methods | 405s, and so **preflights** |
//! | `cors.layer(router)` | everything | |
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/send.rs")); fn main() {
//! let app = Router::new()
//!     .route("/", get(|| async { "hello" }))
//!     .layer(CorsLayer::localhost())
//!     .route("/late", get(|| async { "hello" }));
//! assert!(readable(&send(&app, "GET /")));
//! assert!(readable(&send(&app, "GET /missing"))); // 404
//! assert!(readable(&send(&app, "POST /"))); // 405
//! assert!(!readable(&send(&app, "GET /late")));
//!
//! let hello = || get(|| async { "hello" });
//! let app = Router::new().route("/", hello()).route_layer(CorsLayer::localhost());
//! assert!(readable(&send(&app, "GET /")));
//! assert!(!readable(&send(&app, "GET /missing")));
//!
//! let app = Router::new().route("/", hello().route_layer(CorsLayer::localhost()));
//! assert!(readable(&send(&app, "GET /")));
//! assert_eq!(send(&app, "preflight of GET /").status(), 405);
//!
//! let routes = Router::new().route("/", get(|| async { "hello" }));
//! let preflight = send(&routes.clone().layer(CorsLayer::localhost()), "preflight of PUT /");
//! assert_eq!(preflight.headers()["allow"], "GET,HEAD");
//!
//! let service = tower::Layer::layer(&CorsLayer::localhost(), routes);
//! let around = Router::new().fallback_service(service.clone()); // only so that `send` takes it
//! let preflight = send(&around, "preflight of PUT /");
//! assert_eq!(preflight.status(), 204);
//! assert!(!preflight.headers().contains_key("allow"));
//!
//! // axum::serve(listener, app).await
//! let app = axum::ServiceExt::<Request>::into_make_service(service);
//! # }
//! ```
//!
//! `Router::layer` wraps each path's methods, so axum adds `Allow` to the answer of a preflight, which browsers
//! ignore. Around the router it does not, and nothing added later can slip out. The result is a service
//! and no `Router` any more: that is the form for `axum::serve`, and for layers that change the URL.
//!
//! # Nested routers
//!
//! A layer on a nested router covers the nested routes. A path that none of them matches is the outer
//! router's 404, unless the nested router has a fallback of its own. One layer on the outermost router is
//! simpler. Where two stand around a route, the outer one answers the preflights and owns the headers: it
//! cannot be widened, or narrowed, from inside.
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/send.rs")); fn main() {
//! let api = || Router::new().route("/users", get(|| async { "users" }));
//!
//! let app = Router::new().nest("/api", api().layer(CorsLayer::localhost()));
//! assert!(readable(&send(&app, "GET /api/users")));
//! assert!(!readable(&send(&app, "GET /api/missing")));
//!
//! let outer = CorsLayer::builder().allow_origins(["https://app.example.com"]).build().unwrap();
//! let app = Router::new().nest("/api", api().layer(CorsLayer::permissive())).layer(outer);
//! assert!(!readable(&send(&app, "GET /api/users")));
//!
//! let other = Router::new().route("/other", get(|| async { "other" }));
//! let app = api().layer(CorsLayer::localhost()).merge(other);
//! assert!(readable(&send(&app, "GET /users")) && !readable(&send(&app, "GET /other")));
//! # }
//! ```
//!
//! `merge` keeps each router's layers: two routers with a policy each are two policies, side by side.
//!
//! One CORS layer around another, corsac's or tower-http's, is nearly always a leftover. With the feature `tracing`
//! the outer one says so, once, at `WARN`: "one CORS layer is around another".
//!
//! # Panics, timeouts, errors
//!
//! A panic that nobody catches closes the connection; there is no response, and Firefox says "CORS request did
//! not succeed". Catch it inside of CORS. The same for a timeout that answers, as tower-http's does.
//! tower's own timeout, load shedding and buffer end in an `Err` instead, which passes CORS as it is,
//! because there is no response to decorate. Turn it into one inside of CORS.
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/send.rs")); fn main() {
//! use axum::{BoxError, error_handling::HandleErrorLayer};
//! use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};
//!
//! let limit = Duration::from_millis(5);
//! let app = Router::new()
//!     .route("/panic", get(async || -> &'static str { panic!("on purpose") }))
//!     .route("/slow", get(std::future::pending::<&'static str>))
//!     .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, limit))
//!     .layer(CatchPanicLayer::new())
//!     .layer(CorsLayer::localhost());
//! for (what, status) in [("GET /panic", 500), ("GET /slow", 504)] {
//!     let response = send(&app, what);
//!     assert_eq!(response.status(), status);
//!     assert!(readable(&response));
//! }
//!
//! let to_response = HandleErrorLayer::new(async |_: BoxError| StatusCode::GATEWAY_TIMEOUT);
//! let app = Router::new().route("/slow", get(std::future::pending::<&'static str>)).layer(
//!     ServiceBuilder::new()
//!         .layer(CorsLayer::localhost())
//!         .layer(to_response)
//!         .timeout(Duration::from_millis(5)),
//! );
//! assert!(readable(&send(&app, "GET /slow"))); // 504
//! # }
//! ```
//!
//! # Limits on rate and body size
//!
//! Inside of CORS: pages can read the 429 and the 413, and preflights are not counted. They never reach the
//! inner service, and cost less than the limiter. A header that pages are to read is exposed.
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/send.rs")); fn main() {
//! use tower_http::limit::RequestBodyLimitLayer;
//!
//! let cors = CorsLayer::builder().allow_origins(["http://localhost:5173"]);
//! let cors = cors.expose_headers([RETRY_AFTER]).build().unwrap();
//! let busy = async || (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "30")]);
//! let app = Router::new().route("/", get(busy)).layer(cors.clone());
//! let limited = send(&app, "GET /");
//! assert_eq!(limited.status(), 429);
//! assert_eq!(limited.headers()["access-control-expose-headers"], "retry-after");
//!
//! let app = app.layer(RequestBodyLimitLayer::new(99));
//! assert_eq!(send(&app, "POST /").status(), 413);
//! assert!(!readable(&send(&app, "POST /"))); // the limit is outside
//! assert!(readable(&send(&app.layer(cors), "POST /")));
//! # }
//! ```
//!
//! # Redirects
//!
//! A preflight must not be redirected (Fetch, "CORS-preflight fetch"), and every redirect of a request needs
//! CORS headers of its own (Fetch, "HTTP fetch"). What redirects, to https or to a path with another slash,
//! stands inside of CORS: then preflights are answered first, and the redirect can be followed.
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/send.rs")); fn main() {
//! let routes = Router::new().route("/users", get(|| async { Redirect::permanent("/users/") }));
//! let app = routes.clone().layer(CorsLayer::localhost());
//! assert_eq!(send(&app, "preflight of PUT /users").status(), 204);
//! assert!(readable(&send(&app, "GET /users")));
//!
//! let redirect = from_fn(async |_: Request, _: Next| Redirect::permanent("/users/"));
//! let app = routes.layer(CorsLayer::localhost()).layer(redirect);
//! assert_eq!(send(&app, "preflight of PUT /users").status(), 308);
//! # }
//! ```
//!
//! # Compression
//!
//! Inside of CORS. It varies on `Accept-Encoding`, CORS varies on `Origin`, and corsac merges the two into
//! one line. From outside it writes a line of its own, and some hosts send only the first of two.
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/send.rs")); fn main() {
//! let compress = map_response(async |mut response: Response| {
//!     response.headers_mut().append("vary", HeaderValue::from_static("accept-encoding"));
//!     response
//! });
//! let routes = Router::new().route("/", get(|| async { "hello" }));
//! let vary_lines = |app: &Router| send(app, "GET /").headers().get_all("vary").iter().count();
//!
//! let app = routes.clone().layer(compress.clone()).layer(CorsLayer::localhost());
//! assert_eq!(send(&app, "GET /").headers()["vary"], "accept-encoding, Origin");
//! assert_eq!(vary_lines(&app), 1);
//! assert_eq!(vary_lines(&routes.layer(CorsLayer::localhost()).layer(compress)), 2);
//! # }
//! ```
//!
//! # Logs, traces, metrics
//!
//! Outside of CORS they see everything. Inside, they miss the preflights, and under
//! [`Enforcement::Reject`](crate::Enforcement::Reject) the refused requests too.
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/send.rs")); fn main() {
//! use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
//! use tower_http::trace::TraceLayer;
//!
//! static SEEN: [AtomicU32; 2] = [AtomicU32::new(0), AtomicU32::new(0)];
//! let count = |at: usize| {
//!     let layer = TraceLayer::new_for_http();
//!     layer.on_request(move |_: &Request, _: &_| _ = SEEN[at].fetch_add(1, Relaxed))
//! };
//! let app = Router::new().route("/", get(|| async { "hello" }));
//! let app = app.layer(count(0)).layer(CorsLayer::localhost()).layer(count(1));
//! send(&app, "preflight of PUT /");
//! send(&app, "GET /");
//! assert_eq!(SEEN.each_ref().map(|it| it.load(Relaxed)), [1, 2]);
//!
//! # #[cfg(feature = "http-body")] {
//! let stack = ServiceBuilder::new().layer(CorsLayer::localhost().body_or_empty());
//! let app = Router::new().route("/", get(|| async { "hello" }));
//! let app = app.layer(stack.layer(TraceLayer::new_for_http()));
//! # assert_eq!(send(&app, "preflight of PUT /").status(), 204);
//! # }
//! # }
//! ```
//!
//! [`CorsLayer::on_decision`](crate::CorsLayer::on_decision) counts decisions without a subscriber.
//! Refusals, with their reasons, are events of the target `corsac` wherever the layer stands.
//!
//! In one `ServiceBuilder` a `TraceLayer` inside of CORS makes bodies without `Default`, so call `body_or_empty`
//! (feature `http-body`). With a `Router::layer` for each, axum's own body is in between.
//!
//! # WebSockets, gRPC-web, upstreams
//!
//! * A `101` passes, decorated like any other response. Browsers do not look: see
//!   [WebSockets](super::security#websockets).
//! * gRPC-web: outside of `GrpcWebLayer`, which would answer preflights itself. What to allow and to expose is in
//!   [`mounting`](super::mounting#tonic-and-grpc-web).
//! * What a gateway's upstream writes of CORS is replaced, and a `DEBUG` event says so. See
//!   [Reverse proxies and gateways](super::mounting#reverse-proxies-and-gateways).
