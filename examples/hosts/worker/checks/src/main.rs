//! Checks that corsac runs without a clock, threads, randomness and unwinding. The program imports
//! nothing from its host. A panic ends it, so it passes if it runs to its end.

use std::{
    convert::Infallible,
    pin::pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use corsac::{AsyncCorsLayer, BuildError, CorsLayer, Lookup, Policy};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts};
use tower::{Layer, Service, service_fn};

mod features;

const LISTED: &str = "https://app.example.com";
const OTHER: &str = "https://evil.example";

fn main() -> Result<(), BuildError> {
    policies()?;
    mounted()?;
    looked_up()?;
    #[cfg(feature = "tracing")]
    features::tracing();
    #[cfg(feature = "http-body")]
    features::http_body();
    #[cfg(feature = "regex")]
    features::regex()?;
    #[cfg(feature = "reload")]
    features::reload()?;
    #[cfg(feature = "serde")]
    features::serde();
    Ok(())
}

/// Checks each representation of a set of origins: a short list, and a hash table, whose keys are random
/// on other targets.
fn policies() -> Result<(), BuildError> {
    let numbered = |count: usize| (0..count).map(|it| format!("https://n{it}.example"));
    let wildcards = |count: usize| (0..count).map(|it| format!("https://*.w{it}.example:*"));
    for (exact, wild) in [(1, 0), (16, 4), (17, 0), (0, 5), (17, 5), (3000, 300)] {
        let origins = [LISTED.to_owned()].into_iter().chain(numbered(exact)).chain(wildcards(wild));
        let policy = CorsLayer::builder().allow_origins(origins).build_policy()?;
        assert!(allows(&policy, LISTED));
        assert!(!allows(&policy, OTHER));
        assert!((0..exact).all(|it| allows(&policy, &format!("https://n{it}.example"))));
        assert!((0..wild).all(|it| allows(&policy, &format!("https://a.b.w{it}.example:81"))));
        // Messages for people, including the nearest origin.
        let (method, headers) = request(OTHER);
        assert!(!policy.evaluate(&method, &headers).to_string().is_empty());
        assert!(!policy.explain(&method, &headers).to_string().is_empty());
        assert!(policy.warnings().iter().all(|it| !it.to_string().is_empty()));
    }
    let mistakes = CorsLayer::builder().allow_origins(["*", "https://a.example/"]).build_policy();
    assert!(mistakes.is_err_and(|error| error.to_string().contains("2 problems")));
    Ok(())
}

fn mounted() -> Result<(), BuildError> {
    let listed = CorsLayer::builder().allow_origins([LISTED]).build()?;
    for cors in [CorsLayer::permissive(), CorsLayer::localhost(), CorsLayer::disabled()] {
        assert_eq!(ask(&mut cors.layer(app()), OTHER, Method::GET).status(), StatusCode::OK);
    }
    let decisions = Arc::new(AtomicUsize::new(0));
    let counter = decisions.clone();
    let listed = listed.on_decision(move |_, _| _ = counter.fetch_add(1, Ordering::Relaxed));
    check(&mut listed.clone().layer(app()));
    assert_eq!(decisions.load(Ordering::Relaxed), 4);
    let mut service = listed.answer_body(|decision, _| decision.to_string()).layer(app());
    let response = ask(&mut service, OTHER, Method::OPTIONS);
    assert!(response.body().contains("is not allowed"));
    Ok(())
}

/// Checks policies that are looked up. None of the lookups panics, because that would end the program.
fn looked_up() -> Result<(), BuildError> {
    let policy = Arc::new(CorsLayer::builder().allow_origins([LISTED]).build_policy()?);
    let found = AsyncCorsLayer::new(move |_: &Parts| soon(Lookup::Policy(policy.clone())));
    check(&mut found.layer(app()));
    let mut nothing = AsyncCorsLayer::new(|_: &Parts| soon(Lookup::NotFound)).layer(app());
    assert_eq!(ask(&mut nothing, LISTED, Method::OPTIONS).status(), StatusCode::FORBIDDEN);
    let mut untouched = AsyncCorsLayer::new(|_: &Parts| soon(Lookup::PassThrough)).layer(app());
    assert_eq!(ask(&mut untouched, LISTED, Method::OPTIONS).status(), StatusCode::OK);
    Ok(())
}

/// Sends two requests and two preflights to a policy with one origin.
fn check<S>(service: &mut S)
where
    S: Service<Request<String>, Response = Response<String>, Error = Infallible>,
{
    for (origin, status) in [(LISTED, StatusCode::NO_CONTENT), (OTHER, StatusCode::FORBIDDEN)] {
        let granted = |response: &Response<String>| {
            response.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN).cloned()
        };
        let expected = (origin == LISTED).then(|| HeaderValue::from_static(LISTED));
        let response = ask(service, origin, Method::GET);
        assert_eq!((response.status(), response.body().as_str()), (StatusCode::OK, "hello"));
        assert_eq!(granted(&response), expected);
        assert_eq!(response.headers()[header::VARY], "accept-encoding, Origin");
        let response = ask(service, origin, Method::OPTIONS);
        assert_eq!((response.status(), response.body().as_str()), (status, ""));
        assert_eq!(granted(&response), expected);
    }
}

/// Returns a service whose future is not `Send`, like that of a JavaScript promise.
fn app() -> impl Service<Request<String>, Response = Response<String>, Error = Infallible> + Clone {
    service_fn(|_: Request<String>| async {
        let not_send = Rc::new("hello");
        soon(()).await;
        let response = Response::builder().header(header::VARY, "accept-encoding");
        Ok(response.body((*not_send).to_owned()).expect("the header is valid"))
    })
}

/// Is ready when it is polled for the second time.
async fn soon<T>(value: T) -> T {
    let mut is_first = true;
    std::future::poll_fn(|cx| {
        cx.waker().wake_by_ref();
        if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    value
}

/// Sends a request. `OPTIONS` is the preflight of a `PUT`.
fn ask<S, R>(service: &mut S, origin: &str, method: Method) -> Response<R>
where
    S: Service<Request<String>, Response = Response<R>, Error = Infallible>,
{
    let mut request = Request::new(String::new());
    (*request.method_mut(), *request.headers_mut()) = (method, self::request(origin).1);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(service.poll_ready(&mut cx).is_ready());
    let mut future = pin!(service.call(request));
    loop {
        if let Poll::Ready(Ok(response)) = future.as_mut().poll(&mut cx) {
            return response;
        }
    }
}

fn request(origin: &str) -> (Method, HeaderMap) {
    let value = origin.parse().expect("the origins here are valid values");
    let put = HeaderValue::from_static("PUT");
    let headers = [(header::ORIGIN, value), (header::ACCESS_CONTROL_REQUEST_METHOD, put)];
    (Method::GET, headers.into_iter().collect())
}

fn allows(policy: &Policy, origin: &str) -> bool {
    let (method, headers) = request(origin);
    policy.evaluate(&method, &headers).denial().is_none()
}
