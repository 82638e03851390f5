//! Where to mount it.
//!
//! The policy is the same in every host. What differs is the line that mounts it, what may stand outside of it,
//! and what the host does to answers. Each row is a program in [`examples/hosts`], and all of them answer one
//! table of 57 exchanges to the letter, as far as the host can receive them.
//!
//! | host | mount it | order that matters | the host's own doing |
//! |---|---|---|---|
//! | [axum](#axum) | `router.layer(cors)` | last: after routes, fallback, other layers | adds `Allow` to preflights |
//! | axum, around the router | `cors.layer(router)` | runs before routing | nothing |
//! | [hyper](#hyper) | `ServiceBuilder`, `TowerToHyperService` | first in `ServiceBuilder` | nothing |
//! | [tonic](#tonic-and-grpc-web) | `Server::builder().layer(cors)` | outside of `GrpcWebLayer` | nothing |
//! | [reverse proxy](#reverse-proxies-and-gateways) | `router.layer(cors)` | around what forwards, 502s too | nothing |
//! | [gateway](#reverse-proxies-and-gateways) | `cors.body_or_empty()` | first in `ServiceBuilder` | nothing |
//! | [AWS Lambda](#aws-lambda) | `router.layer(cors)` | no CORS settings in front of it | sends one line of a header |
//! | [Cloudflare Workers](#cloudflare-workers) | `cors.answer_body(..)` | as in Tower | its body has no `Default` |
//! | [warp](#warp) | around `warp::service(filters)` | no `warp::cors()` inside | nothing |
//! | [salvo](#salvo) | `Service::new(router).hoop(cors.compat())` | on the `Service`, not on a `Router` | chunked bodies |
//! | [poem](#poem-and-whatever-is-not-tower) | around a Tower service; or `Policy::evaluate` | around everything | chunked bodies, where mounted |
//!
//! Everywhere: outside of what answers on its own. [`layers`](super::layers) goes through it layer by layer.
//!
//! # axum
//!
//! ```
//! use axum::{Router, ServiceExt, extract::Request, routing::get};
//! use corsac::CorsLayer;
//! use tower::Layer;
//!
//! # async fn serve(listeners: [tokio::net::TcpListener; 2]) -> std::io::Result<()> {
//! # let [listener, other] = listeners;
//! let router = Router::new().route("/", get(|| async { "hello" }));
//! let app = router.clone().layer(CorsLayer::localhost()); // last: what is added later is not covered
//! axum::serve(listener, app).await?;
//!
//! // Or around the whole router:
//! # let listener = other;
//! let app = CorsLayer::localhost().layer(router);
//! axum::serve(listener, ServiceExt::<Request>::into_make_service(app)).await
//! # }
//! ```
//!
//! `Router::layer` runs inside of each route, and axum adds `Allow` to a preflight's answer where a route has no
//! `OPTIONS` handler: harmless. Around the router nothing is added, and nothing can slip out.
//!
//! A fixed policy for a nested router is that router's own `.layer`; its 404s are covered only by a fallback of its
//! own. `nest` cuts its prefix off before the nested router's layers run, so what chooses by path, with
//! `CorsLayer::per_request` or with `PathPolicies` (feature `serde`: from a file), is mounted outside of it:
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/send.rs")); fn main() {
//! let policy = CorsLayer::localhost().policy().cloned();
//! let of_api = CorsLayer::per_request(move |parts: &axum::http::request::Parts| {
//!     let rest = parts.uri.path().strip_prefix("/api");
//!     policy.clone().filter(|_| rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
//! });
//! let api = || Router::new().route("/", get(|| async { "api" })).route("/users", get(|| async { "users" }));
//!
//! let outside = Router::new().nest("/api", api()).layer(of_api.clone());
//! assert!(readable(&send(&outside, "GET /api/users")));
//! assert!(readable(&send(&outside, "GET /api"))); // where axum serves the nested `/`
//!
//! let inside = Router::new().nest("/api", api().layer(of_api)); // sees `/users`
//! assert!(!readable(&send(&inside, "GET /api/users")));
//! # }
//! ```
//!
//! [`layers`](super::layers#nested-routers) has more on `nest`, `merge` and `route_layer`.
//!
//! # hyper
//!
//! ```
//! use corsac::CorsLayer;
//! use http_body_util::Full;
//! use hyper::{Request, Response, body::{Bytes, Incoming}};
//! use hyper_util::{rt::{TokioExecutor, TokioIo}, server::conn::auto, service::TowerToHyperService};
//! use tower::{ServiceBuilder, service_fn};
//!
//! async fn hello(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, std::convert::Infallible> {
//!     Ok(Response::new(Full::from("hello")))
//! }
//! # async fn serve(listener: tokio::net::TcpListener) -> std::io::Result<()> {
//! // The first layer is the outermost.
//! let service = ServiceBuilder::new().layer(CorsLayer::localhost()).service(service_fn(hello));
//! loop {
//!     let (stream, _) = listener.accept().await?;
//!     let service = TowerToHyperService::new(service.clone());
//!     tokio::spawn(async move {
//!         let server = auto::Builder::new(TokioExecutor::new());
//!         server.serve_connection(TokioIo::new(stream), service).await
//!     });
//! }
//! # }
//! ```
//!
//! Bodies have to be `Default`, or [made](crate::Cors#bodies). What tower-http's `TraceLayer` makes of them is not:
//! add it before CORS, where it sees preflights too, or call `.body_or_empty()` (feature `http-body`) on the CORS
//! layer.
//!
//! ```sh
//! cargo add hyper http-body-util
//! cargo add hyper-util --features server-auto,service,tokio,http1,http2
//! cargo add tower --features util
//! ```
//!
//! # tonic, and gRPC-web
//!
//! tonic is no dependency of corsac's, so this is no test here; `examples/hosts/tonic` is, with Connect's client.
//!
//! ```ignore
//! // Around the gRPC services alone: it refuses every other request of HTTP/1.
//! let grpc = GrpcWebLayer::new().layer(greeter);
//! Server::builder()
//!     .accept_http1(true) // browsers speak HTTP/2 over TLS only
//!     .layer(cors)        // outside of `GrpcWebLayer`
//!     .add_routes(Routes::from(axum_router).add_service(grpc))
//! ```
//!
//! The other way round a preflight gets 400 over HTTP/1. The policy names what gRPC-web sends, and exposes what
//! it reads: errors without a body have their code in headers.
//!
//! ```
//! # use corsac::CorsLayer;
//! let cors = CorsLayer::builder()
//!     .allow_origins(["https://app.example.com"])
//!     // And the metadata of your own.
//!     .allow_headers(["content-type", "x-grpc-web", "x-user-agent", "grpc-timeout"])
//!     .expose_headers(["grpc-status", "grpc-message", "grpc-status-details-bin"])
//!     .build()?;
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! # Reverse proxies and gateways
//!
//! With axum in front, the layer is around the fallback that forwards, so that the page can read a 502 too. What
//! the upstream says of CORS is replaced, or removed where the policy refuses:
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/send.rs")); fn main() {
//! // Stands for the upstream, which allows everybody.
//! let forward = async || [("access-control-allow-origin", "*")];
//! let cors = CorsLayer::builder().allow_origins(["https://app.example.com"]).build().unwrap();
//! let app = Router::new().fallback(forward).layer(cors);
//! assert!(!readable(&send(&app, "GET /"))); // from another origin
//! # }
//! ```
//!
//! A gateway that returns hyper's `Incoming` has a body that nobody can make. `body_or_empty` (feature
//! `http-body`) makes it "the upstream's, or none", without a box:
//!
//! ```
//! # #[cfg(feature = "http-body")] {
//! # use corsac::{CorsLayer, body::BodyOrEmpty};
//! # use http::{Request, Response};
//! # use hyper::body::Incoming;
//! # use tower::{Layer, Service, service_fn};
//! # fn is_gateway<S: Service<Request<Incoming>, Response = Response<BodyOrEmpty<Incoming>>>>(_: S) {}
//! # async fn send(_: Request<Incoming>) -> Result<Response<Incoming>, String> { unreachable!() }
//! let gateway = CorsLayer::localhost().body_or_empty().layer(service_fn(send));
//! # is_gateway(gateway);
//! # }
//! ```
//!
//! An `Err` of the service ends the connection. A gateway that makes a 502 of it returns `BodyOrEmpty` itself, and the
//! layer needs no `body_or_empty`:
//!
//! ```
//! # #[cfg(feature = "http-body")] {
//! # use corsac::{CorsLayer, body::BodyOrEmpty};
//! # use http::{Request, Response, StatusCode};
//! # use hyper::body::Incoming;
//! # use tower::{Layer, Service, service_fn};
//! # fn is_gateway<S: Service<Request<Incoming>, Response = Response<BodyOrEmpty<Incoming>>>>(_: S) {}
//! # async fn send(_: Request<Incoming>) -> Result<Response<Incoming>, String> { unreachable!() }
//! async fn forward(request: Request<Incoming>) -> Result<Response<BodyOrEmpty<Incoming>>, http::Error> {
//!     match send(request).await {
//!         Ok(response) => Ok(response.map(BodyOrEmpty::from)),
//!         Err(_) => Response::builder().status(StatusCode::BAD_GATEWAY).body(BodyOrEmpty::default()),
//!     }
//! }
//! let gateway = CorsLayer::localhost().layer(service_fn(forward));
//! # is_gateway(gateway);
//! # }
//! ```
//!
//! A 502 with text is an `http_body_util::Either<Incoming, Full<Bytes>>`, behind `body_or_empty`.
//!
//! Under `Enforcement::Reject` pass the client's `Host` on, or say it in `X-Forwarded-Host` or `Forwarded`:
//! [own pages](super::security#csrf) are told by it.
//!
//! # AWS Lambda
//!
//! The router is as in [axum](#axum). `lambda_http` is no dependency of corsac's: the program, and emulated front
//! ends of each kind, are in `examples/hosts/lambda`.
//!
//! ```ignore
//! lambda_http::run(router.layer(cors)).await
//! ```
//!
//! * Of a header with several lines `lambda_http` sends the first alone, behind HTTP APIs, Function URLs and load
//!   balancers without multi-value headers. corsac writes one line of `Vary`; nothing outside may add a second.
//! * Leave CORS out of the settings of the HTTP API and of the Function URL: they answer preflights themselves, and
//!   replace the function's headers. Or let them, and mount `CorsLayer::disabled()`.
//! * In a REST API `OPTIONS` has to reach the function without an authorizer: `{proxy+}` with `ANY`.
//! * `cargo lambda watch` needs `--disable-cors`. Without it every origin is allowed, and tests prove nothing.
//!
//! # Cloudflare Workers
//!
//! With a router, or a plain service. The crate `worker` is no dependency either: `examples/hosts/worker`.
//!
//! ```ignore
//! // A handler makes its service for each request: the policy is compiled once.
//! static CORS: LazyLock<Result<CorsLayer, BuildError>> = LazyLock::new(|| policy().map(CorsLayer::new));
//!
//! router.layer(cors).oneshot(request).await?.try_into()                 // an axum router
//! cors.answer_body(|_, _| worker::Body::empty()).layer(service_fn(app)) // bodies of the Worker's own
//! ```
//!
//! `worker::Body` has no `Default`, so `answer_body` makes the empty one. Futures need not be `Send`, and corsac
//! asks for no clock: `Instant::now` panics there.
//!
//! # warp
//!
//! `warp::serve` takes filters, and no layers; `warp::service` makes a Tower service of them, which
//! [hyper](#hyper) serves. No dependency either: `examples/hosts/warp`.
//!
//! ```ignore
//! let service = ServiceBuilder::new().layer(cors).service(warp::service(filters));
//! ```
//!
//! Around the whole service, because warp makes responses of its rejections on the way out of it.
//!
//! # salvo
//!
//! `compat()` is salvo's (feature `tower-compat`). No dependency either: `examples/hosts/salvo`.
//!
//! ```ignore
//! let app = Service::new(router).hoop(cors.compat());
//! ```
//!
//! A hoop of a `Router` runs where a route matches, and none matches a preflight: salvo would answer 405.
//!
//! # poem, and whatever is not Tower
//!
//! poem's `compat()` (feature `tower-compat`) mounts a Tower service, with its layer around it. Its bodies have
//! to be `Send` and `Sync`; axum's are not. No dependency either: `examples/hosts/poem`.
//!
//! ```ignore
//! let service = ServiceBuilder::new().layer(cors).service(service_fn(app));
//! Server::new_with_acceptor(acceptor).run(service.compat()).await
//! ```
//!
//! poem's own requests and responses no layer takes. A middleware asks the policy, as it can in any framework:
//!
//! ```
//! # use corsac::Policy;
//! # use http::{Request, Response};
//! # async fn cors(policy: &Policy, request: Request<()>, next: impl AsyncFnOnce(Request<()>) -> Response<()>)
//! # -> Response<()> {
//! // The request goes to the handler; the decision needs its headers.
//! let (method, headers) = (request.method().clone(), request.headers().clone());
//! let decision = policy.evaluate(&method, &headers);
//! let mut response = match decision.status() {
//!     Some(status) => Response::builder().status(status).body(()).unwrap(), // a preflight, or rejected
//!     None => next(request).await,
//! };
//! decision.apply(response.headers_mut());
//! response
//! # }
//! ```
//!
//! Put it around everything, and where errors are responses already: then a 404 is covered. A policy that rejects
//! wants the URI too, where HTTP/2 has the host: [`Policy::evaluate_request`](crate::Policy::evaluate_request).
//!
//! [`examples/hosts`]: https://github.com/corsac-rs/corsac/tree/main/examples/hosts
