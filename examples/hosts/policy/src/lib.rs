//! The policy of every host: what a production service of `https://app.example.com` would have.

use std::{sync::Arc, time::Duration};

use corsac::{BuildError, CorsLayer, Policy};
use http::{
    Method,
    header::{AUTHORIZATION, CONTENT_TYPE},
};

/// # Errors
///
/// None, as long as what is below is right: an `https://app.example.com/` would be one.
pub fn policy() -> Result<Arc<Policy>, BuildError> {
    CorsLayer::builder()
        .allow_origins(["https://app.example.com", "https://*.example.com"])
        .allow_methods([Method::PUT, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE])
        // What gRPC-web clients send, and where they find an error that has no body.
        .allow_headers(["x-grpc-web", "x-user-agent", "grpc-timeout"])
        .expose_headers(["x-request-id"])
        .expose_headers(["grpc-status", "grpc-message", "grpc-status-details-bin"])
        .allow_credentials(true)
        .max_age(Duration::from_secs(600))
        .build_policy()
        .map(Arc::new)
}
