//! Choosing a policy.
//!
//! Who calls, and with what? The first row that fits decides.
//!
//! | the callers | policy |
//! |---|---|
//! | only pages of the service's own origin | none: CORS is about other origins |
//! | [programs, no pages](#no-pages-at-all) | none |
//! | [any page in the world, no logins](#a-public-api) | `allow_any_origin` |
//! | [one front end](#one-front-end) | its origin |
//! | [several, or one per branch](#many-front-ends) | a list, patterns, a regex |
//! | [pages on the developer's machine](#development) | [`CorsLayer::localhost`], [`CorsLayer::permissive`] |
//! | [a load balancer that answers for you](#the-edge-does-cors) | [`CorsLayer::disabled`] |
//! | [customers with origins of their own](super::tenants) | one policy for each, or a set kept up to date |
//!
//! Rather try than read? `cargo run --example playground`, in the repository: pages, an API, presets, ten mistakes
//! with their fixes, and the policy as code.
//!
//! # A public API
//!
//! Whoever can reach it may read it, so every page may read it too. Responses carry the constant `*`:
//! caches share them, and no list needs care.
//!
//! ```
//! use corsac::CorsLayer;
//! # use http::{HeaderMap, HeaderValue, Method, header};
//!
//! let cors = CorsLayer::builder().allow_any_origin().build()?;
//! #
//! # let policy = cors.policy().unwrap();
//! # let mut response = HeaderMap::new();
//! # policy.evaluate(&Method::GET, &HeaderMap::new()).apply(&mut response);
//! # assert_eq!(response[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
//! # assert!(!response.contains_key(header::VARY));
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! "Any origin" says nothing of methods and headers. An API that takes tokens or JSON names them:
//!
//! ```
//! # use corsac::CorsLayer;
//! # use http::{Method, header::{AUTHORIZATION, CONTENT_TYPE}};
//! let cors = CorsLayer::builder()
//!     .allow_any_origin()
//!     .allow_methods([Method::PUT, Method::DELETE])
//!     .allow_headers([AUTHORIZATION, CONTENT_TYPE])
//!     .build()?;
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! A service that only some can reach, because it listens on the loopback or on a company network, is
//! not public: any page that such a user visits could read it. See
//! [Services on the loopback](super::security#services-on-the-loopback-and-dns-rebinding).
//!
//! # One front end
//!
//! Its origin, written as the browser sends it: scheme, host, and the port if it is not the default.
//! No slash at the end.
//!
//! ```
//! use corsac::CorsLayer;
//!
//! let cors = CorsLayer::builder().allow_origins(["https://app.example.com"]).build()?;
//!
//! let mistaken = CorsLayer::builder().allow_origins(["https://app.example.com/"]).build();
//! assert_eq!(mistaken.unwrap_err().to_string(), "\
//! invalid CORS policy (1 problem):
//!   - origin \"https://app.example.com/\": an origin has no path; write \"https://app.example.com\"");
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! # Many front ends
//!
//! | to allow | write |
//! |---|---|
//! | a few origins | `allow_origins([a, b, c])` |
//! | all subdomains of a domain of yours | `allow_origins(["https://*.example.com"])` |
//! | a domain and its subdomains | both entries: `*.` stands for at least one label |
//! | any port | `allow_origins(["http://localhost:*"])` |
//! | previews with a number in the name | a regex (feature `regex`) |
//! | anything else that the origin alone decides | `allow_origin_if(..)` |
//!
//! ```
//! use corsac::CorsLayer;
//! # use http::{HeaderMap, HeaderValue, Method, header::ORIGIN};
//!
//! let builder = CorsLayer::builder()
//!     .allow_origins(["https://example.com", "https://*.example.com"])
//!     .allow_origin_if(|origin| origin.scheme() == "chrome-extension");
//! # #[cfg(feature = "regex")]
//! let builder = builder.allow_origin_regex(r"https://pr-[0-9]+\.preview\.example\.net");
//! let policy = builder.build_policy()?;
//!
//! let allows = |origin: &'static str| {
//!     let headers = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static(origin))]);
//!     policy.evaluate(&Method::GET, &headers).is_allowed()
//! };
//! assert!(allows("https://example.com"));
//! assert!(allows("https://a.b.example.com"));
//! assert!(allows("chrome-extension://aabbccddeeffgghhiijjkkllmmnnoopp"));
//! # #[cfg(feature = "regex")]
//! assert!(allows("https://pr-123.preview.example.net"));
//!
//! assert!(!allows("https://notexample.com"));
//! assert!(!allows("https://pr-123.preview.example.net.evil.example"));
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! A wildcard trusts everybody who can get a name below that domain: hosts of previews, of user content,
//! of forgotten DNS records. See [Subdomains](super::security#subdomains-and-public-suffixes).
//!
//! # From a file or the environment
//!
//! `Config` (feature `serde`) is a policy as data, in TOML, YAML, JSON and environment variables, where a list is
//! text with commas. Its errors name the place in the file. `PathConfigs` is one for each path prefix:
//! [A policy for each path](super::tenants#a-policy-for-each-path).
//!
//! ```
//! # #[cfg(feature = "serde")] {
//! let config: corsac::Config = toml::from_str(r#"
//!     allow_origins = ["https://app.example.com", "https://admin.example.com/"]
//!     allow_credentials = true
//! "#).unwrap();
//! let error = config.build().unwrap_err().to_string();
//! assert!(error.contains(r#"allow_origins[1] "https://admin.example.com/": an origin has no path"#));
//! # }
//! ```
//!
//! `CorsLayer::reloadable` (feature `reload`) puts a new policy in force without a restart; one that is wrong
//! changes nothing: `cargo run --example reload --features reload,serde -- policy.toml`.
//!
//! Without `Config`, `allow_origins` takes any iterator of text. Each entry is one origin: a list in one string is
//! an error that says so.
//!
//! ```
//! # use corsac::CorsLayer;
//! let from_environment = "https://app.example.com,https://admin.example.com";
//! let cors = CorsLayer::builder().allow_origins(from_environment.split(',')).build()?;
//! assert!(CorsLayer::builder().allow_origins([from_environment]).build().is_err());
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! # Legal, and unwise
//!
//! What `build` accepts can be unwise all the same, and [`Policy::warnings`](crate::Policy::warnings) says why. Log
//! them where the program starts, or let a test find them.
//!
//! ```
//! # use corsac::CorsLayer;
//! let policy = CorsLayer::builder()
//!     .allow_origins(["https://app.example.com", "http://localhost:3000"])
//!     .build_policy()?;
//! for warning in policy.warnings() {
//!     eprintln!("CORS: {warning}");
//! }
//! # assert!(policy.warnings()[0].to_string().contains("leave it to the policy for development"));
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! # Cookies or tokens
//!
//! `allow_credentials` is about what the browser attaches by itself: cookies, HTTP authentication that the
//! user typed into the browser, client certificates (Fetch, "credentials"). A token that the page puts into
//! `Authorization` is an ordinary header.
//!
//! | the page sends | it writes | the policy |
//! |---|---|---|
//! | a token | `headers: { authorization: ... }` | `allow_headers([AUTHORIZATION])`; no `allow_credentials` |
//! | a cookie | `credentials: "include"` | `allow_credentials(true)`, and origins by name |
//! | neither | | neither |
//!
//! ```
//! # use corsac::CorsLayer;
//! # use http::header::{AUTHORIZATION, CONTENT_TYPE};
//! let tokens = CorsLayer::builder()
//!     .allow_origins(["https://app.example.com"])
//!     .allow_headers([AUTHORIZATION, CONTENT_TYPE])
//!     .build()?;
//!
//! let cookies = CorsLayer::builder()
//!     .allow_origins(["https://app.example.com"])
//!     .allow_headers([CONTENT_TYPE])
//!     .allow_credentials(true)
//!     .build()?;
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! A cookie that is to cross sites needs `SameSite=None; Secure` as well, and browsers that keep third
//! parties' cookies apart still withhold it. `app.example.com` and `api.example.com` are of one site.
//!
//! # Development
//!
//! `localhost` allows `http` and `https` pages on `localhost`, `127.0.0.1` and `[::1]`, any port, with
//! cookies. `permissive` allows every page, never with cookies. Both are finished layers that cannot be
//! narrowed; what differs from them is built. `diagnosis_header` says on each response why it was refused, in the
//! browser's network tab. It names allowed origins to whoever asks, so leave it out of production.
//!
//! ```
//! use corsac::CorsLayer;
//!
//! # let (is_development, at_the_edge) = (true, false);
//! # fn production() -> Result<CorsLayer, corsac::BuildError> {
//! #     CorsLayer::builder().allow_origins(["https://app.example.com"]).build()
//! # }
//! let cors = if is_development { CorsLayer::localhost() } else { production()? };
//! let cors = cors.diagnosis_header(is_development);
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! # The edge does CORS
//!
//! Where a load balancer or gateway writes the headers, a second writer makes two values of one header,
//! which no browser accepts (Fetch, "CORS check"). Let one of the two do it. `disabled` has the same type,
//! so one expression chooses:
//!
//! ```
//! # use corsac::CorsLayer;
//! # fn policy() -> Result<CorsLayer, corsac::BuildError> {
//! #     CorsLayer::builder().allow_origins(["https://app.example.com"]).build()
//! # }
//! # let deployment = "cluster";
//! let cors = match deployment {
//!     "laptop" => CorsLayer::localhost(),
//!     "cluster" => CorsLayer::disabled(), // the load balancer has the list
//!     _ => policy()?,
//! };
//! assert!(cors.policy().is_none());
//! # Ok::<(), corsac::BuildError>(())
//! ```
//!
//! # No pages at all
//!
//! Command lines, other services and mobile apps ignore CORS. They need no policy, and none keeps them out.
//!
//! # What not to do
//!
//! | instead of | do |
//! |---|---|
//! | reflecting whatever origin asks | list; or `allow_any_origin`, without credentials |
//! | `*` and cookies | list the origins |
//! | allowing `null` for a file or a sandboxed frame | serve the page from an origin |
//! | `origin.as_str().ends_with("example.com")` | `https://*.example.com`; `notexample.com` ends so too |
//! | `mode: "no-cors"` in the page | a policy: such a response cannot be read at all |
//! | a second CORS layer to widen the first | one policy; lists add up |
//! | a different policy for preflights than for requests | one: see [`tenants`](super::tenants) |
//! | a public proxy that adds the headers | the policy of the service itself |
//!
//! [`CorsLayer::localhost`]: crate::CorsLayer::localhost
//! [`CorsLayer::permissive`]: crate::CorsLayer::permissive
//! [`CorsLayer::disabled`]: crate::CorsLayer::disabled
