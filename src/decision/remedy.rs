//! What a policy would have to say to allow what it refuses.

use std::fmt;

use super::{Denial, DenialKind};
use crate::{
    fetch,
    origin::Origin,
    policy::{Methods, Origins},
};

/// A line of builder code, made by [`Denial::remedy`]. Prints the line.
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
}

impl Remedy {
    /// The builder's method, and the field of a config file: `allow_origins`, `allow_methods` or
    /// `allow_headers`.
    #[must_use]
    pub fn setter(&self) -> &'static str {
        self.setter
    }

    /// What it is to be called with.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }

    fn new<'v>(setter: &'static str, values: impl IntoIterator<Item = &'v [u8]>) -> Self {
        let values = values.into_iter().map(|it| String::from_utf8_lossy(it).into_owned());
        Self { setter, values: values.collect() }
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ".{}({:?})", self.setter, self.values)
    }
}

impl Denial<'_> {
    /// The line that the policy lacks: with it, this denial is gone. It says how, not whether: an
    /// origin in the list is an origin that you trust, and where
    /// [the page is your own](crate::Decision::is_same_origin), nothing needs to be allowed.
    ///
    /// `None` where no line helps, or none should, and the sentence says why: `null`, plain http
    /// beside credentials, what no browser sends, `patch` for `PATCH`; and where there is no policy to add
    /// it to.
    #[must_use]
    pub fn remedy(&self) -> Option<Remedy> {
        match self.kind() {
            DenialKind::Origin => {
                (!self.is_insecure()).then(|| Remedy::new("allow_origins", [self.value]))
            }
            DenialKind::Method => {
                self.is_method_missing().then(|| Remedy::new("allow_methods", [self.value]))
            }
            DenialKind::Header => {
                let names = self.refused_headers();
                let can_be_listed = |name: &&[u8]| {
                    fetch::is_token(name)
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

    /// The builder would refuse the origin, because credentials would travel in the clear.
    pub(super) fn is_insecure(&self) -> bool {
        let Origins::Listed(set) = &self.policy.origins else { return false };
        let origin = std::str::from_utf8(self.value).ok();
        let origin = origin.and_then(|text| text.parse::<Origin>().ok());
        set.denies_insecure() && origin.is_some_and(|it| it.parts().is_insecure())
    }

    /// Nothing is wrong with the method but that it is not listed.
    fn is_method_missing(&self) -> bool {
        let Ok(method) = std::str::from_utf8(self.value) else { return false };
        let Methods { any, names, .. } = &self.policy.methods;
        !any && !fetch::is_forbidden_method(self.value)
            && fetch::normalize_method(method) == method
            && (method == "PATCH" || !method.eq_ignore_ascii_case("PATCH"))
            && !names.iter().any(|name| name.eq_ignore_ascii_case(method))
    }
}
