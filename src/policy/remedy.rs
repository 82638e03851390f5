//! The line that would allow a denied request.

use std::fmt;

use http::HeaderName;

use super::{Denial, DenialKind, Enforcement, decision::Context, fetch};
use crate::origin::Origin;

/// A line of builder code, made by [`Denial::remedy`]. `Display` prints the line.
///
/// ```
/// use corsac::CorsLayer;
/// use http::{HeaderMap, HeaderValue, Method, header::ORIGIN};
///
/// let policy = CorsLayer::builder().allow_origins(["https://app.example.com"]).build_policy()?;
/// let mut headers = HeaderMap::new();
/// headers.insert(ORIGIN, HeaderValue::from_static("https://app.example.com:8443"));
///
/// let decision = policy.evaluate(&Method::GET, &headers);
/// let remedy = decision.denial().and_then(|denial| denial.remedy()).unwrap();
/// assert_eq!(remedy.to_string(), r#".allow_origins(["https://app.example.com:8443"])"#);
/// assert_eq!(remedy.setter(), "allow_origins");
/// # Ok::<(), corsac::BuildError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remedy {
    setter: &'static str,
    values: Vec<String>,
    is_look_alike: bool,
}

impl Remedy {
    /// Returns the name of the builder's method, which is also the field of a config file:
    /// `allow_origins`, `allow_methods`, `allow_headers` or `trusted_senders`.
    #[must_use]
    pub fn setter(&self) -> &'static str {
        self.setter
    }

    /// Returns the values to pass to the method.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// Returns `true` if the origin looks like an allowed one, such as `https://paypa1.com` beside
    /// `https://paypal.com`. Check that it is really yours before you allow it.
    #[must_use]
    pub fn is_look_alike(&self) -> bool {
        self.is_look_alike
    }

    fn new<'v>(setter: &'static str, values: impl IntoIterator<Item = &'v [u8]>) -> Self {
        let values = values.into_iter().map(|value| String::from_utf8_lossy(value).into_owned());
        Self { setter, values: values.collect(), is_look_alike: false }
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ".{}({:?})", self.setter, self.values)?;
        f.write_str(if self.is_look_alike {
            " /* check that this is really your page */"
        } else {
            ""
        })
    }
}

static SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

impl Denial<'_> {
    /// Returns the line that would allow the denied value. The line shows how to allow it; whether
    /// to allow it is your decision: list only origins that you trust. If
    /// [the page is your own](crate::Decision::is_same_origin), nothing needs to be allowed.
    ///
    /// Returns `None` if no line helps, or if none should: for `null`, for plain http with
    /// credentials, for values that no browser sends, for `patch` instead of `PATCH`, and if there is
    /// no policy to add the line to. The sentence of the denial gives the reason.
    #[must_use]
    pub fn remedy(&self) -> Option<Remedy> {
        match self.kind() {
            DenialKind::Origin if self.is_rejected_navigation() => {
                Some(Remedy::new("trusted_senders", [self.value]))
            }
            DenialKind::Origin => {
                let is_look_alike =
                    self.find_nearest().is_some_and(|nearest| nearest.is_look_alike);
                let remedy = Remedy::new("allow_origins", [self.value]);
                (!self.is_insecure()).then_some(Remedy { is_look_alike, ..remedy })
            }
            DenialKind::Method => {
                self.is_method_missing().then(|| Remedy::new("allow_methods", [self.value]))
            }
            DenialKind::Header => {
                let names = self.denied_headers();
                let can_be_listed = |name: &&[u8]| {
                    fetch::is_name(name)
                        && std::str::from_utf8(name).is_ok_and(|name| {
                            !fetch::is_forbidden_request_header(name)
                                && !fetch::is_cors_response_header(name)
                        })
                };
                names.iter().all(can_be_listed).then(|| Remedy::new("allow_headers", names))
            }
            _ => None,
        }
    }

    /// Returns whether the origin sent a form that only [`Enforcement::Reject`] stops. Its page asks
    /// for no permission to read (Fetch Metadata, "Sec-Fetch-Mode").
    pub(super) fn is_rejected_navigation(&self) -> bool {
        let Context { policy, headers, .. } = self.context;
        policy.rules.enforcement == Enforcement::Reject
            && headers.get(&SEC_FETCH_MODE).is_some_and(|mode| mode == "navigate")
    }

    /// Returns whether the builder would refuse the origin, because credentials would travel over
    /// plain http.
    pub(super) fn is_insecure(&self) -> bool {
        let Some(set) = self.context.policy.origin_set() else { return false };
        let origin = std::str::from_utf8(self.value).ok();
        let origin = origin.and_then(|text| text.parse::<Origin>().ok());
        set.denies_insecure() && origin.is_some_and(|origin| origin.parts().is_insecure())
    }

    /// Returns whether the method would be allowed if it were listed.
    fn is_method_missing(&self) -> bool {
        let Ok(method) = std::str::from_utf8(self.value) else { return false };
        let methods = &self.context.policy.methods;
        !methods.any
            && !fetch::is_forbidden_method(self.value)
            && fetch::normalize_method(method) == method
            && !fetch::is_misspelled_patch(method)
            && !methods.names.iter().any(|name| name.eq_ignore_ascii_case(method))
    }
}
