//! Memory belongs to the caller: each policy and each function of the user is freed with its last
//! owner.

use std::{
    convert::Infallible,
    future::{Pending, Ready, pending, ready},
    pin::pin,
    sync::{Arc, Weak},
};

use corsac::{AsyncCorsLayer, CorsBuilder, CorsLayer, Decision, Lookup, Origin, Policy};
use futures_util::FutureExt;
use http::{HeaderMap, Request, Response, Uri, header, request::Parts};
use tower::{Layer, Service, ServiceExt, service_fn};

/// Something that a function of the user owns.
type Token = Arc<()>;

/// A function that owns a token.
fn predicate(token: Token) -> impl Fn(&Origin) -> bool + Send + Sync + 'static {
    move |origin| Arc::strong_count(&token) > 0 && origin.host() == "app.example.com"
}

fn with_predicate(token: Token) -> CorsBuilder {
    CorsLayer::builder().allow_origin_if(predicate(token))
}

fn policy_with(token: Token) -> Policy {
    with_predicate(token).build_policy().unwrap()
}

fn token() -> (Token, Weak<()>) {
    let token = Token::default();
    let weak = Arc::downgrade(&token);
    (token, weak)
}

fn is_alive(token: &Weak<()>) -> bool {
    token.strong_count() > 0
}

pub fn request() -> Request<()> {
    let request = Request::get("/").header(header::ORIGIN, "https://app.example.com");
    request.body(()).unwrap()
}

pub fn answer(_: Request<()>) -> Ready<Result<Response<()>, Infallible>> {
    ready(Ok(Response::new(())))
}

pub fn hang(_: Request<()>) -> Pending<Result<Response<()>, Infallible>> {
    pending()
}

/// Sends a request that the policy allows.
fn assert_allows(service: impl Service<Request<()>, Response = Response<()>, Error = Infallible>) {
    let response = service.oneshot(request()).now_or_never().unwrap().unwrap();
    assert!(response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
}

/// Uses a layer, and drops it and all that it made, one after the other.
fn assert_is_freed_last(layer: CorsLayer, token: &Weak<()>) {
    let service = layer.clone().layer(service_fn(answer));
    assert_allows(service.clone());
    {
        let mut response = pin!(layer.layer(service_fn(hang)).oneshot(request()));
        assert!(response.as_mut().now_or_never().is_none());
        drop(layer);
        assert_allows(service.clone());
        drop(service);
        assert!(is_alive(token), "the response needs it");
    }
    assert!(!is_alive(token));
}

#[test]
fn a_fixed_policy() {
    let (owned, weak) = token();
    assert_is_freed_last(with_predicate(owned).build().unwrap(), &weak);
    let (owned, weak) = token();
    assert_is_freed_last(CorsLayer::new(Arc::new(policy_with(owned))), &weak);
    let (owned, weak) = token();
    let layer = with_predicate(owned).build().unwrap();
    assert_is_freed_last(layer.vary([header::HOST]).diagnosis_header(true), &weak);
}

/// A policy that several layers share lives as long as one of them, or as the caller's own count.
#[test]
fn a_shared_policy() {
    let (owned, weak) = token();
    let policy = Arc::new(policy_with(owned));
    let layers = [CorsLayer::new(policy.clone()), CorsLayer::new(policy.clone())];
    drop(policy);
    let [first, second] = layers;
    drop(first);
    assert!(is_alive(&weak));
    drop(second);
    assert!(!is_alive(&weak));
}

#[test]
fn policies_that_are_chosen_per_request() {
    let (owned, weak) = token();
    let policy = Arc::new(policy_with(owned));
    assert_is_freed_last(CorsLayer::per_request(move |_: &Parts| Some(policy.clone())), &weak);
    // A policy that is made for one request ends with its response.
    let (owned, weak) = token();
    let made = Arc::new(std::sync::Mutex::new(Some(policy_with(owned))));
    let layer = CorsLayer::per_request(move |_: &Parts| made.lock().unwrap().take().map(Arc::new));
    assert_allows(layer.layer(service_fn(answer)));
    assert!(!is_alive(&weak));
}

#[test]
fn policies_that_are_looked_up() {
    let (owned, weak) = token();
    let policy = Arc::new(policy_with(owned));
    let layer = AsyncCorsLayer::new(move |_: &Parts| ready(Lookup::Policy(policy.clone())));
    let service = layer.layer(service_fn(answer));
    assert_allows(service.clone());
    {
        let mut response = pin!(layer.layer(service_fn(hang)).oneshot(request()));
        assert!(response.as_mut().now_or_never().is_none());
        drop((layer, service));
        assert!(is_alive(&weak), "the response needs it");
    }
    assert!(!is_alive(&weak));
}

#[cfg(feature = "reload")]
#[test]
fn a_reloadable_layer_with_its_last_owner() {
    let (owned, weak) = token();
    let (layer, handle) = CorsLayer::reloadable(policy_with(owned));
    drop(handle);
    assert_is_freed_last(layer, &weak);

    let (owned, weak) = token();
    let (layer, handle) = CorsLayer::reloadable(policy_with(owned));
    assert_allows(layer.layer(service_fn(answer)));
    drop(layer);
    assert!(is_alive(&weak));
    drop(handle);
    assert!(!is_alive(&weak));
}

/// The policy that was replaced last is kept, so that no request has to free it.
#[cfg(feature = "reload")]
#[test]
fn policies_that_are_replaced() {
    let (owned, first) = token();
    let (layer, handle) = CorsLayer::reloadable(policy_with(owned));
    let service = layer.layer(service_fn(answer));
    let mut replaced = vec![first];
    for _ in 0..10 {
        assert_allows(service.clone());
        let (owned, weak) = token();
        drop(handle.replace(policy_with(owned)));
        replaced.push(weak);
        let alive: Vec<_> = replaced.iter().map(is_alive).collect();
        let (freed, kept) = alive.split_at(replaced.len() - 2);
        assert!(freed.iter().all(|is_alive| !is_alive) && kept == [true; 2], "{alive:?}");
    }
    drop((layer, service, handle));
    assert!(!replaced.iter().any(is_alive));
}

#[test]
fn functions_that_are_replaced() {
    let observer =
        |token: Token| move |_: &Decision<'_>, _: &Uri| assert!(Arc::strong_count(&token) > 0);
    let body = |token: Token| move |_: &Decision<'_>, _: &mut HeaderMap| drop(token.clone());
    let layer = CorsLayer::permissive();
    let [(a, first), (b, second), (c, third), (d, fourth)] = std::array::from_fn(|_| token());
    let layer = layer.on_decision(observer(a)).on_decision(observer(b));
    assert!(!is_alive(&first) && is_alive(&second));
    let layer = layer.answer_body(body(c)).answer_body(body(d));
    assert!(!is_alive(&third) && is_alive(&fourth));
    drop(layer);
    assert!(!is_alive(&second) && !is_alive(&fourth));
}
