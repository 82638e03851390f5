//! Random policies: any setting, with texts that try to end a quotation, or to start a variable.

use std::time::Duration;

use corsac::{BuildError, CorsBuilder, CorsLayer, Enforcement};
use http::StatusCode;

use crate::{
    policies::{Case, Policies},
    random::Random,
};

/// Whatever has a meaning in the language of some server, and what has none.
const TEXT: &str = "\"'\\;{}$#\n%`<>&!()*+,-./:=?@[]^_|~ aZ09\u{e9}";

/// Patterns, each with origins that it matches, or nearly.
const ORIGINS: [(&str, &[&str]); 10] = [
    ("https://app.example.com", &["https://app.example.com"]),
    ("http://[::1]:3000", &["http://[::1]:3000"]),
    ("https://*.example.org", &["https://a.example.org", "https://a.b_c.example.org"]),
    ("https://pr-*-x.example.net", &["https://pr-7-x.example.net", "https://pr--x.example.net"]),
    ("http://localhost:*", &["http://localhost", "http://localhost:5173", "http://localhost:80"]),
    ("https://*.example.net:*", &["https://a.example.net:444", "https://a.example.net:443"]),
    ("https://a-_.x--y.example.", &["https://a-_.x--y.example."]),
    ("chrome-extension://*", &["chrome-extension://AbC", "chrome-extension://a.b:1"]),
    ("a+b.c-d://*.X.y", &["a+b.c-d://Z.X.y", "a+b.c-d://Z.x.y"]),
    ("tauri://localhost", &["tauri://localhost"]),
];

/// Returns a policy of texts and settings that the builder accepts.
pub fn policy(random: &mut Random) -> Result<Case, BuildError> {
    let methods = names(random, |builder, name| builder.allow_methods([name]));
    let headers = names(random, |builder, name| builder.allow_headers([name]));
    let exposed = names(random, |builder, name| builder.expose_headers([name]));
    let opaque =
        texts(random, "app://", |builder, text| builder.dangerous_allow_opaque_origins([text]));
    let mut origins = opaque.clone();
    let mut builder = CorsLayer::builder();
    let has_credentials = random.one_in(2);
    if !has_credentials && random.one_in(4) {
        builder = builder.allow_any_origin();
        origins.push("https://app.example.com".to_owned());
    } else {
        let (patterns, examples) = patterns(random);
        builder = builder
            .allow_origins(patterns)
            .dangerous_allow_opaque_origins(&opaque)
            .dangerous_allow_insecure_origins()
            .allow_credentials(has_credentials);
        origins.extend(examples);
        if random.one_in(4) {
            builder = builder.dangerous_allow_null_origin();
        }
    }
    builder = match random.below(3) {
        0 => builder.allow_any_method(),
        1 => builder.allow_methods(&methods),
        _ => builder,
    };
    builder = match random.below(3) {
        0 => builder.allow_any_header(),
        1 => builder.allow_headers(&headers),
        _ => builder,
    };
    builder = match random.below(3) {
        0 if !has_credentials => builder.expose_any_header(),
        0 | 1 => builder.expose_headers(&exposed),
        _ => builder,
    };
    if random.one_in(2) {
        builder = builder.max_age(Duration::from_secs(*random.pick(&[0, 5, 86_400])));
    }
    if random.one_in(3) {
        builder = builder.preflight_status(StatusCode::OK);
    }
    if random.one_in(2) {
        let (senders, examples) = patterns(random);
        origins.extend(examples);
        builder = builder.enforcement(Enforcement::Reject).trusted_senders(senders);
        if random.one_in(2) {
            let own = ["https://shop.example", "http://shop.example:8080"];
            origins.extend(own.map(str::to_owned));
            builder = builder.own_origins(own);
        } else {
            origins.extend(["http://edge.example", "https://edge.example:8080"].map(str::to_owned));
        }
        if random.one_in(2) {
            builder = builder.reject_status(StatusCode::UNAUTHORIZED);
        }
    }
    let policies = Policies::One(builder.build_policy()?.into());
    Ok(Case { name: "random", policies, origins, methods, headers })
}

fn names(random: &mut Random, set: fn(CorsBuilder, &str) -> CorsBuilder) -> Vec<String> {
    texts(random, "x", set)
}

/// Returns texts that the builder accepts. It refuses most of them.
fn texts(
    random: &mut Random,
    prefix: &str,
    set: fn(CorsBuilder, &str) -> CorsBuilder,
) -> Vec<String> {
    let all: Vec<char> = TEXT.chars().collect();
    let is_accepted = |text: &String| {
        let builder = CorsLayer::builder().allow_origins(["https://app.example.com"]);
        set(builder, text).build_policy().is_ok()
    };
    let drawn = (0..40).map(|_| {
        let text = (0..=random.below(6)).map(|_| *random.pick(&all));
        prefix.chars().chain(text).collect()
    });
    drawn.filter(is_accepted).take(4).collect()
}

/// Returns some patterns, with examples.
fn patterns(random: &mut Random) -> (Vec<&'static str>, Vec<String>) {
    let some: Vec<_> = ORIGINS.iter().filter(|_| random.one_in(3)).collect();
    let some = if some.is_empty() { vec![&ORIGINS[0]] } else { some };
    let examples = some.iter().flat_map(|(_, examples)| examples.iter());
    (
        some.iter().map(|(pattern, _)| *pattern).collect(),
        examples.map(|it| (*it).to_owned()).collect(),
    )
}
