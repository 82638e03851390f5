//! The API for administrators. It listens on its own port, which other users must not be able to reach.

use std::collections::BTreeSet;

use axum::{
    Router,
    extract::{Path, State},
    routing::{get, put},
};
use http::StatusCode;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::{ChangeError, Tenants};

type Answer = (StatusCode, String);

/// There is no POST, because any page can send one to any port of its visitor's machine. For PUT and
/// DELETE the browser sends a preflight first, which this router refuses.
pub fn admin(tenants: Tenants, metrics: PrometheusHandle) -> Router {
    Router::new()
        .route("/tenants/{host}/origins", put(replace))
        .route("/tenants/{host}/origins/{*origin}", put(add).delete(remove))
        .with_state(tenants)
        .route("/metrics", get(async move || metrics.render()))
}

/// Replaces the list. The body has one origin in each line.
async fn replace(State(tenants): State<Tenants>, Path(host): Path<String>, list: String) -> Answer {
    let list = list.lines().map(str::to_owned).collect();
    answer(tenants.change(host.to_ascii_lowercase(), |origins| *origins = list).await)
}

async fn add(
    State(tenants): State<Tenants>,
    Path((host, origin)): Path<(String, String)>,
) -> Answer {
    let add = |origins: &mut BTreeSet<_>| _ = origins.insert(origin);
    answer(tenants.change(host.to_ascii_lowercase(), add).await)
}

async fn remove(
    State(tenants): State<Tenants>,
    Path((host, origin)): Path<(String, String)>,
) -> Answer {
    let remove = move |origins: &mut BTreeSet<_>| _ = origins.remove(&origin);
    answer(tenants.change(host.to_ascii_lowercase(), remove).await)
}

fn answer(changed: Result<(), ChangeError>) -> Answer {
    match changed {
        Ok(()) => (StatusCode::OK, "in force\n".to_owned()),
        // Mistakes in the list.
        Err(error @ (ChangeError::Invalid(_) | ChangeError::TooMany { .. })) => {
            (StatusCode::UNPROCESSABLE_ENTITY, format!("{error}\n"))
        }
        Err(ChangeError::Failed(error)) => {
            eprintln!("not changed: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, "nothing changed; try again\n".to_owned())
        }
    }
}
