//! The builder: collects settings, and checks none of them.

use std::{fmt, sync::Arc, time::Duration};

use http::StatusCode;

use super::StringList;
use crate::{
    origin::{
        Origin, Predicate,
        made_up::{FindAllowed, find_allowed},
    },
    policy::{Enforcement, rules::Rules},
};

/// Builds a policy.
///
/// [`build`](CorsBuilder::build) checks the settings, and returns a layer or an error that lists
/// every mistake. Calling a list method twice adds to the list; the other methods replace the value. The
/// policy allows only what you list, and what browsers never ask about: the methods `GET`, `HEAD` and `POST`, the
/// request headers that an HTML form can send, and seven response headers.
///
/// ```
/// use std::time::Duration;
///
/// use corsac::CorsLayer;
/// use http::{Method, header::{AUTHORIZATION, CONTENT_TYPE}};
///
/// let cors = CorsLayer::builder()
///     .allow_origins(["https://app.example.com", "https://*.example.com"])
///     .allow_methods([Method::PUT, Method::DELETE])
///     .allow_headers([AUTHORIZATION, CONTENT_TYPE])
///     .expose_headers(["x-request-id"])
///     .allow_credentials(true)
///     .max_age(Duration::from_secs(600))
///     .build()?;
/// # Ok::<(), corsac::BuildError>(())
/// ```
#[derive(Clone, Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct CorsBuilder {
    pub(super) origins: Vec<String>,
    /// Each with [`find_allowed`], so that apps without predicates need not contain it.
    pub(super) predicates: Vec<(Predicate, FindAllowed)>,
    pub(super) rules: Rules,
}

impl CorsBuilder {
    /// Allows these origins, or all that match a pattern: `https://app.example.com`,
    /// `https://*.example.com`, `http://localhost:*`. See [`OriginPattern`](crate::OriginPattern)
    /// for the syntax.
    ///
    /// Exact origins are checked first, then patterns, regexes and predicates. The first that matches
    /// allows the origin; none can take back what another one allows.
    #[doc(alias = "allow_origin")]
    #[doc(alias = "AllowOrigin")]
    #[doc(alias = "subdomain")]
    #[doc(alias = "wildcard")]
    pub fn allow_origins(mut self, origins: impl StringList) -> Self {
        add(&mut self.origins, origins);
        self
    }

    /// Allows every origin, `null` included: any page can read the responses of this service.
    ///
    /// For public data. Responses carry the constant `*`, so that caches can share them. Credentials
    /// cannot be allowed at the same time. `build` refuses a list of origins beside it, because the
    /// list would have no effect.
    #[doc(alias = "Any")]
    pub fn allow_any_origin(mut self) -> Self {
        self.rules.any_origin = true;
        self
    }

    /// Allows the origins that a regex matches from the first byte to the last. It needs no `^` and
    /// no `$`.
    ///
    /// The regex sees the origin as browsers send it: lower case, no slash at the end, no default
    /// port. Prefer a pattern if one will do: `https://.*\.example\.com` is
    /// `https://*.example.com`, and a missing backslash allows the domain of someone else.
    ///
    /// ```
    /// # #[cfg(feature = "regex")]
    /// let cors = corsac::CorsLayer::builder()
    ///     .allow_origin_regex(r"https://pr-[0-9]+\.preview\.example\.com")
    ///     .build()?;
    /// # Ok::<(), corsac::BuildError>(())
    /// ```
    ///
    /// `build` refuses a regex that matches made-up origins together with credentials, because every
    /// page could then act for your users, and a regex that can match no origin, such as
    /// `example\.com` or `https://a\.example/`. Without the feature `regex` it refuses every regex.
    pub fn allow_origin_regex(mut self, regex: &str) -> Self {
        self.rules.origin_regexes.push(regex.to_owned());
        self
    }

    /// Allows every origin for which `predicate` returns `true`.
    ///
    /// The predicate runs last, and only for well-formed origins, never for `null`. It cannot see
    /// other parts of the request; for that use
    /// [`per_request`](crate::CorsLayer::per_request). It runs for each request and must not block.
    ///
    /// With credentials, `build` calls it with made-up origins. It refuses a predicate that allows one of
    /// them, because every page could then act for your users. This does not find a predicate that only
    /// compares the start or the end of a text, such as `ends_with("example.com")`, which allows
    /// `https://evilexample.com`.
    ///
    /// ```
    /// let cors = corsac::CorsLayer::builder()
    ///     .allow_origin_if(|origin| origin.scheme() == "chrome-extension")
    ///     .build()?;
    /// # Ok::<(), corsac::BuildError>(())
    /// ```
    #[doc(alias = "predicate")]
    pub fn allow_origin_if(
        mut self,
        predicate: impl Fn(&Origin) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.predicates.push((Arc::new(predicate), find_allowed));
        self
    }

    /// Allows these methods, in addition to `GET`, `HEAD` and `POST`.
    ///
    /// Methods are case-sensitive. Browsers write `delete`, `get`, `head`, `options`, `post` and
    /// `put` in upper case (Fetch, "normalize"), so these may be written in any case here too. `patch`
    /// is not among them.
    #[doc(alias = "AllowMethods")]
    #[doc(alias = "verb")]
    pub fn allow_methods(mut self, methods: impl StringList) -> Self {
        add(&mut self.rules.methods.listed, methods);
        self
    }

    /// Allows every method that a browser can send, up to 128 bytes.
    ///
    /// Preflights are answered with the usual methods, and with the requested method if it is not
    /// among them. `*` is not used, because Firefox does not cache it. `build` refuses a list of
    /// methods beside it.
    #[doc(alias = "Any")]
    #[doc(alias = "mirror_request")]
    pub fn allow_any_method(mut self) -> Self {
        self.rules.methods.any = true;
        self
    }

    /// Allows these request headers, in addition to those that need no permission (Fetch,
    /// "CORS-safelisted request-header").
    ///
    /// `content-type` needs permission for all values except those of forms and plain text, so list
    /// it for JSON.
    #[doc(alias = "AllowHeaders")]
    pub fn allow_headers(mut self, headers: impl StringList) -> Self {
        add(&mut self.rules.request_headers.listed, headers);
        self
    }

    /// Allows every request header that a page can set, `authorization` included.
    ///
    /// Preflights are answered with the requested names. `*` is not used, because it does not include
    /// `authorization`. `build` refuses a list of headers beside it.
    #[doc(alias = "Any")]
    #[doc(alias = "mirror_request")]
    pub fn allow_any_header(mut self) -> Self {
        self.rules.request_headers.any = true;
        self
    }

    /// Lets pages read these response headers, in addition to the seven that they can always read
    /// (Fetch, "CORS-safelisted response-header name").
    #[doc(alias = "ExposeHeaders")]
    #[doc(alias = "exposed_headers")]
    pub fn expose_headers(mut self, headers: impl StringList) -> Self {
        add(&mut self.rules.exposed_headers.listed, headers);
        self
    }

    /// Lets pages read every response header except cookies.
    ///
    /// With credentials `*` has no effect (Fetch, "main fetch"), so corsac sends the names of the
    /// headers on each response, and `date`, which servers add last. It does not see other headers that an outer layer adds later: list those
    /// with [`expose_headers`](CorsBuilder::expose_headers).
    #[doc(alias = "Any")]
    pub fn expose_any_header(mut self) -> Self {
        self.rules.exposed_headers.any = true;
        self
    }

    /// Lets pages send cookies, HTTP authentication and client certificates, and read the responses.
    /// Default: `false`.
    ///
    /// Plain http origins are then refused, except on the loopback, because anyone on the network
    /// between the user and such an origin could act for the user. If a list contains one, `build`
    /// returns an error; if only a regex or a predicate allows one, its requests are denied.
    #[doc(alias = "cookie")]
    pub fn allow_credentials(mut self, allow: bool) -> Self {
        self.rules.credentials = allow;
        self
    }

    /// Sets how long a browser may keep the answer to a preflight: whole seconds, below 2^31.
    ///
    /// Default: two hours, the maximum in Chromium. (Without the header, browsers keep it for five
    /// seconds.) With [`Duration::ZERO`] browsers send a preflight each time.
    #[doc(alias = "MaxAge")]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.rules.max_age = Some(max_age);
        self
    }

    /// Sets the status of the answer to a preflight, from 200 to 299. Default: 204.
    ///
    /// Some clients, such as smart TVs, expect 200.
    #[doc(alias = "optionsSuccessStatus")]
    pub fn preflight_status(mut self, status: StatusCode) -> Self {
        self.rules.preflight_status = Some(status.as_u16());
        self
    }

    /// Sets the action for requests whose origin is denied. Default:
    /// [`Enforcement::OmitHeaders`].
    #[doc(alias = "websocket")]
    pub fn enforcement(mut self, enforcement: Enforcement) -> Self {
        self.rules.enforcement = enforcement;
        self
    }

    /// Sets the status of requests that [`Enforcement::Reject`] rejects, from 400 to 599. Default:
    /// 403. Denied preflights are always answered with 403.
    ///
    /// [`CorsLayer::answer_body`](crate::CorsLayer::answer_body) sets the body.
    pub fn reject_status(mut self, status: StatusCode) -> Self {
        self.rules.reject_status = Some(status.as_u16());
        self
    }

    /// Names the service's own origins, so that [`Enforcement::Reject`] lets requests of its own pages
    /// pass. Each is an exact origin. Default: the host and port of each request.
    ///
    /// Use it behind a proxy that changes `Host`. Own pages need no CORS headers and get none.
    pub fn own_origins(mut self, origins: impl StringList) -> Self {
        add(&mut self.rules.own_origins, origins);
        self
    }

    /// Sets whether `X-Forwarded-Host`, `X-Forwarded-Port` and `Forwarded` can show that a page is the
    /// service's own. Default: `false`.
    ///
    /// Set it only if a proxy in front of the service sets these headers, or removes those of the
    /// client. [`own_origins`](CorsBuilder::own_origins) needs no such proxy. An https scheme in
    /// `X-Forwarded-Proto` or `Forwarded` always counts, because it only denies.
    pub fn trust_forwarded_headers(mut self, trust: bool) -> Self {
        self.rules.trust_forwarded_headers = trust;
        self
    }

    /// Lets requests from these origins pass [`Enforcement::Reject`], although their pages may not
    /// read the responses: forms of sign-in providers, returns from payment pages. An entry is an
    /// origin or a pattern.
    ///
    /// WebSocket handshakes of these origins are still rejected, because a page that opens a
    /// WebSocket reads from it.
    pub fn trusted_senders(mut self, origins: impl StringList) -> Self {
        add(&mut self.rules.trusted_senders, origins);
        self
    }

    /// Allows every origin with credentials: any website can make requests as your users and read the
    /// responses.
    ///
    /// For tests only. Includes plain http origins. Does not include `null`, even together with
    /// [`allow_any_origin`](CorsBuilder::allow_any_origin). Implies
    /// [`allow_credentials`](CorsBuilder::allow_credentials).
    pub fn dangerous_allow_any_origin_with_credentials(mut self) -> Self {
        self.rules.any_origin_with_credentials = true;
        self
    }

    /// Allows the origin `null`: that of sandboxed frames, files and some redirects.
    ///
    /// Every page can have this origin: a frame with `sandbox` is enough.
    pub fn dangerous_allow_null_origin(mut self) -> Self {
        self.rules.null_origin = true;
        self
    }

    /// Allows origins of embedders that are no ordinary origins, byte for byte: `file://`, `app://.`.
    ///
    /// Electron and web views send them for pages from files. Every local file that such a program opens
    /// can have this origin.
    pub fn dangerous_allow_opaque_origins(mut self, origins: impl StringList) -> Self {
        add(&mut self.rules.opaque_origins, origins);
        self
    }

    /// Allows plain http origins together with credentials.
    ///
    /// Anyone on the network between a user and such an origin can act for that user here.
    pub fn dangerous_allow_insecure_origins(mut self) -> Self {
        self.rules.insecure_origins = true;
        self
    }
}

/// Appends a list. Not `extend`, which is more code in the crate of the user.
fn add(list: &mut Vec<String>, texts: impl StringList) {
    let texts = texts.into_strings();
    list.reserve(texts.size_hint().0);
    for text in texts {
        list.push(text);
    }
}

impl fmt::Debug for CorsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CorsBuilder")
            .field("origins", &self.origins)
            .field("predicates", &self.predicates.len())
            .field("rules", &self.rules)
            .finish()
    }
}
