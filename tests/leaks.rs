//! Building a policy leaves no state behind: all that policies, layers and requests allocate is freed
//! with them.

use std::{
    alloc::System,
    convert::Infallible,
    future::{Ready, ready},
    sync::Arc,
};

use corsac::{AsyncCorsLayer, CorsBuilder, CorsLayer, Enforcement, Lookup, Policy};
use futures_util::FutureExt;
use http::{HeaderValue, Method, Request, Response, header, request::Parts};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tower::{Layer, Service, ServiceExt, service_fn, util::ServiceFn};

// It counts for the whole process, so this target has one test.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const APP: &str = "https://app.example.com";

/// Policies whose parts have different forms in memory.
fn builders() -> Vec<CorsBuilder> {
    let listed = |count| {
        let origins = (0..count).map(|at| format!("https://a{at}.example"));
        let patterns = (0..count).map(|at| format!("https://*.b{at}.example:*"));
        CorsLayer::builder().allow_origins([APP]).allow_origins(origins.chain(patterns))
    };
    vec![
        listed(1).allow_methods(["PUT"]).allow_headers(["x-id"]).allow_credentials(true),
        listed(1000).expose_any_header().allow_credentials(true),
        listed(1).allow_origin_if(|origin| origin.port() == Some(81)),
        listed(1).enforcement(Enforcement::Reject).own_origins([APP]).trusted_senders([APP]),
        CorsLayer::builder().allow_any_origin().allow_any_method().allow_any_header(),
        #[cfg(feature = "regex")]
        listed(1).allow_origin_regex(r"https://.*\.c\.example"),
    ]
}

type Inner = ServiceFn<fn(Request<()>) -> Ready<Result<Response<()>, Infallible>>>;

fn send<S>(layer: impl Layer<Inner, Service = S>)
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone,
{
    let inner: Inner = service_fn(|_| ready(Ok(Response::new(()))));
    let service = layer.layer(inner);
    for origin in [APP, "https://evil.example", "null"] {
        for method in [Method::GET, Method::OPTIONS] {
            let mut request = Request::new(());
            *request.method_mut() = method;
            let headers = request.headers_mut();
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            headers.insert(header::ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("PUT"));
            service.clone().oneshot(request).now_or_never().unwrap().unwrap();
        }
    }
}

fn use_everything() {
    for builder in builders() {
        let policy = || Arc::new(builder.clone().build_policy().unwrap());
        send(CorsLayer::new(policy()));
        send(CorsLayer::new(policy()).diagnosis_header(true).vary([header::HOST]));
        let chosen = policy();
        send(CorsLayer::per_request(move |_: &Parts| Some(chosen.clone())));
        let found = policy();
        send(AsyncCorsLayer::new(move |_: &Parts| ready(Lookup::Policy(found.clone()))));
        #[cfg(feature = "reload")]
        {
            let (layer, handle) = CorsLayer::reloadable(policy());
            for _ in 0..3 {
                send(&layer);
                handle.replace(policy());
            }
        }
        assert!(policy().explain(&Method::GET, &http::HeaderMap::new()).is_allowed());
        drop(policy().warnings());
    }
    send(CorsLayer::permissive());
    send(CorsLayer::localhost());
    send(CorsLayer::new(Policy::deny_all(Enforcement::Reject)));
    send(AsyncCorsLayer::new(|_: &Parts| ready(Lookup::NotFound)));
    assert!(CorsLayer::builder().allow_origins(["*", "a.example"]).build().is_err());
}

#[test]
fn nothing_is_left_behind() {
    // What the process needs once: thread-locals, constants.
    use_everything();
    let region = Region::new(ALLOCATOR);
    for _ in 0..3 {
        use_everything();
    }
    let change = region.change();
    assert!(change.allocations > 1000, "{change:?}");
    assert_eq!(change.allocations, change.deallocations, "{change:?}");
    assert_eq!(change.bytes_allocated, change.bytes_deallocated, "{change:?}");
}
