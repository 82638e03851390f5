//! WebSocket handshakes: browsers send them without asking, to any origin.

use std::{convert::Infallible, net::SocketAddr};

use bytes::Bytes;
use corsac::Enforcement;
use http::{Request, Response, StatusCode, header};
use http_body_util::Empty;
use hyper::{body::Incoming, upgrade::OnUpgrade};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::{Layer, service_fn};

use crate::{APP, EVIL, client::raw, server::Server, strict};

/// Speaks another protocol from here on, and says one thing in it.
async fn switch(mut request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    tokio::spawn(speak(hyper::upgrade::on(&mut request)));
    let response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(header::CONNECTION, "upgrade")
        .header(header::UPGRADE, "websocket")
        .header("access-control-allow-origin", "*");
    Ok(response.body(Empty::default()).unwrap())
}

async fn speak(upgrade: OnUpgrade) {
    let stream = upgrade.await.unwrap().downcast::<TokioIo<TcpStream>>().unwrap().io.into_inner();
    stream.writable().await.unwrap();
    assert_eq!(stream.try_write(b"other protocol").unwrap(), 14);
}

async fn handshake(address: SocketAddr, origin: &str) -> String {
    let request = format!(
        "GET /socket HTTP/1.1\r\nhost: {address}\r\norigin: {origin}\r\nconnection: Upgrade\r\n\
         upgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    let text = raw(address, request, "\r\n\r\n").await;
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    // `date` is hyper's.
    head.lines().filter(|line| !line.starts_with("date: ")).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn reject_refuses_handshakes_of_foreign_pages() {
    let cors = strict().enforcement(Enforcement::Reject).build().unwrap();
    let server = Server::http1(cors.layer(service_fn(switch))).await;
    let address = server.address;

    assert_eq!(
        handshake(address, EVIL).await,
        "HTTP/1.1 403 Forbidden\nvary: Origin\ncontent-length: 0"
    );
    let own = format!("http://{address}");
    assert_eq!(
        handshake(address, &own).await,
        "HTTP/1.1 101 Switching Protocols\nconnection: upgrade\nupgrade: websocket\nvary: Origin"
    );
    assert!(handshake(address, APP).await.starts_with("HTTP/1.1 101 "));
}

#[tokio::test]
async fn omit_headers_passes_them_on_and_decorates_the_101() {
    let cors = strict().build().unwrap();
    let server = Server::http1(cors.layer(service_fn(switch))).await;
    let address = server.address;

    assert_eq!(
        handshake(address, EVIL).await,
        "HTTP/1.1 101 Switching Protocols\nconnection: upgrade\nupgrade: websocket\nvary: Origin"
    );
    assert_eq!(
        handshake(address, APP).await,
        "HTTP/1.1 101 Switching Protocols\nconnection: upgrade\nupgrade: websocket\n\
         access-control-allow-origin: https://app.example.com\n\
         access-control-allow-credentials: true\nvary: Origin\n\
         access-control-expose-headers: x-request-id"
    );
}

#[tokio::test]
async fn the_upgraded_connection_is_the_apps() {
    let server = Server::http1(strict().build().unwrap().layer(service_fn(switch))).await;
    let request = format!(
        "GET / HTTP/1.1\r\nhost: a\r\norigin: {APP}\r\nconnection: upgrade\r\n\
         upgrade: websocket\r\n\r\n"
    );
    let text = raw(server.address, request, "other protocol").await;
    assert!(text.starts_with("HTTP/1.1 101 "), "{text}");
    assert!(text.ends_with("\r\n\r\nother protocol"), "{text}");
}
