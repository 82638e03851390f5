//! salvo: `compat()` makes a hoop of the layer.
//!
//! It is a hoop of the `Service`, not of a `Router`: a router runs its hoops where a route matches,
//! and for a preflight, or for a path that does not exist, none does.

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
