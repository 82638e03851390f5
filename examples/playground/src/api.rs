//! The API that the pages call. Each URL names its policy and the position of the CORS layer, so
//! that tabs of the browser do not affect each other.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::to_bytes,
    extract::{Path, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::any,
};
use corsac::CorsLayer;
use http::{HeaderMap, Method, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tower::ServiceExt;

use crate::{guard::Hosts, policies::Stored, recorder::Heard, unchecked, world::World};

pub(crate) fn router(world: Arc<World>) -> Router {
    let hosts = Hosts::of_urls([world.api.as_str()]);
    Router::new()
        .route("/{session}/{policy}/{order}/{route}", any(dispatch))
        .with_state(world)
        .layer(middleware::from_fn_with_state(hosts, Hosts::check))
}

/// The part of the server that made a response. Default: corsac, which marks none of its responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AnsweredBy {
    App,
    Corsac,
    /// Another layer, inside of corsac's.
    InnerLayer,
    /// Another layer, outside of corsac's, so that corsac did not get the request.
    OuterLayer,
    /// The replacement for a library that does not check its policy.
    Hand,
}

/// The position of the CORS layer among the other layers.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Order {
    Outermost,
    Innermost,
}

#[derive(Deserialize)]
struct Place {
    session: String,
    policy: String,
    order: Order,
}

async fn dispatch(
    State(world): State<Arc<World>>,
    Path(place): Path<Place>,
    request: Request,
) -> Response {
    let is_short = place.session.len() <= 40;
    if !is_short || !place.session.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return (StatusCode::BAD_REQUEST, "a session is letters and digits").into_response();
    }
    let Some(stored) = world.policies.find(&place.policy) else {
        return (StatusCode::NOT_FOUND, "no such policy; send again").into_response();
    };
    let heard = Heard::new(place.session, &stored, &request);
    let Ok(response) = stack(&world, &stored, place.order).oneshot(request).await;
    world.recorder.record(heard.answered(&response));
    response
}

/// The order of these layers decides whether the page can read a 401.
fn stack(world: &Arc<World>, stored: &Stored, order: Order) -> Router {
    let app = Router::new().fallback(hello).with_state(world.clone());
    let others = |name| middleware::from_fn_with_state(name, other_layers);
    let (inner, outer) = (others(AnsweredBy::InnerLayer), others(AnsweredBy::OuterLayer));
    match (&stored.built, order) {
        (Ok(policy), Order::Outermost) => app.layer(inner).layer(CorsLayer::new(policy.clone())),
        (Ok(policy), Order::Innermost) => app.layer(CorsLayer::new(policy.clone())).layer(outer),
        (Err(_), _) => {
            let unchecked = middleware::from_fn_with_state(stored.form.clone(), unchecked::run);
            app.layer(inner).layer(unchecked)
        }
    }
}

/// Acts as the layers that many services have: a redirect, authentication, a panic handler.
async fn other_layers(State(name): State<AnsweredBy>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let (folder, route) = path.rsplit_once('/').unwrap_or_default();
    let has_token = request.headers().contains_key(header::AUTHORIZATION);
    let mut response = match route {
        "moved" => {
            let location = [(header::LOCATION, format!("{folder}/hello"))];
            (StatusCode::TEMPORARY_REDIRECT, location).into_response()
        }
        "private" if !has_token => {
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
            let error = json!({ "error": "no token: send an Authorization header" });
            (StatusCode::UNAUTHORIZED, challenge, Json(error)).into_response()
        }
        "crash" => {
            let error = json!({ "error": "the handler panicked, and a layer caught it" });
            (StatusCode::INTERNAL_SERVER_ERROR, Json(error)).into_response()
        }
        _ => return next.run(request).await,
    };
    response.extensions_mut().insert(name);
    response
}

/// The app: counts visits in a cookie, and describes the request in its response.
async fn hello(State(world): State<Arc<World>>, request: Request) -> Response {
    const LIMIT: usize = 64 * 1024;
    let (parts, body) = request.into_parts();
    let session = parts.uri.path().split('/').nth(1).unwrap_or_default();
    let visits = visits(&parts.headers).saturating_add(1);
    let message = match parts.method {
        Method::OPTIONS => "This is the app's own answer to OPTIONS.",
        _ => "Hello from the API.",
    };
    let mut answer = json!({ "message": message, "method": parts.method.as_str() });
    match to_bytes(body, LIMIT).await {
        Ok(bytes) if bytes.is_empty() => {}
        Ok(bytes) => answer["received"] = json!(format!("{} bytes", bytes.len())),
        Err(_) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    }
    answer["visits"] = visits.into();
    let headers = [
        // The browser's HTTP cache would hide requests from the record.
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::SET_COOKIE, format!("visits={visits}; Path=/{session}; HttpOnly; SameSite=Lax")),
    ];
    let request_id = [("x-request-id", format!("req-{}", world.count_answer()))];
    let mut response = match parts.uri.path().rsplit('/').next() {
        Some("hello" | "private") => (headers, Json(answer)).into_response(),
        Some("traced") => (headers, request_id, Json(answer)).into_response(),
        _ => (StatusCode::NOT_FOUND, headers, Json(json!({ "error": "no such path" })))
            .into_response(),
    };
    response.extensions_mut().insert(AnsweredBy::App);
    response
}

fn visits(headers: &HeaderMap) -> u32 {
    own_cookie(headers).and_then(|value| value.parse().ok()).unwrap_or(0)
}

/// All ports of `localhost` share their cookies, so those of other programs are ignored.
pub(crate) fn own_cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(|line| line.split("; "));
    cookies.find_map(|cookie| cookie.strip_prefix("visits="))
}
