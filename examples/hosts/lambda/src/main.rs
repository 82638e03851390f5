//! A function: an axum router, as on any server. `lambda_http` makes requests of events, whichever front
//! end they come from.
//!
//! Let one of the two do CORS. A front end that has CORS settings of its own (HTTP APIs and Function
//! URLs do) answers preflights itself, and replaces what corsac says of other responses.

use corsac::CorsLayer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let app = app::router().layer(CorsLayer::new(policy::policy()?));
    lambda_http::run(app).await
}
