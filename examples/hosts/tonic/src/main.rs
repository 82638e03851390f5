//! tonic, for native gRPC clients and for gRPC-web ones, with some plain HTTP beside it.
//!
//! CORS is outside of `GrpcWebLayer`, which knows nothing but calls: the other way round a preflight
//! gets its 400, or over HTTP/2 whatever the router says to `OPTIONS`.

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
    // Around the gRPC services alone: it refuses other requests of HTTP/1.
    let grpc = GrpcWebLayer::new().layer(health);

    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Server::builder()
        // Browsers speak HTTP/2 over TLS only.
        .accept_http1(true)
        .layer(CorsLayer::new(policy::policy()?))
        .add_routes(Routes::from(app::router()).add_service(grpc))
        .serve_with_incoming(TcpListenerStream::new(listener))
        .await?;
    Ok(())
}
