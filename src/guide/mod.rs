//! Guides: how to choose a policy, add it to a server, and debug it.
//!
//! This module is documentation only. Every code block is a test.
//!
//! | to | read |
//! |---|---|
//! | decide which origins, methods and headers to allow | [`choosing`] |
//! | add the layer to axum, hyper, tonic, a gateway, Lambda, Workers, warp, salvo or poem | [`mounting`] |
//! | put the layer in the right place among other layers | [`layers`] |
//! | find out why a browser reports "blocked by CORS policy" | [`troubleshooting`] |
//! | understand `Vary`, `max_age` and caches | [`caching`] |
//! | know which attacks CORS prevents, and which it does not | [`security`] |
//! | call `localhost` or a private address from a public page | [`local_network_access`] |
//! | replace tower-http's `CorsLayer` | [`tower_http`] |
//! | serve many customers, each with its own origins | [`tenants`] |
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
#[doc(alias("cookie", "cookies", "development", "env", "environment", "subdomain", "token"))]
pub mod choosing {}

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
#[doc(alias("RUST_LOG", "blocked", "debug", "log", "logging", "tracing"))]
pub mod troubleshooting {}

#[doc = include_str!("links.md")]
#[doc = include_str!("caching.md")]
#[doc(alias("cdn", "max-age", "vary"))]
pub mod caching {}

#[doc = include_str!("links.md")]
#[doc = include_str!("security.md")]
#[doc(alias("csrf", "null", "websocket"))]
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
#[doc = include_str!("tenants.md")]
#[doc(alias("database", "customer", "route"))]
pub mod tenants {}

#[doc = include_str!("links.md")]
#[doc = include_str!("performance.md")]
#[doc(alias("benchmark", "cost"))]
pub mod performance {}
