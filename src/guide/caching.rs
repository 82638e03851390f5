//! Caches, and `Vary`.
//!
//! Three caches see what a policy says. Each keeps something else.
//!
//! | cache | keeps | keyed by | ended by |
//! |---|---|---|---|
//! | the browser's, for preflights | allowed methods and headers | origin, URL with its query, credentials | `Access-Control-Max-Age` |
//! | the browser's, for HTTP | whole responses, CORS headers too | URL, and what `Vary` names | `Cache-Control` |
//! | a CDN, a proxy | the same, for all users | URL, and what `Vary` names, if it honours that | `Cache-Control`, a purge |
//!
//! # `Vary: Origin`, on every response
//!
//! A policy that names origins answers `Access-Control-Allow-Origin` with the origin that asked. Without
//! `Vary: Origin` a cache would hand this response to the next origin, whose browser refuses it (Fetch,
//! "CORS protocol and HTTP caches"). So it stands on **every** response of such a policy:
//!
//! ```
//! use corsac::CorsLayer;
//! use http::{HeaderMap, HeaderValue, Method, header::{ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN, VARY}};
//!
//! let policy = CorsLayer::builder().allow_origins(["https://a.example"]).build_policy()?;
//! let answer = |origin: Option<&'static str>| {
//!     let request = origin.map(|origin| (ORIGIN, HeaderValue::from_static(origin)));
//!     let mut response = HeaderMap::new();
//!     policy.evaluate(&Method::GET, &HeaderMap::from_iter(request)).apply(&mut response);
//!     response
//! };
//!
//! for origin in [Some("https://a.example"), Some("https://b.example"), None] {
//!     assert_eq!(answer(origin)[VARY], "Origin");
//! }
//! assert_eq!(answer(Some("https://a.example"))[ACCESS_CONTROL_ALLOW_ORIGIN], "https://a.example");
//! assert!(!answer(Some("https://b.example")).contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! | without it on | happens, as measured |
//! |---|---|
//! | allowed responses | another allowed origin is blocked, from the cache |
//! | responses without `Origin`: an image, a link | the later `fetch` of the same URL is blocked, from the cache |
//! | refused responses | in Firefox, an allowed origin is blocked |
//! | a 304 | the stored headers stay in force, and another origin is blocked |
//!
//! That is why a page can work at one time and not at another, and again after a reload without the cache.
//!
//! # One line
//!
//! corsac merges `Origin` into the line that the inner service wrote. A second line is allowed in HTTP, and
//! some hosts drop it.
//!
//! ```
//! # use corsac::CorsLayer;
//! # use http::{HeaderMap, HeaderValue, Method, header::VARY};
//! # let policy = CorsLayer::builder().allow_origins(["https://a.example"]).build_policy()?;
//! # let nothing = HeaderMap::new();
//! let mut response = HeaderMap::from_iter([(VARY, HeaderValue::from_static("accept-encoding"))]);
//! policy.evaluate(&Method::GET, &nothing).apply(&mut response);
//! assert_eq!(response[VARY], "accept-encoding, Origin");
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! A layer outside of corsac that *inserts* a `Vary` removes `Origin`. One that appends makes a second line.
//!
//! # CDNs
//!
//! * **It ignores `Vary`**, as many do by default: make `Origin` part of the cache key, or do not cache
//!   what a policy with a list answers.
//! * **`Vary: Origin` fills the cache**: each origin has its own copy of a response. What everybody may
//!   read without credentials needs no list: `allow_any_origin` sends the constant `*` on every response,
//!   to requests without `Origin` too, and no `Vary`.
//!
//! ```
//! # use corsac::CorsLayer;
//! # use http::{HeaderMap, Method, header::{ACCESS_CONTROL_ALLOW_ORIGIN, VARY}};
//! let policy = CorsLayer::builder().allow_any_origin().build_policy()?;
//! let mut response = HeaderMap::new();
//! policy.evaluate(&Method::GET, &HeaderMap::new()).apply(&mut response);
//! assert_eq!(response[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
//! assert!(!response.contains_key(VARY));
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! * **There is no switch that turns `Vary` off** for a list: it would poison the cache sooner or later.
//!   Where the CDN does CORS itself, use [`CorsLayer::disabled`](crate::CorsLayer::disabled).
//! * **It adds the headers too**: [two values](super::troubleshooting#contains-multiple-values).
//! * **After a change of the policy**, purge: cached responses carry the old headers until they expire.
//!
//! # The preflight cache
//!
//! One preflight is remembered for one origin and one URL, query included (Fetch, "CORS-preflight cache"):
//! `/users/1` and `/users/2` ask separately. corsac sends the full lists of methods and headers, so one
//! answer covers every method and header of that URL.
//!
//! | `max_age` | header | Chromium | Firefox |
//! |---|---|---|---|
//! | not said | `7200` | 2 h | 2 h |
//! | `Duration::ZERO` | `0` | asks each time | asks each time |
//! | a day | `86400` | 2 h | 24 h |
//! | no header at all | | 5 s | 5 s |
//!
//! ```
//! use std::time::Duration;
//! use corsac::CorsLayer;
//!
//! # let builder = || CorsLayer::builder().allow_any_origin();
//! let day = builder().max_age(Duration::from_secs(24 * 60 * 60)).build()?;
//! let never = builder().max_age(Duration::ZERO).build()?;
//! let fractions = builder().max_age(Duration::from_millis(1500)).build();
//! assert!(fractions.is_err());
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! Preflights come more often than `max_age` says:
//!
//! * Each URL asks for itself. Moving identifiers from the path into a body or a header saves preflights.
//! * Firefox remembers at most a hundred, and never a `*` for methods or headers; corsac sends names.
//! * Chromium remembers none for pages of the origin `null`.
//! * In Firefox a network error of a request forgets its preflight, as the standard has it.
//! * In Firefox the answer to a request with credentials does not serve one without.
//!
//! # What a change of policy does
//!
//! A browser that remembers a preflight goes on with it until it expires: two hours, in the worst case.
//! Allowing more is seen at once, because what is not remembered is asked for. Allowing less is not: the
//! requests come without asking. Their responses are checked afresh, so a page of an origin that was removed
//! can send, and cannot read. Before such a change, lower `max_age`, and wait for the old one to pass.
//!
//! [`Enforcement::Reject`](crate::Enforcement::Reject) stops those requests on the server.
//!
//! Preflights themselves are not cached by HTTP caches, because `OPTIONS` is not cacheable (RFC 9110,
//! 9.3.7). Some CDNs do so anyway: their answers vary on all that they depend on.
//!
//! ```
//! # use corsac::CorsLayer;
//! # use http::{HeaderMap, HeaderValue, Method, header::*};
//! # let policy = CorsLayer::builder().allow_origins(["https://a.example"]).build_policy()?;
//! let preflight = HeaderMap::from_iter([
//!     (ORIGIN, HeaderValue::from_static("https://a.example")),
//!     (ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("GET")),
//! ]);
//! let mut response = HeaderMap::new();
//! policy.evaluate(&Method::OPTIONS, &preflight).apply(&mut response);
//! assert_eq!(
//!     response[VARY],
//!     "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
//! );
//! # Ok::<(), corsac::BuildError>(())
//! ```
