//! The policy of every host, as for a service of `https://app.example.com` in production.

use std::{sync::Arc, time::Duration};

use corsac::{BuildError, CorsLayer, Policy};
use http::{
    Method,
    header::{AUTHORIZATION, CONTENT_TYPE},
};

/// # Errors
///
/// Fails if the policy below has a mistake, such as the origin `https://app.example.com/`.
pub fn policy() -> Result<Arc<Policy>, BuildError> {
    CorsLayer::builder()
        .allow_origins(["https://app.example.com", "https://*.example.com"])
        .allow_methods([Method::PUT, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE])
        // The headers that gRPC-web sends, and those that hold the code of an error without a body.
        .allow_headers(["x-grpc-web", "x-user-agent", "grpc-timeout"])
        .expose_headers(["x-request-id"])
        .expose_headers(["grpc-status", "grpc-message", "grpc-status-details-bin"])
        .allow_credentials(true)
        .max_age(Duration::from_secs(600))
        .build_policy()
        .map(Arc::new)
}
