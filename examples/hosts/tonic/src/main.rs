//! tonic, for native gRPC clients and for gRPC-web clients, together with plain HTTP routes.
//!
//! CORS is outside of `GrpcWebLayer`. Otherwise `GrpcWebLayer` would answer a preflight with 400 over
//! HTTP/1, and pass it on to the router over HTTP/2.

use std::{env, error::Error};

use corsac::CorsLayer;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{service::Routes, transport::Server};
use tonic_web::GrpcWebLayer;
use tower::Layer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (_reporter, health) = tonic_health::server::health_reporter();
    // Only around the gRPC services, because it refuses all other HTTP/1 requests.
    let grpc = GrpcWebLayer::new().layer(health);

    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Server::builder()
        // Browsers use HTTP/2 only over TLS.
        .accept_http1(true)
        .layer(CorsLayer::new(policy::policy()?))
        .add_routes(Routes::from(app::router()).add_service(grpc))
        .serve_with_incoming(TcpListenerStream::new(listener))
        .await?;
    Ok(())
}
