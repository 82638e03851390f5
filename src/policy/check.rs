//! Checks a policy in one line, for tests.

use std::fmt;

use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
};

use super::{Decision, Denial, DenialKind, Policy, Remedy};

/// The decision of a policy on a request that [`Policy::check`] or [`Policy::check_preflight`] made.
///
/// It borrows nothing. `Display` and `Debug` print the sentence of the [`Decision`], so that a failed
/// `assert!(verdict.is_allowed(), "{verdict}")` shows the reason.
#[derive(Clone)]
#[must_use]
pub struct Verdict {
    sentence: String,
    kind: Option<DenialKind>,
    remedy: Option<Remedy>,
    status: Option<StatusCode>,
    headers: HeaderMap,
}

impl Policy {
    /// Checks an actual request from a page of this origin.
    ///
    /// ```
    /// let policy = corsac::CorsLayer::builder()
    ///     .allow_origins(["https://app.example.com"])
    ///     .build_policy()?;
    ///
    /// let verdict = policy.check("https://app.example.com");
    /// assert!(verdict.is_allowed(), "{verdict}");
    /// assert_eq!(verdict.headers()["access-control-allow-origin"], "https://app.example.com");
    /// assert!(!policy.check("https://evil.example").is_allowed());
    /// # Ok::<(), corsac::BuildError>(())
    /// ```
    #[doc(alias = "test")]
    pub fn check(&self, origin: &str) -> Verdict {
        let headers = HeaderMap::from_iter([(ORIGIN, header_value(origin))]);
        Verdict::new(&self.evaluate(&Method::GET, &headers))
    }

    /// Checks the preflight of a request from a page of this origin, with this method and these
    /// request headers.
    ///
    /// ```
    /// let policy = corsac::CorsLayer::builder()
    ///     .allow_origins(["https://app.example.com"])
    ///     .allow_methods(["PUT"])
    ///     .allow_headers(["content-type"])
    ///     .build_policy()?;
    ///
    /// let verdict = policy.check_preflight("https://app.example.com", "PUT", ["content-type"]);
    /// assert!(verdict.is_allowed(), "{verdict}");
    ///
    /// let verdict = policy.check_preflight("https://app.example.com", "DELETE", []);
    /// assert_eq!(verdict.to_string(), r#"method "DELETE" is not allowed: add it to `allow_methods`"#);
    /// # Ok::<(), corsac::BuildError>(())
    /// ```
    #[doc(alias = "test")]
    pub fn check_preflight<'h>(
        &self,
        origin: &str,
        method: &str,
        headers: impl IntoIterator<Item = &'h str>,
    ) -> Verdict {
        let names: Vec<&str> = headers.into_iter().collect();
        let mut request = HeaderMap::from_iter([
            (ORIGIN, header_value(origin)),
            (ACCESS_CONTROL_REQUEST_METHOD, header_value(method)),
        ]);
        if !names.is_empty() {
            request.insert(ACCESS_CONTROL_REQUEST_HEADERS, header_value(&names.join(",")));
        }
        Verdict::new(&self.evaluate(&Method::OPTIONS, &request))
    }
}

/// A text that no header can contain becomes one that no list contains.
fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_bytes(text.as_bytes())
        .or_else(|_| HeaderValue::try_from(text.escape_default().to_string()))
        .unwrap_or(HeaderValue::from_static(""))
}

impl Verdict {
    /// Returns `true` if nothing is denied, as [`Decision::is_allowed`] does.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.kind.is_none()
    }

    /// Returns the rule that denied the request.
    #[must_use]
    pub fn denied_by(&self) -> Option<DenialKind> {
        self.kind
    }

    /// Returns the line that would allow the request, as [`Denial::remedy`](crate::Denial::remedy)
    /// does.
    #[must_use]
    pub fn remedy(&self) -> Option<&Remedy> {
        self.remedy.as_ref()
    }

    /// Returns the status if corsac makes the response, as [`Decision::status`] does.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// Returns the CORS headers and `Vary` of the response.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    fn new(decision: &Decision<'_>) -> Self {
        let mut headers = HeaderMap::new();
        decision.apply(&mut headers);
        let denial = decision.denial();
        Self {
            sentence: decision.to_string(),
            kind: denial.as_ref().map(Denial::kind),
            remedy: denial.as_ref().and_then(Denial::remedy),
            status: decision.status(),
            headers,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verdict({self})")
    }
}
