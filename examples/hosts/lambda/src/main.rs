//! An axum router as a Lambda function. `lambda_http` converts the events of every front end to requests.
//!
//! HTTP APIs and Function URLs have CORS settings. Do not use them together with corsac: such a front end
//! answers preflights itself, and replaces the CORS headers of the function.

use corsac::CorsLayer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let app = app::router().layer(CorsLayer::new(policy::policy()?));
    lambda_http::run(app).await
}
