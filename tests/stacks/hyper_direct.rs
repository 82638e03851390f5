//! hyper 1 without a framework, over HTTP/1 and over HTTP/2: the same exchanges.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use corsac::{Cors, CorsLayer};
use http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use tower::{Layer, Service, service_fn};

use crate::{
    APP, EVIL, STRICT_FOR_APP, STRICT_FOR_NOBODY, STRICT_PREFLIGHT, STRICT_PREFLIGHT_REFUSED,
    client::{Client, cors_lines, from, preflight, raw, soon},
    server::Server,
    strict_layer,
};

/// Sends back what it is sent.
async fn echo(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let head = format!("{} {}: ", request.method(), request.uri().path()).into_bytes();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    Ok(Response::new(Full::from([&head[..], &body].concat())))
}

async fn exchanges(client: &mut Client) {
    let answer = client.send_body(from(APP, Method::PUT, "/a"), "new").await;
    assert_eq!(answer.expect(200, &STRICT_FOR_APP).body, "PUT /a: new");
    let answer = client.send_body(from(EVIL, Method::POST, "/b"), "form").await;
    assert_eq!(answer.expect(200, &STRICT_FOR_NOBODY).body, "POST /b: form");
    let answer = client.send(Request::get("/c")).await;
    assert_eq!(answer.expect(200, &STRICT_FOR_NOBODY).body, "GET /c: ");
    let answer = client.send(from(APP, Method::OPTIONS, "/d")).await;
    assert_eq!(answer.expect(200, &STRICT_FOR_APP).body, "OPTIONS /d: ");
    for (origin, status, cors) in
        [(APP, 204, &STRICT_PREFLIGHT[..]), (EVIL, 403, &STRICT_PREFLIGHT_REFUSED[..])]
    {
        let answer = client.send(preflight(origin, "PUT", "/a")).await;
        assert_eq!(answer.expect(status, cors).body, "");
        assert!(!answer.headers.contains_key(header::CONTENT_TYPE));
        assert!(!answer.headers.contains_key(header::TRANSFER_ENCODING));
    }
    // Preflights with a body come from no browser, and must not upset the connection.
    let answer = client.send_body(preflight(APP, "PUT", "/a"), "unexpected").await;
    answer.expect(204, &STRICT_PREFLIGHT);
    let answer = client.send_body(from(APP, Method::PUT, "/a"), "still here").await;
    assert_eq!(answer.expect(200, &STRICT_FOR_APP).body, "PUT /a: still here");
}

#[tokio::test]
async fn over_http1() {
    let server = Server::http1(strict_layer().layer(service_fn(echo))).await;
    exchanges(&mut Client::http1(server.address).await).await;
}

#[tokio::test]
async fn over_http2() {
    let server = Server::http2(strict_layer().layer(service_fn(echo))).await;
    exchanges(&mut Client::http2(server.address).await).await;
}

/// HTTP/2 ends the stream with the headers; HTTP/1 sends nothing after the empty line.
#[tokio::test]
async fn preflights_are_answered_without_a_body() {
    let cors = strict_layer().layer(service_fn(echo));
    let (http1, http2) = (Server::http1(cors.clone()).await, Server::http2(cors).await);
    let request = || preflight(APP, "PUT", "/").body(Full::default()).unwrap();

    let answer = Client::http2(http2.address).await.stream(request()).await;
    assert_eq!(answer.status(), 204);
    assert!(answer.body().is_end_stream());

    // Two requests in one write: the second answer begins where the first ends.
    let preflight = format!(
        "OPTIONS / HTTP/1.1\r\nhost: a\r\norigin: {APP}\r\naccess-control-request-method: PUT\r\n\r\n"
    );
    let actual =
        format!("GET /next HTTP/1.1\r\nhost: a\r\norigin: {APP}\r\nconnection: close\r\n\r\n");
    let text = raw(http1.address, preflight + &actual, "GET /next: ").await;
    let (first, rest) = text.split_once("\r\n\r\n").unwrap();
    assert!(first.starts_with("HTTP/1.1 204 No Content\r\n"), "{text}");
    assert!(!first.contains("content-length") && !first.contains("transfer-encoding"), "{text}");
    assert!(rest.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    assert!(rest.ends_with("\r\n\r\nGET /next: "), "{text}");
}

/// 403 may have a body, so HTTP/1 has to say that there is none.
#[tokio::test]
async fn a_refused_preflight_keeps_the_connection() {
    let server = Server::http1(strict_layer().layer(service_fn(echo))).await;
    let request = |path, close| {
        format!(
            "OPTIONS {path} HTTP/1.1\r\nhost: a\r\norigin: {EVIL}\r\n\
             access-control-request-method: PUT\r\n{close}\r\n"
        )
    };
    let both = request("/a", "") + &request("/b", "connection: close\r\n");
    let text = raw(server.address, both, "never").await;
    assert_eq!(text.matches("HTTP/1.1 403 Forbidden\r\n").count(), 2, "{text}");
    assert_eq!(text.matches("content-length: 0\r\n").count(), 2, "{text}");
}

/// A body of its own type: one frame at once, one when the test says so, then trailers.
#[derive(Debug, Default)]
struct Paced {
    gate: Arc<Mutex<Gate>>,
    sent: Option<usize>,
}

#[derive(Debug, Default)]
struct Gate {
    is_open: bool,
    waker: Option<Waker>,
}

impl Gate {
    fn open(gate: &Mutex<Self>) {
        let mut gate = gate.lock().unwrap();
        gate.is_open = true;
        if let Some(waker) = gate.waker.take() {
            waker.wake();
        }
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(sent) = self.sent else { return Poll::Ready(None) };
        if sent == 1 {
            let mut gate = self.gate.lock().unwrap();
            if !gate.is_open {
                gate.waker = Some(cx.waker().clone());
                return Poll::Pending;
            }
        }
        self.sent = Some(sent + 1);
        Poll::Ready(match sent {
            0 => Some(Ok(Frame::data(Bytes::from_static(b"first, ")))),
            1 => Some(Ok(Frame::data(Bytes::from_static(b"second")))),
            2 => {
                let trailer = (header::ETAG, HeaderValue::from_static("\"17\""));
                Some(Ok(Frame::trailers(HeaderMap::from_iter([trailer]))))
            }
            _ => None,
        })
    }
}

fn paced(
    gate: &Arc<Mutex<Gate>>,
) -> Cors<
    impl Service<Request<Incoming>, Response = Response<Paced>, Error = Infallible, Future: Send>
    + Clone
    + Send
    + 'static,
> {
    let gate = gate.clone();
    strict_layer().layer(service_fn(move |_| {
        let body = Paced { gate: gate.clone(), sent: Some(0) };
        // HTTP/1 sends those trailers alone that are announced.
        let response = Response::builder().header(header::TRAILER, "etag").body(body);
        async move { Ok(response.unwrap()) }
    }))
}

async fn streams(mut client: Client, gate: &Mutex<Gate>) {
    let answer = client.send(preflight(APP, "PUT", "/")).await;
    assert_eq!(answer.expect(204, &STRICT_PREFLIGHT).body, "");

    // HTTP/1 sends trailers to those alone who accept them.
    let request = from(APP, Method::GET, "/").header(header::TE, "trailers");
    let response = client.stream(request.body(Full::default()).unwrap()).await;
    assert_eq!(cors_lines(response.headers()), STRICT_FOR_APP);
    let mut body = response.into_body();
    let mut frame = async || soon(body.frame()).await.unwrap().unwrap();
    // Were the body collected on its way, this frame would wait for the next one.
    assert_eq!(frame().await.into_data().unwrap(), "first, ");
    Gate::open(gate);
    assert_eq!(frame().await.into_data().unwrap(), "second");
    assert_eq!(frame().await.into_trailers().unwrap()[header::ETAG], "\"17\"");
}

#[tokio::test]
async fn streams_pass_frame_by_frame_over_http1() {
    let gate = Arc::default();
    let server = Server::http1(paced(&gate)).await;
    streams(Client::http1(server.address).await, &gate).await;
}

#[tokio::test]
async fn streams_pass_frame_by_frame_over_http2() {
    let gate = Arc::default();
    let server = Server::http2(paced(&gate)).await;
    streams(Client::http2(server.address).await, &gate).await;
}

/// Status, version, extensions and the headers of others are the inner service's.
#[tokio::test]
async fn the_rest_of_a_response_is_untouched() {
    #[derive(Debug, Clone, PartialEq)]
    struct Extension(u8);

    let mut cors = strict_layer().layer(service_fn(|_: Request<()>| async {
        let response = Response::builder()
            .status(304)
            .version(http::Version::HTTP_10)
            .extension(Extension(7))
            .header(header::ETAG, "\"a\"")
            .header(header::SET_COOKIE, "a=1")
            .header(header::SET_COOKIE, "b=2");
        Ok::<_, Infallible>(response.body("body").unwrap())
    }));
    let response = cors.call(from(APP, Method::GET, "/").body(()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 304);
    assert_eq!(response.version(), http::Version::HTTP_10);
    assert_eq!(response.extensions().get(), Some(&Extension(7)));
    assert_eq!(response.headers()[header::ETAG], "\"a\"");
    assert_eq!(response.headers().get_all(header::SET_COOKIE).iter().count(), 2);
    assert_eq!(cors_lines(response.headers()), STRICT_FOR_APP);
    assert_eq!(*response.body(), "body");
}

#[tokio::test]
async fn a_head_request_is_decorated_like_its_get() {
    let server = Server::http1(CorsLayer::permissive().layer(service_fn(echo))).await;
    let mut client = Client::http1(server.address).await;
    let answer = client.send(from(APP, Method::HEAD, "/")).await;
    answer.expect(200, &["access-control-allow-origin: *", "access-control-expose-headers: *"]);
    assert_eq!(answer.body, "");
}
