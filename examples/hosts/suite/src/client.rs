//! Sends one request on a connection of its own.

use std::{error::Error, time::Duration};

use bytes::Bytes;
use http::uri::Authority;
use http_body_util::{BodyExt, Full};
use hyper::{
    Uri,
    body::Incoming,
    client::conn::{http1, http2},
    header::HOST,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{net::TcpStream, time::timeout};

use crate::exchange::{Answer, Request};

#[derive(Clone, Copy)]
pub enum Transport {
    Http1,
    /// Without TLS, with prior knowledge.
    Http2,
}

impl Transport {
    pub fn name(self) -> &'static str {
        match self {
            Self::Http1 => "http1",
            Self::Http2 => "http2",
        }
    }
}

pub async fn send(
    transport: Transport,
    host: &Uri,
    request: &Request,
) -> Result<Answer, Box<dyn Error>> {
    timeout(Duration::from_secs(10), ask(transport, host, request))
        .await
        .map_err(|_| "no answer within 10 seconds")?
}

async fn ask(
    transport: Transport,
    host: &Uri,
    request: &Request,
) -> Result<Answer, Box<dyn Error>> {
    let stream = TokioIo::new(connect(host).await?);
    let authority = authority(host)?;
    let response = match transport {
        Transport::Http1 => {
            // As browsers do.
            let mut builder = http1::Builder::new();
            let (mut sender, connection) =
                builder.title_case_headers(true).handshake(stream).await?;
            tokio::spawn(connection);
            let mut request = compose(request, request.path.parse()?)?;
            request.headers_mut().insert(HOST, authority.as_str().parse()?);
            read(sender.send_request(request).await?).await
        }
        Transport::Http2 => {
            let (mut sender, connection) = http2::handshake(TokioExecutor::new(), stream).await?;
            tokio::spawn(connection);
            let uri = format!("http://{authority}{}", request.path).parse()?;
            read(sender.send_request(compose(request, uri)?).await?).await
        }
    };
    Ok(response?)
}

pub async fn connect(host: &Uri) -> Result<TcpStream, Box<dyn Error>> {
    let authority = authority(host)?;
    let connected = TcpStream::connect(authority.as_str()).await;
    connected.map_err(|error| format!("no connection to {authority}: {error}").into())
}

fn authority(host: &Uri) -> Result<&Authority, String> {
    host.authority().ok_or_else(|| format!("{host} names no host"))
}

fn compose(request: &Request, uri: Uri) -> Result<hyper::Request<Full<Bytes>>, Box<dyn Error>> {
    let mut builder = hyper::Request::builder().method(request.method.as_str()).uri(uri);
    for line in &request.headers {
        let (name, value) = line.split_once(": ").ok_or_else(|| format!("{line:?} has no `: `"))?;
        builder = builder.header(name, value);
    }
    Ok(builder.body(Full::from(request.body.clone()))?)
}

async fn read(response: hyper::Response<Incoming>) -> Result<Answer, hyper::Error> {
    let (parts, body) = response.into_parts();
    let body = body.collect().await?.to_bytes().to_vec();
    Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
}
