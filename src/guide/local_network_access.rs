//! Local Network Access.
//!
//! A page on the public internet that calls `localhost` or a private address needs **the user's permission**
//! in current browsers. The console reports the refusal as a CORS error. It is none: the request is never
//! sent, not even a preflight, and no response header can change it.
//!
//! # How to tell
//!
//! * The server sees nothing: no request, no event in the log.
//! * Chromium's message ends so: "blocked by CORS policy: Permission was denied for this request to access the
//!   `loopback` address space".
//! * In Firefox the request hangs while the question is on screen, for up to five minutes, and fails with
//!   "CORS request did not succeed".
//! * A WebSocket fails in Chromium with "Error in connection establishment:
//!   `net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS`".
//! * The same call works from a page on `localhost`, and from `curl`.
//!
//! # What browsers do
//!
//! | from | to | Chromium 156 | Firefox 153 ESR |
//! |---|---|---|---|
//! | public page over https | loopback or private address | asks the user; headless: denied | asks the user; without an answer the request hangs |
//! | public page over http | loopback or private address | blocked, without a question | |
//! | page on the loopback | anything | not checked | |
//! | page on a private address | loopback | not checked | |
//!
//! After the permission ordinary CORS follows, preflights and all, so the policy has to allow the page too.
//! Chrome does so since version 142, and for WebSockets since 147.
//!
//! # What to do
//!
//! 1. **Serve the page from where the service is**: from the loopback, or from the same network. Nothing is
//!    asked then.
//! 2. Otherwise serve the page over **https**, and call the service when the user asks for what needs it.
//!    Explain a refusal in the page; to its script it looks like a network error.
//! 3. From an https page a plain `http://` name on the loopback can be mixed content as well. In Chromium the
//!    page says where it is going: `fetch(url, { targetAddressSpace: "loopback" })`.
//! 4. **Then allow the page's origin**, by name. "Any origin" on a loopback service opens it to every
//!    page whose user once gave the permission, and to the browsers that do not ask:
//!    [Services on the loopback](super::security#services-on-the-loopback-and-dns-rebinding).
//!
//! ```
//! use corsac::{CorsLayer, Enforcement};
//!
//! // A daemon on the user's machine, which its own web application calls.
//! let cors = CorsLayer::builder()
//!     .allow_origins(["https://app.example.com"])
//!     .enforcement(Enforcement::Reject)
//!     .build()?;
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! # `Access-Control-Allow-Private-Network`
//!
//! The header of an earlier design, Private Network Access, in which the preflight asked. It was put on
//! hold, never enforced by default, and replaced by the permission. Chromium 156 does not know the header.
//! corsac does not send it, and answers a preflight that asks for it like any other:
//!
//! ```
//! use corsac::CorsLayer;
//! use http::{HeaderMap, HeaderValue, Method};
//!
//! let policy = CorsLayer::builder().allow_any_origin().build_policy()?;
//! let mut preflight = HeaderMap::new();
//! for (name, value) in [
//!     ("origin", "https://app.example.com"),
//!     ("access-control-request-method", "GET"),
//!     ("access-control-request-private-network", "true"),
//! ] {
//!     preflight.insert(name, HeaderValue::from_static(value));
//! }
//! let decision = policy.evaluate(&Method::OPTIONS, &preflight);
//! assert!(decision.is_allowed());
//!
//! let mut response = HeaderMap::new();
//! decision.apply(&mut response);
//! assert!(!response.contains_key("access-control-allow-private-network"));
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! For a fleet of old browsers that still ask, a layer outside of corsac can add the header.
