//! What one request costs: through corsac, through tower-http, and with the inner service alone.
//!
//! The inner service is ready at once and its body is empty, so that only the layers are left to
//! measure. The service is cloned for each request, because hyper-util and axum do that.
//!
//! `cargo bench --bench request`, or `cargo bench --bench request -- actual` for a part of it.

use std::{
    convert::Infallible,
    error::Error,
    future::{Ready, ready},
    time::Duration,
};

use corsac::CorsLayer;
use criterion::{BatchSize, BenchmarkGroup, Criterion, measurement::WallTime};
use futures_util::FutureExt;
use http::{
    HeaderName, HeaderValue, Method, Request, Response,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_http::cors::CorsLayer as TowerHttp;

const METHODS: [Method; 2] = [Method::PUT, Method::DELETE];
const REQUEST_HEADERS: [&str; 2] = ["authorization", "content-type"];
const EXPOSED: [&str; 2] = ["x-request-id", "x-total-count"];

fn main() -> Result<(), Box<dyn Error>> {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_millis(1500))
        .configure_from_args();

    let (ours, theirs) = (list(10)?, tower_http_list(10)?);
    let from_last = |method| request(method).header(ORIGIN, origin(9));
    let actual = from_last(Method::GET).body(())?;
    let preflight = from_last(Method::OPTIONS)
        .header(ACCESS_CONTROL_REQUEST_METHOD, "PUT")
        .header(ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type")
        .body(())?;
    let refused = request(Method::GET).header(ORIGIN, "https://evil.example").body(())?;

    let mut group = criterion.benchmark_group("list of 10");
    compare(&mut group, "not CORS", &request(Method::GET).body(())?, &ours, &theirs);
    compare(&mut group, "actual, allowed", &actual, &ours, &theirs);
    compare(&mut group, "actual, refused", &refused, &ours, &theirs);
    compare(&mut group, "preflight, allowed", &preflight, &ours, &theirs);
    group.finish();

    let (ours, theirs) = (CorsLayer::permissive(), TowerHttp::permissive());
    let mut group = criterion.benchmark_group("permissive");
    compare(&mut group, "actual", &actual, &ours, &theirs);
    group.finish();

    let mut group = criterion.benchmark_group("actual, allowed, list of");
    for size in [10, 1_000, 10_000] {
        let last = request(Method::GET).header(ORIGIN, origin(size - 1)).body(())?;
        compare(&mut group, &size.to_string(), &last, &list(size)?, &tower_http_list(size)?);
    }
    group.finish();

    criterion.final_summary();
    Ok(())
}

/// Measures `request` three times; the inner service alone is what the other two start from.
fn compare(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    request: &Request<()>,
    ours: &CorsLayer,
    theirs: &TowerHttp,
) {
    let inner = service_fn(answer);
    measure(group, &format!("{name}/inner alone"), request, &inner);
    measure(group, &format!("{name}/corsac"), request, &ours.layer(inner));
    measure(group, &format!("{name}/tower-http"), request, &theirs.layer(inner));
}

fn measure<S>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    id: &str,
    request: &Request<()>,
    service: &S,
) where
    S: Service<Request<()>, Response = Response<()>> + Clone,
{
    group.bench_function(id, |bencher| {
        bencher.iter_batched(
            || request.clone(),
            |request| service.clone().oneshot(request).now_or_never(),
            BatchSize::SmallInput,
        );
    });
}

fn answer(_: Request<()>) -> Ready<Result<Response<()>, Infallible>> {
    ready(Ok(Response::new(())))
}

fn request(method: Method) -> http::request::Builder {
    Request::builder().method(method).uri("/users/1")
}

fn origin(index: usize) -> String {
    format!("https://app-{index}.example.com")
}

fn list(size: usize) -> Result<CorsLayer, corsac::BuildError> {
    CorsLayer::builder()
        .allow_origins((0..size).map(origin))
        .allow_methods(METHODS)
        .allow_headers(REQUEST_HEADERS)
        .expose_headers(EXPOSED)
        .allow_credentials(true)
        .max_age(Duration::from_secs(600))
        .build()
}

fn tower_http_list(size: usize) -> Result<TowerHttp, http::header::InvalidHeaderValue> {
    let origins: Result<Vec<_>, _> = (0..size).map(origin).map(HeaderValue::try_from).collect();
    Ok(TowerHttp::new()
        .allow_origin(origins?)
        .allow_methods(METHODS)
        .allow_headers(REQUEST_HEADERS.map(HeaderName::from_static))
        .expose_headers(EXPOSED.map(HeaderName::from_static))
        .allow_credentials(true)
        .max_age(Duration::from_secs(600)))
}
