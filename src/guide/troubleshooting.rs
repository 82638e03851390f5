//! Troubleshooting, by the browser's own message.
//!
//! The texts are those of Chromium 156 and Firefox 153 ESR, without what stands in all of them:
//!
//! ```text
//! Chromium  Access to fetch at '<url>' from origin '<origin>' has been blocked by CORS policy: ...
//! Firefox   Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource
//!           at <url>. (Reason: ...).
//! ```
//!
//! Where a preflight failed, Chromium goes on with "Response to preflight request doesn't pass access control
//! check:" before some texts. Firefox adds a second line, "CORS request did not succeed": the first one counts.
//! The page itself learns `Failed to fetch` or `NetworkError`, and a status of 0; no browser tells it more.
//!
//! # What did the server see?
//!
//! | to see | use |
//! |---|---|
//! | the reason in the browser's network tab, on preflights too | [`diagnosis_header(true)`], in development |
//! | one event for each refusal | the log: feature `tracing`, level `DEBUG`, target `corsac` |
//! | one CORS layer around another | the log: one event at `WARN` |
//! | the same sentence in a test | [`Policy::evaluate`]; the network tab has the `Origin` to ask it about |
//! | the line of code that would allow it | [`Denial::remedy`] |
//! | every rule on the way, with its section of the standard | [`Policy::explain`] |
//! | what is legal and unwise in a policy | [`Policy::warnings`], once, at the start |
//! | the last two for a policy file, on the command line | `cargo run --example explain --features serde` |
//! | all of this in a browser, before there is a service | `cargo run --example playground`, in the repository |
//!
//! `explain` goes on where a browser stops, so all that is refused comes out at once:
//!
//! ```
//! use corsac::CorsLayer;
//! use http::{HeaderMap, HeaderValue, Method, header::*};
//!
//! let policy = CorsLayer::builder().allow_origins(["https://app.example.com"]).build_policy()?;
//! let preflight = HeaderMap::from_iter([
//!     (ORIGIN, HeaderValue::from_static("https://app.example.com")),
//!     (ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("PUT")),
//!     (ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static("authorization")),
//! ]);
//! let explanation = policy.explain(&Method::OPTIONS, &preflight); // prints a line for each rule
//! let refused = explanation.steps().iter().filter(|step| step.is_refusal());
//! assert_eq!(refused.map(|step| step.text()).collect::<Vec<_>>(), [
//!     r#"method "PUT" is not allowed: add it to `allow_methods`"#,
//!     r#"request header "authorization" is not allowed: add it to `allow_headers`"#,
//!     "refused (method, header): to allow it, \
//!      add .allow_methods([\"PUT\"]) .allow_headers([\"authorization\"])",
//! ]);
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! Without the program, **curl** asks as browsers do. By itself it sends no `Origin`, nor does Postman: "it works
//! there" says nothing.
//!
//! ```text
//! curl -si https://api.example.com/users -H 'Origin: https://app.example.com'
//! curl -si https://api.example.com/users -H 'Origin: https://app.example.com' -X OPTIONS \
//!     -H 'Access-Control-Request-Method: PUT' -H 'Access-Control-Request-Headers: content-type'
//! ```
//!
//! # No 'Access-Control-Allow-Origin' header
//!
//! ```text
//! Chromium  No 'Access-Control-Allow-Origin' header is present on the requested resource.
//! Firefox   CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 200.
//! ```
//!
//! | the response has | then |
//! |---|---|
//! | `Vary: Origin`, and the log says why | the policy refused: below |
//! | no `Vary`; a 401, 404, 413, 429, 500, 504 | something outside of the layer answered: [`layers`](super::layers) |
//! | no `Vary`; a 200 | the route was added after the layer, or [`disabled`](crate::CorsLayer::disabled) is on |
//! | a 301, 302, 307, 308 | a redirect from outside of the layer: [Redirects](super::layers#redirects) |
//! | the right headers in curl | a cache has an old response: [`caching`](super::caching) |
//!
//! ```
//! use corsac::CorsLayer;
//! use http::{HeaderMap, HeaderValue, Method, header::ORIGIN};
//!
//! let policy = CorsLayer::builder()
//!     .allow_origins(["https://app.example.com", "http://localhost:3000"])
//!     .build_policy()?;
//! for (origin, says) in [
//!     ("http://app.example.com", "which differs only in its scheme"),
//!     ("http://localhost:5173", "which differs only in its port"),
//!     ("http://127.0.0.1:3000", "which is the same machine by another name: to browsers, another origin"),
//!     ("https://www.app.example.com", "which is the domain above it"),
//!     ("https://ap.example.com", "which is spelled almost the same: check that this is really your page"),
//!     ("https://other.example", "nothing like it is; if you trust it, add it to `allow_origins`"),
//! ] {
//!     let headers = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static(origin))]);
//!     let decision = policy.evaluate(&Method::GET, &headers);
//!     assert!(decision.to_string().ends_with(says), "{decision}");
//! }
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! Pages of development servers, on whatever port, are [`CorsLayer::localhost`](crate::CorsLayer::localhost), or
//! `http://localhost:*` in a list. Subdomains are `https://*.example.com`: see
//! [Many front ends](super::choosing#many-front-ends).
//!
//! # Not equal to the supplied origin
//!
//! ```text
//! Chromium  The 'Access-Control-Allow-Origin' header has a value 'https://b.example' that is not equal to the
//!           supplied origin. Have the server send the header with a valid value.
//! Chromium  The 'Access-Control-Allow-Origin' header contains the invalid value 'b.example'. Have ...
//! Firefox   CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://b.example’
//! ```
//!
//! corsac sends the asking origin, `*`, or nothing. So somebody else wrote it, or it comes from a cache that
//! got it for another origin: look for [a `Vary` that is lost](super::caching#one-line). After a redirect to
//! a second origin the page asks as [`null`](#from-origin-null).
//!
//! # Contains multiple values
//!
//! ```text
//! Chromium  The 'Access-Control-Allow-Origin' header contains multiple values '*, *', but only one is allowed.
//! Firefox   CORS header ‘Access-Control-Allow-Origin’ does not match ‘*, *’
//! ```
//!
//! A proxy, CDN or layer outside of corsac adds its own (Fetch, "CORS check": all lines count as one value).
//! Let [one of the two](super::choosing#the-edge-does-cors) do CORS. What is *inside* cannot do this: its
//! headers are replaced, an event at `DEBUG` says which, and one at `WARN` if it is a CORS layer.
//!
//! # Must not be the wildcard '*'
//!
//! ```text
//! Chromium  The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*'
//!           when the request's credentials mode is 'include'.
//! Firefox   Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’
//! ```
//!
//! The page sends cookies, the policy allows any origin. List the origins and `allow_credentials(true)`, or
//! remove `credentials: "include"` from the page, which tokens do not need. Both at once is an error:
//! "credentials cannot be allowed for any origin; list the origins you trust".
//!
//! # Access-Control-Allow-Credentials must be 'true'
//!
//! ```text
//! Chromium  The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be
//!           'true' when the request's credentials mode is 'include'.
//! Firefox   expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’
//! ```
//!
//! `allow_credentials(true)`, or no credentials in the page. No cookie arrives all the same? That is up to
//! its [`SameSite`](super::choosing#cookies-or-tokens).
//!
//! # It does not have HTTP ok status
//!
//! ```text
//! Chromium  It does not have HTTP ok status.
//! Firefox   CORS preflight response did not succeed). Status code: 401.
//! ```
//!
//! Something outside of the layer answered the preflight: 401 or 403 from authentication, 404 or 405 from a
//! router, 429 from a limiter. corsac never lets one through. Where the answer has no CORS header
//! either, the message is [the first one](#no-access-control-allow-origin-header).
//! [`layers`](super::layers) has each case: a 405 comes from
//! [`route_layer` on a path's methods](super::layers#layer-route_layer-or-around-the-router), a 404 from a path
//! that no [nested router](super::layers#nested-routers) with the layer has. A test for your application:
//!
//! ```
//! # use axum::{Router, body::Body, extract::Request, routing::get};
//! # use tower::ServiceExt;
//! # let rt = tokio::runtime::Builder::new_current_thread().build().unwrap();
//! # rt.block_on(async {
//! # let my_app = || Router::new().route("/users", get(|| async {})).layer(corsac::CorsLayer::localhost());
//! for path in ["/users", "/no/such/path"] {
//!     let preflight = Request::options(path)
//!         .header("origin", "http://localhost:5173")
//!         .header("access-control-request-method", "PUT")
//!         .header("access-control-request-headers", "authorization,content-type");
//!     let answer = my_app().oneshot(preflight.body(Body::empty()).unwrap()).await.unwrap();
//!     assert_eq!(answer.status(), 204);
//! }
//! # });
//! ```
//!
//! # Redirect is not allowed for a preflight request
//!
//! ```text
//! Chromium  Redirect is not allowed for a preflight request.
//! Firefox   CORS request external redirect not allowed
//! ```
//!
//! Usually http to https, or a slash at the end of the path. Call the final URL, or move what redirects
//! [inside](super::layers#redirects). Without CORS headers on it Firefox names the first message, status 308.
//!
//! # Method is not allowed
//!
//! ```text
//! Chromium  Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.
//! Firefox   Did not find method in CORS header ‘Access-Control-Allow-Methods’
//! ```
//!
//! Add it to `allow_methods`: only `GET`, `HEAD` and `POST` need no listing, and no others are there by default.
//! Where the message says `patch`, write `PATCH` in the page: browsers change the case of six methods, not of this
//! one (Fetch, "normalize").
//!
//! # Request header field is not allowed
//!
//! ```text
//! Chromium  Request header field content-type is not allowed by Access-Control-Allow-Headers in preflight
//!           response.
//! Firefox   header ‘content-type’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS
//!           preflight response
//! ```
//!
//! Add it to `allow_headers`; the log names all that are missing. `content-type` needs it for JSON. Where it
//! is `access-control-allow-origin`, the *page* sends a header that only servers send: remove it there.
//! Firefox warns that `*` will not cover `Authorization`, and with credentials it is no wildcard at all (Fetch,
//! "CORS-preflight fetch"); corsac sends names.
//!
//! "Cannot parse Access-Control-Allow-Headers response header field in preflight response", in Firefox
//! "invalid token ‘x a’ in CORS header ‘Access-Control-Allow-Headers’": not from corsac, which checks names.
//!
//! # CORS request did not succeed
//!
//! ```text
//! Chromium  Failed to load resource: net::ERR_CONNECTION_REFUSED
//! Chromium  Failed to load resource: net::ERR_EMPTY_RESPONSE, or net::ERR_SSL_PROTOCOL_ERROR
//! Firefox   CORS request did not succeed). Status code: (null).
//! ```
//!
//! Not CORS: there is no response. Nobody listens, TLS fails, or the handler
//! [panicked](super::layers#panics-timeouts-errors). Firefox says so too where
//! [Local Network Access](super::local_network_access) was not granted; then the server runs and sees nothing.
//!
//! # Permission was denied ... `loopback` address space
//!
//! [Local Network Access](super::local_network_access): the request is never sent, no header helps.
//!
//! # From origin 'null'
//!
//! The page is a file, a `data:` URL or a frame with `sandbox`, or a redirect led to a second origin. Serve it
//! over http, give the frame `allow-same-origin`, or call the final URL. [Do not allow it](super::security#null).
//!
//! # WebSocket, handshake answered with 403
//!
//! ```text
//! Chromium  WebSocket connection to '<url>' failed: Error during WebSocket handshake: Unexpected response
//!           code: 403
//! Firefox   Firefox can’t establish a connection to the server at <url>.
//! ```
//!
//! [`Enforcement::Reject`](crate::Enforcement::Reject) refused the page's origin: list it as `https://`, not
//! `wss://`. Without it every page can connect: [WebSockets](super::security#websockets).
//!
//! # No message, and yet
//!
//! | seen | because | do |
//! |---|---|---|
//! | `headers.get("x")` is null, `Refused to get unsafe header "x"` (Chromium, `XMLHttpRequest`) | pages see seven headers; `Content-Disposition` is none of them | `expose_headers` |
//! | type `opaque`, status 0, no body | `mode: "no-cors"` | leave that out |
//! | the request had its effect, though blocked | CORS hides answers, no more | [CSRF](super::security#csrf) |
//! | a preflight with each call | URLs differ, or `max_age` is short | [The preflight cache](super::caching#the-preflight-cache) |
//! | sometimes blocked, or after an `<img>` of the same URL | a cache without `Vary` | [`caching`](super::caching) |
//! | the CDN's hit rate fell | `Vary: Origin` keeps a copy for each origin | [CDNs](super::caching#cdns) |
//! | a stranger's origin is allowed | a wildcard or a regex is too wide | `Policy::warnings`; [Subdomains](super::security#subdomains-and-public-suffixes), [Regexes](super::security#regexes) |
//! | own pages get 403 | `Reject`, behind a proxy that rewrites `Host`, in an old browser | pass `Host` on, or say it in `X-Forwarded-Host` or `Forwarded` |
//! | preflight and request are treated differently, or one tenant's always fails | they get two policies | [What a preflight does not know](super::tenants#what-a-preflight-does-not-know) |
//! | a new origin in the database is still refused | a policy is fixed when it is built | [`tenants`](super::tenants) |
//! | `malformed-origin` in the log | no browser sent that; whatever its bytes, it is refused | |
//! | preflights have `Access-Control-Request-Private-Network` | an old browser asks | [not needed](super::local_network_access#access-control-allow-private-network) |
//! | timings are 0 in the page | `Timing-Allow-Origin`, which is not CORS | add that header in the service |
//! | an `OPTIONS` handler is never called | the request is a preflight; others reach it | |
//!
//! # Errors of `build()`
//!
//! Each says what to write instead. None is a panic, and no policy is built that never matches.
//!
//! ```
//! # use corsac::CorsLayer;
//! for (origin, says) in [
//!     ("https://a.example/", r#"an origin has no path; write "https://a.example""#),
//!     ("https://a.example:443", r#"browsers leave the default port out; write "https://a.example""#),
//!     ("a.example", r#"an origin starts with its scheme and `://`; write "https://a.example""#),
//!     ("https://a.example,https://b.example", "one origin is expected; pass each one as an item of its own"),
//!     ("*", "`*` is not a pattern; use `allow_any_origin()`"),
//! ] {
//!     let error = CorsLayer::builder().allow_origins([origin]).build().unwrap_err();
//!     assert!(error.to_string().contains(says), "{error}");
//! }
//! // Nothing is allowed by default, and a policy that allows nobody is a mistake.
//! let error = CorsLayer::builder().build().unwrap_err().to_string();
//! assert!(error.contains("no origin is allowed; list the origins you trust"));
//! ```
//!
//! # Errors of the compiler
//!
//! | message | cause | write |
//! |---|---|---|
//! | corsac cannot make an empty body of the type ... | a body without `Default`: `Incoming`, `TraceLayer`'s | `.body_or_empty()`, or `.answer_body(..)`: see [`Cors`](crate::Cors#bodies) |
//! | `CorsBuilder: Layer<..>` or `Result<CorsLayer, BuildError>: Layer<..>` is not satisfied | the builder is not finished | `.build()?` |
//! | `&str` is not an iterator | lists are lists | `.allow_origins(["https://app.example.com"])` |
//! | one type is more general than the other, at `AsyncCorsLayer::new` | an `async` closure borrows the request | <code>\|parts: &Parts\| { ..; async move { .. } }</code> |
//! | no method `reloadable`, `allow_origin_regex`, `body_or_empty`; no `Config` | a feature is off | `features = ["reload", "regex", "http-body", "serde"]` |
//!
//! A list in one text, as environment variables have it:
//! [From a file or the environment](super::choosing#from-a-file-or-the-environment).
//!
//! [`diagnosis_header(true)`]: crate::CorsLayer::diagnosis_header
//! [`Policy::evaluate`]: crate::Policy::evaluate
//! [`Policy::explain`]: crate::Policy::explain
//! [`Policy::warnings`]: crate::Policy::warnings
//! [`Denial::remedy`]: crate::Denial::remedy
