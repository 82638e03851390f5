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

/// Some of the prefixes, each with a policy of its own.
pub fn random(random: &mut Random) -> Result<Case, Box<dyn Error>> {
    let mut toml = String::new();
    for prefix in PREFIXES {
        if random.one_in(3) {
            toml += &table(prefix, random);
        }
    }
    if toml.is_empty() {
        toml = table("/x", random);
    }
    case("random paths", &toml)
}

/// No two of them differ in case alone.
const PREFIXES: [&str; 10] = [
    "/",
    "/public",
    "/api",
    "/api/v1.0",
    "/api/v1.0/any",
    "/a",
    "/a/b",
    "/Mixed-1_~",
    "/.well-known/x.y",
    "/api/a/a/a",
];

fn table(prefix: &str, random: &mut Random) -> String {
    const ORIGINS: [&str; 5] = [
        r#"["https://app.example.com"]"#,
        r#"["https://any.example.com", "https://*.example.org"]"#,
        r#"["https://*.example.org:*", "https://other.example"]"#,
        r#"["http://edge.example", "https://app.example.com", "https://any.example.com"]"#,
        r#""*""#,
    ];
    const SETTINGS: [&str; 10] = [
        "allow_methods = [\"PUT\", \"DELETE\"]",
        "allow_methods = \"*\"",
        "allow_headers = [\"authorization\", \"x-request-id\"]",
        "allow_headers = \"*\"",
        "expose_headers = [\"x-request-id\", \"x-$a\"]",
        "max_age = 60",
        "preflight_status = 200",
        "enforcement = \"reject\"",
        "reject_status = 401\nenforcement = \"reject\"",
        "trusted_senders = [\"https://pay.example.com\"]\nenforcement = \"reject\"",
    ];
    let origins = *random.pick(&ORIGINS);
    let mut lines = vec![format!("allow_origins = {origins}")];
    // Not with any origin, and not with one that is not encrypted.
    if !origins.contains("\"*\"") && !origins.contains("http:") && random.one_in(2) {
        lines.push("allow_credentials = true".to_owned());
    }
    for setting in SETTINGS {
        let name = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
        let names: Vec<String> = lines.iter().flat_map(|line| line.lines()).map(name).collect();
        if random.one_in(3) && !setting.lines().any(|line| names.contains(&name(line))) {
            lines.push(setting.to_owned());
        }
    }
    format!("[\"{prefix}\"]\n{}\n", lines.join("\n"))
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
    const STARTS: [&str; 28] = [
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
        "/a/b",
        "/Mixed-1_~",
        "/mixed-1_~/a",
        "/.well-known/x.y",
        "/.well-known/xzy",
        "/x",
        "/api/a/a/a",
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
    let mut path = (*random.pick(&STARTS)).to_owned();
    for _ in 0..random.below(4) {
        path.push_str(random.pick::<&str>(&REST));
    }
    if path.starts_with('/') { path } else { format!("/{path}") }
}
