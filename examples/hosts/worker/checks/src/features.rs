//! Checks the optional features.

#[cfg(feature = "tracing")]
pub fn tracing() {
    use std::sync::atomic::{AtomicU32, Ordering};

    use corsac::CorsLayer;
    use http::Method;
    use tower::Layer;
    use tracing::{
        Event, Metadata, Subscriber,
        span::{Attributes, Id, Record},
    };

    static EVENTS: AtomicU32 = AtomicU32::new(0);

    /// Formats and counts the events.
    struct Counter;

    impl Subscriber for Counter {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, event: &Event<'_>) {
            event.record(&mut |_: &tracing::field::Field, value: &dyn std::fmt::Debug| {
                assert!(!format!("{value:?}").is_empty());
            });
            EVENTS.fetch_add(1, Ordering::Relaxed);
        }
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    tracing::subscriber::set_global_default(Counter).expect("it is the only one");
    let mut service = CorsLayer::localhost().layer(crate::app());
    crate::ask(&mut service, crate::OTHER, Method::GET);
    crate::ask(&mut service, crate::OTHER, Method::OPTIONS);
    assert_eq!(EVENTS.load(Ordering::Relaxed), 2);
}

#[cfg(feature = "http-body")]
pub fn http_body() {
    use corsac::CorsLayer;
    use http::Method;
    use tower::Layer;

    let mut service = CorsLayer::localhost().body_or_empty().layer(crate::app());
    let response = crate::ask(&mut service, crate::OTHER, Method::GET);
    assert_eq!(response.into_body().into_inner().as_deref(), Some("hello"));
    let response = crate::ask(&mut service, crate::OTHER, Method::OPTIONS);
    assert!(response.into_body().into_inner().is_none());
}

#[cfg(feature = "regex")]
pub fn regex() -> Result<(), corsac::BuildError> {
    let builder = corsac::CorsLayer::builder().allow_origin_regex(r"https://pr-\d+\.example\.com");
    let policy = builder.build_policy()?;
    assert!(crate::allows(&policy, "https://pr-17.example.com"));
    assert!(!crate::allows(&policy, "https://pr-17.example.com.evil.example"));
    Ok(())
}

#[cfg(feature = "reload")]
pub fn reload() -> Result<(), corsac::BuildError> {
    use corsac::CorsLayer;
    use http::Method;
    use tower::Layer;

    let policy =
        |origin: &str| CorsLayer::builder().allow_origins([origin.to_owned()]).build_policy();
    let (cors, handle) = CorsLayer::reloadable(policy(crate::OTHER)?);
    let mut service = cors.layer(crate::app());
    let mut preflight = || crate::ask(&mut service, crate::LISTED, Method::OPTIONS).status();
    assert_eq!(preflight(), http::StatusCode::FORBIDDEN);
    for _ in 0..100 {
        drop(handle.replace(policy(crate::LISTED)?));
    }
    assert_eq!(preflight(), http::StatusCode::NO_CONTENT);
    Ok(())
}

#[cfg(feature = "serde")]
pub fn serde() {
    let config = r#"{ "allow_origins": ["https://app.example.com"], "max_age": 600 }"#;
    let config: corsac::Config = serde_json::from_str(config).expect("it is valid");
    let policy = config.build_policy().expect("so is this");
    assert!(crate::allows(&policy, crate::LISTED));

    let paths = r#"{ "/": { "allow_origins": ["https://app.example.com"] } }"#;
    let paths: corsac::PathConfigs = serde_json::from_str(paths).expect("it is valid");
    assert!(paths.build().is_ok());
}
