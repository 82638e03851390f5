//! The policies that are exported, each with origins that it allows.

use std::{borrow::Cow, sync::Arc, time::Duration};

use corsac::{
    BuildError, CorsBuilder, CorsLayer, Enforcement, PathPolicies, Policy,
    export::{Export, ExportError, Target},
};

use crate::{path_policies, random::Random};

pub struct Case {
    pub name: &'static str,
    pub policies: Policies,
    /// Allowed, or nearly.
    pub origins: Vec<String>,
    pub methods: Vec<String>,
    pub headers: Vec<String>,
}

pub enum Policies {
    One(Arc<Policy>),
    ByPath(PathPolicies),
}

type Names = [&'static str];

impl Case {
    pub fn export(&self, target: &Target) -> Result<Export, ExportError> {
        match &self.policies {
            Policies::One(policy) => policy.export(target),
            Policies::ByPath(policies) => policies.export(target),
        }
    }

    /// Returns whether the target has one policy for all paths, and this case has several; or none of its
    /// origins fits.
    pub fn is_refused(&self, target: &Target) -> bool {
        let is_refused = |error: ExportError| error.has_several_policies() || error.has_no_origin();
        self.export(target).is_err_and(is_refused)
    }

    /// Returns the policy for a path as the client sends it.
    pub fn policy(&self, path: &str) -> Option<Arc<Policy>> {
        match &self.policies {
            Policies::One(policy) => Some(policy.clone()),
            Policies::ByPath(policies) => policies.get(path),
        }
    }

    /// Returns a path, with a query or in another form of a request target.
    pub fn path(&self, random: &mut Random) -> Cow<'static, str> {
        match &self.policies {
            Policies::One(_) => Cow::Borrowed(*random.pick(&["/", "/a/b?c=d"])),
            Policies::ByPath(_) => Cow::Owned(path_policies::path(random)),
        }
    }
}

pub fn all() -> Result<Vec<Case>, Box<dyn std::error::Error>> {
    Ok(vec![
        strict()?,
        public()?,
        reject()?,
        own_origins()?,
        labels()?,
        thousand()?,
        odd()?,
        mirrored()?,
        everyone()?,
        bare()?,
        deny_all(),
        path_policies::some()?,
        path_policies::all()?,
    ])
}

fn case(
    name: &'static str,
    origins: &Names,
    methods: &Names,
    headers: &Names,
    builder: CorsBuilder,
) -> Result<Case, BuildError> {
    Ok(Case {
        name,
        policies: Policies::One(builder.build_policy()?.into()),
        origins: owned(origins),
        methods: owned(methods),
        headers: owned(headers),
    })
}

pub fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn strict() -> Result<Case, BuildError> {
    const METHODS: &Names = &["GET", "PUT", "DELETE", "PATCH"];
    const HEADERS: &Names = &["authorization", "content-type", "x-request-id"];
    let builder = CorsLayer::builder()
        .allow_origins([
            "https://app.example.com",
            "https://admin.example.com:8443",
            "https://*.example.org",
            "https://*.example.net:8443",
            "http://localhost:*",
            "http://[::1]:3000",
        ])
        .allow_methods(METHODS)
        .allow_headers(HEADERS)
        .expose_headers(["x-request-id", "etag"])
        .allow_credentials(true)
        .max_age(Duration::from_secs(600));
    let origins = [
        "https://app.example.com",
        "https://admin.example.com:8443",
        "https://a.example.org",
        "https://a.b-c.d_e.example.org",
        "https://x.example.net:8443",
        "http://localhost",
        "http://localhost:5173",
        "http://localhost:80",
        "http://localhost:65535",
        "http://localhost:65536",
        "http://localhost:08080",
        "http://[::1]:3000",
        "https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.org",
    ];
    case("strict", &origins, METHODS, HEADERS, builder)
}

fn public() -> Result<Case, BuildError> {
    let builder = CorsLayer::builder()
        .allow_any_origin()
        // Without effect.
        .enforcement(Enforcement::Reject)
        .allow_methods(["PUT"])
        .allow_headers(["x-api-key"])
        .expose_any_header();
    case("public", &["https://any.example", "null"], &["PUT"], &["x-api-key"], builder)
}

fn reject() -> Result<Case, BuildError> {
    let builder = CorsLayer::builder()
        .allow_origins(["https://app.example.com"])
        .allow_methods(["PUT"])
        .preflight_status(http::StatusCode::OK)
        .enforcement(Enforcement::Reject)
        .reject_status(http::StatusCode::UNAUTHORIZED)
        .trusted_senders(["https://pay.example.com", "https://*.login.example"]);
    let origins = [
        "https://app.example.com",
        "https://pay.example.com",
        "https://a.login.example",
        "http://edge.example",
        "https://edge.example",
        "http://edge.example:8080",
        "https://edge.example:8080",
    ];
    case("reject", &origins, &["PUT"], &[], builder)
}

fn own_origins() -> Result<Case, BuildError> {
    let builder = CorsLayer::builder()
        .allow_origins(["https://app.example.com"])
        .enforcement(Enforcement::Reject)
        .own_origins(["https://shop.example", "http://shop.example:8080"]);
    let origins = [
        "https://app.example.com",
        "https://shop.example",
        "http://shop.example:8080",
        "http://edge.example",
    ];
    case("own_origins", &origins, &[], &[], builder)
}

fn labels() -> Result<Case, BuildError> {
    let builder = CorsLayer::builder()
        .allow_origins([
            "https://app-*-team.example.com",
            "https://*--site.example.app",
            "https://pr-*.example.com:*",
            "https://www.example.com",
        ])
        .allow_headers(["authorization"])
        .allow_credentials(true);
    let origins = [
        "https://app-1-team.example.com",
        "https://app--team.example.com",
        "https://app-a.b-team.example.com",
        "https://x--site.example.app",
        "https://pr-7.example.com",
        "https://pr-7.example.com:3000",
        "https://pr-7.example.com:443",
        "https://www.example.com",
    ];
    case("labels", &origins, &[], &["authorization"], builder)
}

fn thousand() -> Result<Case, BuildError> {
    let listed = |number| format!("https://tenant-{number}.example.com");
    let builder = CorsLayer::builder().allow_origins((0..1000).map(listed)).allow_credentials(true);
    let mut case = case("thousand", &[], &["GET"], &[], builder)?;
    case.origins = [0, 7, 500, 999, 1000].map(listed).to_vec();
    Ok(case)
}

/// Every kind of host, method and name that the grammar allows, with all bytes of a name.
fn odd() -> Result<Case, BuildError> {
    const METHODS: &Names = &["PUT", "x!#$%&'+-.^_`|~9A", "put-it"];
    const HEADERS: &Names = &["x!#$%&'+-.^_`|~9A", "$http_origin"];
    let builder = CorsLayer::builder()
        .allow_origins([
            "https://my_host.example.com.",
            "https://r3---sn-x.example.com",
            "https://xn--bcher-kva.example",
            "http://192.168.0.1:65535",
            "https://[2001:db8::1]:8443",
            "chrome-extension://AbCdEf",
            "chrome-extension://abcdef",
            "moz-extension://0b4e3a5c-8a1e-4d6b-9d7c-2f1a3b4c5d6e-0b4e3a5c-8a1e-4d6b",
            "tauri://localhost",
            "a+b-c.d://x",
            "vscode-webview://*",
            "app-x://*.foo.bar:*",
        ])
        .dangerous_allow_null_origin()
        .dangerous_allow_opaque_origins(["file://", "app://.", "app://$host{}%()&=!~+:1"])
        .allow_methods(METHODS)
        .allow_headers(HEADERS)
        .expose_headers(HEADERS);
    let origins = [
        "https://my_host.example.com.",
        "https://r3---sn-x.example.com",
        "https://xn--bcher-kva.example",
        "http://192.168.0.1:65535",
        "https://[2001:db8::1]:8443",
        "chrome-extension://AbCdEf",
        "chrome-extension://abcdef",
        "chrome-extension://ABCDEF",
        "moz-extension://0b4e3a5c-8a1e-4d6b-9d7c-2f1a3b4c5d6e-0b4e3a5c-8a1e-4d6b",
        "tauri://localhost",
        "a+b-c.d://x",
        "vscode-webview://A.b-c",
        "vscode-webview://A.b-c:80",
        "vscode-webview://[::1]:1",
        "app-x://A.foo.bar:7",
        "null",
        "file://",
        "app://.",
        "app://$host{}%()&=!~+:1",
    ];
    case("odd", &origins, METHODS, HEADERS, builder)
}

fn mirrored() -> Result<Case, BuildError> {
    let builder = CorsLayer::builder()
        .allow_origins(["https://app.example.com"])
        .allow_any_method()
        .allow_any_header()
        .expose_headers(["etag"])
        .max_age(Duration::ZERO)
        .allow_credentials(true);
    case("mirrored", &["https://app.example.com"], &["PUT", "PURGE"], &["x-one", "x-two"], builder)
}

fn everyone() -> Result<Case, BuildError> {
    let builder = CorsLayer::builder().dangerous_allow_any_origin_with_credentials();
    let origins = [
        "https://a.example",
        "http://a.example:81",
        "https://a.example:443",
        "http://a.example:443",
        "http://a.example:80",
        "null",
        "file://a",
        "ws://a.example",
        "chrome-extension://Abc",
        "https://[::1]",
        "http://192.168.0.1",
    ];
    case("everyone", &origins, &[], &[], builder)
}

/// Nothing optional.
fn bare() -> Result<Case, BuildError> {
    let builder = CorsLayer::builder().allow_origins(["https://app.example.com"]);
    case("bare", &["https://app.example.com"], &[], &[], builder)
}

fn deny_all() -> Case {
    Case {
        name: "deny_all",
        policies: Policies::One(Policy::deny_all(Enforcement::Reject).into()),
        origins: vec!["https://app.example.com".to_owned()],
        methods: Vec::new(),
        headers: Vec::new(),
    }
}
