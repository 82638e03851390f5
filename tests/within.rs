//! What a policy allows beyond another one, and in which words.

use std::time::Duration;

use corsac::{CorsBuilder, CorsLayer, Enforcement, Excess, Policy};

fn policy(builder: CorsBuilder) -> Policy {
    builder.build_policy().unwrap()
}

fn app() -> CorsBuilder {
    CorsLayer::builder().allow_origins(["https://app.example.com"])
}

#[track_caller]
fn excesses(builder: CorsBuilder, ceiling: CorsBuilder) -> Vec<String> {
    let found = policy(builder).within(&policy(ceiling)).err().unwrap_or_default();
    found.iter().map(ToString::to_string).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn a_policy_is_within_itself() {
    let everything = || {
        app()
            .allow_origins(["https://*.example.org", "http://localhost:*", "tauri://*"])
            .allow_origin_if(|origin| origin.host() == "b.example")
            .dangerous_allow_null_origin()
            .dangerous_allow_opaque_origins(["file://"])
            .allow_any_method()
            .allow_headers(["authorization"])
            .expose_any_header()
            .allow_credentials(true)
            .enforcement(Enforcement::Reject)
            .own_origins(["https://api.example.com"])
            .trusted_senders(["https://*.login.example"])
    };
    let whole = policy(everything());
    assert_eq!(whole.within(&whole), Ok(()));
    for preset in [CorsLayer::permissive(), CorsLayer::localhost()] {
        let preset = preset.policy().unwrap().clone();
        assert_eq!(preset.within(&preset), Ok(()));
    }
    // Another closure, even one with the same code, may decide otherwise.
    assert_eq!(whole.within(&policy(everything())).unwrap_err().len(), 1);
}

#[test]
fn patterns() {
    let listed = |origins: &[&str]| CorsLayer::builder().allow_origins(origins.iter());
    let ceiling = || listed(&["https://*.example.com", "http://localhost:*"]);
    let inside = ["https://pr-*.example.com", "https://*.b.example.com", "http://localhost:3000"];
    assert_eq!(excesses(listed(&inside), ceiling()), NONE);
    assert_eq!(
        excesses(
            listed(&["https://example.com", "https://*.example.com:*", "http://*.localhost:*"]),
            ceiling()
        ),
        [
            "origin \"https://example.com\": the ceiling does not allow it",
            "origin \"https://*.example.com:*\" is wider than the ceiling, which does not allow \
             \"https://a.example.com:3000\"",
            "origin \"http://*.localhost:*\" is wider than the ceiling, which does not allow \
             \"http://a.localhost\"",
        ],
    );
    // Samples differ in the first and the last letter of a label.
    let labels = ["https://pr-a*.b.example", "https://pr-a.b.example", "https://pr-1.b.example"];
    assert_eq!(
        excesses(listed(&["https://pr-*.b.example"]), listed(&labels)),
        ["origin \"https://pr-*.b.example\" is wider than the ceiling, which does not allow \
          \"https://pr-bq7a.b.example\""],
    );
}

#[test]
fn any_origin() {
    let any = || CorsLayer::builder().allow_any_origin();
    let any_with_credentials =
        || CorsLayer::builder().dangerous_allow_any_origin_with_credentials();
    let null = || CorsLayer::builder().dangerous_allow_null_origin();
    let file = || CorsLayer::builder().dangerous_allow_opaque_origins(["file://"]);
    let predicate = || CorsLayer::builder().allow_origin_if(|origin| origin.host() == "a.example");
    for builder in [app(), null(), file(), predicate()] {
        assert_eq!(excesses(builder, any()), NONE);
    }
    assert_eq!(excesses(app(), any_with_credentials()), NONE);
    assert_eq!(excesses(predicate(), any_with_credentials()), NONE);
    assert_eq!(
        excesses(any(), app()),
        ["any origin is allowed, and the ceiling lists its origins"]
    );
    assert_eq!(
        excesses(any_with_credentials(), any()),
        ["credentials are allowed, and the ceiling does not allow them"]
    );
    // `*` allows `null` and `file://`, and an echo of the origin does not.
    assert_eq!(
        excesses(any(), any_with_credentials()),
        ["any origin is allowed, and the ceiling lists its origins"]
    );
    for builder in [null(), file()] {
        assert_eq!(excesses(builder, any_with_credentials()).len(), 1);
    }
}

#[test]
fn null_and_opaque_origins() {
    let dangerous = || {
        app().dangerous_allow_null_origin().dangerous_allow_opaque_origins(["file://", "app://."])
    };
    assert_eq!(
        excesses(dangerous(), app()),
        [
            "origin \"null\": the ceiling does not allow it",
            "origin \"file://\": the ceiling does not allow it",
            "origin \"app://.\": the ceiling does not allow it",
        ],
    );
    assert_eq!(excesses(dangerous(), dangerous()), NONE);
}

#[test]
fn code() {
    let by_host = || app().allow_origin_if(|origin| origin.host().ends_with(".example.com"));
    assert_eq!(
        excesses(by_host(), app()),
        ["`allow_origin_if`: a predicate cannot be compared with the ceiling; write patterns in \
          `allow_origins`"],
    );
    // The predicate of a ceiling decides on origins, and not on patterns.
    let origins = ["https://a.example.com", "https://*.example.com", "https://*.example.org"];
    assert_eq!(
        excesses(CorsLayer::builder().allow_origins(origins), by_host()),
        [
            "origin \"https://*.example.com\": no pattern of the ceiling covers it, and regexes or \
             predicates cannot be compared with it; list the origins that you need",
            "origin \"https://*.example.org\" is wider than the ceiling, which does not allow \
             \"https://a.example.org\"",
        ],
    );
    // With credentials, code allows no plain http.
    let http = || CorsLayer::builder().allow_origins(["http://a.example.com"]);
    assert_eq!(excesses(http(), by_host()), NONE);
    assert_eq!(
        excesses(http(), by_host().allow_credentials(true)),
        ["origin \"http://a.example.com\": the ceiling does not allow it"],
    );
}

#[cfg(feature = "regex")]
#[test]
fn regexes() {
    let regex = || app().allow_origin_regex(r"https?://(a|b)\.example\.com");
    assert_eq!(
        excesses(regex(), app()),
        [
            r#"origin regex "https?://(a|b)\\.example\\.com": a regex cannot be compared with the ceiling; write patterns in `allow_origins`"#
        ],
    );
    assert_eq!(excesses(regex(), regex()), NONE);
    assert_eq!(excesses(regex(), regex().allow_credentials(true)).len(), 1);
    let insecure = || regex().allow_credentials(true).dangerous_allow_insecure_origins();
    assert_eq!(excesses(regex().allow_credentials(true), insecure()), NONE);
    assert_eq!(excesses(insecure(), regex().allow_credentials(true)).len(), 1);
}

#[test]
fn methods_and_headers() {
    let listed = || {
        app()
            .allow_methods(["GET", "PUT", "PATCH"])
            .allow_headers(["X-One", "x-two"])
            .expose_headers(["X-Id", "content-type", "etag"])
    };
    let ceiling = || app().allow_methods(["PUT"]).allow_headers(["x-one"]).expose_headers(["ETag"]);
    assert_eq!(
        excesses(listed(), ceiling()),
        [
            "method \"PATCH\": the ceiling does not allow it",
            "request header \"x-two\": the ceiling does not allow it",
            "exposed header \"X-Id\": the ceiling does not expose it",
        ],
    );
    let any = || app().allow_any_method().allow_any_header().expose_any_header();
    assert_eq!(excesses(listed(), any()), NONE);
    assert_eq!(
        excesses(any(), ceiling()),
        [
            "any method is allowed, and the ceiling lists its methods",
            "any request header is allowed, and the ceiling lists its headers",
            "any response header is exposed, and the ceiling lists its headers",
        ],
    );
}

#[test]
fn max_age() {
    let seconds = |seconds| app().max_age(Duration::from_secs(seconds));
    assert_eq!(excesses(seconds(600), seconds(600)), NONE);
    // The default is two hours.
    assert_eq!(excesses(seconds(7200), app()), NONE);
    assert_eq!(
        excesses(app(), seconds(600)),
        ["max age 7200 s: the ceiling is 600 s; write a number up to that"]
    );
}

#[test]
fn rejection() {
    let reject = || app().enforcement(Enforcement::Reject);
    assert_eq!(excesses(reject(), app()), NONE);
    let let_through = "requests of other origins reach the service, and the ceiling rejects them; set \
                       `enforcement` to `reject`";
    assert_eq!(excesses(app(), reject()), [let_through]);
    let omits = Policy::deny_all(Enforcement::OmitHeaders);
    assert_eq!(omits.within(&policy(reject())), Err(vec![Excess::Enforcement]));
    assert_eq!(Policy::deny_all(Enforcement::Reject).within(&policy(reject())), Ok(()));
    // Where any origin is allowed, no request is rejected.
    let any = || CorsLayer::builder().allow_any_origin().enforcement(Enforcement::Reject);
    assert_eq!(excesses(app(), any()), NONE);
    assert_eq!(excesses(any(), reject()).len(), 2);

    let senders = reject().trusted_senders(["https://app.example.com", "https://*.login.example"]);
    assert_eq!(
        excesses(senders, reject().trusted_senders(["https://a.login.example"])),
        ["trusted sender \"https://*.login.example\": the ceiling rejects its requests"],
    );
    let own = |origins: &[&str]| reject().own_origins(origins.iter());
    let allowed = own(&["https://app.example.com"]);
    assert_eq!(excesses(allowed, reject()), NONE);
    assert_eq!(
        excesses(own(&["https://a.example"]), reject()),
        ["own origin \"https://a.example\": the ceiling rejects its requests"],
    );
    assert_eq!(
        excesses(reject().trust_forwarded_headers(true), own(&["https://a.example"])),
        [
            "the service's own pages are recognized by the host of the request, and the ceiling lists \
             `own_origins`; list them here too",
            "forwarded headers can make a page the service's own, and the ceiling does not trust them; \
             remove `trust_forwarded_headers`",
        ],
    );
}

#[test]
fn a_ceiling_that_denies_all() {
    let nothing = Policy::deny_all(Enforcement::OmitHeaders);
    assert_eq!(nothing.within(&policy(app())), Ok(()));
    let found = policy(app().max_age(Duration::ZERO)).within(&nothing).unwrap_err();
    assert_eq!(
        found[0].to_string(),
        "origin \"https://app.example.com\": the ceiling does not allow it"
    );
    assert_eq!((found[0].id(), found[0].field()), ("origin", "allow_origins"));
    assert_eq!(found[0].value(), Some("https://app.example.com"));
}
