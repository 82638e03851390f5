//! An upstream server for a proxy, and a client for it.

use std::io;

use axum::{
    BoxError,
    body::{Body, Bytes, HttpBody},
    http::{
        HeaderMap, HeaderName, HeaderValue, Request, Response, Version,
        header::{
            ACCESS_CONTROL_ALLOW_ORIGIN, CONNECTION, HOST, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION,
            TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
        },
        uri::{Authority, PathAndQuery},
    },
    middleware::map_response,
};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::net::TcpListener;

/// Clones share their connections.
#[derive(Clone)]
pub struct Upstream {
    authority: Authority,
    client: Client<HttpConnector, Body>,
}

impl Upstream {
    /// Starts a server that sets CORS headers itself, and allows every origin.
    ///
    /// # Errors
    ///
    /// Fails if no port is free.
    pub async fn start() -> Result<Self, BoxError> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let authority = listener.local_addr()?.to_string().parse()?;
        let app = crate::router().layer(map_response(allow_everybody));
        tokio::spawn(async { axum::serve(listener, app).await });
        Ok(Self { authority, client: Client::builder(TokioExecutor::new()).build_http() })
    }

    /// Sends a request to the upstream server, and returns its response.
    ///
    /// # Errors
    ///
    /// Fails if the upstream server does not answer.
    pub async fn send<B>(&self, request: Request<B>) -> io::Result<Response<Incoming>>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let mut request = request.map(Body::new);
        let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
        let uri = format!("http://{}{path}", self.authority);
        *request.uri_mut() = uri.parse().map_err(io::Error::other)?;
        *request.version_mut() = Version::HTTP_11;
        // The client sets the host of the upstream server.
        request.headers_mut().remove(HOST);
        remove_hop_by_hop(request.headers_mut());
        let mut response = self.client.request(request).await.map_err(io::Error::other)?;
        remove_hop_by_hop(response.headers_mut());
        Ok(response)
    }
}

/// RFC 9110, 7.6.1 "Connection".
fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
        .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

const HOP_BY_HOP: [HeaderName; 9] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

async fn allow_everybody(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
