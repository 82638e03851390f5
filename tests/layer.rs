//! All constructors return one type, and each option of a layer is a value.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use corsac::{AsyncCorsLayer, BuildError, CorsBuilder, CorsLayer, Decision, Lookup, Policy};
use futures_util::FutureExt;
use http::{HeaderMap, HeaderValue, Method, Request, Response, Uri, header, request::Parts};
use tower::{Layer, Service, ServiceExt, service_fn, util::ServiceFn};

const APP: &str = "https://app.example.com";
const EVIL: &str = "https://evil.example";

fn from(origin: &str) -> Request<()> {
    Request::get("/").header(header::ORIGIN, origin).body(()).unwrap()
}

fn preflight(origin: &str) -> Request<()> {
    let mut request = from(origin);
    *request.method_mut() = Method::OPTIONS;
    let headers = request.headers_mut();
    headers.insert(header::ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("PUT"));
    headers.insert(header::ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static("x-id,x-b"));
    request
}

/// Answers every request with the body `inner`.
type Inner = ServiceFn<fn(Request<()>) -> Ready<Result<Response<&'static str>, Infallible>>>;

fn send<S, B>(layer: impl Layer<Inner, Service = S>, request: Request<()>) -> Response<B>
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible>,
{
    let inner: Inner = service_fn(|_| ready(Ok(Response::new("inner"))));
    layer.layer(inner).oneshot(request).now_or_never().unwrap().unwrap()
}

fn listed() -> CorsBuilder {
    CorsLayer::builder().allow_origins([APP]).allow_methods(["PUT"]).allow_headers(["x-id"])
}

fn policy() -> Arc<Policy> {
    Arc::new(listed().build_policy().unwrap())
}

fn diagnosis(layer: &CorsLayer) -> bool {
    send(layer, from(APP)).headers().contains_key("cors-diagnosis")
}

#[test]
fn a_function_that_returns_a_layer_with_an_option() {
    fn cors() -> Result<CorsLayer, BuildError> {
        Ok(CorsLayer::builder().allow_origins([APP]).build()?.diagnosis_header(true))
    }
    assert!(diagnosis(&cors().unwrap()));
}

#[test]
fn an_option_is_switched_off_again() {
    let layer = listed().build().unwrap();
    assert!(!diagnosis(&layer));
    assert!(!diagnosis(&layer.clone().diagnosis_header(true).diagnosis_header(false)));
    // Layers that were cloned before keep their options.
    let with_diagnosis = layer.clone().diagnosis_header(true);
    assert!(diagnosis(&with_diagnosis) && !diagnosis(&layer));
    let found = policy();
    let looked_up = AsyncCorsLayer::new(move |_: &Parts| ready(Lookup::Policy(found.clone())));
    let looked_up = looked_up.diagnosis_header(true).diagnosis_header(false);
    assert!(!send(looked_up, from(APP)).headers().contains_key("cors-diagnosis"));
}

#[test]
fn an_if_chooses_a_layer() {
    for (dev, allowed) in [(true, "http://localhost:3000"), (false, APP)] {
        let chosen = policy();
        let cors = if dev {
            CorsLayer::localhost()
        } else {
            CorsLayer::per_request(move |_: &Parts| Some(chosen.clone()))
        };
        let name = header::ACCESS_CONTROL_ALLOW_ORIGIN;
        assert_eq!(send(&cors, from(allowed)).headers()[&name], allowed);
        assert!(!send(&cors, from(EVIL)).headers().contains_key(&name));
    }
}

#[test]
fn every_constructor_returns_the_same_type() {
    let layers = [
        listed().build().unwrap(),
        CorsLayer::new(policy()),
        CorsLayer::permissive(),
        CorsLayer::localhost(),
        CorsLayer::disabled(),
        CorsLayer::per_request(|_: &Parts| None),
        CorsLayer::disabled().vary([]).on_decision(|_, _| {}).diagnosis_header(true),
        #[cfg(feature = "reload")]
        CorsLayer::reloadable(policy()).0,
    ];
    for layer in layers {
        assert_eq!(*send(layer, from(APP)).body(), "inner");
    }
}

#[test]
fn the_last_function_that_makes_bodies_counts() {
    let layer = listed().build().unwrap();
    let first = layer.clone().answer_body(|_, headers| {
        headers.insert("x-first", HeaderValue::from_static("1"));
        "first"
    });
    assert_eq!(*send(&first, preflight(APP)).body(), "first");
    let response = send(first.answer_body(|_, _| "second"), preflight(APP));
    assert_eq!(*response.body(), "second");
    assert!(!response.headers().contains_key("x-first"));
    let found = policy();
    let looked_up = AsyncCorsLayer::new(move |_: &Parts| ready(Lookup::Policy(found.clone())));
    let looked_up = looked_up.answer_body(|_, _| "first").answer_body(|_, _| "second");
    assert_eq!(*send(looked_up, preflight(APP)).body(), "second");
}

#[cfg(feature = "http-body")]
#[test]
fn the_last_way_to_a_body_counts() {
    let with_function = || listed().build().unwrap().answer_body(|_, _| "made");
    let response = send(with_function().body_or_empty(), preflight(APP));
    assert_eq!(response.into_body().into_inner(), None);
    let response = send(with_function().body_or_empty(), from(APP));
    assert_eq!(response.into_body().into_inner(), Some("inner"));
    let response =
        send(with_function().body_or_empty().answer_body(|_, _| "again"), preflight(APP));
    assert_eq!(*response.body(), "again");
}

#[test]
fn the_last_observer_counts() {
    let calls: Arc<[AtomicUsize; 2]> = Arc::default();
    let count = |at: usize| {
        let calls = calls.clone();
        move |_: &Decision<'_>, _: &Uri| {
            calls[at].fetch_add(1, Ordering::Relaxed);
        }
    };
    let layer = listed().build().unwrap().on_decision(count(0)).on_decision(count(1));
    for request in [from(APP), preflight(EVIL)] {
        send(&layer, request);
    }
    assert_eq!([0, 1].map(|at: usize| calls[at].load(Ordering::Relaxed)), [0, 2]);
}

/// All lines of the response, in their order.
fn headers(layer: &CorsLayer, request: Request<()>) -> HeaderMap {
    send(layer, request).into_parts().0.headers
}

#[test]
fn a_policy_is_mounted_as_a_value_an_arc_or_a_reference() {
    let builders = [
        listed().expose_headers(["x-a", "x-b"]).allow_credentials(true),
        listed().expose_any_header().allow_credentials(true),
        CorsLayer::builder().allow_origins([APP]).allow_any_method().allow_any_header(),
        CorsLayer::builder().allow_any_origin().expose_headers(["x-a"]),
    ];
    for builder in builders {
        let policy = || builder.clone().build_policy().unwrap();
        let fixed: &'static Policy = Box::leak(Box::new(policy()));
        let layers = [
            CorsLayer::new(policy()),
            CorsLayer::new(Arc::new(policy())),
            CorsLayer::new(fixed),
            CorsLayer::new(fixed).on_decision(|_, _| {}),
        ];
        for request in [Request::new(()), from(APP), from(EVIL), preflight(APP), preflight(EVIL)] {
            let [expected, others @ ..] = layers.each_ref().map(|it| headers(it, request.clone()));
            for other in others {
                assert_eq!(other, expected);
            }
        }
    }
}

/// The text of the headers is the policy's, and not a copy of it.
#[test]
fn header_values_of_a_static_policy_are_static_text() {
    let policy = listed().expose_headers(["x-a", "x-b"]).allow_credentials(true).build_policy();
    let policy: &'static Policy = Box::leak(Box::new(policy.unwrap()));
    let layers = [CorsLayer::new(policy), CorsLayer::new(policy)];
    for request in [|| from(APP), || preflight(APP), || preflight(EVIL), || Request::new(())] {
        let texts = layers.each_ref().map(|layer| {
            // The request's own origin is the request's.
            let is_constant = |name: &str| name != "access-control-allow-origin";
            let headers = headers(layer, request());
            let constants = headers.iter().filter(|(name, _)| is_constant(name.as_str()));
            constants
                .map(|(name, value)| (name.clone(), value.as_bytes().as_ptr()))
                .collect::<Vec<_>>()
        });
        assert!(!texts[0].is_empty());
        assert_eq!(texts[0], texts[1]);
    }
}
