//! One CORS layer around another is noticed, and said once: so this is a process of its own, with one
//! test.

#![cfg(feature = "tracing")]

use std::{
    convert::Infallible,
    fmt::Debug,
    future::ready,
    sync::{Arc, Mutex},
};

use corsac::CorsLayer;
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, Request, Response, header};
use tower::{Layer as _, Service, ServiceExt, service_fn};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt, registry::Registry};

const APP: &str = "https://app.example.com";
const EVIL: &str = "https://evil.example";

/// The layers that each warning names.
#[derive(Debug, Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Warnings {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() == Level::WARN {
            event.record(&mut self.clone());
        }
    }
}

impl Visit for Warnings {
    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.lock().unwrap().push(format!("{}: {value}", field.name()));
    }
}

/// Answers with these headers, whatever is asked.
fn app(headers: &[(HeaderName, &'static str)]) -> impl Inner + use<> {
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
    service_fn(move |_| {
        let mut response = Response::new(());
        response.headers_mut().extend(headers.clone());
        ready(Ok(response))
    })
}

trait Inner: Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone {}
impl<S: Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone> Inner for S {}

/// What is said of two requests through such a layer, one of them refused.
fn warnings(service: &impl Inner) -> Vec<String> {
    let warnings = Warnings::default();
    let subscriber = Registry::default().with(warnings.clone());
    tracing::subscriber::with_default(subscriber, || {
        for origin in [APP, EVIL, APP] {
            let request = Request::get("/").header(header::ORIGIN, origin).body(()).unwrap();
            service.clone().oneshot(request).now_or_never().unwrap().unwrap();
        }
    });
    let said = warnings.0.lock().unwrap();
    said.clone()
}

fn listed() -> CorsLayer {
    CorsLayer::builder().allow_origins([APP]).build().unwrap()
}

const ABOUT_CORSAC: [&str; 2] = ["outer: corsac::CorsLayer", "inner: corsac::CorsLayer"];
const ABOUT_TOWER_HTTP: [&str; 2] =
    ["outer: corsac::CorsLayer", "inner: tower_http::cors::CorsLayer (by its headers)"];

#[test]
fn layers_around_each_other_are_named_once() {
    // What an app writes is none of another layer's.
    let vary = [(header::VARY, "Origin"), (header::VARY, "accept-encoding")];
    assert!(warnings(&listed().layer(app(&vary))).is_empty());
    let all = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (header::VARY, "Origin")];
    assert!(warnings(&listed().layer(app(&all))).is_empty());
    assert!(warnings(&CorsLayer::disabled().layer(listed().layer(app(&vary)))).is_empty());
    assert!(warnings(&listed().layer(CorsLayer::disabled().layer(app(&vary)))).is_empty());

    // The inner one is known by `Vary` alone, where it refuses.
    let elsewhere = CorsLayer::builder().allow_origins(["https://else.example"]).build().unwrap();
    assert_eq!(warnings(&listed().layer(elsewhere.layer(app(&[])))), ABOUT_CORSAC);
    assert!(warnings(&listed().layer(listed().layer(app(&vary)))).is_empty(), "it has been said");

    let theirs = tower_http::cors::CorsLayer::new();
    let listing = theirs.allow_origin([APP.parse().unwrap()]);
    assert_eq!(warnings(&listed().layer(listing.layer(app(&[])))), ABOUT_TOWER_HTTP);
    let permissive = tower_http::cors::CorsLayer::permissive();
    assert!(warnings(&listed().layer(permissive.layer(app(&[])))).is_empty(), "it has been said");
}
