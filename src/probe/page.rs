//! One request of a page, and whether a browser gives the page the response.

use std::fmt;

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response,
    header::{ACCEPT, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
};

use super::{
    browser::{self, Exposed, Reason},
    target::{ProbeError, Target},
    words::Blocked,
};
use crate::{
    origin::{Origin, parse_opaque},
    policy::fetch,
};

/// A request that a page makes with `fetch` or `XMLHttpRequest`.
///
/// It needs no policy: send the requests, and ask for the conclusion of a browser.
///
/// ```
/// use corsac::probe::PageRequest;
/// use http::Response;
///
/// let page = PageRequest::new("http://localhost:3000/hello", "http://localhost:5173")?;
/// assert!(page.preflight().is_none()); // a plain GET needs none
///
/// let response = Response::new("hello"); // the answer to `page.request()`
/// let blocked = page.check_response(&response).unwrap_err();
/// assert_eq!(
///     blocked.to_string(),
///     "the response has no `Access-Control-Allow-Origin`, so the browser keeps it from the page",
/// );
/// assert_eq!(
///     blocked.console(),
///     "Access to fetch at 'http://localhost:3000/hello' from origin 'http://localhost:5173' has been \
///      blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested \
///      resource.",
/// );
/// # Ok::<(), corsac::probe::ProbeError>(())
/// ```
#[derive(Debug, Clone)]
pub struct PageRequest {
    pub(super) target: Target,
    pub(super) origin: String,
    pub(super) method: Method,
    headers: HeaderMap,
    pub(super) credentials: bool,
    /// Empty, or with a blank in front.
    pub(super) curl_options: String,
}

/// Something besides CORS that stops a request of a page, or may stop it. `Display` prints a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PageNote {
    /// An https page calls an http URL.
    MixedContent,
    /// A page of another machine calls this one.
    LocalNetworkAccess,
    /// The method is `patch`, and not `PATCH`.
    MisspelledPatch,
}

/// The headers of a response, as far as a page may read them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Readable {
    names: Vec<String>,
    hidden: Vec<String>,
}

impl PageRequest {
    /// Returns a GET request from a page of this origin, without headers and credentials.
    ///
    /// # Errors
    ///
    /// Fails for a URL that is not http or https, such as `localhost:3000`, and for an origin that no
    /// browser sends, such as `https://a.example/`. `null` is an origin here.
    pub fn new(url: &str, origin: &str) -> Result<Self, ProbeError> {
        Ok(Self {
            target: Target::new(url)?,
            origin: check_origin(origin)?,
            method: Method::GET,
            headers: HeaderMap::new(),
            credentials: false,
            curl_options: String::new(),
        })
    }

    /// Sets the method. Browsers write six methods in upper case, and the others as the script does:
    /// `put` becomes `PUT`, and `patch` stays `patch`.
    ///
    /// # Errors
    ///
    /// Fails for a text that is not a method, and for CONNECT, TRACE and TRACK.
    pub fn method(mut self, method: &str) -> Result<Self, ProbeError> {
        if fetch::is_forbidden_method(method.as_bytes()) {
            return Err(ProbeError::method(method, true));
        }
        // Fetch, "normalize (a method)".
        let method = fetch::normalize_method(method);
        self.method = method.parse().map_err(|_| ProbeError::method(method, false))?;
        Ok(self)
    }

    /// Adds a header to the request. Browsers set some headers themselves, such as `Cookie`: these are
    /// sent with the request, and cause no preflight.
    ///
    /// # Errors
    ///
    /// Fails for a name or a value that no header can have.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, ProbeError> {
        let parsed = (name.parse::<HeaderName>(), value.parse::<HeaderValue>());
        let (Ok(parsed), Ok(value)) = parsed else { return Err(ProbeError::header(name)) };
        self.headers.append(parsed, value);
        Ok(self)
    }

    /// Sets whether the page sends credentials: `credentials: "include"`, or `withCredentials`.
    /// Default: `false`.
    #[must_use]
    pub fn credentials(mut self, include: bool) -> Self {
        self.credentials = include;
        self
    }

    /// Returns the preflight that a browser sends first, or `None` if the request needs none.
    ///
    /// Fetch, "main fetch" and "CORS-preflight fetch".
    #[must_use]
    pub fn preflight(&self) -> Option<Request<()>> {
        let names = self.unsafe_names();
        if fetch::is_safelisted_method(self.method.as_str().as_bytes()) && names.is_empty() {
            return None;
        }
        let mut request = self.bare_request(Method::OPTIONS);
        let headers = request.headers_mut();
        headers.insert(ACCESS_CONTROL_REQUEST_METHOD, header_value(self.method.as_str()));
        if !names.is_empty() {
            headers.insert(ACCESS_CONTROL_REQUEST_HEADERS, header_value(&names.join(",")));
        }
        Some(request)
    }

    /// Returns the request itself.
    #[must_use]
    pub fn request(&self) -> Request<()> {
        let mut request = self.bare_request(self.method.clone());
        request.headers_mut().extend(self.headers.clone());
        request
    }

    /// Returns whether a browser sends the request after this answer to the preflight.
    ///
    /// # Errors
    ///
    /// Returns the rule by which the browser does not.
    pub fn check_preflight<B>(&self, response: &Response<B>) -> Result<(), Blocked> {
        let names = self.unsafe_names();
        browser::check_preflight(
            &self.origin,
            self.credentials,
            self.method.as_str(),
            names.iter().map(String::as_str),
            response.status(),
            response.headers(),
        )
        .map_err(|reason| Blocked::new(self, true, reason))
    }

    /// Returns which headers of this response the page can read. It can read the status and the body
    /// too, whatever the status is.
    ///
    /// # Errors
    ///
    /// Returns the rule by which the browser keeps the response from the page.
    pub fn check_response<B>(&self, response: &Response<B>) -> Result<Readable, Blocked> {
        let check = browser::cors_check(&self.origin, self.credentials, response.headers());
        check.map_err(|reason| Blocked::new(self, false, reason))?;
        let exposed = browser::exposed(response.headers(), self.credentials);
        let is_readable = |name: &&HeaderName| match name.as_str() {
            name if fetch::is_forbidden_response_header(name) => false,
            name if fetch::is_safelisted_response_header(name) => true,
            name => match &exposed {
                Exposed::All => true,
                Exposed::Listed(names) => names.iter().any(|listed| listed == name),
            },
        };
        let (names, hidden): (Vec<_>, Vec<_>) = response.headers().keys().partition(is_readable);
        let texts = |names: Vec<&HeaderName>| names.into_iter().map(ToString::to_string).collect();
        // No page reads these two (Fetch, "forbidden response-header name").
        let hidden = hidden
            .into_iter()
            .filter(|name| !fetch::is_forbidden_response_header(name.as_str()))
            .filter(|name| !fetch::is_cors_response_header(name.as_str()));
        Ok(Readable { names: texts(names), hidden: texts(hidden.collect()) })
    }

    /// Returns whether the page and the URL have the same origin. CORS does not apply then.
    #[must_use]
    pub fn is_same_origin(&self) -> bool {
        self.target.origin().is_some_and(|origin| origin.as_str() == self.origin)
    }

    /// Returns the rules besides CORS that stop the request, or may stop it.
    #[must_use]
    pub fn notes(&self) -> Vec<PageNote> {
        let mut notes = Vec::new();
        let (page, target) = (self.origin.parse::<Origin>().ok(), self.target.origin());
        let is_loopback = |origin: &Origin| origin.parts().is_loopback();
        if let (Some(page), Some(target)) = (&page, &target) {
            // Mixed Content, "Should fetching request be blocked as mixed content?".
            if page.scheme() == "https" && target.scheme() == "http" && !is_loopback(target) {
                notes.push(PageNote::MixedContent);
            }
            if is_loopback(target) && !is_loopback(page) {
                notes.push(PageNote::LocalNetworkAccess);
            }
        }
        if fetch::is_misspelled_patch(self.method.as_str()) {
            notes.push(PageNote::MisspelledPatch);
        }
        notes
    }

    /// Adds options to the `curl` line of [`Blocked::curl`], such as `--insecure`.
    #[must_use]
    pub fn curl_options(mut self, options: &str) -> Self {
        if !options.is_empty() {
            self.curl_options = format!("{} {options}", self.curl_options);
        }
        self
    }

    fn bare_request(&self, method: Method) -> Request<()> {
        let mut request = Request::new(());
        *request.method_mut() = method;
        *request.uri_mut() = self.target.uri().clone();
        // Fetch, "CORS-preflight fetch", step 2, and "fetch".
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("*/*"));
        // Fetch, "append a request `Origin` header".
        request.headers_mut().insert(ORIGIN, header_value(&self.origin));
        request
    }

    /// Fetch, "CORS-unsafe request-header names": in lower case, sorted, each once.
    pub(super) fn unsafe_names(&self) -> Vec<String> {
        let is_unsafe = |(name, value): &(&HeaderName, &HeaderValue)| {
            !fetch::is_forbidden_request_header(name.as_str())
                && !fetch::is_safelisted_request_header(name.as_str(), value.as_bytes())
        };
        let names = self.headers.iter().filter(is_unsafe).map(|(name, _)| name.to_string());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names.dedup();
        names
    }
}

/// Prints the request as people name it.
impl fmt::Display for PageRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, origin, method, .. } = self;
        let credentials = if self.credentials { " with credentials" } else { "" };
        write!(f, "{method} {target}{credentials}, from a page of {origin}")
    }
}

impl PageNote {
    /// Returns a short, stable name: `mixed-content`, `local-network-access`, `misspelled-patch`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::MixedContent => "mixed-content",
            Self::LocalNetworkAccess => "local-network-access",
            Self::MisspelledPatch => "misspelled-patch",
        }
    }

    /// Returns whether browsers never send such a request.
    #[must_use]
    pub fn blocks(self) -> bool {
        self == Self::MixedContent
    }
}

impl fmt::Display for PageNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MixedContent => {
                "an https page cannot call an http URL: browsers block it as mixed content before any \
                 CORS rule applies"
            }
            Self::LocalNetworkAccess => {
                "a page of another machine that calls this one needs the permission of the user (Local \
                 Network Access); no header replaces it"
            }
            Self::MisspelledPatch => {
                "browsers send `patch` as it is written, and methods are case-sensitive; write `PATCH` in \
                 the page"
            }
        })
    }
}

impl Readable {
    /// Returns the names that the page can read.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the names that it cannot read, because they are not exposed.
    #[must_use]
    pub fn hidden(&self) -> &[String] {
        &self.hidden
    }
}

/// Accepts everything that a browser or an embedder sends as an `Origin`.
pub(super) fn check_origin(text: &str) -> Result<String, ProbeError> {
    if text != "null" && parse_opaque(text).is_err() {
        text.parse::<Origin>().map_err(ProbeError::origin)?;
    }
    Ok(text.to_owned())
}

/// A header from a text that is known to be one.
pub(super) fn header_value(text: &str) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

impl Reason {
    /// Returns a short, stable name: that of the [`Check`](super::Check) with the same fault, if there is
    /// one.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::AllowOriginMissing => "allow-origin-missing",
            Self::AllowOriginMismatch(_) => "allow-origin-mismatch",
            Self::AllowOriginSeveral(_) => "allow-origin-several",
            Self::WildcardWithCredentials => "wildcard-with-credentials",
            Self::CredentialsNotTrue(_) => "credentials-missing",
            Self::PreflightRedirect(_) => "preflight-redirected",
            Self::PreflightStatus(_) => "preflight-status",
            Self::AllowMethodsMalformed(_) => "allow-methods-malformed",
            Self::AllowHeadersMalformed(_) => "allow-headers-malformed",
            Self::MethodNotAllowed(_) => "method-missing",
            Self::HeaderNotAllowed(_) | Self::AuthorizationByWildcard => "header-missing",
        }
    }

    /// Whether the page gets nothing because of the origin alone.
    pub(super) fn is_about_origin(&self) -> bool {
        matches!(
            self,
            Self::AllowOriginMissing | Self::AllowOriginMismatch(_) | Self::AllowOriginSeveral(_)
        )
    }
}
