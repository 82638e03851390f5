//! The API behind the layer: it knows nothing of CORS, except where it writes headers of its own.

use axum::{
    Router,
    extract::{Path, Query, WebSocketUpgrade},
    middleware::map_response,
    response::{AppendHeaders, IntoResponse, Response},
    routing::{any, get},
};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, COOKIE, ETAG,
        IF_NONE_MATCH, LOCATION, SET_COOKIE, VARY, WWW_AUTHENTICATE,
    },
};
use serde::Deserialize;

use crate::record::Run;

const VERSION: HeaderValue = HeaderValue::from_static("\"v1\"");
const FRESH: &str = "max-age=600";
const IMAGE: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>"#;

pub fn router() -> Router {
    Router::new()
        .route("/ok", any(echo))
        .route("/get-only", get(echo))
        .route("/status/{status}", any(status))
        .route("/login", any(login))
        .route("/private", any(private))
        .route("/redirect/{status}", any(redirect))
        .route("/cached", get(cached))
        .route("/revalidated", get(revalidated))
        .route("/inner-cors", any(inner_cors))
        .route("/inner-vary", get(inner_vary))
        .route("/image", get(([(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, FRESH)], IMAGE)))
        .route("/module", get(([(CONTENT_TYPE, "text/javascript")], "export default 1;")))
        .route("/events", get(([(CONTENT_TYPE, "text/event-stream")], "data: hello\n\n")))
        .route("/socket", any(socket))
        .fallback(async || (StatusCode::NOT_FOUND, "no such path"))
        .layer(map_response(describe))
}

/// Two headers that a page sees only where the policy exposes them, and one that it always sees.
async fn describe(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert("x-request-id", HeaderValue::from_static("7"));
    headers.insert("x-secret", HeaderValue::from_static("42"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static("en"));
    response
}

/// What arrived, in words.
async fn echo(method: Method, run: Query<Run>, headers: HeaderMap, body: String) -> String {
    let cookie = if has_cookie(&run, &headers) { "yes" } else { "no" };
    format!("{method} cookie={cookie} body={body}")
}

async fn status(Path(status): Path<u16>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, "as asked").into_response()
}

async fn login(Query(Run { run }): Query<Run>) -> Response {
    ([(SET_COOKIE, format!("{run}=1; Path=/; SameSite=Lax; HttpOnly"))], "welcome").into_response()
}

async fn private(method: Method, run: Query<Run>, headers: HeaderMap) -> Response {
    if has_cookie(&run, &headers) {
        return echo(method, run, headers, String::new()).await.into_response();
    }
    (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")], "who are you?").into_response()
}

#[derive(Deserialize)]
struct Target {
    to: String,
}

async fn redirect(Path(status): Path<u16>, Query(Target { to }): Query<Target>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, [(LOCATION, to)]).into_response()
}

async fn cached(headers: HeaderMap) -> Response {
    cacheable(FRESH, &headers)
}

async fn revalidated(headers: HeaderMap) -> Response {
    cacheable("no-cache", &headers)
}

async fn inner_cors() -> impl IntoResponse {
    (AppendHeaders([(ACCESS_CONTROL_ALLOW_ORIGIN, "*")]), "this service writes its own")
}

async fn inner_vary(headers: HeaderMap) -> impl IntoResponse {
    ([(VARY, "accept-encoding")], cacheable(FRESH, &headers))
}

/// Says nothing, and leaves it to the page to hang up.
async fn socket(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| while let Some(Ok(_)) = socket.recv().await {})
}

fn cacheable(cache_control: &'static str, headers: &HeaderMap) -> Response {
    let caching =
        [(CACHE_CONTROL, HeaderValue::from_static(cache_control)), (ETAG, VERSION.clone())];
    if headers.get(IF_NONE_MATCH) == Some(&VERSION) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, "the first version").into_response()
}

fn has_cookie(Query(Run { run }): &Query<Run>, headers: &HeaderMap) -> bool {
    let mine = format!("{run}=1");
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split("; ")).any(|cookie| cookie == mine)
}
