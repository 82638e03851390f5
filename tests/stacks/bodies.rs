//! Bodies of answers: made by the user, and none where they cannot be made.

use std::{convert::Infallible, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use corsac::{AsyncCorsLayer, CorsLayer, Enforcement, Lookup, RequestKind};
use http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::Incoming;
use tower::{Layer, Service, service_fn};

use crate::{
    APP, EVIL, STRICT_FOR_APP, STRICT_FOR_NOBODY, STRICT_PREFLIGHT, STRICT_PREFLIGHT_REFUSED,
    client::{Client, from, preflight},
    server::Server,
    strict, strict_layer,
};

type Boxed = BoxBody<Bytes, Infallible>;

fn boxed(text: &'static str) -> Boxed {
    Full::from(text).boxed()
}

/// Bodies that have no `Default`.
fn echo() -> impl Service<
    Request<Incoming>,
    Response = Response<Boxed>,
    Error = Infallible,
    Future: Send + 'static,
> + Clone
+ Send
+ 'static {
    service_fn(|_| async { Ok(Response::new(boxed("done"))) })
}

fn say(decision: &corsac::Decision<'_>, headers: &mut HeaderMap) -> Boxed {
    // The policy's own word counts.
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::VARY, HeaderValue::from_static("x-lang"));
    if decision.kind() == RequestKind::Preflight {
        return boxed("");
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    boxed("ask the owner of this API")
}

async fn answers_are_as_made(client: &mut Client) {
    let refused = client.send(from(EVIL, Method::POST, "/")).await;
    refused.expect(403, &["vary: x-lang, Origin"]);
    assert_eq!(refused.headers[header::CONTENT_TYPE], "text/plain");
    assert_eq!(refused.body, "ask the owner of this API");

    let answer = client.send(preflight(APP, "PUT", "/")).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    let origins = answer.headers.get_all(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    assert_eq!(origins.iter().collect::<Vec<_>>(), [APP]);
    let vary = answer.headers.get_all(header::VARY).iter().collect::<Vec<_>>();
    assert_eq!(
        vary,
        ["x-lang, Origin, Access-Control-Request-Method, Access-Control-Request-Headers"]
    );

    let allowed = client.send(from(APP, Method::POST, "/")).await;
    assert_eq!(allowed.expect(200, &STRICT_FOR_APP).body, "done");
}

#[tokio::test]
async fn a_function_makes_the_bodies() {
    let layer = strict().enforcement(Enforcement::Reject).build().unwrap().answer_body(say);
    let server = Server::http1(layer.layer(echo())).await;
    answers_are_as_made(&mut Client::http1(server.address).await).await;
}

#[tokio::test]
async fn a_function_makes_the_bodies_where_policies_are_looked_up() {
    let policy = Arc::new(strict().enforcement(Enforcement::Reject).build_policy().unwrap());
    let layer = AsyncCorsLayer::new(move |_: &_| {
        let policy = policy.clone();
        async move { Lookup::Policy(policy) }
    });
    let server = Server::http1(layer.answer_body(say).layer(echo())).await;
    answers_are_as_made(&mut Client::http1(server.address).await).await;
}

/// Hands a request to a server, and its response back as it comes.
fn gateway(
    upstream: SocketAddr,
) -> impl Service<
    Request<Incoming>,
    Response = Response<Incoming>,
    Error = Infallible,
    Future: Send + 'static,
> + Clone
+ Send
+ 'static {
    service_fn(move |request: Request<Incoming>| async move {
        let (parts, body) = request.into_parts();
        let body = Full::from(body.collect().await.unwrap().to_bytes());
        let mut upstream = Client::http1(upstream).await;
        Ok(upstream.stream(Request::from_parts(parts, body)).await)
    })
}

async fn passes_on_what_it_cannot_make<S, R>(layers: impl FnOnce(SocketAddr) -> S)
where
    S: Service<
            Request<Incoming>,
            Response = Response<corsac::body::BodyOrEmpty<R>>,
            Error = Infallible,
        > + Clone
        + Send
        + 'static,
    S::Future: Send,
    R: http_body::Body<Data = Bytes, Error = hyper::Error> + Send + 'static,
{
    let upstream = Server::http1(echo()).await;
    let server = Server::http1(layers(upstream.address)).await;
    let mut client = Client::http1(server.address).await;

    let answer = client.send(preflight(APP, "PUT", "/")).await;
    assert!(answer.expect(204, &STRICT_PREFLIGHT).body.is_empty());
    client.send(preflight(EVIL, "PUT", "/")).await.expect(403, &STRICT_PREFLIGHT_REFUSED);
    let answer = client.send(from(APP, Method::GET, "/")).await;
    assert_eq!(answer.expect(200, &STRICT_FOR_APP).body, "done");
    assert_eq!(answer.headers[header::CONTENT_LENGTH], "4");
    client.send(from(EVIL, Method::GET, "/")).await.expect(200, &STRICT_FOR_NOBODY);
}

#[tokio::test]
async fn a_gateway_passes_on_what_it_cannot_make() {
    let layer = strict().build().unwrap().body_or_empty();
    passes_on_what_it_cannot_make(|upstream| layer.layer(gateway(upstream))).await;
}

#[tokio::test]
async fn a_gateway_passes_on_what_it_cannot_make_where_policies_are_looked_up() {
    let policy = Arc::new(strict().build_policy().unwrap());
    let layer = AsyncCorsLayer::new(move |_: &_| {
        let policy = policy.clone();
        async move { Lookup::Policy(policy) }
    });
    passes_on_what_it_cannot_make(|upstream| layer.body_or_empty().layer(gateway(upstream))).await;
}

/// One around another: the outer one can make the body that the inner one has.
#[tokio::test]
async fn two_layers_fit_around_each_other() {
    let inner = CorsLayer::disabled().body_or_empty();
    let outer = strict_layer();
    let upstream = Server::http1(echo()).await;
    let server = Server::http1(outer.layer(inner.layer(gateway(upstream.address)))).await;
    let mut client = Client::http1(server.address).await;
    client.send(preflight(APP, "PUT", "/")).await.expect(204, &STRICT_PREFLIGHT);
    client.send(from(APP, Method::GET, "/")).await.expect(200, &STRICT_FOR_APP);
}
