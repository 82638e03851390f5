//! Policies that are looked up while the request waits.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, routing::get};
use corsac::{AsyncCorsLayer, Enforcement, Lookup, Policy};
use http::{HeaderName, Request, header, request::Parts};

use crate::{
    APP, EVIL, STRICT_FOR_APP, STRICT_PREFLIGHT, STRICT_PREFLIGHT_REFUSED, client::Client,
    server::Server, strict,
};

/// By path, like a database that is slow, empty, or broken.
fn look_up(
    policies: Arc<HashMap<String, Arc<Policy>>>,
    parts: &Parts,
) -> impl Future<Output = Lookup> + use<> {
    let path = parts.uri.path().to_owned();
    assert_ne!(path, "/panics-at-once", "the database is broken");
    async move {
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert_ne!(path, "/panics", "the database is broken");
        match policies.get(&path) {
            Some(policy) => Lookup::Policy(policy.clone()),
            None if path == "/open" => Lookup::PassThrough,
            None => Lookup::NotFound,
        }
    }
}

async fn serve(calls: Arc<AtomicUsize>) -> Server {
    let policy = Arc::new(strict().build_policy().unwrap());
    let policies = Arc::new(HashMap::from([("/tenant".to_owned(), policy)]));
    let app = Router::new()
        .fallback(get(move || {
            let calls = calls.fetch_add(1, Ordering::Relaxed);
            async move { format!("call {calls}") }
        }))
        .layer(AsyncCorsLayer::new(move |parts: &Parts| look_up(policies.clone(), parts)));
    Server::axum(app).await
}

fn from(path: &str, origin: &str) -> http::request::Builder {
    Request::get(path).header(header::ORIGIN, origin)
}

fn preflight(path: &str, origin: &str) -> http::request::Builder {
    Request::options(path)
        .header(header::ORIGIN, origin)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT")
}

#[tokio::test]
async fn what_was_found_decides() {
    let server = serve(Arc::default()).await;
    let mut client = Client::http1(server.address).await;
    client.send(from("/tenant", APP)).await.expect(200, &STRICT_FOR_APP);
    client.send(from("/tenant", EVIL)).await.expect(200, &["vary: Origin"]);
    client.send(preflight("/tenant", APP)).await.expect(204, &STRICT_PREFLIGHT);
    client.send(Request::get("/tenant")).await.expect(200, &["vary: Origin"]);

    // The choice may depend on `Origin`, so a response without a policy varies on it too.
    client.send(from("/open", APP)).await.expect(200, &["vary: Origin"]);
    client.send(preflight("/open", APP)).await.expect(405, &["vary: Origin"]);

    client.send(from("/unknown", APP)).await.expect(200, &["vary: Origin"]);
    client.send(preflight("/unknown", APP)).await.expect(403, &STRICT_PREFLIGHT_REFUSED);
}

/// The panic ends the connection, as that of a handler does.
#[tokio::test]
async fn a_look_up_that_panics_grants_nothing() {
    let calls = Arc::<AtomicUsize>::default();
    let server = serve(calls.clone()).await;
    for path in ["/panics", "/panics-at-once"] {
        for request in [from(path, APP), preflight(path, APP)] {
            Client::http1(server.address).await.send_in_vain(request).await;
        }
    }
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    let mut client = Client::http1(server.address).await;
    client.send(from("/tenant", APP)).await.expect(200, &STRICT_FOR_APP);
}

#[tokio::test]
async fn the_service_is_not_called_before_the_answer_is_there() {
    let calls = Arc::<AtomicUsize>::default();
    let seen = calls.clone();
    let (found, wait) = tokio::sync::watch::channel(false);
    let app = Router::new()
        .fallback(get(move || {
            seen.fetch_add(1, Ordering::Relaxed);
            async {}
        }))
        .layer(AsyncCorsLayer::new(move |_: &Parts| {
            let mut wait = wait.clone();
            async move {
                _ = wait.wait_for(|found| *found).await;
                Lookup::PassThrough
            }
        }));
    let server = Server::axum(app).await;
    let address = server.address;
    let request =
        tokio::spawn(async move { Client::http1(address).await.send(from("/", APP)).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    found.send(true).unwrap();
    request.await.unwrap().expect(200, &["vary: Origin"]);
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn what_the_look_up_depends_on_gets_into_vary_and_somebody_is_told() {
    let policy = Arc::new(strict().build_policy().unwrap());
    let refused: Arc<AtomicUsize> = Arc::default();
    let count = refused.clone();
    let cors = AsyncCorsLayer::new(move |parts: &Parts| {
        let has_tenant = parts.headers.contains_key("x-tenant");
        let found = if has_tenant { Lookup::Policy(policy.clone()) } else { Lookup::PassThrough };
        async { found }
    })
    .vary([HeaderName::from_static("x-tenant")])
    .on_decision(move |decision, _| {
        count.fetch_add(usize::from(!decision.is_allowed()), Ordering::Relaxed);
    });
    let server = Server::axum(Router::new().fallback(get(|| async {})).layer(cors)).await;
    let mut client = Client::http1(server.address).await;

    let of_tenant = |origin| from("/", origin).header("x-tenant", "a");
    client.send(of_tenant(EVIL)).await.expect(200, &["vary: Origin, x-tenant"]);
    let answer = client.send(of_tenant(APP)).await;
    assert_eq!(answer.headers[header::VARY], "Origin, x-tenant");
    client.send(from("/", EVIL)).await.expect(200, &["vary: x-tenant"]);
    assert_eq!(refused.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_request_without_a_policy_is_told_so() {
    let cors = AsyncCorsLayer::new(|_: &Parts| async { Lookup::NotFound }).diagnosis_header(true);
    let server = Server::axum(Router::new().fallback(get(|| async {})).layer(cors)).await;
    let answer = Client::http1(server.address).await.send(from("/", APP)).await;
    assert_eq!(
        answer.expect(200, &["vary: Origin"]).headers["cors-diagnosis"],
        "origin \"https://app.example.com\" is not allowed: there is no policy for this request"
    );
}

/// A guard does not stand open where its policies are lost.
#[tokio::test]
async fn what_has_no_policy_is_rejected_where_that_is_said() {
    let calls = Arc::<AtomicUsize>::default();
    let count = calls.clone();
    let look_up = |_: &Parts| async { Lookup::NotFound };
    let kinds = Arc::<Mutex<Vec<&str>>>::default();
    let heard = kinds.clone();
    let cors = AsyncCorsLayer::new(look_up).enforcement(Enforcement::Reject).on_decision(
        move |decision, _| {
            heard.lock().unwrap().extend(decision.denial().map(|denial| denial.kind().as_str()));
        },
    );
    let inside = move || {
        count.fetch_add(1, Ordering::Relaxed);
        async {}
    };
    let server = Server::axum(Router::new().fallback(get(inside)).layer(cors)).await;
    let mut client = Client::http1(server.address).await;
    for origin in [EVIL, APP] {
        client.send(from("/", origin)).await.expect(403, &["vary: Origin"]);
    }
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    client.send(Request::get("/")).await.expect(200, &["vary: Origin"]);
    assert_eq!(*kinds.lock().unwrap(), ["no-policy"; 2]);
}
