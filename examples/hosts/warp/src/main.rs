//! warp: its filters become a Tower service that hyper-util serves, because `warp::serve` takes only
//! filters.
//!
//! The layer is around the whole service, so that it covers rejections: warp turns them into a 404 or 405
//! only at the end.

use std::{env, error::Error};

use corsac::CorsLayer;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use warp::{
    Filter, Rejection, Reply,
    http::StatusCode,
    reply::{with_header, with_status},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cors = CorsLayer::new(policy::policy()?);
    let service = ServiceBuilder::new().layer(cors).service(warp::service(app()));

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

fn app() -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    let hello = warp::path::end()
        .and(warp::get().map(|| with_header("hello", "x-request-id", "1")))
        .or(warp::path::end().and(warp::options().map(|| with_header("", "allow", "GET"))));
    let items =
        warp::path!("items").and(warp::put().map(|| "stored").or(warp::delete().map(|| "deleted")));
    let vary =
        warp::path!("vary").map(|| with_header("compressed or not", "vary", "accept-encoding"));
    let own =
        warp::path!("own").map(|| with_header("for everybody", "access-control-allow-origin", "*"));
    let error =
        warp::path!("error").map(|| with_status("broken", StatusCode::INTERNAL_SERVER_ERROR));
    hello.or(items).or(vary).or(own).or(error)
}
