//! One port for everything: http, https, and the proxy requests by which any name leads here.

use std::io;

use axum::Router;
use http::{Request, Uri, Version, uri::Scheme};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;
use tower_service::Service;

/// RFC 8446, 5.1: the first byte of a record that holds a handshake.
const TLS_HANDSHAKE: u8 = 22;

pub async fn accept(listener: &TcpListener, tls: &TlsAcceptor, app: &Router) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let (tls, app) = (tls.clone(), app.clone());
        // A browser that closes early is no error of this server.
        tokio::spawn(async move { _ = serve(stream, &tls, app).await });
    }
}

async fn serve(mut stream: TcpStream, tls: &TlsAcceptor, app: Router) -> io::Result<()> {
    stream.set_nodelay(true)?;
    if starts_with(&stream, b"CONNECT ").await? {
        open_tunnel(&mut stream).await?;
    }
    if starts_with(&stream, &[TLS_HANDSHAKE]).await? {
        answer(tls.accept(stream).await?, Scheme::HTTPS, app).await;
    } else {
        answer(stream, Scheme::HTTP, app).await;
    }
    Ok(())
}

async fn starts_with(stream: &TcpStream, start: &[u8]) -> io::Result<bool> {
    let mut bytes = [0; 8];
    let read = stream.peek(&mut bytes[..start.len()]).await?;
    Ok(&bytes[..read] == start)
}

/// RFC 9110, 9.3.6 "CONNECT": what follows is meant for the host that was asked for, and that is
/// this one, whatever its name.
async fn open_tunnel(stream: &mut TcpStream) -> io::Result<()> {
    let mut head = Vec::new();
    // The client waits for the answer, so nothing behind the head is lost.
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await
}

async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    scheme: Scheme,
    app: Router,
) {
    let app = service_fn(move |mut request: Request<Incoming>| {
        forget_proxy(&mut request);
        request.extensions_mut().insert(scheme.clone());
        app.clone().call(request)
    });
    let builder = auto::Builder::new(TokioExecutor::new());
    _ = builder.serve_connection_with_upgrades(TokioIo::new(stream), app).await;
}

/// RFC 9112, 3.2.2 "absolute-form": a proxy is sent the whole URI, the server behind it the path.
fn forget_proxy(request: &mut Request<Incoming>) {
    if let (Version::HTTP_11, Some(path)) = (request.version(), request.uri().path_and_query()) {
        *request.uri_mut() = Uri::from(path.clone());
    }
}
