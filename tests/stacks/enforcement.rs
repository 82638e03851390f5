//! [`Enforcement::Reject`]: a foreign request never reaches the app, one of the app's own pages does.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use corsac::{Cors, CorsBuilder, CorsLayer, Enforcement};
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use tower::{Layer, Service, service_fn};

use crate::{
    APP, EVIL, STRICT_FOR_APP, STRICT_FOR_NOBODY, STRICT_PREFLIGHT, STRICT_PREFLIGHT_REFUSED,
    client::{Client, from, preflight, raw},
    server::Server,
    strict,
};

const SITE: &str = "sec-fetch-site";

fn rejecting(
    calls: &Arc<AtomicUsize>,
) -> Cors<
    impl Service<Request<Incoming>, Response = Response<Full<Bytes>>, Error = Infallible, Future: Send>
    + Clone
    + Send
    + 'static,
> {
    answering(&strict().enforcement(Enforcement::Reject).build().unwrap(), calls)
}

async fn rejecting_with(change: impl FnOnce(CorsBuilder) -> CorsBuilder) -> Server {
    let cors = change(strict().enforcement(Enforcement::Reject)).build().unwrap();
    Server::http1(answering(&cors, &Arc::default())).await
}

fn answering(
    cors: &CorsLayer,
    calls: &Arc<AtomicUsize>,
) -> Cors<
    impl Service<Request<Incoming>, Response = Response<Full<Bytes>>, Error = Infallible, Future: Send>
    + Clone
    + Send
    + 'static
    + use<>,
> {
    let calls = calls.clone();
    cors.layer(service_fn(move |_| {
        calls.fetch_add(1, Ordering::Relaxed);
        async { Ok(Response::new(Full::from("done"))) }
    }))
}

async fn exchanges(client: &mut Client, own: &str, calls: &AtomicUsize) {
    let post = |origin: &str| from(origin, Method::POST, "/");

    client.send_body(post(EVIL), "amount=1000").await.expect(403, &STRICT_FOR_NOBODY);
    client.send(post("null")).await.expect(403, &STRICT_FOR_NOBODY);
    client.send(post("http://127.0.0.1")).await.expect(403, &STRICT_FOR_NOBODY);
    client.send(post(EVIL).header(SITE, "cross-site")).await.expect(403, &STRICT_FOR_NOBODY);
    client.send(from(EVIL, Method::GET, "/")).await.expect(403, &STRICT_FOR_NOBODY);
    client.send(from(EVIL, Method::OPTIONS, "/")).await.expect(403, &STRICT_FOR_NOBODY);
    // The page has the same host and another scheme: only the browser knows.
    client.send(post(own).header(SITE, "cross-site")).await.expect(403, &STRICT_FOR_NOBODY);
    client.send(preflight(EVIL, "PUT", "/")).await.expect(403, &STRICT_PREFLIGHT_REFUSED);
    client.send(preflight(APP, "PUT", "/")).await.expect(204, &STRICT_PREFLIGHT);
    assert_eq!(calls.load(Ordering::Relaxed), 0);

    client.send_body(post(own), "amount=1").await.expect(200, &STRICT_FOR_NOBODY);
    // Behind a proxy that ends TLS.
    client.send(post(&own.replace("http", "https"))).await.expect(200, &STRICT_FOR_NOBODY);
    // A proxy may have changed the host; the browser knows.
    let moved = post("https://shop.example").header(SITE, "same-origin");
    client.send(moved).await.expect(200, &STRICT_FOR_NOBODY);
    client.send(post(APP)).await.expect(200, &STRICT_FOR_APP);
    client.send(post(APP).header(SITE, "cross-site")).await.expect(200, &STRICT_FOR_APP);
    client.send(Request::post("/")).await.expect(200, &STRICT_FOR_NOBODY);
    assert_eq!(calls.load(Ordering::Relaxed), 6);
}

/// The request's own host is in `Host`.
#[tokio::test]
async fn over_http1() {
    let calls = Arc::default();
    let server = Server::http1(rejecting(&calls)).await;
    let own = format!("http://{}", server.address);
    exchanges(&mut Client::http1(server.address).await, &own, &calls).await;
}

/// The request's own host is in `:authority`.
#[tokio::test]
async fn over_http2() {
    let calls = Arc::default();
    let server = Server::http2(rejecting(&calls)).await;
    let own = format!("http://{}", server.address);
    exchanges(&mut Client::http2(server.address).await, &own, &calls).await;
}

#[tokio::test]
async fn hosts_are_compared_as_browsers_write_them() {
    let calls = Arc::default();
    let server = Server::http1(rejecting(&calls)).await;
    let mut client = Client::http1(server.address).await;
    for (host, origin, status) in [
        ("shop.example", "https://shop.example", 200),
        ("shop.example", "http://shop.example", 200),
        ("shop.example:8443", "https://shop.example:8443", 200),
        // The default port is written in no origin, and in some hosts.
        ("shop.example:443", "https://shop.example", 200),
        ("shop.example:80", "http://shop.example", 200),
        ("shop.example:80", "https://shop.example", 403),
        ("Shop.Example", "https://shop.example", 200),
        ("[::1]:3000", "http://[::1]:3000", 200),
        ("shop.example", "https://shop.example:8443", 403),
        ("shop.example:8443", "https://shop.example", 403),
        ("shop.example", "https://evil.shop.example", 403),
        ("evil.shop.example", "https://shop.example", 403),
        ("shop.example", "shop.example", 403),
        ("shop.example", "chrome-extension://shop.example", 403),
        ("shop.example", "null", 403),
        ("null", "null", 403),
        ("", "https://", 403),
        ("", "", 403),
    ] {
        let request = from(origin, Method::POST, "/").header(header::HOST, host);
        let answer = client.send(request).await;
        assert_eq!(answer.status, status, "{origin:?} to {host:?}");
        assert_eq!(answer.cors(), STRICT_FOR_NOBODY);
    }
}

/// A proxy sends on another `Host`, and says which one the client has asked for.
#[tokio::test]
async fn proxies_tell_the_host_that_the_client_asked_for() {
    let trusting = rejecting_with(|builder| builder.trust_forwarded_headers(true)).await;
    let mut trusting = Client::http1(trusting.address).await;
    let careful = rejecting_with(|builder| builder).await;
    let mut careful = Client::http1(careful.address).await;
    for (name, value, status) in [
        ("x-forwarded-host", "shop.example", 200),
        ("x-forwarded-host", "SHOP.example:443", 200),
        ("x-forwarded-host", "shop.example, internal.example", 200),
        ("x-forwarded-host", "evil.example", 403),
        ("x-forwarded-host", "shop.example.evil.example", 403),
        ("x-forwarded-host", "shop.example:8443", 403),
        ("x-forwarded-host", "", 403),
        ("forwarded", "for=192.0.2.1;host=shop.example;proto=https", 200),
        ("forwarded", "for=192.0.2.1, for=192.0.2.2; Host=\"shop.example:443\"", 200),
        ("forwarded", "for=shop.example", 403),
        ("forwarded", "host=", 403),
        ("forwarded", "host", 403),
        ("x-host", "shop.example", 403),
    ] {
        let post = || from("https://shop.example", Method::POST, "/").header(name, value);
        assert_eq!(trusting.send(post()).await.status, status, "{name}: {value}");
        // What the browser says counts for more.
        let answer = trusting.send(post().header(SITE, "cross-site")).await;
        answer.expect(403, &STRICT_FOR_NOBODY);
        // The headers count only if the user says so.
        careful.send(post()).await.expect(403, &STRICT_FOR_NOBODY);
    }
    // A port beside the host.
    let post = from("https://shop.example:8443", Method::POST, "/");
    let post = post.header("x-forwarded-host", "shop.example").header("x-forwarded-port", "8443");
    trusting.send(post).await.expect(200, &STRICT_FOR_NOBODY);
}

/// Someone on the network can serve a page over http, under any name.
#[tokio::test]
async fn an_http_page_is_not_an_https_services_own() {
    let own = ["https://shop.example", "http://shop.example"];
    let servers = [
        rejecting_with(|builder| builder).await,
        rejecting_with(|builder| builder.own_origins(own)).await,
    ];
    for server in servers {
        let mut client = Client::http1(server.address).await;
        for (name, value) in [("x-forwarded-proto", "https"), ("forwarded", "proto=https")] {
            for (origin, status) in own.into_iter().zip([200, 403]) {
                let post = from(origin, Method::POST, "/").header(header::HOST, "shop.example");
                let answer = client.send(post.header(name, value)).await;
                answer.expect(status, &STRICT_FOR_NOBODY);
            }
        }
    }
}

#[tokio::test]
async fn the_user_names_the_services_own_origins() {
    let server = rejecting_with(|it| it.own_origins(["https://shop.example"])).await;
    let mut client = Client::http1(server.address).await;
    let shop = from("https://shop.example", Method::POST, "/");
    client.send(shop).await.expect(200, &STRICT_FOR_NOBODY);
    // The host of the request is then not looked at.
    let own = format!("http://{}", server.address);
    client.send(from(&own, Method::POST, "/")).await.expect(403, &STRICT_FOR_NOBODY);
}

/// They may post, and may not read.
#[tokio::test]
async fn trusted_senders() {
    let server = rejecting_with(|it| it.trusted_senders(["https://*.bank.example"])).await;
    let mut client = Client::http1(server.address).await;
    let bank = "https://pay.bank.example";
    client.send(from(bank, Method::POST, "/")).await.expect(200, &STRICT_FOR_NOBODY);
    client.send(from(EVIL, Method::POST, "/")).await.expect(403, &STRICT_FOR_NOBODY);
    client.send(preflight(bank, "PUT", "/")).await.expect(403, &STRICT_PREFLIGHT_REFUSED);
    let twice = from(bank, Method::POST, "/").header(header::ORIGIN, EVIL);
    client.send(twice).await.expect(403, &STRICT_FOR_NOBODY);
}

#[tokio::test]
async fn the_status_is_the_users() {
    let calls = Arc::<AtomicUsize>::default();
    let cors = strict()
        .enforcement(Enforcement::Reject)
        .reject_status(StatusCode::MISDIRECTED_REQUEST)
        .build()
        .unwrap();
    let server = Server::http1(answering(&cors, &calls)).await;
    let mut client = Client::http1(server.address).await;
    client.send(from(EVIL, Method::POST, "/")).await.expect(421, &STRICT_FOR_NOBODY);
    client.send(preflight(EVIL, "PUT", "/")).await.expect(403, &STRICT_PREFLIGHT_REFUSED);
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    client.send(from(APP, Method::POST, "/")).await.expect(200, &STRICT_FOR_APP);
}

/// HTTP/1.0 may leave `Host` out: then no origin is the request's own.
#[tokio::test]
async fn without_a_host_nothing_is_same_origin() {
    let calls = Arc::default();
    let server = Server::http1(rejecting(&calls)).await;
    let request = format!("POST / HTTP/1.0\r\norigin: {EVIL}\r\ncontent-length: 0\r\n\r\n");
    let text = raw(server.address, request, "never").await;
    assert!(text.starts_with("HTTP/1.0 403 Forbidden\r\n"), "{text}");
    let request = "POST / HTTP/1.0\r\ncontent-length: 0\r\n\r\n".to_owned();
    let text = raw(server.address, request, "never").await;
    assert!(text.starts_with("HTTP/1.0 200 OK\r\n"), "{text}");
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

/// A refused upload is answered at once, before its body has come.
#[tokio::test]
async fn a_refused_body_is_not_waited_for() {
    let calls = Arc::default();
    let server = Server::http1(rejecting(&calls)).await;
    let request = format!(
        "POST / HTTP/1.1\r\nhost: a\r\norigin: {EVIL}\r\nexpect: 100-continue\r\n\
         content-length: 1000000\r\n\r\n"
    );
    let text = raw(server.address, request, "\r\n\r\n").await;
    assert!(text.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{text}");
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}
