//! What `Policy::explain` prints, word for word, and that it says what `evaluate` decides;
//! and the lines that would allow what is refused.

mod agreement;
mod remedies;
mod words;

use corsac::{CorsBuilder, CorsLayer};
use http::{HeaderMap, HeaderName, HeaderValue};

fn policy() -> CorsBuilder {
    CorsLayer::builder()
        .allow_origins(["https://app.example.com", "https://*.b.example", "http://localhost:*"])
        .allow_methods(["PUT", "PATCH"])
        .allow_headers(["authorization"])
        .expose_headers(["X-Request-Id"])
}

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let lines = lines.iter().map(|(name, value)| {
        (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap())
    });
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(name, value);
    }
    headers
}
