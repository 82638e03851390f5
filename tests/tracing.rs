//! The events: one for each denial, one for each response whose CORS headers are replaced.

#![cfg(feature = "tracing")]

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fmt::Debug,
    future::ready,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use corsac::{CorsBuilder, CorsLayer, Enforcement};
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use tower::{Layer as _, ServiceExt, service_fn};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt, registry::Registry};

const APP: &str = "https://app.example.com";
const EVIL: &str = "https://evil.example";

/// An event's fields, its message among them.
type Fields = BTreeMap<&'static str, String>;

/// Writes down every event of every level and target.
#[derive(Debug, Clone, Default)]
struct Recorder {
    events: Arc<Mutex<Vec<(Level, Fields)>>>,
}

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Recorded(Fields::new());
        event.record(&mut fields);
        self.events.lock().unwrap().push((*event.metadata().level(), fields.0));
    }
}

struct Recorded(Fields);

impl Visit for Recorded {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        assert_eq!(self.0.insert(field.name(), format!("{value:?}")), None);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        assert_eq!(self.0.insert(field.name(), value.to_owned()), None);
    }
}

fn strict() -> CorsBuilder {
    CorsLayer::builder()
        .allow_origins([APP])
        .allow_methods([Method::PUT])
        .allow_headers(["x-listed"])
        .allow_credentials(true)
}

/// Sends a request through the layer to a service that answers with these headers.
fn send(cors: &CorsLayer, request: Request<()>, answer: &[(HeaderName, HeaderValue)]) {
    let headers: HeaderMap = answer.iter().cloned().collect();
    let service = cors.layer(service_fn(move |_| {
        let mut response = Response::new(());
        *response.headers_mut() = headers.clone();
        ready(Ok::<_, Infallible>(response))
    }));
    service.oneshot(request).now_or_never().unwrap().unwrap();
}

/// The events of a request to a service that answers with these headers.
fn logged_with(
    cors: &CorsLayer,
    request: Request<()>,
    answer: &[(HeaderName, HeaderValue)],
) -> Vec<(Level, Fields)> {
    let recorder = Recorder::default();
    let subscriber = Registry::default().with(recorder.clone());
    tracing::subscriber::with_default(subscriber, || send(cors, request, answer));
    std::mem::take(&mut *recorder.events.lock().unwrap())
}

/// The events of a request: at INFO if the layer refuses it for good, else at DEBUG.
fn logged(cors: &CorsLayer, request: Request<()>) -> Vec<Fields> {
    let events = logged_with(cors, request, &[]).into_iter().map(|(level, fields)| {
        let is_answered = fields["outcome"] == "answered here";
        assert_eq!(level, if is_answered { Level::INFO } else { Level::DEBUG }, "{fields:?}");
        fields
    });
    events.collect()
}

/// The only event of a request.
#[track_caller]
fn event(cors: &CorsLayer, request: Request<()>) -> Fields {
    let mut events = logged(cors, request);
    assert_eq!(events.len(), 1, "{events:?}");
    events.remove(0)
}

#[track_caller]
fn assert_fields(event: &Fields, expected: &[(&str, &str)]) {
    let event: Vec<_> = event.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(event, expected);
}

fn from(origin: impl TryInto<HeaderValue, Error: Debug>, method: Method) -> Request<()> {
    let mut request = Request::new(());
    *request.method_mut() = method;
    request.headers_mut().insert(header::ORIGIN, origin.try_into().unwrap());
    request
}

fn preflight(origin: &str, method: &str, headers: &str) -> Request<()> {
    let mut request = from(origin, Method::OPTIONS);
    for (name, value) in [
        (header::ACCESS_CONTROL_REQUEST_METHOD, method),
        (header::ACCESS_CONTROL_REQUEST_HEADERS, headers),
    ] {
        request.headers_mut().insert(name, value.try_into().unwrap());
    }
    request
}

#[test]
fn an_actual_request_of_a_refused_origin() {
    let cors = strict().build().unwrap();
    let near = event(&cors, from("https://app.example.com:8443", Method::GET));
    assert_fields(
        &near,
        &[
            ("kind", "actual"),
            ("message", "CORS request refused"),
            ("method", "GET"),
            ("nearest", "https://app.example.com"),
            ("origin", r#""https://app.example.com:8443""#),
            ("outcome", "passed on, response without CORS headers"),
            ("path", "/"),
            (
                "reason",
                r#"origin "https://app.example.com:8443" is not allowed; the closest allowed origin is "https://app.example.com" (different port)"#,
            ),
            ("rule", "origin"),
        ],
    );
    let far = event(&cors, from(EVIL, Method::GET));
    assert_fields(
        &far,
        &[
            ("kind", "actual"),
            ("message", "CORS request refused"),
            ("method", "GET"),
            ("origin", r#""https://evil.example""#),
            ("outcome", "passed on, response without CORS headers"),
            ("path", "/"),
            (
                "reason",
                r#"origin "https://evil.example" is not allowed; no allowed origin is similar; if you trust it, add it to `allow_origins`"#,
            ),
            ("rule", "origin"),
        ],
    );
}

#[test]
fn a_preflight_of_a_refused_origin() {
    let event = event(&strict().build().unwrap(), preflight("http://app.example.com", "PUT", ""));
    assert_fields(
        &event,
        &[
            ("kind", "preflight"),
            ("message", "CORS request refused"),
            ("method", "OPTIONS"),
            ("nearest", "https://app.example.com"),
            ("origin", r#""http://app.example.com""#),
            ("outcome", "answered here"),
            ("path", "/"),
            (
                "reason",
                r#"origin "http://app.example.com" is not allowed; the closest allowed origin is "https://app.example.com" (different scheme); serve the page over https"#,
            ),
            ("rule", "origin"),
            ("status", "403"),
        ],
    );
}

#[test]
fn a_preflight_for_a_method_or_a_header_that_is_not_allowed() {
    let cors = strict().build().unwrap();
    for (method, headers, rule, reason) in [
        ("PATCH", "", "method", r#"method "PATCH" is not allowed: add it to `allow_methods`"#),
        (
            "PUT",
            "x-listed,x-other",
            "header",
            r#"request header "x-other" is not allowed: add it to `allow_headers`"#,
        ),
    ] {
        assert_fields(
            &event(&cors, preflight(APP, method, headers)),
            &[
                ("kind", "preflight"),
                ("message", "CORS request refused"),
                ("method", "OPTIONS"),
                ("origin", r#""https://app.example.com""#),
                ("outcome", "preflight answered, browser will refuse"),
                ("path", "/"),
                ("reason", reason),
                ("rule", rule),
                ("status", "204"),
            ],
        );
    }
}

#[test]
fn a_rejected_request() {
    let rejecting = || strict().enforcement(Enforcement::Reject);
    let gone = rejecting().reject_status(StatusCode::GONE).build().unwrap();
    assert_eq!(event(&gone, from("null", Method::POST))["status"], "410");
    let mut post = from("null", Method::POST);
    *post.uri_mut() = "/pay?token=secret".parse().unwrap();
    let event = event(&rejecting().build().unwrap(), post);
    assert_eq!(event["path"], "/pay");
    assert_eq!((&*event["status"], &*event["rule"]), ("403", "null-origin"));
}

#[test]
fn every_rule_logs_one_event() {
    let cors = strict().build().unwrap();
    let mut twice = from(APP, Method::GET);
    twice.headers_mut().append(header::ORIGIN, HeaderValue::from_static(APP));
    for (request, rule) in [
        (from("null", Method::GET), "null-origin"),
        (from("https://App.example.com", Method::GET), "malformed-origin"),
        (twice, "several-origins"),
        (preflight(APP, "", ""), "malformed-method"),
        (preflight(APP, "PUT", "x listed"), "malformed-header"),
        (preflight(APP, "PUT", &"x,".repeat(2000)), "too-many-headers"),
    ] {
        let event = event(&cors, request);
        assert_eq!(event["rule"], rule);
        for field in ["kind", "message", "origin", "outcome", "reason"] {
            assert!(!event[field].is_empty(), "{field} of {rule}");
        }
    }
    let insecure = CorsLayer::builder().allow_origin_if(|origin| origin.host() == "a.example");
    let insecure = insecure.allow_credentials(true).build().unwrap();
    let event = event(&insecure, from("http://a.example", Method::GET));
    assert_eq!(event["rule"], "insecure-origin");
}

#[test]
fn replaced_headers() {
    let of_its_own = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))];
    let replaced = "the inner service writes CORS headers, and corsac replaces them; \
                    let one of the two do CORS";
    let cors = strict().build().unwrap();

    let requests = [(from(APP, Method::GET), Level::WARN), (Request::new(()), Level::DEBUG)];
    for (request, level) in requests {
        let events = logged_with(&cors, request, &of_its_own);
        let [(logged_at, event)] = &events[..] else { panic!("{events:?}") };
        assert_eq!(*logged_at, level);
        let fields = [("headers", "access-control-allow-origin"), ("message", replaced)];
        assert_fields(event, &fields);
    }
    // The denial and the replaced header are two events.
    let events = logged_with(&cors, from(EVIL, Method::GET), &of_its_own);
    let messages = events.iter().map(|(_, event)| event["message"].as_str());
    assert!(messages.eq(["CORS request refused", replaced]));
}

#[test]
fn nothing_of_what_is_allowed_or_no_cors_request() {
    let strict = strict().build().unwrap();
    for request in [
        from(APP, Method::GET),
        from(APP, Method::OPTIONS),
        preflight(APP, "PUT", "x-listed"),
        preflight(APP, "GET", ""),
        Request::new(()),
    ] {
        assert_eq!(logged(&strict, request), []);
    }
    for cors in [CorsLayer::permissive(), CorsLayer::disabled()] {
        for request in [from(EVIL, Method::GET), from("null", Method::PUT), Request::new(())] {
            assert_eq!(logged(&cors, request), []);
        }
        assert_eq!(logged(&cors, preflight(EVIL, "DELETE", "x-a,x-b")), []);
    }
}

/// The browser lets a page read what its own service answers, whatever the policy says.
#[test]
fn nothing_of_requests_to_the_same_origin() {
    for enforcement in [Enforcement::OmitHeaders, Enforcement::Reject] {
        let cors = strict().enforcement(enforcement).build().unwrap();
        for (name, value) in [("sec-fetch-site", "same-origin"), ("host", "evil.example")] {
            let mut request = from("https://evil.example", Method::PUT);
            request.headers_mut().insert(name, HeaderValue::from_static(value));
            assert_eq!(logged(&cors, request), []);
        }
        // A browser that asks first does so of another origin: `http` for `https`, perhaps.
        let mut request = preflight("http://own.example", "PUT", "");
        request.headers_mut().insert("host", HeaderValue::from_static("own.example"));
        assert_eq!(event(&cors, request)["rule"], "origin");
    }
}

/// What a client sends cannot break a line, colour a terminal or fill a disk.
#[test]
fn hostile_bytes_are_escaped_and_cut() {
    let cors = strict().build().unwrap();
    let long = |bytes: &[u8]| HeaderValue::from_bytes(&bytes.repeat(64 * 1024 / bytes.len()));
    // U+009B, in UTF-8 and in Latin-1, begins a terminal sequence like ESC does.
    for bytes in
        [&b"\x9b31m"[..], b"\xc2\x9b31m", b"\xff", b"a", b"\"", b"https://app.example.com/"]
    {
        let mut requests = vec![from(long(bytes).unwrap(), Method::GET)];
        for name in [header::ACCESS_CONTROL_REQUEST_METHOD, header::ACCESS_CONTROL_REQUEST_HEADERS]
        {
            let mut request = preflight(APP, "PUT", "");
            request.headers_mut().insert(name, long(bytes).unwrap());
            requests.push(request);
        }
        // Within the bound, so that the name itself is what is refused.
        let mut request = preflight(APP, "PUT", "");
        let name = HeaderValue::from_bytes(&bytes.repeat(10_000 / bytes.len())).unwrap();
        request.headers_mut().insert(header::ACCESS_CONTROL_REQUEST_HEADERS, name);
        requests.push(request);

        for request in requests {
            for (name, value) in event(&cors, request) {
                assert!(value.len() < 600, "{name}: {} bytes", value.len());
                let is_printable = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
                assert!(value.bytes().all(is_printable), "{name}: {value:?}");
            }
        }
    }
    let event = event(&cors, from(long(b"\x9b31m").unwrap(), Method::GET));
    assert!(event["origin"].starts_with(r#""\x9b31m\x9b31m"#), "{event:?}");
    assert!(event["origin"].ends_with(r#"...""#), "{event:?}");
}

/// Asked of each event, listens to none below INFO.
#[derive(Debug, Clone, Default)]
struct AtInfo {
    asked: Arc<AtomicUsize>,
    events: Arc<AtomicUsize>,
}

impl Subscriber for AtInfo {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> tracing::subscriber::Interest {
        // Asks again each time, in place of remembering.
        tracing::subscriber::Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed);
        *metadata.level() <= Level::INFO
    }

    fn event(&self, _: &Event<'_>) {
        self.events.fetch_add(1, Ordering::Relaxed);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// Fields are values of the event, which is never made: none is formatted, none computed.
#[test]
fn without_a_listener_there_is_no_event() {
    let cors = strict().build().unwrap();
    let subscriber = AtInfo::default();
    let of_its_own = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))];
    // The first one is a warning.
    send(&cors, from(APP, Method::GET), &of_its_own);
    tracing::subscriber::with_default(subscriber.clone(), || {
        send(&cors, from(EVIL, Method::GET), &of_its_own);
    });
    // The refusal, and the replaced header.
    assert_eq!(subscriber.asked.load(Ordering::Relaxed), 2);
    assert_eq!(subscriber.events.load(Ordering::Relaxed), 0);
}
