//! The playground's own page, and the API of that page.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    middleware,
    routing::{get, post},
};
use corsac::{BuildError, CorsLayer, Enforcement};
use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    assets, code,
    explain::{Report, Run, explain},
    form::Form,
    guard::Hosts,
    shown::{self, Shown, Wish, shown},
    world::World,
};

/// # Errors
///
/// Returns the problems of the playground's own policy.
pub(crate) fn router(world: Arc<World>) -> Result<Router, BuildError> {
    const LIMIT: usize = 32 * 1024;
    // No other page may change anything here, not even the pages on the other ports.
    let own_page_only = CorsLayer::builder()
        .allow_origins([&world.control])
        .enforcement(Enforcement::Reject)
        .build()?;
    let hosts = Hosts::of_urls([world.control.as_str()]);
    let page = assets::control(&world);
    let asked = Router::new()
        .route("/api/world", get(describe))
        .route("/api/policy", post(policy))
        .route("/api/shown", post(show))
        .route("/api/explain", post(report))
        .with_state(world);
    Ok(page
        .merge(asked)
        .layer(DefaultBodyLimit::max(LIMIT))
        .layer(own_page_only)
        .layer(middleware::from_fn_with_state(hosts, Hosts::check)))
}

async fn describe(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!({
        "api": world.api,
        "pages": world.pages,
        "presets": world.presets,
        "targets": shown::targets(),
        "sequence": world.recorder.sequence(),
    }))
}

/// Keeps a policy even if it does not build: the page shows its code and its problems.
async fn policy(State(world): State<Arc<World>>, Json(form): Json<Form>) -> Json<Value> {
    let code = code::of(&form);
    let (id, stored) = world.policies.keep(form);
    let error = stored.built.as_ref().err().map(ToString::to_string);
    Json(json!({ "id": id, "code": code, "error": error }))
}

async fn show(
    State(world): State<Arc<World>>,
    Json(wish): Json<Wish>,
) -> Result<Json<Shown>, StatusCode> {
    let stored = world.policies.find(&wish.policy).ok_or(StatusCode::NOT_FOUND)?;
    Ok(Json(shown(&stored, &wish.target)))
}

async fn report(
    State(world): State<Arc<World>>,
    Json(run): Json<Run>,
) -> Result<Json<Report>, StatusCode> {
    let stored = world.policies.find(&run.policy).ok_or(StatusCode::NOT_FOUND)?;
    Ok(Json(explain(&run, &stored, &world.recorder)))
}
