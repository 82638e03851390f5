//! Policies by path, and the paths that confuse servers.

use std::error::Error;

use corsac::PathConfigs;

use crate::{
    policies::{Case, Policies, owned},
    random::Random,
};

/// Paths without a policy, too.
pub fn some() -> Result<Case, Box<dyn Error>> {
    case(
        "some_paths",
        r#"
        ["/public"]
        allow_origins = "*"
        expose_headers = "etag"

        ["/api"]
        allow_origins = ["https://app.example.com", "https://*.example.org"]
        allow_methods = ["PUT", "DELETE"]
        allow_headers = ["authorization", "x-request-id"]
        expose_headers = ["x-request-id", "x-$a"]
        allow_credentials = true
        max_age = 600

        ["/api/v1.0/any"]
        allow_origins = "https://any.example.com"
        allow_methods = "*"
        allow_headers = "*"
        preflight_status = 200
        "#,
    )
}

/// A policy for each path, some of which reject.
pub fn all() -> Result<Case, Box<dyn Error>> {
    case(
        "all_paths",
        r#"
        ["/"]
        allow_origins = "https://app.example.com"

        ["/public"]
        allow_origins = "*"

        ["/api"]
        allow_origins = "https://app.example.com"
        enforcement = "reject"
        reject_status = 401
        trusted_senders = ["https://pay.example.com"]

        ["/api/v1.0"]
        allow_origins = "https://any.example.com"
        enforcement = "reject"
        "#,
    )
}

fn case(name: &'static str, toml: &str) -> Result<Case, Box<dyn Error>> {
    let origins = [
        "https://app.example.com",
        "https://any.example.com",
        "https://a.example.org",
        "https://pay.example.com",
        "http://edge.example",
    ];
    Ok(Case {
        name,
        policies: Policies::ByPath(toml::from_str::<PathConfigs>(toml)?.build()?),
        origins: owned(&origins),
        methods: owned(&["PUT", "DELETE", "PURGE"]),
        headers: owned(&["authorization", "x-request-id"]),
    })
}

/// Returns a request target: a path, `*`, or a whole URL.
pub fn path(random: &mut Random) -> String {
    const PREFIXES: [&str; 21] = [
        "/public",
        "/api",
        "/api/v1.0",
        "/api/v1.0/any",
        "/api/v1x0",
        "/api/v1.0/anyone",
        "/publicity",
        "/apis",
        "/other",
        "/other/public",
        "/",
        "",
        "//api",
        "/API",
        "/Public",
        "/%61pi",
        "/api%2fv1.0",
        "/other/../api",
        "/./public",
        "/api/V1.0/any",
        "/public/..",
    ];
    const REST: [&str; 44] = [
        "/a",
        "/",
        "//",
        "/..",
        "/../api",
        "/%2e%2e/api",
        "/..%2Fapi",
        "/.%2E/public",
        "/.",
        "/...",
        "/a.",
        "/.a",
        ";",
        ";x=/../api",
        "\\..\\api",
        "/%5c",
        "%",
        "%2",
        "%zz",
        "%00",
        "%7f",
        "%25",
        "%2e",
        "%41",
        "%7E",
        "%20",
        "/%20a",
        "/a%20b",
        "%C3%A9",
        "%c3",
        "%E0%80%80",
        "%f4%90%80%80",
        "%ED%A0%80",
        "%F0%9F%98%80",
        "é",
        "#/../api",
        "!$&'()*+,=:@~-_",
        "%21%24%5B",
        "\"<>^`{|}",
        "?a=b",
        "?/../api",
        "?a=%zz;",
        "/v1.0",
        "/any",
    ];
    if random.one_in(40) {
        return "*".to_owned();
    }
    if random.one_in(100) {
        return format!("/api{}", random.pick(&["/a", "/%C3%A9", "a", "/%2e", "%21"]).repeat(1000));
    }
    let mut path = (*random.pick(&PREFIXES)).to_owned();
    for _ in 0..random.below(4) {
        path.push_str(random.pick::<&str>(&REST));
    }
    if path.starts_with('/') { path } else { format!("/{path}") }
}
