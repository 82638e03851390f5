//! Functions of the user that panic: the request panics, as with any handler. No response comes out,
//! and the inner service does not get the request.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    panic::resume_unwind,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use corsac::{AsyncCorsLayer, CorsLayer, Lookup, Origin, Policy};
use http::{Method, Request, Response, request::Parts};
use tower::{Layer, Service, ServiceExt};

use crate::{
    APP, EVIL, STRICT_FOR_APP,
    client::{cors_lines, from, preflight},
    strict,
};

/// Counts its requests.
#[derive(Debug, Clone, Default)]
struct Counting(Arc<AtomicUsize>);

impl Service<Request<()>> for Counting {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = Ready<Result<Response<()>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        self.0.fetch_add(1, Ordering::Relaxed);
        ready(Ok(Response::default()))
    }
}

/// As `panic!`, but without lines on the standard error.
fn panic_quietly() -> ! {
    resume_unwind(Box::new("a bug of the user"))
}

fn is_bad(parts: &Parts) -> bool {
    parts.uri.path() == "/panics"
}

fn policy() -> Arc<Policy> {
    Arc::new(strict().build_policy().unwrap())
}

/// All kinds of requests, to a path whose policy cannot be found.
fn all_kinds() -> [Request<()>; 4] {
    [
        Request::get("/panics"),
        from(APP, Method::GET, "/panics"),
        from(EVIL, Method::POST, "/panics"),
        preflight(APP, "PUT", "/panics"),
    ]
    .map(|request| request.body(()).unwrap())
}

/// Sends requests that panic, and then one that does not.
async fn requests_panic<S>(
    layer: impl Layer<Counting, Service = S>,
    requests: impl IntoIterator<Item = Request<()>>,
) where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let inner = Counting::default();
    let service = layer.layer(inner.clone());
    for request in requests {
        let outcome = tokio::spawn(service.clone().oneshot(request)).await;
        assert!(outcome.unwrap_err().is_panic());
        assert_eq!(inner.0.load(Ordering::Relaxed), 0);
    }
    let response = service.oneshot(from(APP, Method::GET, "/").body(()).unwrap()).await.unwrap();
    assert_eq!(cors_lines(response.headers()), STRICT_FOR_APP);
    assert_eq!(inner.0.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_choice() {
    let policy = policy();
    let cors =
        CorsLayer::per_request(
            move |parts: &Parts| {
                if is_bad(parts) { panic_quietly() } else { Some(policy.clone()) }
            },
        );
    requests_panic(cors, all_kinds()).await;
}

#[tokio::test]
async fn a_look_up_before_its_future() {
    let policy = policy();
    let cors = AsyncCorsLayer::new(move |parts: &Parts| {
        if is_bad(parts) {
            panic_quietly();
        }
        let policy = policy.clone();
        async { Lookup::Policy(policy) }
    });
    requests_panic(cors, all_kinds()).await;
}

#[tokio::test]
async fn a_look_up_in_its_future() {
    let policy = policy();
    let cors = AsyncCorsLayer::new(move |parts: &Parts| {
        let (policy, is_bad) = (policy.clone(), is_bad(parts));
        async move {
            tokio::task::yield_now().await;
            if is_bad { panic_quietly() } else { Lookup::Policy(policy) }
        }
    });
    requests_panic(cors, all_kinds()).await;
}

#[tokio::test]
async fn a_predicate() {
    // The build asks it about made-up origins. The listed origins are checked first.
    let predicate = |origin: &Origin| origin.as_str() == EVIL && panic_quietly();
    let cors = strict().allow_origin_if(predicate).build().unwrap();
    let requests = [from(EVIL, Method::GET, "/"), preflight(EVIL, "PUT", "/")];
    requests_panic(cors, requests.map(|request| request.body(()).unwrap())).await;
}

#[tokio::test]
async fn an_observer() {
    let cors = strict().build().unwrap().on_decision(|_, uri| {
        if uri.path() == "/panics" {
            panic_quietly();
        }
    });
    requests_panic(cors, all_kinds()).await;
}

#[tokio::test]
async fn a_function_that_makes_bodies() {
    let cors = strict().build().unwrap().answer_body(|_, _| panic_quietly());
    let preflights = [APP, EVIL].map(|origin| preflight(origin, "PUT", "/").body(()).unwrap());
    requests_panic(cors, preflights).await;
}
