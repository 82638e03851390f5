//! What the three ways to a body allocate: all of them the same.

use std::{alloc::System, convert::Infallible, future::ready};

use corsac::CorsLayer;
use futures_util::FutureExt;
use http::{Method, Request, Response, header};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tower::{Layer as _, Service, service_fn};

// It counts for the whole process, so this target has one test.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ORIGIN: &str = "https://app.example.com";

fn allocations<R>(
    mut service: impl Service<Request<()>, Response = Response<R>, Error = Infallible>,
) -> [usize; 3] {
    let preflight = (Method::OPTIONS, ORIGIN);
    let asked = [preflight, (Method::GET, ORIGIN), (Method::GET, "https://evil.example")];
    asked.map(|(method, origin)| {
        let mut request = Request::new(());
        *request.method_mut() = method;
        request.headers_mut().insert(header::ORIGIN, origin.parse().unwrap());
        request.headers_mut().insert(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT".parse().unwrap());
        let region = Region::new(ALLOCATOR);
        let response = service.call(request).now_or_never();
        let allocations = region.change().allocations;
        assert!(response.unwrap().unwrap().headers().contains_key(header::VARY));
        allocations
    })
}

#[test]
fn no_way_to_a_body_allocates_more_than_default() {
    let cors = CorsLayer::builder().allow_origins([ORIGIN]).build().unwrap();
    let inner = || service_fn(|_: Request<()>| ready(Ok::<_, Infallible>(Response::new("inner"))));
    let by_default = allocations(cors.clone().layer(inner()));
    assert_eq!(allocations(cors.clone().answer_body(|_, _| "").layer(inner())), by_default);
    #[cfg(feature = "http-body")]
    assert_eq!(allocations(cors.body_or_empty().layer(inner())), by_default);
}
