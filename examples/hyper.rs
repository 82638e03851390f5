//! hyper 1 without a framework: hyper-util's adapter serves a Tower service with the layer. Pages on
//! this machine may call it, on any port and with cookies.
//!
//! ```text
//! $ cargo run --example hyper
//! listening on http://127.0.0.1:3000
//!
//! $ curl -si -X OPTIONS http://127.0.0.1:3000/items -H 'Origin: http://localhost:5173' \
//!     -H 'Access-Control-Request-Method: PUT' | grep -iv ^date
//! HTTP/1.1 204 No Content
//! access-control-allow-origin: http://localhost:5173
//! access-control-allow-credentials: true
//! vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers
//! access-control-max-age: 7200
//! access-control-allow-methods: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS
//!
//! $ curl -si http://127.0.0.1:3000/items -H 'Origin: http://localhost:5173' | grep -iv ^date
//! HTTP/1.1 200 OK
//! access-control-allow-origin: http://localhost:5173
//! access-control-allow-credentials: true
//! vary: Origin
//! access-control-expose-headers: vary, date
//! content-length: 11
//!
//! GET /items
//! ```

use std::{convert::Infallible, error::Error};

use bytes::Bytes;
use corsac::CorsLayer;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, server::conn::http1};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tower::{ServiceBuilder, service_fn};

mod listen;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let service = ServiceBuilder::new().layer(CorsLayer::localhost()).service(service_fn(hello));

    let listener = listen::on_port().await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            if let Err(error) = served.await {
                eprintln!("connection: {error}");
            }
        });
    }
}

async fn hello(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let text = format!("{} {}\n", request.method(), request.uri().path());
    Ok(Response::new(Full::from(text)))
}
