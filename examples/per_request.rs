//! Chooses a policy for each request by its path and by the tenant's host.
//!
//! Before a browser sends a request with a token or a method such as `PUT`, it sends a preflight.
//! **A preflight has no cookies and no `Authorization`, and its method is `OPTIONS`.** A program that
//! chooses by these finds a different policy for the preflight, and the browser does not send the
//! request. [`choose`] avoids this, and [`trap`] does not:
//!
//! ```text
//! $ cargo run --example per_request
//! what the page gets                      the way out                       the trap
//! reader.example GET shop.localhost/news  200                               200
//! shop.example PUT shop.localhost/orders  200                               200
//! shop.example PUT bank.localhost/orders  CORS error (preflight: 403)       CORS error (preflight: 403)
//! reader.example GET shop.localhost/stock 200                               CORS error (preflight: 403)
//! shop.example GET api.localhost/by-token 200                               CORS error (preflight: 405)
//!
//! $ cargo run --example per_request -- serve
//! listening on http://127.0.0.1:3000
//!
//! $ curl -si http://shop.localhost:3000/orders -H 'Origin: https://shop.example' | grep -i -e ^access -e ^vary
//! access-control-allow-origin: https://shop.example
//! access-control-allow-credentials: true
//! vary: Origin, x-forwarded-host
//!
//! $ curl -si http://127.0.0.1:3000/orders -H 'X-Forwarded-Host: bank.localhost' \
//!     -H 'Origin: https://shop.example' | grep -i -e ^access -e ^vary
//! vary: Origin, x-forwarded-host
//! ```

use std::{convert::Infallible, env, error::Error, sync::Arc};

use axum::{Router, body::Body, response::Response, routing::get};
use corsac::{BuildError, CorsLayer, Policy};
use http::{HeaderName, Method, Request, header, request::Parts};
use tower::ServiceExt;

mod listen;

const SHOP: &str = "https://shop.example";
const BANK: &str = "https://bank.example";
const READER: &str = "https://reader.example";

/// Set by the proxy in front, which has to replace the value of a client. Otherwise clients could
/// choose their policies.
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

struct Policies {
    public: Arc<Policy>,
    shop: Arc<Policy>,
    bank: Arc<Policy>,
    all_tenants: Arc<Policy>,
}

impl Policies {
    fn new() -> Result<Self, BuildError> {
        let any = CorsLayer::builder().allow_headers([header::AUTHORIZATION]);
        let tenant = any.clone().allow_methods([Method::PUT]);
        let shop = tenant.clone().allow_origins([SHOP]).allow_credentials(true);
        let bank = tenant.clone().allow_origins([BANK]).allow_credentials(true);
        Ok(Self {
            public: Arc::new(any.allow_any_origin().build_policy()?),
            shop: Arc::new(shop.build_policy()?),
            bank: Arc::new(bank.build_policy()?),
            all_tenants: Arc::new(tenant.allow_origins([SHOP, BANK]).build_policy()?),
        })
    }

    /// Returns `None` if the host belongs to no tenant.
    fn of_host(&self, parts: &Parts) -> Option<Arc<Policy>> {
        let header = |name| parts.headers.get(name)?.to_str().ok();
        // In HTTP/2 the host is in the URI.
        let host = header(FORWARDED_HOST).or(parts.uri.host()).or(header(header::HOST))?;
        match host.split(':').next()? {
            "shop.localhost" => Some(self.shop.clone()),
            "bank.localhost" => Some(self.bank.clone()),
            _ => None,
        }
    }
}

fn choose(policies: &Policies, parts: &Parts) -> Option<Arc<Policy>> {
    match parts.uri.path() {
        "/news" => Some(policies.public.clone()),
        // Every page may read it; only pages of the tenant may change it.
        "/stock" if page_method(parts) == Some("GET") => Some(policies.public.clone()),
        // Only the service knows the tenant of a token. So the origins of all tenants are allowed,
        // without cookies, and the token decides which data they can read.
        "/by-token" => Some(policies.all_tenants.clone()),
        _ => policies.of_host(parts),
    }
}

/// Returns the method of the page's request, which a preflight names in a header.
fn page_method(parts: &Parts) -> Option<&str> {
    match parts.headers.get(header::ACCESS_CONTROL_REQUEST_METHOD) {
        Some(method) if parts.method == Method::OPTIONS => method.to_str().ok(),
        _ => Some(parts.method.as_str()),
    }
}

/// Fails for each preflight of `/stock` and `/by-token`.
fn trap(policies: &Policies, parts: &Parts) -> Option<Arc<Policy>> {
    match parts.uri.path() {
        "/news" => Some(policies.public.clone()),
        "/stock" if parts.method == Method::GET => Some(policies.public.clone()),
        "/by-token" => match parts.headers.get(header::AUTHORIZATION)?.as_bytes() {
            b"Bearer shop" => Some(policies.shop.clone()),
            b"Bearer bank" => Some(policies.bank.clone()),
            _ => None,
        },
        _ => policies.of_host(parts),
    }
}

fn app(choose: fn(&Policies, &Parts) -> Option<Arc<Policy>>) -> Result<Router, BuildError> {
    let policies = Arc::new(Policies::new()?);
    // `Host` need not be named, because it is part of the URL, and so of every cache's key.
    let cors = CorsLayer::per_request(move |parts: &Parts| choose(&policies, parts))
        .vary([FORWARDED_HOST]);
    Ok(Router::new().fallback(get(async || "hello\n").put(async || "changed\n")).layer(cors))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if env::args().nth(1).is_some_and(|argument| argument == "serve") {
        let listener = listen::on_port().await?;
        println!("listening on http://{}", listener.local_addr()?);
        return Ok(axum::serve(listener, app(choose)?).await?);
    }
    println!("{:<40}{:<34}the trap", "what the page gets", "the way out");
    for (origin, method, host, path) in [
        (READER, "GET", "shop.localhost", "/news"),
        (SHOP, "PUT", "shop.localhost", "/orders"),
        (SHOP, "PUT", "bank.localhost", "/orders"),
        (READER, "GET", "shop.localhost", "/stock"),
        (SHOP, "GET", "api.localhost", "/by-token"),
    ] {
        let title = format!("{} {method} {host}{path}", origin.trim_start_matches("https://"));
        let request = Request::builder().method(method).uri(path).header(header::HOST, host);
        let request = request.header(header::ORIGIN, origin);
        let request = request.header(header::AUTHORIZATION, "Bearer shop").body(())?;
        let way_out = what_the_page_gets(app(choose)?, request.clone()).await?;
        println!("{title:<40}{way_out:<34}{}", what_the_page_gets(app(trap)?, request).await?);
    }
    Ok(())
}

/// Acts as a browser: sends the preflight first, and the request only if the preflight allows it.
async fn what_the_page_gets(app: Router, request: Request<()>) -> Result<String, http::Error> {
    let preflight = Request::options(request.uri())
        .header(header::HOST, &request.headers()[header::HOST])
        .header(header::ORIGIN, &request.headers()[header::ORIGIN])
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, request.method().as_str())
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization")
        .body(())?;
    let preflight = send(&app, preflight).await;
    if !may_read(&preflight) || !preflight.status().is_success() {
        return Ok(format!("CORS error (preflight: {})", preflight.status().as_u16()));
    }
    let response = send(&app, request).await;
    let status = response.status().as_u16();
    Ok(if may_read(&response) { status.to_string() } else { format!("CORS error ({status})") })
}

async fn send(app: &Router, request: Request<()>) -> Response {
    let answered: Result<Response, Infallible> =
        app.clone().oneshot(request.map(|()| Body::empty())).await;
    let Ok(response) = answered;
    response
}

fn may_read(response: &Response) -> bool {
    response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN)
}
