//! The same policies for corsac and for tower-http.

use std::time::Duration;

use corsac::{CorsBuilder, CorsLayer};
use http::{HeaderName, header::ETAG};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer as TowerHttp};

use super::{Held, hostile, sizes};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// This number of origins: `https://app0.example.com` and so on.
    List(usize),
    /// `https://*.example.com`
    Pattern,
    /// This number of origins, all of the same length.
    Exact(usize),
    /// This number of patterns, all of the same length.
    Patterns(usize),
    /// This number of patterns with a star inside the first label, each under its own domain.
    Labels(usize),
    /// 10,000 patterns with a star inside the first label, all under one domain, with prefixes and
    /// suffixes of many lengths.
    LabelsOfOneDomain,
    /// Sixteen origins that differ only in one place, so that they have to be compared as a whole.
    LookAlikes,
    /// 10,000 patterns, at 30 depths of domains.
    Depths,
    /// Ten origins, and any request header.
    AnyHeader,
    Permissive,
}

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const HEADERS: [&str; 8] = [
    "authorization",
    "content-type",
    "x-request-id",
    "x-csrf-token",
    "if-match",
    "if-none-match",
    "x-a",
    "x-b",
];

impl Policy {
    pub fn corsac(self, held: Held) -> CorsLayer {
        let layer = self.counted();
        let policy = || layer.policy().expect("all requests have the same policy").clone();
        match held {
            Held::Counted => layer,
            Held::Static => CorsLayer::new(&*Box::leak(Box::new(policy()))),
            Held::Reloadable => CorsLayer::reloadable(policy()).0,
        }
    }

    fn counted(self) -> CorsLayer {
        match self {
            Self::Permissive => CorsLayer::permissive(),
            Self::AnyHeader => common(self.origins()).allow_any_header().build().unwrap(),
            _ => layer(self.origins()),
        }
    }

    /// Returns `None` if tower-http cannot express the policy, or is too slow with it.
    pub fn tower_http(self) -> Option<TowerHttp> {
        let origins = || AllowOrigin::list(self.origins().map(|it| it.parse().unwrap()));
        match self {
            Self::Permissive => Some(TowerHttp::permissive()),
            Self::Pattern => Some(tower_common(AllowOrigin::predicate(|origin, _| {
                let origin = origin.as_bytes();
                origin.starts_with(b"https://") && origin.ends_with(b".example.com")
            }))),
            Self::AnyHeader => {
                Some(tower_common(origins()).allow_headers(AllowHeaders::mirror_request()))
            }
            Self::Patterns(_) | Self::Labels(_) | Self::LabelsOfOneDomain | Self::Depths => None,
            // Each request would take seconds.
            Self::Exact(count) if count > 10_000 => None,
            Self::List(_) | Self::Exact(_) | Self::LookAlikes => Some(tower_common(origins())),
        }
    }

    pub fn origins(self) -> Box<dyn Iterator<Item = String>> {
        match self {
            Self::List(count) => {
                Box::new((0..count).map(|at| format!("https://app{at}.example.com")))
            }
            Self::Pattern => Box::new(["https://*.example.com".to_owned()].into_iter()),
            Self::Exact(count) => Box::new((0..count).map(sizes::exact)),
            Self::Patterns(count) => Box::new((0..count).map(sizes::pattern)),
            Self::Labels(count) => Box::new((0..count).map(sizes::label)),
            Self::LabelsOfOneDomain => Box::new((0..10_000).map(hostile::label_of_one_domain)),
            Self::LookAlikes => Box::new((0..16).map(hostile::look_alike)),
            Self::Depths => Box::new((0..10_000).map(hostile::pattern_at_a_depth)),
            Self::AnyHeader => Self::List(10).origins(),
            Self::Permissive => Box::new([].into_iter()),
        }
    }
}

/// Builds a layer as a service might that uses most of the settings.
pub fn layer(origins: impl IntoIterator<Item = String>) -> CorsLayer {
    common(origins).allow_headers(HEADERS).build().unwrap()
}

fn common(origins: impl IntoIterator<Item = String>) -> CorsBuilder {
    CorsLayer::builder()
        .allow_origins(origins)
        .allow_methods(METHODS)
        .expose_headers(["x-request-id", "etag"])
        .allow_credentials(true)
}

fn tower_common(origin: AllowOrigin) -> TowerHttp {
    TowerHttp::new()
        .allow_origin(origin)
        .allow_methods(METHODS.map(|name| name.parse().unwrap()))
        .allow_headers(HEADERS.map(|name| name.parse().unwrap()))
        .expose_headers([HeaderName::from_static("x-request-id"), ETAG])
        .allow_credentials(true)
        .max_age(Duration::from_secs(7200))
}
