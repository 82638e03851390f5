//! A policy of the corpus, as a user of tower-http writes it today.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use http::{HeaderValue, Request};
use tower::{Layer as _, layer::util::Identity};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer, ExposeHeaders};

use super::{
    answer::{Answer, ask},
    corpus::{Names, PolicyData, ResponseData},
};

/// The presets, in words that tower-http has; all else as it is.
pub(crate) fn written_out(policy: &PolicyData) -> PolicyData {
    let any = || Names::Any("*".to_owned());
    let everything = PolicyData {
        allow_methods: any(),
        allow_headers: any(),
        expose_headers: any(),
        ..policy.clone()
    };
    match policy.preset.as_deref() {
        Some("permissive") => PolicyData { allow_origins: any(), ..everything },
        Some("localhost") => {
            let hosts = ["localhost", "*.localhost", "127.0.0.1", "[::1]", "0.0.0.0"];
            let origins = |host| [format!("http://{host}:*"), format!("https://{host}:*")];
            PolicyData {
                allow_origins: Names::Listed(hosts.into_iter().flat_map(origins).collect()),
                allow_credentials: true,
                ..everything
            }
        }
        _ => policy.clone(),
    }
}

/// tower-http in the place of corsac.
pub(crate) struct TowerHttp {
    /// `None` where there is to be no CORS.
    cors: Option<CorsLayer>,
    panics: bool,
}

impl TowerHttp {
    /// Where it panics, the user has to expose nothing: that is the only `*` which cannot be
    /// written as `mirror_request`.
    pub(crate) fn new(policy: &PolicyData) -> Self {
        if policy.preset.as_deref() == Some("disabled") {
            return Self { cors: None, panics: false };
        }
        let cors = layer(policy);
        if catch_unwind(AssertUnwindSafe(|| cors.layer(()))).is_ok() {
            return Self { cors: Some(cors), panics: false };
        }
        let rest = PolicyData { expose_headers: Names::default(), ..policy.clone() };
        Self { cors: Some(layer(&rest)), panics: true }
    }

    pub(crate) fn ask(&self, request: Request<()>, inner: &ResponseData) -> Answer {
        let mut answer = match &self.cors {
            Some(cors) => ask(cors, request, inner),
            None => ask(&Identity::new(), request, inner),
        };
        answer.panics = self.panics;
        answer
    }
}

fn layer(policy: &PolicyData) -> CorsLayer {
    if policy.preset.as_deref() == Some("permissive") {
        return CorsLayer::permissive();
    }
    // `*` panics beside credentials, so `very_permissive` mirrors, and so does everybody.
    let mirrors = allows_credentials(policy);
    let cors = CorsLayer::new()
        .allow_origin(origins(policy))
        .allow_credentials(mirrors)
        .allow_methods(match &policy.allow_methods {
            Names::Any(_) if mirrors => AllowMethods::mirror_request(),
            Names::Any(_) => AllowMethods::any(),
            Names::Listed(names) => AllowMethods::list(parsed(names)),
        })
        .allow_headers(match &policy.allow_headers {
            Names::Any(_) if mirrors => AllowHeaders::mirror_request(),
            Names::Any(_) => AllowHeaders::any(),
            Names::Listed(names) => AllowHeaders::list(parsed(names)),
        })
        .expose_headers(match &policy.expose_headers {
            Names::Any(_) => ExposeHeaders::any(),
            Names::Listed(names) => ExposeHeaders::list(parsed(names)),
        });
    match policy.max_age {
        Some(seconds) => cors.max_age(Duration::from_secs(seconds)),
        None => cors,
    }
}

pub(crate) fn allows_credentials(policy: &PolicyData) -> bool {
    policy.allow_credentials || policy.dangerous_allow_any_origin_with_credentials
}

fn origins(policy: &PolicyData) -> AllowOrigin {
    if policy.dangerous_allow_any_origin_with_credentials {
        return AllowOrigin::mirror_request();
    }
    let mut names = match &policy.allow_origins {
        Names::Any(_) => return AllowOrigin::any(),
        Names::Listed(names) => names.clone(),
    };
    if policy.dangerous_allow_null_origin {
        names.push("null".to_owned());
    }
    if names.iter().any(|name| name.contains('*')) {
        // There are no patterns.
        return AllowOrigin::predicate(move |origin, _| {
            names.iter().any(|name| is_like(name, origin))
        });
    }
    AllowOrigin::list(parsed::<HeaderValue>(&names))
}

/// What stands in such predicates: `ends_with` is from tower-http's documentation.
fn is_like(pattern: &str, origin: &HeaderValue) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    match (pattern.split_once("://*"), pattern.strip_suffix(":*")) {
        (None, None) => origin == pattern,
        (None, Some(start)) => origin.starts_with(start),
        (Some((_, end)), None) => origin.ends_with(end),
        (Some((scheme, _)), Some(start)) => origin.contains(&start[scheme.len() + "://*".len()..]),
    }
}

fn parsed<T: std::str::FromStr>(names: &[String]) -> impl Iterator<Item = T> {
    names.iter().map(|name| name.parse().ok().unwrap())
}
