//! Collects what a policy is to be; never judges it.

use std::{fmt, sync::Arc, time::Duration};

use http::StatusCode;

use crate::{
    compile::compile,
    error::BuildError,
    layer::CorsLayer,
    origin::{Origin, Predicate},
    policy::{Enforcement, Policy},
};

/// Says what is allowed, then checks it: [`build`](CorsBuilder::build) gives a correct layer, or
/// one error that names every mistake.
///
/// Lists add up: each call allows more, none takes back. What is not mentioned is not allowed,
/// except what CORS always allows: `GET`, `HEAD` and `POST`, the request headers of plain forms,
/// seven response headers.
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
#[expect(clippy::struct_excessive_bools, reason = "each stands for one setter")]
#[must_use = "a builder does nothing until it is built"]
pub struct CorsBuilder {
    pub(crate) origins: Vec<String>,
    pub(crate) regexes: Vec<String>,
    pub(crate) predicates: Vec<Predicate>,
    pub(crate) any_origin: bool,
    pub(crate) any_origin_with_credentials: bool,
    pub(crate) null_origin: bool,
    pub(crate) insecure_origins: bool,
    pub(crate) methods: Vec<String>,
    pub(crate) any_method: bool,
    pub(crate) headers: Vec<String>,
    pub(crate) any_header: bool,
    pub(crate) exposed: Vec<String>,
    pub(crate) expose_any: bool,
    pub(crate) credentials: bool,
    pub(crate) max_age: Option<Duration>,
    pub(crate) enforcement: Enforcement,
    pub(crate) reject_status: Option<u16>,
}

impl CorsBuilder {
    /// Allows these origins, or all that a pattern stands for: `https://app.example.com`,
    /// `https://*.example.com`, `http://localhost:*`. [`OriginPattern`](crate::OriginPattern) has
    /// the syntax.
    ///
    /// Exact origins are asked first, then patterns, regexes and predicates. The first that says yes
    /// decides; none can take back what another one allows.
    pub fn allow_origins(mut self, origins: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.origins.extend(owned(origins));
        self
    }

    /// Allows every origin, `null` included: any page may read what this service answers.
    ///
    /// For what is public anyway. Responses carry the constant `*`, so that caches can share them;
    /// credentials cannot be allowed beside it. Origins that are listed too change nothing.
    pub fn allow_any_origin(mut self) -> Self {
        self.any_origin = true;
        self
    }

    /// Allows the origins that a regex matches, from their first byte to their last: it needs no
    /// `^` and no `$`.
    ///
    /// It sees the origin as browsers send it: lower case, no slash at the end, no default port. A
    /// pattern is safer where one will do: `https://.*\.example\.com` is `https://*.example.com`,
    /// and a forgotten backslash allows somebody else's domain.
    ///
    /// ```
    /// let cors = corsac::CorsLayer::builder()
    ///     .allow_origin_regex(r"https://pr-[0-9]+\.preview\.example\.com")
    ///     .build()?;
    /// # Ok::<(), corsac::BuildError>(())
    /// ```
    #[cfg(feature = "regex")]
    #[cfg_attr(docsrs, doc(cfg(feature = "regex")))]
    pub fn allow_origin_regex(mut self, regex: &str) -> Self {
        self.regexes.push(regex.to_owned());
        self
    }

    /// Allows the origins of which `predicate` says so.
    ///
    /// It is asked last, and only of what is an origin: never of `null` or of garbage. It sees
    /// nothing else of the request, because the response would have to vary on what it sees. It
    /// runs for each request and must not block.
    ///
    /// ```
    /// let cors = corsac::CorsLayer::builder()
    ///     .allow_origin_if(|origin| origin.scheme() == "chrome-extension")
    ///     .build()?;
    /// # Ok::<(), corsac::BuildError>(())
    /// ```
    pub fn allow_origin_if(
        mut self,
        predicate: impl Fn(&Origin) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.predicates.push(Arc::new(predicate));
        self
    }

    /// Allows these methods, beside `GET`, `HEAD` and `POST`.
    ///
    /// Methods are case-sensitive. What browsers write in upper case themselves (`delete`, `get`,
    /// `head`, `options`, `post`, `put`; Fetch, "normalize") may be written in any case here too;
    /// `patch` is not among them.
    pub fn allow_methods(mut self, methods: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.methods.extend(owned(methods));
        self
    }

    /// Allows every method that a browser can send, up to 128 bytes.
    ///
    /// Preflights are answered with the usual methods, and with the one that they ask for; not with
    /// `*`, which Firefox does not cache.
    pub fn allow_any_method(mut self) -> Self {
        self.any_method = true;
        self
    }

    /// Allows these request headers, beside those that need no permission (Fetch,
    /// "CORS-safelisted request-header").
    ///
    /// `content-type` needs permission for anything but forms and plain text, so for JSON.
    pub fn allow_headers(mut self, headers: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.headers.extend(owned(headers));
        self
    }

    /// Allows every request header that a page can set, `authorization` included.
    ///
    /// Preflights are answered with the names that they ask for; not with `*`, which leaves
    /// `authorization` out.
    pub fn allow_any_header(mut self) -> Self {
        self.any_header = true;
        self
    }

    /// Lets pages read these response headers, beside the seven that they always can (Fetch,
    /// "CORS-safelisted response-header name").
    pub fn expose_headers(mut self, headers: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.exposed.extend(owned(headers));
        self
    }

    /// Lets pages read every response header but cookies.
    ///
    /// With credentials `*` would mean nothing (Fetch, "main fetch"), so the names are sent that
    /// the response carries when it passes the layer, and those that are listed too: list what layers
    /// outside of this one add.
    pub fn expose_any_header(mut self) -> Self {
        self.expose_any = true;
        self
    }

    /// Lets pages send cookies, HTTP authentication and client certificates, and read the answer.
    ///
    /// Plain http origins are refused then, except on the loopback: whoever sits on the wire could
    /// act for the user. Listed, they are an error; those that only a regex or a predicate allows are
    /// refused when they ask.
    pub fn allow_credentials(mut self, allow: bool) -> Self {
        self.credentials = allow;
        self
    }

    /// How long a browser may remember the answer to a preflight: whole seconds, below 2^31.
    ///
    /// Two hours where nothing is said: Chromium honours no more, and without an answer browsers
    /// forget after five seconds. [`Duration::ZERO`]: they ask each time.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// What happens to a request whose origin is refused: [`Enforcement::OmitHeaders`] where nothing is
    /// said.
    pub fn enforcement(mut self, enforcement: Enforcement) -> Self {
        self.enforcement = enforcement;
        self
    }

    /// The status of what [`Enforcement::Reject`] answers, from 400 to 599; 403 where nothing is said.
    /// Refused preflights keep their 403.
    ///
    /// The body is [`CorsLayer::answer_body`]'s.
    pub fn reject_status(mut self, status: StatusCode) -> Self {
        self.reject_status = Some(status.as_u16());
        self
    }

    /// Any page in the world may act for your users here, and read the answers.
    ///
    /// For development, and for services whose only credentials are worthless. Plain http is included,
    /// `null` is not, not even beside [`allow_any_origin`](CorsBuilder::allow_any_origin). Implies
    /// [`allow_credentials`](CorsBuilder::allow_credentials).
    pub fn dangerous_allow_any_origin_with_credentials(mut self) -> Self {
        self.any_origin_with_credentials = true;
        self
    }

    /// Allows the origin `null`: that of sandboxed frames, files and some redirects.
    ///
    /// Every page can have it: a frame with `sandbox` is enough.
    pub fn dangerous_allow_null_origin(mut self) -> Self {
        self.null_origin = true;
        self
    }

    /// Allows plain http origins together with credentials.
    ///
    /// Whoever sits on the wire between a user and such an origin can act for that user here.
    pub fn dangerous_allow_insecure_origins(mut self) -> Self {
        self.insecure_origins = true;
        self
    }

    /// Checks everything and makes the layer.
    ///
    /// # Errors
    ///
    /// All that is wrong, at once. No origin at all; `https://a.example/`, `example.com`, `*` or
    /// whatever else [`OriginPattern`](crate::OriginPattern#syntax) refuses; a regex that does not
    /// compile; credentials for any origin or for `http://a.example`; the methods `TRACE` and
    /// `patch`; the request headers `cookie` and `sec-fetch-mode`; the exposed header `set-cookie`;
    /// a max-age of 1.5 seconds; a `reject_status` of 200, or without [`Enforcement::Reject`].
    pub fn build(self) -> Result<CorsLayer, BuildError> {
        self.build_policy().map(CorsLayer::new)
    }

    /// The same, for the [`Policy`] alone.
    ///
    /// # Errors
    ///
    /// Those of [`build`](CorsBuilder::build).
    pub fn build_policy(self) -> Result<Policy, BuildError> {
        compile(&self)
    }
}

fn owned(items: impl IntoIterator<Item = impl AsRef<str>>) -> impl Iterator<Item = String> {
    items.into_iter().map(|item| item.as_ref().to_owned())
}

impl fmt::Debug for CorsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let predicates: Vec<_> =
            self.predicates.iter().map(|_| format_args!("predicate")).collect();
        f.debug_struct("CorsBuilder")
            .field("origins", &self.origins)
            .field("regexes", &self.regexes)
            .field("predicates", &predicates)
            .field("any_origin", &self.any_origin)
            .field("any_origin_with_credentials", &self.any_origin_with_credentials)
            .field("null_origin", &self.null_origin)
            .field("insecure_origins", &self.insecure_origins)
            .field("methods", &self.methods)
            .field("any_method", &self.any_method)
            .field("headers", &self.headers)
            .field("any_header", &self.any_header)
            .field("exposed", &self.exposed)
            .field("expose_any", &self.expose_any)
            .field("credentials", &self.credentials)
            .field("max_age", &self.max_age)
            .field("enforcement", &self.enforcement)
            .field("reject_status", &self.reject_status)
            .finish()
    }
}
