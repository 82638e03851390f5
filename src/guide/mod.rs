//! Guides: how to choose a policy, add it to a server, and debug it.
//!
//! This module is documentation only. Every code block is a test.
//!
//! | to | read |
//! |---|---|
//! | decide which origins, methods and headers to allow | [`choosing`] |
//! | support MCP, tus, Connect or range requests; apps, extensions, phones on the local network | [`recipes`] |
//! | add the layer to axum, hyper, tonic, a gateway, Lambda, Workers, warp, salvo or poem | [`mounting`] |
//! | put the layer in the right place among other layers | [`layers`] |
//! | find out why a browser reports "blocked by CORS policy", or why code does not compile | [`troubleshooting`] |
//! | test a policy, and the order of layers | [`testing`] |
//! | compare a running server with a policy, by hand and in CI | [`probe`] |
//! | log refusals, and count decisions | [`logging`] |
//! | understand `Vary`, `max_age` and caches | [`caching`] |
//! | know which attacks CORS prevents, and which it does not | [`security`] |
//! | call `localhost` or a private address from a public page | [`local_network_access`] |
//! | replace tower-http's `CorsLayer` | [`tower_http`] |
//! | replace Express's `cors`, `@fastify/cors`, Hono's `cors()`, or what Next.js, API Gateway or Workers do | [`moving`] |
//! | let a proxy own CORS, in step with the service | [`edge`] |
//! | serve many customers, each with its own origins, or use a policy for each path | [`tenants`] |
//! | know the cost of a request, and how to keep it low | [`performance`] |
//!
//! Rules that come from a standard name its section: "Fetch" is the [Fetch standard], "HTML" the
//! [HTML standard]. The behavior of browsers was measured in Chromium 156 and Firefox 153 ESR.
//!
//! [Fetch standard]: https://fetch.spec.whatwg.org/
//! [HTML standard]: https://html.spec.whatwg.org/multipage/

// Links between guides are defined twice, and Markdown uses the first definition: on docs.rs that is
// the one in `links.md`, in the repository the one at the end of each guide. This is also why rustdoc
// gives `links.md` as the file of each test.

#[doc = include_str!("links.md")]
#[doc = include_str!("choosing.md")]
#[doc(alias(
    "cookie",
    "cookies",
    "development",
    "env",
    "environment",
    "preview",
    "subdomain",
    "token",
    "vercel",
    "wildcard"
))]
pub mod choosing {}

#[doc = include_str!("links.md")]
#[doc = include_str!("recipes.md")]
#[doc(alias(
    "app",
    "baggage",
    "capacitor",
    "connect",
    "electron",
    "eventsource",
    "extension",
    "file",
    "ionic",
    "lan",
    "mcp",
    "phone",
    "range",
    "sse",
    "tauri",
    "traceparent",
    "tus",
    "vscode"
))]
pub mod recipes {}

#[doc = include_str!("links.md")]
#[doc = include_str!("mounting.md")]
#[doc(alias(
    "aws",
    "axum",
    "cloudflare",
    "gateway",
    "grpc",
    "hyper",
    "lambda",
    "poem",
    "proxy",
    "salvo",
    "tonic",
    "warp",
    "wasm",
    "worker"
))]
pub mod mounting {}

#[doc = include_str!("links.md")]
#[doc = include_str!("layers.md")]
#[doc(alias("401", "404", "authentication", "compression", "nest", "order", "timeout"))]
pub mod layers {}

#[doc = include_str!("links.md")]
#[doc = include_str!("troubleshooting.md")]
#[doc(alias("blocked", "compile error", "debug", "error", "failed to fetch", "version"))]
pub mod troubleshooting {}

#[doc = include_str!("links.md")]
#[doc = include_str!("testing.md")]
#[doc(alias("check", "ci", "oneshot", "test", "tests", "unit test", "warnings"))]
pub mod testing {}

#[doc = include_str!("links.md")]
#[doc = include_str!("probe.md")]
#[doc(alias(
    "audit",
    "curl",
    "deployment",
    "drift",
    "github actions",
    "gitlab",
    "pre-commit",
    "scanner",
    "smoke test"
))]
pub mod probe {}

#[doc = include_str!("links.md")]
#[doc = include_str!("logging.md")]
#[doc(alias("RUST_LOG", "event", "log", "logs", "metrics", "prometheus", "tracing"))]
pub mod logging {}

#[doc = include_str!("links.md")]
#[doc = include_str!("caching.md")]
#[doc(alias("cache", "cdn", "max-age", "vary"))]
pub mod caching {}

#[doc = include_str!("links.md")]
#[doc = include_str!("security.md")]
#[doc(alias("csrf", "form", "null", "proxy", "websocket", "x-forwarded-host"))]
pub mod security {}

#[doc = include_str!("links.md")]
#[doc = include_str!("local_network_access.md")]
#[doc(alias("allow_private_network", "private-network"))]
pub mod local_network_access {}

#[doc = include_str!("links.md")]
#[doc = include_str!("tower_http.md")]
#[doc(alias("migration", "tower-http"))]
pub mod tower_http {}

#[doc = include_str!("links.md")]
#[doc = include_str!("moving.md")]
#[doc(alias("migration"))]
pub mod moving {
    #[doc = include_str!("links.md")]
    #[doc = include_str!("moving/express.md")]
    #[doc(alias("cors", "node", "npm"))]
    pub mod express {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("moving/fastify.md")]
    #[doc(alias("node", "npm"))]
    pub mod fastify {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("moving/hono.md")]
    #[doc(alias("bun", "deno", "node"))]
    pub mod hono {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("moving/nextjs.md")]
    #[doc(alias("next", "turborepo", "vercel"))]
    pub mod nextjs {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("moving/api_gateway.md")]
    #[doc(alias("aws", "function url", "lambda"))]
    pub mod api_gateway {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("moving/workers.md")]
    #[doc(alias("cloudflare", "worker"))]
    pub mod workers {}
}

#[doc = include_str!("links.md")]
#[doc = include_str!("edge.md")]
#[doc(alias("balancer", "export", "gateway", "ingress", "proxy"))]
pub mod edge {
    #[doc = include_str!("links.md")]
    #[doc = include_str!("edge/apache.md")]
    #[doc(alias("httpd", "mod_headers", "mod_rewrite", "virtualhost"))]
    pub mod apache {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("edge/caddy.md")]
    #[doc(alias("caddyfile"))]
    pub mod caddy {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("edge/envoy.md")]
    #[doc(alias("http_filters", "virtual_hosts"))]
    pub mod envoy {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("edge/haproxy.md")]
    pub mod haproxy {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("edge/nginx.md")]
    #[doc(alias("map", "add_header"))]
    pub mod nginx {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("edge/varnish.md")]
    #[doc(alias("vcl", "vcl_recv"))]
    pub mod varnish {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("edge/api_gateway.md")]
    #[doc(alias("aws", "cloudformation", "http api", "openapi", "sam"))]
    pub mod api_gateway {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("edge/azure_api_management.md")]
    #[doc(alias("apim", "azure", "microsoft"))]
    pub mod azure_api_management {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("edge/cloudfront.md")]
    #[doc(alias("aws", "cdn", "cloudformation"))]
    pub mod cloudfront {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("edge/gateway_api.md")]
    #[doc(alias("gateway api", "httproute", "kubernetes"))]
    pub mod gateway_api {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("edge/google_load_balancer.md")]
    #[doc(alias("gcp", "google", "url map"))]
    pub mod google_load_balancer {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("edge/istio.md")]
    #[doc(alias("kubernetes", "mesh", "virtualservice"))]
    pub mod istio {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("edge/lambda_url.md")]
    #[doc(alias("aws", "cloudformation", "function url", "lambda"))]
    pub mod lambda_url {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("edge/s3.md")]
    #[doc(alias("aws", "bucket", "cloudformation"))]
    pub mod s3 {}

    #[doc = include_str!("links.md")]
    #[doc = include_str!("edge/traefik.md")]
    #[doc(alias("ingressroute", "kubernetes", "middleware"))]
    pub mod traefik {}
}

#[doc = include_str!("links.md")]
#[doc = include_str!("tenants.md")]
#[doc(alias("customer", "database", "path", "per-route", "route"))]
pub mod tenants {}

#[doc = include_str!("links.md")]
#[doc = include_str!("performance.md")]
#[doc(alias("benchmark", "cost"))]
pub mod performance {}

/// The line in `logging.md` is the one that corsac logs.
///
/// ```
/// # include!("send.rs");
/// use std::{io::{self, Write}, sync::Mutex};
///
/// static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
///
/// struct Log;
///
/// impl Write for Log {
///     fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
///         LOG.lock().unwrap().write(bytes)
///     }
///
///     fn flush(&mut self) -> io::Result<()> {
///         Ok(())
///     }
/// }
///
/// fn main() {
///     let cors = CorsLayer::builder().allow_origins(["http://localhost:3000"]).build().unwrap();
///     let app = Router::new().route("/users", get(|| async {})).layer(cors);
///     let log = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG);
///     let log = log.with_ansi(false).without_time().with_writer(|| Log).finish();
///     tracing::subscriber::with_default(log, || send(&app, "GET /users"));
///
///     let guide = include_str!("logging.md");
///     let (_, line) = guide.split_once("2026-01-31T12:00:00.000000Z ").unwrap();
///     let (line, _) = line.split_once("\n```").unwrap();
///     let logged = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
///     if cfg!(feature = "tracing") {
///         assert_eq!(logged.trim(), line.replace('\n', " "));
///     }
/// }
/// ```
#[cfg(doctest)]
struct LogLine;
