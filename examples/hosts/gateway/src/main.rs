//! A gateway without a framework. It returns the body of the upstream server, hyper's `Incoming`. A
//! program cannot create an `Incoming`, not even an empty one for the response to a preflight. So the
//! layer uses `body_or_empty` (feature `http-body`).
//!
//! There is no body for a 502 either: if the upstream server does not answer, the connection ends. A
//! gateway that creates responses itself returns `corsac::body::BodyOrEmpty` from its own service, with
//! `BodyOrEmpty::from(incoming)` or `BodyOrEmpty::default()`. Then the layer does not need
//! `body_or_empty`.

use std::{env, error::Error};

use app::Upstream;
use corsac::CorsLayer;
use hyper::{Request, body::Incoming};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::net::TcpListener;
use tower::{ServiceBuilder, service_fn};

type BoxError = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let upstream = Upstream::start().await?;
    let forward = move |request: Request<Incoming>| {
        let upstream = upstream.clone();
        async move { upstream.send(request).await }
    };
    let cors = CorsLayer::new(policy::policy()?).body_or_empty();
    let service = ServiceBuilder::new().layer(cors).service(service_fn(forward));

    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            let server = auto::Builder::new(TokioExecutor::new());
            if let Err(error) = server.serve_connection(TokioIo::new(stream), service).await {
                eprintln!("connection: {error}");
            }
        });
    }
}
