//! An inner service that writes CORS headers of its own, such as a second CORS layer, is reported at
//! `WARN` once for each layer.

#![cfg(feature = "tracing")]

use std::{
    convert::Infallible,
    fmt::Debug,
    future::ready,
    sync::{Arc, Mutex},
};

use corsac::{AsyncCorsLayer, CorsBuilder, CorsLayer, Lookup, Policy};
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, Request, Response, header, request::Parts};
use tower::{Layer as _, Service, ServiceExt, service_fn};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt, registry::Registry};

const APP: &str = "https://app.example.com";
const EVIL: &str = "https://evil.example";

/// The level of each event about replaced headers, and its field `headers`.
type Events = Vec<(Level, String)>;

#[derive(Debug, Clone, Default)]
struct Recorder(Arc<Mutex<Events>>);

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        if fields.message.starts_with("the inner service writes CORS headers") {
            self.0.lock().unwrap().push((*event.metadata().level(), fields.headers));
        }
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    headers: String,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            "headers" => self.headers = format!("{value:?}"),
            _ => {}
        }
    }
}

trait Inner: Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone {}
impl<S: Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone> Inner for S {}

/// Answers every request with these headers.
fn app(headers: &[(HeaderName, &'static str)]) -> impl Inner + use<> {
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
    service_fn(move |_| {
        let mut response = Response::new(());
        response.headers_mut().extend(headers.clone());
        ready(Ok(response))
    })
}

/// Answers every request with a CORS header.
fn cors_app() -> impl Inner {
    app(&[(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")])
}

/// The events of three requests, of which the policies deny the second.
fn events(service: &impl Inner) -> Events {
    let recorder = Recorder::default();
    let subscriber = Registry::default().with(recorder.clone());
    tracing::subscriber::with_default(subscriber, || {
        for origin in [APP, EVIL, APP] {
            let request = Request::get("/").header(header::ORIGIN, origin).body(()).unwrap();
            service.clone().oneshot(request).now_or_never().unwrap().unwrap();
        }
    });
    std::mem::take(&mut recorder.0.lock().unwrap())
}

/// One event at each of these levels, about `Access-Control-Allow-Origin`.
fn at(levels: [Level; 3]) -> Events {
    levels.map(|level| (level, "access-control-allow-origin".to_owned())).into()
}

const ONE_WARNING: [Level; 3] = [Level::WARN, Level::DEBUG, Level::DEBUG];
const NO_WARNING: [Level; 3] = [Level::DEBUG; 3];

fn listed() -> CorsBuilder {
    CorsLayer::builder().allow_origins([APP])
}

fn layer() -> CorsLayer {
    listed().build().unwrap()
}

fn policy() -> Arc<Policy> {
    Arc::new(listed().build_policy().unwrap())
}

#[test]
fn each_layer_warns_once() {
    let (first, second) = (layer(), layer());
    assert_eq!(events(&first.layer(cors_app())), at(ONE_WARNING));
    assert_eq!(events(&second.layer(cors_app())), at(ONE_WARNING));
    // One layer can make several services.
    assert_eq!(events(&first.layer(cors_app())), at(NO_WARNING));
    assert_eq!(events(&first.clone().layer(cors_app())), at(NO_WARNING));
}

#[test]
fn two_layers_of_one_policy_warn_once_each() {
    let policy = policy();
    for _ in 0..2 {
        assert_eq!(events(&CorsLayer::new(policy.clone()).layer(cors_app())), at(ONE_WARNING));
    }
}

/// A layer of a `&'static Policy` has no memory of its own, so the policy warns once.
#[test]
fn a_static_policy_warns_once() {
    let policy: &'static Policy = Box::leak(Box::new(listed().build_policy().unwrap()));
    assert_eq!(events(&CorsLayer::new(policy).layer(cors_app())), at(ONE_WARNING));
    assert_eq!(events(&CorsLayer::new(policy).layer(cors_app())), at(NO_WARNING));
    let with_options = CorsLayer::new(policy).vary([header::HOST]);
    assert_eq!(events(&with_options.layer(cors_app())), at(ONE_WARNING));
}

#[test]
fn layers_with_several_policies_warn_once() {
    let chosen = policy();
    let per_request = CorsLayer::per_request(move |_: &Parts| Some(chosen.clone()));
    let found = policy();
    let looked_up = AsyncCorsLayer::new(move |_: &Parts| {
        let found = found.clone();
        async { Lookup::Policy(found) }
    });
    for levels in [ONE_WARNING, NO_WARNING] {
        assert_eq!(events(&per_request.layer(cors_app())), at(levels));
        assert_eq!(events(&looked_up.layer(cors_app())), at(levels));
    }
}

#[cfg(feature = "reload")]
#[test]
fn a_reloadable_layer_warns_once_whatever_its_policy() {
    let (cors, handle) = CorsLayer::reloadable(policy());
    assert_eq!(events(&cors.layer(cors_app())), at(ONE_WARNING));
    handle.replace(policy());
    assert_eq!(events(&cors.layer(cors_app())), at(NO_WARNING));
}

#[test]
fn a_second_cors_layer_is_such_a_service() {
    let allowed = "access-control-allow-origin".to_owned();
    let twice = [(Level::WARN, allowed.clone()), (Level::DEBUG, allowed)];
    // The inner layer denies the second request, and then writes no CORS header.
    assert_eq!(events(&layer().layer(layer().layer(app(&[])))), twice);
    let theirs = tower_http::cors::CorsLayer::new().allow_origin([APP.parse().unwrap()]);
    assert_eq!(events(&layer().layer(theirs.layer(app(&[])))), twice);

    let theirs = tower_http::cors::CorsLayer::permissive();
    let headers = "access-control-allow-origin, access-control-expose-headers".to_owned();
    assert_eq!(
        events(&layer().layer(theirs.layer(app(&[])))),
        ONE_WARNING.map(|level| (level, headers.clone())),
    );
    // The inner layer replaces the headers of the app, and the outer one those of the inner one.
    let of_both = events(&layer().layer(layer().layer(cors_app())));
    let warnings = of_both.iter().filter(|(level, _)| *level == Level::WARN);
    assert_eq!((of_both.len(), warnings.count()), (5, 2));
}

#[test]
fn other_services_are_not_reported() {
    let vary = [(header::VARY, "Origin"), (header::VARY, "accept-encoding")];
    assert_eq!(events(&layer().layer(app(&vary))), []);
    assert_eq!(events(&layer().layer(CorsLayer::disabled().layer(app(&vary)))), []);
    // A layer without a policy replaces nothing.
    assert_eq!(events(&CorsLayer::disabled().layer(cors_app())), []);
    let no_policy = CorsLayer::per_request(|_: &Parts| None);
    assert_eq!(events(&no_policy.layer(cors_app())), []);
}
