//! Guides: how to choose, mount and debug a policy. Documentation only; every code block is a test.
//!
//! | to | read |
//! |---|---|
//! | decide what to allow | [`choosing`] |
//! | mount it in axum, hyper, tonic, a gateway, Lambda, Workers, warp, salvo, poem | [`mounting`] |
//! | put the layer in the right place among others | [`layers`] |
//! | find out why a browser says "blocked by CORS policy" | [`troubleshooting`] |
//! | understand `Vary`, `max_age` and caches | [`caching`] |
//! | know what CORS protects, and what it does not | [`security`] |
//! | call `localhost` or a private address from a public page | [`local_network_access`] |
//! | replace tower-http's `CorsLayer` | [`tower_http`] |
//! | serve many customers, each with origins of its own | [`tenants`] |
//! | know what it costs, and what to avoid | [`performance`] |
//!
//! Rules that come from a standard name its section: "Fetch" is the [Fetch standard], "HTML" the
//! [HTML standard]. What is said of browsers was measured in Chromium 156 and Firefox 153 ESR.
//!
//! [Fetch standard]: https://fetch.spec.whatwg.org/
//! [HTML standard]: https://html.spec.whatwg.org/multipage/

pub mod caching;
pub mod choosing;
pub mod layers;
pub mod local_network_access;
pub mod mounting;
pub mod performance;
pub mod security;
pub mod tenants;
pub mod tower_http;
pub mod troubleshooting;
