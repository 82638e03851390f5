//! Is there another CORS layer inside? Told by what it writes, because between the two there may be
//! whatever hides its type.

use http::{
    HeaderMap, HeaderValue,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, VARY},
};

/// Another layer that does CORS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OtherLayer {
    Corsac,
    TowerHttp,
}

/// What corsac writes is a part of this text, in place: so it knows its own from the same words of
/// others. One static, because constants may share their place with equal ones.
static OWN: [u8; 89] =
    *b"corsac * true Origin, Access-Control-Request-Method, Access-Control-Request-Headers (own)";

pub(super) const ANY: HeaderValue = own(7, 8);
pub(super) const TRUE: HeaderValue = own(9, 13);
pub(super) const VARY_ORIGIN: HeaderValue = own(14, 20);
pub(super) const VARY_PREFLIGHT: HeaderValue = own(14, 83);
pub(super) const VARY_PREFLIGHT_OF_ANY: HeaderValue = own(22, 83);

const fn own(start: usize, end: usize) -> HeaderValue {
    let (text, _) = OWN.split_at(end);
    let (_, text) = text.split_at(start);
    match std::str::from_utf8(text) {
        Ok(text) => HeaderValue::from_static(text),
        Err(_) => HeaderValue::from_static(""),
    }
}

/// Written by corsac itself, in this process.
pub(super) fn is_own(value: &HeaderValue) -> bool {
    OWN.as_ptr_range().contains(&value.as_bytes().as_ptr())
}

impl OtherLayer {
    /// Of a response that is as the inner service wrote it.
    pub(super) fn inside(response: &HeaderMap) -> Option<Self> {
        if response.values().any(is_own) {
            return Some(Self::Corsac);
        }
        // tower-http writes `Vary` in lower case, most others `Origin`. Where it allows everything it
        // writes `*`, and no `Vary`.
        let varies = |line: &HeaderValue| {
            line == "origin" || line.as_bytes().starts_with(b"origin, access-control-request-")
        };
        let is_star = |name| response.get(name).is_some_and(|value| value == "*");
        let is_permissive =
            is_star(ACCESS_CONTROL_ALLOW_ORIGIN) && is_star(ACCESS_CONTROL_EXPOSE_HEADERS);
        let has_origin = response.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN);
        let is_like = is_permissive || has_origin && response.get_all(VARY).iter().any(varies);
        is_like.then_some(Self::TowerHttp)
    }

    /// As people know it.
    #[cfg(feature = "tracing")]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Corsac => "corsac::CorsLayer",
            Self::TowerHttp => "tower_http::cors::CorsLayer (by its headers)",
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use http::{HeaderMap, HeaderName, Method, header::ORIGIN};

    use super::{
        ANY, HeaderValue, OtherLayer, TRUE, VARY_ORIGIN, VARY_PREFLIGHT, VARY_PREFLIGHT_OF_ANY,
        is_own,
    };
    use crate::CorsLayer;

    #[test]
    fn the_parts_are_where_they_are_said_to_be() {
        const NAMES: &str = "Access-Control-Request-Method, Access-Control-Request-Headers";
        assert_eq!([ANY, TRUE, VARY_ORIGIN], ["*", "true", "Origin"]);
        assert_eq!(VARY_PREFLIGHT, format!("Origin, {NAMES}"));
        assert_eq!(VARY_PREFLIGHT_OF_ANY, NAMES);
        assert!(is_own(&ANY.clone()) && !is_own(&HeaderValue::from_static("*")));
    }

    #[test]
    fn corsac_knows_its_own_answers() {
        let request =
            HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static("https://a.example"))]);
        let listed = CorsLayer::builder().allow_origins(["https://a.example"]);
        for (builder, inner_vary, is_known) in [
            (listed.clone(), None, true),
            (listed.clone().allow_credentials(true), Some("accept"), true),
            (CorsLayer::builder().allow_any_origin(), Some("Origin"), true),
            // Nothing of corsac's own is left but words: then it says nothing.
            (listed, Some("accept"), false),
        ] {
            let policy = builder.build_policy().unwrap();
            let mut response = HeaderMap::new();
            if let Some(vary) = inner_vary {
                response.insert("vary", HeaderValue::from_static(vary));
            }
            policy.evaluate(&Method::GET, &request).apply(&mut response);
            let known = OtherLayer::inside(&response);
            assert_eq!(known, is_known.then_some(OtherLayer::Corsac), "{response:?}");
        }
    }

    #[test]
    fn tower_http_is_known_by_its_headers() {
        let inside = |lines: &[(&'static str, &'static str)]| {
            let lines = lines.iter().map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            });
            OtherLayer::inside(&lines.collect())
        };
        let origin = ("access-control-allow-origin", "https://a.example");
        let any = ("access-control-allow-origin", "*");
        let before_0_7 = "origin, access-control-request-method, access-control-request-headers";
        for known in [
            [origin, ("vary", "origin")],
            [origin, ("vary", before_0_7)],
            [any, ("access-control-expose-headers", "*")],
        ] {
            assert_eq!(inside(&known), Some(OtherLayer::TowerHttp), "{known:?}");
        }
        for unknown in [&[origin, ("vary", "Origin")][..], &[any], &[("vary", "origin")], &[]] {
            assert_eq!(inside(unknown), None, "{unknown:?}");
        }
    }
}
