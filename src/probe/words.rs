//! Why a browser keeps a response from a page: in plain words, and in those of Chromium's console.

use std::{error::Error, fmt};

use super::{browser::Reason, curl, page::PageRequest};

/// A request that a browser stops, or a response that it keeps from the page.
///
/// `Display` prints one sentence. [`console`](Blocked::console) returns the message of Chromium.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Blocked {
    request: Box<PageRequest>,
    is_preflight: bool,
    reason: Reason,
}

impl Blocked {
    pub(super) fn new(request: &PageRequest, is_preflight: bool, reason: Reason) -> Self {
        Self { request: Box::new(request.clone()), is_preflight, reason }
    }

    /// Returns the rule.
    #[must_use]
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    /// Returns whether the answer to the preflight is the reason. The browser does not send the
    /// request itself then.
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        self.is_preflight
    }

    /// Returns the `curl` line of the request whose answer is the reason. It has a variable of the shell
    /// in place of each value that may be secret: `$AUTHORIZATION`.
    #[must_use]
    pub fn curl(&self) -> String {
        let page = &*self.request;
        let preflight = page.preflight().filter(|_| self.is_preflight);
        let request = preflight.unwrap_or_else(|| page.request());
        curl::line(&request, &page.target.to_string(), &page.curl_options)
    }

    /// Returns the message in the console of Chromium 156.
    #[must_use]
    pub fn console(&self) -> String {
        let PageRequest { target, origin, .. } = &*self.request;
        let is_about_lists = matches!(
            self.reason,
            Reason::AllowMethodsMalformed(_)
                | Reason::AllowHeadersMalformed(_)
                | Reason::MethodNotAllowed(_)
                | Reason::HeaderNotAllowed(_)
                | Reason::AuthorizationByWildcard
        );
        let preflight = if self.is_preflight && !is_about_lists {
            "Response to preflight request doesn't pass access control check: "
        } else {
            ""
        };
        format!(
            "Access to fetch at '{target}' from origin '{origin}' has been blocked by CORS policy: \
             {preflight}{}",
            self.console_reason()
        )
    }

    fn console_reason(&self) -> String {
        const MODE: &str = "when the request's credentials mode is 'include'.";
        match &self.reason {
            Reason::AllowOriginMissing => {
                "No 'Access-Control-Allow-Origin' header is present on the requested resource."
                    .to_owned()
            }
            Reason::AllowOriginMismatch(value) => {
                let what = if value.contains("://") || value == "null" {
                    format!(
                        "has a value '{value}' that is not equal to the supplied origin. Have the \
                         server send the header with a valid value."
                    )
                } else {
                    format!("contains the invalid value '{value}'.")
                };
                format!("The 'Access-Control-Allow-Origin' header {what}")
            }
            Reason::AllowOriginSeveral(value) => format!(
                "The 'Access-Control-Allow-Origin' header contains multiple values '{value}', but \
                 only one is allowed."
            ),
            Reason::WildcardWithCredentials => format!(
                "The value of the 'Access-Control-Allow-Origin' header in the response must not be \
                 the wildcard '*' {MODE}"
            ),
            Reason::CredentialsNotTrue(value) => format!(
                "The value of the 'Access-Control-Allow-Credentials' header in the response is \
                 '{value}' which must be 'true' {MODE}"
            ),
            Reason::PreflightRedirect(_) => {
                "Redirect is not allowed for a preflight request.".to_owned()
            }
            Reason::PreflightStatus(_) => "It does not have HTTP ok status.".to_owned(),
            Reason::AllowMethodsMalformed(_) => {
                "Cannot parse Access-Control-Allow-Methods response header field in preflight \
                 response."
                    .to_owned()
            }
            Reason::AllowHeadersMalformed(_) => {
                "Cannot parse Access-Control-Allow-Headers response header field in preflight \
                 response."
                    .to_owned()
            }
            Reason::MethodNotAllowed(method) => format!(
                "Method {method} is not allowed by Access-Control-Allow-Methods in preflight \
                 response."
            ),
            Reason::AuthorizationByWildcard => {
                "Request header field authorization is not allowed by \
                 Access-Control-Allow-Headers in preflight response."
                    .to_owned()
            }
            Reason::HeaderNotAllowed(name) => format!(
                "Request header field {name} is not allowed by Access-Control-Allow-Headers in \
                 preflight response."
            ),
        }
    }

    /// Returns the change on the server that helps, in one sentence. Whether the page should get the response
    /// is your decision.
    #[must_use]
    pub fn remedy(&self) -> String {
        let PageRequest { origin, .. } = &*self.request;
        match &self.reason {
            _ if origin == "null" && self.reason.is_about_origin() => {
                "serve the page over http or https: `null` is the origin of files, sandboxed frames \
                 and redirected requests, and all of them look the same to a server"
                    .to_owned()
            }
            Reason::AllowOriginSeveral(_) => format!(
                "let one program send `Access-Control-Allow-Origin: {origin}`: look for a proxy that \
                 adds a header to that of the service, or for a list in its configuration"
            ),
            Reason::AllowOriginMissing | Reason::AllowOriginMismatch(_) if self.is_preflight => {
                format!(
                    "let the server answer the preflight with 204 and `Access-Control-Allow-Origin: \
                     {origin}`, before authentication and routing; with corsac: \
                     `.allow_origins([\"{origin}\"])`"
                )
            }
            Reason::AllowOriginMissing | Reason::AllowOriginMismatch(_) => format!(
                "let the server send `Access-Control-Allow-Origin: {origin}` and `Vary: Origin`; with \
                 corsac: `.allow_origins([\"{origin}\"])`"
            ),
            Reason::WildcardWithCredentials => format!(
                "let the server send `Access-Control-Allow-Origin: {origin}` instead of `*`, or remove \
                 the credentials from the page; with corsac: `.allow_origins([\"{origin}\"])` and \
                 `.allow_credentials(true)`"
            ),
            Reason::CredentialsNotTrue(_) => {
                "let the server send `Access-Control-Allow-Credentials: true`, or remove the \
                 credentials from the page; with corsac: `.allow_credentials(true)`"
                    .to_owned()
            }
            Reason::PreflightRedirect(location) => format!(
                "call the final URL, `{location}`, or let the server answer preflights before it \
                 redirects"
            ),
            Reason::PreflightStatus(401 | 403 | 407) => {
                "let the server answer preflights before authentication: they carry no cookie and no \
                 token"
                    .to_owned()
            }
            Reason::PreflightStatus(404 | 405 | 501) => {
                "let the server answer `OPTIONS` for this path before its router does".to_owned()
            }
            Reason::PreflightStatus(_) => "let the server answer preflights with 204".to_owned(),
            Reason::AllowMethodsMalformed(_) | Reason::AllowHeadersMalformed(_) => {
                "write names between the commas, without quotes and brackets".to_owned()
            }
            Reason::MethodNotAllowed(method) => format!(
                "add it to `Access-Control-Allow-Methods`; with corsac: \
                 `.allow_methods([\"{method}\"])`"
            ),
            Reason::AuthorizationByWildcard => {
                "write `Authorization` in `Access-Control-Allow-Headers`; with corsac: \
                 `.allow_headers([\"authorization\"])`"
                    .to_owned()
            }
            Reason::HeaderNotAllowed(name) => format!(
                "add it to `Access-Control-Allow-Headers`; with corsac: `.allow_headers([\"{name}\"])`"
            ),
        }
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (answer, so) = if self.is_preflight {
            ("the answer to the preflight", "so the browser does not send the request")
        } else {
            ("the response", "so the browser keeps it from the page")
        };
        let origin = &self.request.origin;
        match &self.reason {
            Reason::AllowOriginMissing => {
                write!(f, "{answer} has no `Access-Control-Allow-Origin`, {so}")
            }
            Reason::AllowOriginMismatch(value) => {
                write!(f, "{answer} allows pages of `{value}`, and not of `{origin}`, {so}")
            }
            Reason::AllowOriginSeveral(value) => write!(
                f,
                "{answer} has several values in `Access-Control-Allow-Origin` (`{value}`), and \
                 browsers accept one, {so}"
            ),
            Reason::WildcardWithCredentials => write!(
                f,
                "{answer} has `Access-Control-Allow-Origin: *`, which is not valid for a request with \
                 credentials, {so}"
            ),
            Reason::CredentialsNotTrue(value) if value.is_empty() => write!(
                f,
                "{answer} has no `Access-Control-Allow-Credentials`, and the request has credentials, \
                 {so}"
            ),
            Reason::CredentialsNotTrue(value) => write!(
                f,
                "{answer} has `Access-Control-Allow-Credentials: {value}`, and only `true` is valid, {so}"
            ),
            Reason::PreflightRedirect(location) => {
                write!(f, "the preflight is redirected to `{location}`, {so}")
            }
            Reason::PreflightStatus(status) => {
                write!(f, "{answer} has the status {status}, and not one of 200 to 299, {so}")
            }
            Reason::AllowMethodsMalformed(value) => {
                write!(f, "`Access-Control-Allow-Methods: {value}` is not a list of methods, {so}")
            }
            Reason::AllowHeadersMalformed(value) => {
                write!(f, "`Access-Control-Allow-Headers: {value}` is not a list of names, {so}")
            }
            Reason::MethodNotAllowed(method) => {
                write!(f, "{answer} does not allow the method `{method}`, {so}")
            }
            Reason::AuthorizationByWildcard => write!(
                f,
                "{answer} allows request headers by `*`, which does not include `authorization`, {so}; \
                 Chromium 156 and Firefox 153 still accept it"
            ),
            Reason::HeaderNotAllowed(name) => {
                write!(f, "{answer} does not allow the request header `{name}`, {so}")
            }
        }
    }
}

impl Error for Blocked {}
