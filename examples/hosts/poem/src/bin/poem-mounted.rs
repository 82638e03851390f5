//! A Tower service in poem's server: the layer is around the service, and `compat()` turns both into an
//! endpoint. The bodies must be `Send` and `Sync`, and those of axum are not.

use std::{env, error::Error, net::TcpListener};

use corsac::CorsLayer;
use poem::{Server, endpoint::TowerCompatExt, listener::TcpAcceptor};
use tower::{ServiceBuilder, service_fn};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cors = CorsLayer::new(policy::policy()?);
    let service = ServiceBuilder::new().layer(cors).service(service_fn(app::answer));

    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    listener.set_nonblocking(true)?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(Server::new_with_acceptor(TcpAcceptor::from_std(listener)?).run(service.compat()).await?)
}
