//! Security: what CORS protects, and what it does not.
//!
//! The browser's same-origin policy forbids a page to **read** what another origin answers to its user. CORS
//! loosens that, for the origins that a policy names. It protects no server by itself.
//!
//! | threat | CORS |
//! |---|---|
//! | a strange page reads a user's data | forbidden already; a wrong policy permits it |
//! | a strange page sends a form or an image request with the user's cookies | not stopped: [CSRF](#csrf) |
//! | a strange page opens a WebSocket with the user's cookies | not stopped: [WebSockets](#websockets) |
//! | a program, `curl`, a server calls the API | not concerned: authenticate |
//! | a `PUT` or `DELETE` from a strange page | stopped by the preflight, in browsers |
//! | script injected into an allowed page | is that page |
//!
//! # Credentials
//!
//! With `allow_credentials`, each allowed origin can act as the user and read the answers. List as few as
//! will do. corsac refuses what makes the list meaningless:
//!
//! ```
//! use corsac::CorsLayer;
//!
//! let any = CorsLayer::builder().allow_any_origin().allow_credentials(true).build();
//! let plain = CorsLayer::builder().allow_origins(["http://a.example"]).allow_credentials(true).build();
//! assert!(any.is_err()); // any page could act for any user
//! assert!(plain.is_err()); // and here, whoever sits on the wire
//! ```
//!
//! Without credentials a page learns what anybody who reaches the service could learn. That is harmless for
//! what is public, and not for what only a network address protects.
//!
//! # Reflecting any origin
//!
//! Browsers refuse `*` with credentials (Fetch, "CORS check"). Sending back whatever origin asks passes
//! that check, and means the same: every page in the world reads every user's data. Several libraries do
//! this where `*` and credentials are configured together, and have had security advisories for it. Here it
//! needs `dangerous_allow_any_origin_with_credentials`. The door is there for tests and worthless accounts.
//!
//! # `null`
//!
//! Not "no origin": every sandboxed frame, `data:` URL and `file:` page sends it, and so does a request that a
//! redirect has taken to a second origin (Fetch, "Origin header"). Any page can make a sandboxed frame, so
//! allowing `null` with credentials allows everybody.
//!
//! ```
//! # use corsac::CorsLayer;
//! # use http::{HeaderMap, HeaderValue, Method, header::ORIGIN};
//! let policy = CorsLayer::builder().allow_origin_if(|_| true).build_policy()?;
//! let headers = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static("null"))]);
//! let decision = policy.evaluate(&Method::GET, &headers);
//! assert_eq!(decision.denial().unwrap().kind().as_str(), "null-origin"); // no predicate is asked
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! # Subdomains and public suffixes
//!
//! `https://*.example.com` trusts everything below that domain: the blog at a hosting company, a preview, and
//! a DNS record that points to a bucket nobody owns any more, which whoever takes the bucket then owns. Prefer
//! names; watch the zone; keep user content on another domain.
//!
//! Below a public suffix (`github.io`, `co.uk`, a cloud's domain for applications) strangers register names.
//! A wildcard over one allows all of them. corsac refuses wildcards over a top-level label alone, as no
//! list of suffixes is complete. For the others there is a [warning](crate::Policy::warnings) (feature
//! `public-suffix`).
//!
//! ```
//! # use corsac::CorsLayer;
//! assert!(CorsLayer::builder().allow_origins(["https://*.com"]).build().is_err());
//! assert!(CorsLayer::builder().allow_origins(["https://*.github.io"]).build().is_ok()); // everybody!
//! assert!(CorsLayer::builder().allow_origins(["https://me.github.io"]).build().is_ok());
//! ```
//!
//! # Regexes
//!
//! A regex matches the whole origin here, so a missing `^` or `$` opens nothing. A missing backslash does:
//! `.` is any character.
//!
//! ```
//! # #[cfg(feature = "regex")] {
//! # use corsac::CorsLayer;
//! # use http::{HeaderMap, HeaderValue, Method, header::ORIGIN};
//! let allows = |regex: &str, origin: &'static str| {
//!     let policy = CorsLayer::builder().allow_origin_regex(regex).build_policy().unwrap();
//!     let headers = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static(origin))]);
//!     policy.evaluate(&Method::GET, &headers).is_allowed()
//! };
//! assert!(!allows(r"https://app\.example\.com", "https://app.example.com.evil.example"));
//! assert!(!allows(r"https://app\.example\.com", "https://appxexample.com"));
//! assert!(allows(r"https://app.example.com", "https://appxexample.com")); // somebody else's
//! # }
//! ```
//!
//! [`Policy::warnings`](crate::Policy::warnings) finds regexes that could be patterns, which have no such trap,
//! and names an origin that nobody meant. A predicate that compares text has them too: compare
//! [`host`](crate::Origin::host) as a whole, not the end of [`as_str`](crate::Origin::as_str).
//!
//! # CSRF
//!
//! A page can send a form, or a `fetch` with `mode: "no-cors"`, to any origin, and with the cookies that
//! `SameSite` lets through. CORS hides the answer; the effect is there. So:
//!
//! * No effect on `GET`: links and images send it without an `Origin`.
//! * Cookies `SameSite=Lax` or `Strict`, or a token in the form.
//! * `Content-Type: application/json`, **checked by the server**: a form cannot send it without a preflight.
//! * [`Enforcement::Reject`](crate::Enforcement::Reject): 403 for an `Origin` that is refused, before the
//!   service runs. Pages of the service's own origin pass.
//!
//! ```
//! use corsac::{CorsLayer, Enforcement};
//! use http::{Method, Request, StatusCode};
//!
//! let policy = CorsLayer::builder()
//!     .allow_origins(["https://app.example.com"])
//!     .enforcement(Enforcement::Reject)
//!     .build_policy()?;
//! let post = |origin: Option<&str>| {
//!     let request = Request::builder().method("POST").uri("/").header("host", "api.example.com");
//!     let request = match origin {
//!         Some(origin) => request.header("origin", origin),
//!         None => request,
//!     };
//!     policy.evaluate_request(&request.body(()).unwrap()).status()
//! };
//! assert_eq!(post(Some("https://evil.example")), Some(StatusCode::FORBIDDEN));
//! assert_eq!(post(Some("https://app.example.com")), None); // the service answers
//! assert_eq!(post(Some("https://api.example.com")), None); // its own page
//! assert_eq!(post(None), None); // a program: browsers send `Origin` with every POST
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! Own pages are told by `Sec-Fetch-Site`, which all current browsers send to https and loopback addresses.
//! Where it is absent, the host decides: `Host`, or what a proxy says in `X-Forwarded-Host` or `Forwarded`.
//! No page of another origin can send these two: they would need a preflight, which is refused.
//! [`Policy::explain_request`](crate::Policy::explain_request) says whether a page counts as an own one, and why.
//!
//! [`reject_status`](crate::CorsBuilder::reject_status) takes another status than 403,
//! [`answer_body`](crate::CorsLayer::answer_body) a body that says more. Keep the text of a
//! [`Denial`](crate::Denial) out of it, and [`diagnosis_header`](crate::CorsLayer::diagnosis_header) off in
//! production: they name the allowed origin that is nearest.
//!
//! # WebSockets
//!
//! The handshake is a `GET` with the page's `Origin` and the user's cookies. There is no preflight, and the
//! browser checks no CORS header on the answer: any page can connect, and read. The server has to compare
//! the origin. `Enforcement::Reject` on the route does it:
//!
//! ```
//! # use corsac::{CorsLayer, Enforcement};
//! # use http::{Request, StatusCode};
//! let policy = CorsLayer::builder()
//!     .allow_origins(["https://app.example.com"]) // not `wss://`: the page's own
//!     .enforcement(Enforcement::Reject)
//!     .build_policy()?;
//! let handshake = Request::get("/socket")
//!     .header("host", "api.example.com")
//!     .header("origin", "https://evil.example")
//!     .header("upgrade", "websocket")
//!     .body(())
//!     .unwrap();
//! assert_eq!(policy.evaluate_request(&handshake).status(), Some(StatusCode::FORBIDDEN));
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! Where policies are looked up, [`AsyncCorsLayer::enforcement`](crate::AsyncCorsLayer::enforcement) closes the
//! guard for requests that have none.
//!
//! `cargo run --example websocket_guard` shows both sides in a browser.
//!
//! # Services on the loopback, and DNS rebinding
//!
//! A daemon on `localhost`, a router, a service in an office are protected by where they are. With any origin
//! allowed, each page that such a user visits can read them, apart from browsers that
//! [ask for permission](super::local_network_access). List the pages.
//!
//! CORS alone does not keep strangers out there: in DNS rebinding a page's own name is made to point to the
//! service, which is then of the page's own origin. No `Origin` is sent with its `GET`s, and under
//! `Enforcement::Reject` its `POST`s count as same-origin. Check `Host` against the names that the service
//! has, in a layer outside of CORS, and ask for a token.
//!
//! # Origins from tenants
//!
//! What a customer types is input. Parse each entry: [`OriginPattern`](crate::OriginPattern) refuses what
//! no browser sends, in words to show to the customer. Decide whether they may use wildcards; parse as
//! [`Origin`](crate::Origin) where not. An allowed origin reads that customer's data only if the data of
//! the others are behind another login. See [`tenants`](super::tenants).
//!
//! ```
//! # use corsac::{Origin, OriginPattern};
//! let error = "https://shop.example/cart".parse::<Origin>().unwrap_err();
//! assert_eq!(error.suggestion(), Some("https://shop.example"));
//! assert!("https://*.shop.example".parse::<Origin>().is_err());
//! assert!("https://*.shop.example".parse::<OriginPattern>().is_ok());
//! ```
//!
//! # What corsac adds to requests
//!
//! Nothing. Of a request it reads `Origin` and the two `Access-Control-Request-*`; to enforce and to explain,
//! also `Host`, `Sec-Fetch-Site`, `X-Forwarded-Host`, `Forwarded`, and what makes a WebSocket's handshake.
//! Work is bounded: an `Origin` longer than any origin is refused unread, and so is a preflight with more
//! than 1024 names or 16 KiB of them. Whatever stands there, it is refused, and nothing panics.
