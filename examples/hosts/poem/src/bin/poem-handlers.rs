//! poem's own handlers. They use request and response types of poem, which a Tower layer cannot process,
//! so a middleware calls the policy. The same works in any framework.

use std::{env, error::Error, net::TcpListener, sync::Arc};

use corsac::Policy;
use poem::{
    Endpoint, EndpointExt, IntoResponse, Request, Response, Result, Route, Server,
    endpoint::make_sync,
    get,
    http::{StatusCode, header},
    listener::TcpAcceptor,
    put,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let policy = policy::policy()?;
    // Around everything, so that it covers 404s.
    let app = app().around(move |inner, request| cors(policy.clone(), inner, request));

    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    listener.set_nonblocking(true)?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(Server::new_with_acceptor(TcpAcceptor::from_std(listener)?).run(app).await?)
}

async fn cors(
    policy: Arc<Policy>,
    inner: Arc<impl Endpoint>,
    request: Request,
) -> Result<Response> {
    // The handler takes the request, but the decision borrows its headers. A policy with
    // `Enforcement::Reject` needs `evaluate_request` instead, because in HTTP/2 the host is in the URI.
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let decision = policy.evaluate(&method, &headers);
    let mut response = match decision.status() {
        Some(status) => status.into(),
        // `get_response` turns poem's errors into responses.
        None => inner.get_response(request).await,
    };
    decision.apply(response.headers_mut());
    Ok(response)
}

fn app() -> impl Endpoint {
    let hello = make_sync(|_| "hello".with_header("x-request-id", "1"));
    let methods = make_sync(|_| "".with_header(header::ALLOW, "GET"));
    let vary = make_sync(|_| "compressed or not".with_header(header::VARY, "accept-encoding"));
    let own = make_sync(|_| "for everybody".with_header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    let error = make_sync(|_| "broken".with_status(StatusCode::INTERNAL_SERVER_ERROR));
    Route::new()
        .at("/", get(hello).options(methods))
        .at("/items", put(make_sync(|_| "stored")).delete(make_sync(|_| "deleted")))
        .at("/vary", get(vary))
        .at("/own", get(own))
        .at("/error", get(error))
}
