//! salvo: `compat()` turns the layer into a hoop, which is salvo's middleware.
//!
//! The hoop is on the `Service`, not on a `Router`: a router runs its hoops only if a route matches. No
//! route matches a preflight or a path that does not exist.

use std::{env, error::Error};

use corsac::CorsLayer;
use salvo::{
    http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, HeaderName, HeaderValue, VARY},
    prelude::*,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cors = CorsLayer::new(policy::policy()?);
    let app = Service::new(app()).hoop(cors.compat());

    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let acceptor = TcpListener::new(format!("127.0.0.1:{port}")).try_bind().await?;
    println!("listening on http://{}", acceptor.local_addr()?);
    Server::new(acceptor).try_serve(app).await?;
    Ok(())
}

fn app() -> Router {
    Router::new()
        .get(hello)
        .options(methods)
        .push(Router::with_path("items").put(store).delete(delete))
        .push(Router::with_path("vary").get(vary))
        .push(Router::with_path("own").get(own))
        .push(Router::with_path("error").get(error))
}

#[handler]
async fn hello(response: &mut Response) {
    with(response, HeaderName::from_static("x-request-id"), "1");
    response.render("hello");
}

#[handler]
async fn methods(response: &mut Response) {
    with(response, ALLOW, "GET");
    response.render("");
}

#[handler]
async fn store() -> &'static str {
    "stored"
}

#[handler]
async fn delete() -> &'static str {
    "deleted"
}

#[handler]
async fn vary(response: &mut Response) {
    with(response, VARY, "accept-encoding");
    response.render("compressed or not");
}

#[handler]
async fn own(response: &mut Response) {
    with(response, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    response.render("for everybody");
}

#[handler]
async fn error() -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

fn with(response: &mut Response, name: HeaderName, value: &'static str) {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
}
