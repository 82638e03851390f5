//! The conclusions that a browser draws from a response, written from the Fetch standard alone.

use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, AUTHORIZATION,
    },
};

use crate::policy::fetch;

/// The rule by which a browser keeps a response from a page.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The response has no `Access-Control-Allow-Origin`.
    AllowOriginMissing,
    /// `Access-Control-Allow-Origin` is this value, and not the origin of the page.
    AllowOriginMismatch(String),
    /// `Access-Control-Allow-Origin` has several values, on one line or on several.
    AllowOriginSeveral(String),
    /// `Access-Control-Allow-Origin` is `*`, and the page sends credentials.
    WildcardWithCredentials,
    /// The page sends credentials, and `Access-Control-Allow-Credentials` is this value instead of
    /// `true`. Empty if the header is missing.
    CredentialsNotTrue(String),
    /// The answer to the preflight is a redirect to this location.
    PreflightRedirect(String),
    /// The status of the answer to the preflight is not one of 200 to 299.
    PreflightStatus(u16),
    /// `Access-Control-Allow-Methods` is not a list of methods.
    AllowMethodsMalformed(String),
    /// `Access-Control-Allow-Headers` is not a list of header names.
    AllowHeadersMalformed(String),
    /// `Access-Control-Allow-Methods` does not contain this method.
    MethodNotAllowed(String),
    /// `Access-Control-Allow-Headers` does not contain this name.
    HeaderNotAllowed(String),
    /// `Access-Control-Allow-Headers` is `*`, which does not include `authorization`. Chromium 156 and
    /// Firefox 153 differ from the standard here, and accept it.
    AuthorizationByWildcard,
}

/// Fetch, "CORS check": whether a page of this origin gets the response.
pub(super) fn cors_check(
    origin: &str,
    credentials: bool,
    response: &HeaderMap,
) -> Result<(), Reason> {
    let Some(allowed) = get(response, &ACCESS_CONTROL_ALLOW_ORIGIN) else {
        return Err(Reason::AllowOriginMissing);
    };
    if !credentials && allowed == "*" {
        return Ok(());
    }
    if allowed != origin {
        return Err(if allowed == "*" {
            Reason::WildcardWithCredentials
        } else if allowed.contains([',', ' ']) {
            Reason::AllowOriginSeveral(allowed)
        } else {
            Reason::AllowOriginMismatch(allowed)
        });
    }
    if !credentials {
        return Ok(());
    }
    // Case-sensitive.
    match get(response, &ACCESS_CONTROL_ALLOW_CREDENTIALS) {
        Some(value) if value == "true" => Ok(()),
        value => Err(Reason::CredentialsNotTrue(value.unwrap_or_default())),
    }
}

/// Fetch, "CORS-preflight fetch", step 7, up to the lists.
pub(super) fn check_preflight_answer(
    origin: &str,
    credentials: bool,
    status: StatusCode,
    response: &HeaderMap,
) -> Result<(), Reason> {
    // Fetch, "redirect status". The CORS check comes first in the standard, with the same result.
    if matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        let location = get(response, &http::header::LOCATION).unwrap_or_default();
        return Err(Reason::PreflightRedirect(location));
    }
    cors_check(origin, credentials, response)?;
    // Fetch, "ok status".
    if !status.is_success() {
        return Err(Reason::PreflightStatus(status.as_u16()));
    }
    Ok(())
}

/// The methods and header names that the answer to a preflight allows.
#[derive(Debug)]
pub(super) struct Allowed {
    methods: Vec<String>,
    headers: Vec<String>,
    credentials: bool,
}

impl Allowed {
    /// Fetch, "CORS-preflight fetch", steps 7.1 to 7.4: one value that is no token makes the whole list
    /// a failure.
    pub(super) fn read(response: &HeaderMap, credentials: bool) -> Result<Self, Reason> {
        let methods = tokens(response, &ACCESS_CONTROL_ALLOW_METHODS);
        let methods = methods.map_err(Reason::AllowMethodsMalformed)?;
        let headers = tokens(response, &ACCESS_CONTROL_ALLOW_HEADERS);
        let headers = headers.map_err(Reason::AllowHeadersMalformed)?;
        Ok(Self { methods, headers, credentials })
    }

    /// Fetch, "CORS-preflight fetch", step 7.5. Case-sensitive.
    pub(super) fn allows_method(&self, method: &str) -> bool {
        fetch::is_safelisted_method(method.as_bytes())
            || self.methods.iter().any(|allowed| allowed == method)
            || self.is_any(&self.methods)
    }

    /// Fetch, "CORS-preflight fetch", steps 7.6 and 7.7. Not case-sensitive.
    pub(super) fn check_header(&self, name: &str) -> Result<(), Reason> {
        let is_any = self.is_any(&self.headers);
        if self.headers.iter().any(|allowed| allowed.eq_ignore_ascii_case(name)) {
            Ok(())
        } else if is_any && name.eq_ignore_ascii_case(AUTHORIZATION.as_str()) {
            // Fetch, "CORS non-wildcard request-header name".
            Err(Reason::AuthorizationByWildcard)
        } else if is_any {
            Ok(())
        } else {
            Err(Reason::HeaderNotAllowed(name.to_owned()))
        }
    }

    /// With credentials, `*` is a name.
    fn is_any(&self, list: &[String]) -> bool {
        !self.credentials && list.iter().any(|allowed| allowed == "*")
    }
}

/// Fetch, "CORS-preflight fetch": whether the browser sends the request after this answer.
pub(super) fn check_preflight<'n>(
    origin: &str,
    credentials: bool,
    method: &str,
    names: impl IntoIterator<Item = &'n str>,
    status: StatusCode,
    response: &HeaderMap,
) -> Result<(), Reason> {
    check_preflight_answer(origin, credentials, status, response)?;
    let allowed = Allowed::read(response, credentials)?;
    if !allowed.allows_method(method) {
        return Err(Reason::MethodNotAllowed(method.to_owned()));
    }
    names.into_iter().try_for_each(|name| allowed.check_header(name))
}

/// Fetch, "CORS-preflight cache": the seconds for which a browser keeps the answer to a preflight,
/// before it applies a limit of its own.
pub(super) fn max_age(response: &HeaderMap) -> u64 {
    // Fetch, "CORS-preflight fetch", steps 7.8 and 7.9: a missing or an invalid value is 5.
    const DEFAULT: u64 = 5;
    match get(response, &ACCESS_CONTROL_MAX_AGE) {
        Some(age) if !age.is_empty() && age.bytes().all(|byte| byte.is_ascii_digit()) => {
            age.parse().unwrap_or(u64::MAX)
        }
        _ => DEFAULT,
    }
}

/// The names of the response headers that a page may read in addition to the safelisted ones.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Exposed {
    All,
    /// In lower case.
    Listed(Vec<String>),
}

/// Fetch, "main fetch": the names of `Access-Control-Expose-Headers`. A list that cannot be read
/// exposes nothing.
pub(super) fn exposed(response: &HeaderMap, credentials: bool) -> Exposed {
    let names = tokens(response, &ACCESS_CONTROL_EXPOSE_HEADERS).unwrap_or_default();
    if !credentials && names.iter().any(|name| name == "*") {
        return Exposed::All;
    }
    let names = names.into_iter().map(|name| name.to_ascii_lowercase());
    // Fetch, "CORS-safelisted response-header name".
    Exposed::Listed(
        names
            .filter(|name| {
                !fetch::is_safelisted_response_header(name)
                    && !fetch::is_forbidden_response_header(name)
            })
            .collect(),
    )
}

/// Fetch, "get (a header list)": all lines of a header as one value.
pub(super) fn get(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let mut lines = headers.get_all(name).iter().map(text);
    let first = lines.next()?;
    Some(lines.fold(first, |all, line| all + ", " + &line))
}

/// Fetch, "header value", normalized, and with each byte as a character.
fn text(line: &HeaderValue) -> String {
    let bytes = line.as_bytes().trim_ascii();
    bytes.iter().copied().map(char::from).collect()
}

/// Fetch, "extract header list values". Returns the value if it is not a list of tokens.
fn tokens(headers: &HeaderMap, name: &HeaderName) -> Result<Vec<String>, String> {
    let Some(value) = get(headers, name) else { return Ok(Vec::new()) };
    // RFC 9110, 5.6.1.2: a recipient ignores empty elements.
    let elements = value.split(',').map(|element| element.trim_matches([' ', '\t']));
    let elements: Vec<&str> = elements.filter(|element| !element.is_empty()).collect();
    if elements.iter().all(|element| fetch::is_token(element.as_bytes())) {
        Ok(elements.into_iter().map(str::to_owned).collect())
    } else {
        Err(value)
    }
}
