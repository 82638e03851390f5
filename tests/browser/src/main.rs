//! The server that real browsers judge: pages to send from, an API behind corsac under each policy,
//! the same API behind servers that are broken on purpose, and a record of what arrived.
//!
//! It answers to every name and port, as the browser's proxy: `https://anything.example:8443` ends
//! here. It prints one line of JSON, and runs until its standard input ends.

mod api;
mod connection;
mod faults;
mod pages;
mod policies;
mod proxy;
mod record;

use std::{error::Error, sync::Arc};

use axum::{
    Json, Router,
    extract::State,
    middleware,
    routing::{get, post},
};
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};
use tokio::{io::AsyncReadExt, net::TcpListener};
use tokio_rustls::{TlsAcceptor, rustls};

use policies::Mount;
use record::{Recorder, Records};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (tls, certificate) = self_signed()?;
    let app = app()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", json!({ "port": listener.local_addr()?.port(), "certificate": certificate }));
    tokio::select! {
        never = connection::accept(&listener, &tls, &app) => never?,
        end = end_of_input() => end?,
    }
    Ok(())
}

/// `/{server}/{policy}/...` is the API, where the server is `corsac` or a broken one.
fn app() -> Result<Router, corsac::BuildError> {
    let records = Records::default();
    let faults: Value =
        faults::ALL.iter().map(|fault| json!({ "name": fault.name, "what": fault.what })).collect();
    let mut app = Router::new()
        .merge(pages::router())
        .route("/control/faults", get(Json(faults)))
        .route("/control/records", post(drain).with_state(records.clone()));
    for Mount { name, layer: cors, choose, proxy } in policies::all()? {
        let recorder = Recorder::new(records.clone(), choose);
        let behind = |api: Router, server: &str| {
            let record = middleware::from_fn_with_state(recorder.clone(), record::record);
            let proxy = middleware::from_fn_with_state(proxy, proxy::pass);
            Router::new().nest(&format!("/{server}/{name}"), api.layer(record).layer(proxy))
        };
        app = app.merge(behind(api::router().layer(cors.clone()), "corsac"));
        for fault in &faults::ALL {
            let broken = middleware::from_fn_with_state(fault, faults::spoil);
            let api = api::router().layer(cors.clone()).layer(broken);
            app = app.merge(behind(api, fault.name));
        }
    }
    Ok(app)
}

async fn drain(State(records): State<Records>, Json(runs): Json<Vec<String>>) -> Json<Value> {
    Json(runs.iter().map(|run| records.drain(run)).collect())
}

/// An acceptor, and its certificate, which the browser is told to trust.
fn self_signed() -> Result<(TlsAcceptor, String), Box<dyn Error>> {
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(["*.example.com".to_owned()])?.self_signed(&key)?;
    let private = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der())?;
    let mut config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), certificate.pem()))
}

/// Its input ends with the process that started this one, and would have stopped it.
async fn end_of_input() -> std::io::Result<()> {
    let mut rest = Vec::new();
    tokio::io::stdin().read_to_end(&mut rest).await.map(|_| ())
}
