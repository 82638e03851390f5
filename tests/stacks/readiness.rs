//! A layer that looks policies up is always ready. It waits for the inner service after the look-up,
//! and only for requests that it forwards.

use std::{
    cell::RefCell,
    future::{Ready, pending, ready},
    pin::pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use corsac::{AsyncCorsLayer, Enforcement, Lookup, Policy};
use futures_util::FutureExt;
use http::{Method, Request, Response, request::Parts};
use tower::{Layer, Service, ServiceExt, limit::ConcurrencyLimitLayer, service_fn};

use crate::{
    APP, EVIL, STRICT_FOR_APP, STRICT_PREFLIGHT,
    client::{cors_lines, from, preflight},
    strict,
};

/// Rejects, so that a denied request is answered by the layer.
fn policy() -> Arc<Policy> {
    Arc::new(strict().enforcement(Enforcement::Reject).build_policy().unwrap())
}

fn get(path: &str) -> Request<()> {
    from(APP, Method::GET, path).body(()).unwrap()
}

#[test]
fn a_look_up_that_hangs_uses_nothing_of_the_inner_service() {
    let policy = policy();
    let cors = AsyncCorsLayer::new(move |parts: &Parts| {
        let (policy, hangs) = (policy.clone(), parts.uri.path() == "/hangs");
        async move { if hangs { pending().await } else { Lookup::Policy(policy) } }
    });
    let inner = service_fn(|_| ready(Ok::<_, &str>(Response::new(()))));
    let service = cors.layer(ConcurrencyLimitLayer::new(1).layer(inner));

    let mut first = pin!(service.clone().oneshot(get("/hangs")));
    let mut second = pin!(service.clone().oneshot(get("/hangs")));
    assert!(first.as_mut().now_or_never().is_none());
    assert!(second.as_mut().now_or_never().is_none());
    for _ in 0..2 {
        let response = service.clone().oneshot(get("/")).now_or_never();
        let response = response.expect("the limit is not used up").unwrap();
        assert_eq!(cors_lines(response.headers()), STRICT_FOR_APP);
    }
    assert!(first.now_or_never().is_none());
}

/// Ready as its state says.
#[derive(Debug, Clone)]
struct Inner {
    state: Poll<Result<(), &'static str>>,
    log: Rc<RefCell<Vec<&'static str>>>,
}

impl Inner {
    fn new(state: Poll<Result<(), &'static str>>) -> Self {
        Self { state, log: Rc::default() }
    }
}

impl Service<Request<()>> for Inner {
    type Response = Response<()>;
    type Error = &'static str;
    type Future = Ready<Result<Response<()>, &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        self.log.borrow_mut().push("ready?");
        self.state
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        self.log.borrow_mut().push("call");
        ready(Ok(Response::default()))
    }
}

#[test]
fn requests_that_are_not_forwarded_do_not_wait() {
    let policy = policy();
    let layer = AsyncCorsLayer::new(move |_: &Parts| ready(Lookup::Policy(policy.clone())));
    for state in [Poll::Pending, Poll::Ready(Err("gone"))] {
        let inner = Inner::new(state);
        let mut cors = layer.layer(inner.clone());
        assert_eq!(
            Service::<Request<()>>::poll_ready(&mut cors, &mut Context::from_waker(Waker::noop())),
            Poll::Ready(Ok(()))
        );

        let request = preflight(APP, "PUT", "/").body(()).unwrap();
        let response = cors.clone().oneshot(request).now_or_never().unwrap().unwrap();
        assert_eq!(response.status(), 204);
        assert_eq!(cors_lines(response.headers()), STRICT_PREFLIGHT);
        let request = from(EVIL, Method::GET, "/").body(()).unwrap();
        let response = cors.clone().oneshot(request).now_or_never().unwrap().unwrap();
        assert_eq!(response.status(), 403);
        assert_eq!(*inner.log.borrow(), [""; 0]);

        // The others do wait, and get the error of a service that is not ready again.
        let outcome = cors.oneshot(get("/")).now_or_never();
        match state {
            Poll::Pending => assert!(outcome.is_none()),
            Poll::Ready(_) => assert_eq!(outcome.unwrap().unwrap_err(), "gone"),
        }
        assert_eq!(*inner.log.borrow(), ["ready?"]);
    }
}

#[test]
fn the_inner_service_gets_ready_after_the_look_up() {
    let policy = policy();
    let inner = Inner::new(Poll::Ready(Ok(())));
    let log = inner.log.clone();
    let layer = AsyncCorsLayer::new(move |_: &Parts| {
        let (policy, log) = (policy.clone(), log.clone());
        async move {
            log.borrow_mut().push("look-up");
            Lookup::Policy(policy)
        }
    });
    let response = layer.layer(inner.clone()).oneshot(get("/")).now_or_never().unwrap().unwrap();
    assert_eq!(cors_lines(response.headers()), STRICT_FOR_APP);
    assert_eq!(*inner.log.borrow(), ["look-up", "ready?", "call"]);
}
