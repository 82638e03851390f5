//! What every answer must look like, whatever was asked and whatever the inner service wrote.

use std::collections::BTreeSet;

use corsac::CorsLayer;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};
use proptest::prelude::*;

use crate::{
    cases,
    policies::{Input, SAFELISTED_RESPONSE_HEADERS, input, is_preflight},
    traffic::{
        BODY, CORS_NAMES, Extension, OWN_NAMES, answer, append, by_name, inner, items, other_lines,
        own, raw_preflight, raw_request, tokens,
    },
    twin,
};

/// The lines of a header.
fn values(headers: &HeaderMap, name: &str) -> Vec<String> {
    let text = |value: &HeaderValue| value.as_bytes().escape_ascii().to_string();
    headers.get_all(name).iter().map(text).collect()
}

fn one(value: &str) -> Vec<String> {
    vec![value.as_bytes().escape_ascii().to_string()]
}

fn is_refused(input: &Input, request: &Request<()>) -> bool {
    request.headers().contains_key("origin") && !input.grants(request)
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn only_who_is_allowed_is_named(input in input(), request in raw_request(), inner in inner()) {
        let request = request.build(&input);
        let (response, _) = answer(&input.layer(), request.clone(), &inner);
        let headers = response.headers();
        let is_granted = input.grants(&request);

        let origin = values(request.headers(), "origin");
        let allowed = values(headers, CORS_NAMES[0]);
        let credentials = values(headers, CORS_NAMES[1]);
        match (is_granted, input.is_listed()) {
            (false, _) => prop_assert_eq!(&allowed, &Vec::<String>::new()),
            (true, true) => prop_assert_eq!(&allowed, &origin), // and it is one line
            (true, false) => prop_assert_eq!(&allowed, &one("*")),
        }
        let expected = if is_granted && input.has_credentials() { one("true") } else { vec![] };
        prop_assert_eq!(&credentials, &expected);
        prop_assert!(allowed.len() < 2 && (allowed != one("*") || credentials.is_empty()));
        prop_assert!(allowed.is_empty() || allowed == one("*") || allowed == origin);
    }

    #[test]
    fn vary_is_merged(input in input(), request in raw_request(), inner in inner()) {
        let request = request.build(&input);
        let (response, is_called) = answer(&input.layer(), request.clone(), &inner);
        let before = if is_called { inner.build().headers().clone() } else { HeaderMap::new() };

        let is_any = tokens(&before, "vary").contains(&b"*".to_vec());
        let has_none_to_add = !input.is_listed() && !is_preflight(&request);
        if is_any && !has_none_to_add && values(&before, "vary").len() > 1 {
            // Some hosts send the first line alone, and `*` says it all.
            prop_assert_eq!(values(response.headers(), "vary"), one("*"));
            return Ok(());
        }
        if is_any || has_none_to_add {
            prop_assert_eq!(values(response.headers(), "vary"), values(&before, "vary"));
            return Ok(());
        }
        let mut expected = tokens(&before, "vary");
        let preflight = ["access-control-request-method", "access-control-request-headers"];
        let own = input.is_listed().then_some("origin").into_iter();
        for name in own.chain(preflight.into_iter().filter(|_| is_preflight(&request))) {
            if !expected.contains(&name.into()) {
                expected.push(name.into());
            }
        }
        let mut vary = tokens(response.headers(), "vary");
        vary.sort();
        expected.sort();
        prop_assert_eq!(vary, expected);
        prop_assert_eq!(values(response.headers(), "vary").len(), 1);
    }

    #[test]
    fn who_is_refused_gets_nothing(input in input(), request in raw_request(), inner in inner()) {
        let request = request.build(&input);
        if input.grants(&request) {
            return Ok(());
        }
        let (response, _) = answer(&input.layer(), request, &inner);
        for name in CORS_NAMES {
            prop_assert!(!response.headers().contains_key(name), "{}", name);
        }
    }

    #[test]
    fn what_is_exposed_is_named(input in input(), request in raw_request(), inner in inner()) {
        let request = request.build(&input);
        let (response, is_called) = answer(&input.layer(), request.clone(), &inner);
        let (headers, name) = (response.headers(), CORS_NAMES[2]);
        let mut sent = tokens(headers, name);
        sent.sort();
        let mut expected: Vec<_> = match &input.exposed {
            _ if !is_called || !input.grants(&request) => Vec::new(),
            Some(listed) => listed.iter().map(|name| name.to_lowercase().into_bytes()).collect(),
            None if !input.has_credentials() => vec![b"*".to_vec()],
            // Fetch, "main fetch": with credentials `*` is a name, so the real ones are sent
            None => {
                let names = headers.keys().map(HeaderName::as_str);
                let is_needed = |name: &&str| {
                    input.exposes(name)
                        && !SAFELISTED_RESPONSE_HEADERS.contains(name)
                        && !CORS_NAMES.contains(name)
                };
                // Servers add `date` outside of every layer.
                let names = names.filter(is_needed).chain(["date"]);
                names.map(|name| name.as_bytes().to_vec()).collect()
            }
        };
        expected.sort();
        expected.dedup();
        prop_assert_eq!(sent, expected);
        prop_assert!(values(headers, name).len() < 2);
    }

    #[test]
    fn the_inner_response_stays_as_it_is(
        input in input(),
        request in raw_request(),
        inner in inner(),
    ) {
        let request = request.build(&input);
        let (response, is_called) = answer(&input.layer(), request.clone(), &inner);
        if !is_called {
            return Ok(());
        }
        let before = inner.build();
        prop_assert_eq!(*response.body(), BODY);
        prop_assert_eq!(response.status(), before.status());
        prop_assert_eq!(response.version(), before.version());
        prop_assert_eq!(response.extensions().get(), Some(&Extension(7)));

        let (mut after, mut before) = (by_name(response.headers()), by_name(before.headers()));
        let owned = if input.grants(&request) { &CORS_NAMES[..3] } else { &CORS_NAMES[..] };
        for name in owned.iter().chain(&["vary"]) {
            after.remove(name);
            before.remove(name);
        }
        prop_assert_eq!(after, before);
    }

    #[test]
    fn a_preflight_is_answered_with_the_whole_policy(
        input in input(),
        request in raw_preflight(),
        inner in inner(),
    ) {
        let request = request.build(&input);
        if !is_preflight(&request) {
            return Ok(()); // an odd `Origin` that HTTP cannot carry
        }
        let (response, is_called) = answer(&input.layer(), request.clone(), &inner);
        prop_assert!(!is_called);
        prop_assert_eq!(*response.body(), "");
        prop_assert_eq!(response.status(), if input.grants(&request) { 204 } else { 403 });
        if !input.grants(&request) {
            return Ok(());
        }
        let headers = response.headers();
        prop_assert!(!headers.contains_key("access-control-expose-headers"));
        prop_assert_eq!(
            values(headers, "access-control-max-age"),
            one(&input.max_age.unwrap_or(7200).to_string())
        );
        let methods = items(headers, "access-control-allow-methods");
        if let Some(allowed) = &input.methods {
            // Fetch, "normalize (method)". Whether the safelisted ones are said makes no difference
            let upper = |name: &&str| name.to_uppercase().into_bytes();
            let simple = |name: &Vec<u8>| ![&b"GET"[..], b"HEAD", b"POST"].contains(&&name[..]);
            let sent: BTreeSet<_> = methods.iter().filter(|it| simple(it)).cloned().collect();
            let expected: BTreeSet<_> = allowed.iter().map(upper).filter(simple).collect();
            prop_assert_eq!(sent, expected);
            prop_assert_eq!(methods.is_empty(), allowed.is_empty());
        }
        let names = tokens(headers, "access-control-allow-headers");
        let asked = tokens(request.headers(), "access-control-request-headers");
        match &input.headers {
            Some(allowed) => {
                let expected = allowed.iter().map(|name| name.to_lowercase().into_bytes());
                prop_assert_eq!(names.iter().cloned().collect::<BTreeSet<_>>(), expected.collect());
            }
            None => prop_assert!(names.iter().all(|name| asked.contains(name)), "{:?}", names),
        }
        // One line or none; what was configured is said once, what was asked as it was asked
        for (name, items, is_mirrored) in [
            ("access-control-allow-methods", methods, false),
            ("access-control-allow-headers", names, input.headers.is_none()),
        ] {
            prop_assert_eq!(values(headers, name).len(), usize::from(!items.is_empty()));
            let unique: BTreeSet<_> = items.iter().collect();
            prop_assert!(is_mirrored || unique.len() == items.len(), "{:?}", items);
        }
    }

    #[test]
    fn evaluate_and_the_service_agree(
        input in input(),
        request in raw_request(),
        inner in inner(),
    ) {
        let layer = input.layer();
        let mut request = request.build(&input);
        // All that `evaluate` does not see
        *request.uri_mut() = Uri::from_static("/");
        let (response, is_called) = answer(&layer, request.clone(), &inner);
        let decision = layer.policy().unwrap().evaluate(request.method(), request.headers());
        prop_assert_eq!(decision.status().is_none(), is_called);
        prop_assert_eq!(decision.origin().is_some(), request.headers().contains_key("origin"));
        let mut expected = HeaderMap::new();
        match decision.status() {
            Some(status) => prop_assert_eq!(response.status(), status),
            None => expected.clone_from(inner.build().headers()),
        }
        decision.apply(&mut expected);
        prop_assert_eq!(by_name(response.headers()), by_name(&expected));
        // Once more: nothing is remembered
        let (again, _) = answer(&layer, request.clone(), &inner);
        prop_assert_eq!(by_name(response.headers()), by_name(again.headers()));
        // Applied twice, it says the same: two layers of one policy are one
        decision.apply(&mut expected);
        prop_assert_eq!(by_name(response.headers()), by_name(&expected));
        let sentence = decision.to_string();
        prop_assert!(!sentence.is_empty());
        prop_assert!(!sentence.contains(char::is_control), "{:?}", sentence);
    }

    #[test]
    fn the_answer_depends_on_no_other_header(
        input in input(),
        request in raw_request(),
        others in other_lines(),
        own in own(),
        inner in inner(),
    ) {
        let layer = input.layer();
        let request = request.build(&input);
        let mut other = request.clone();
        append(other.headers_mut(), &others);
        if !input.reject {
            append(other.headers_mut(), &own);
        }
        let (response, is_called) = answer(&layer, request, &inner);
        let (same, is_called_too) = answer(&layer, other, &inner);
        prop_assert_eq!(is_called, is_called_too);
        prop_assert_eq!(response.status(), same.status());
        prop_assert_eq!(by_name(response.headers()), by_name(same.headers()));
    }

    #[test]
    fn only_reject_keeps_requests_back(
        mut input in input(),
        request in raw_request(),
        inner in inner(),
        reject in any::<bool>(),
    ) {
        input.reject = reject;
        let mut request = request.build(&input);
        for name in OWN_NAMES {
            request.headers_mut().remove(name);
        }
        *request.uri_mut() = Uri::from_static("https://service.example/");
        let (response, is_called) = answer(&input.layer(), request.clone(), &inner);
        let is_kept = is_preflight(&request) || reject && is_refused(&input, &request);
        prop_assert_eq!(is_called, !is_kept);
        if is_kept && !is_preflight(&request) {
            prop_assert_eq!(response.status(), 403);
            prop_assert_eq!(response.headers().keys().collect::<Vec<_>>(), ["vary"]);
        }

        // The service's own pages pass: those that say so, and those whose host is the request's
        let passes_with = |lines: [(&'static str, Option<&str>); 3], uri: Uri| {
            let mut request = request.clone();
            *request.uri_mut() = uri;
            for (name, value) in lines {
                if let Some(value) = value {
                    request.headers_mut().insert(name, value.parse().unwrap());
                }
            }
            answer(&input.layer(), request, &inner).1
        };
        let passes = |host, uri, site| {
            passes_with([("host", host), ("sec-fetch-site", site), ("forwarded", None)], uri)
        };
        let uri = Uri::from_static("/");
        let expected = !is_preflight(&request);
        prop_assert_eq!(passes(None, uri.clone(), Some("same-origin")), expected);
        let origin = values(request.headers(), "origin").join(", ");
        let web = twin::split(&origin).filter(|it| ["http", "https"].contains(&it.scheme));
        if web.is_some() && twin::is_origin(&origin) {
            let (_, host) = origin.split_once("://").unwrap();
            prop_assert_eq!(passes(Some(host), uri.clone(), None), expected);
            prop_assert_eq!(passes(None, format!("{origin}/").parse().unwrap(), None), expected);
            let other = format!("{host}0");
            prop_assert_eq!(passes(Some(&other), uri.clone(), Some("cross-site")), !is_kept);
            prop_assert_eq!(passes(Some(&other), uri.clone(), None), !is_kept);
            // Behind a proxy that the policy trusts
            let is_own = if input.trusts_forwarded { expected } else { !is_kept };
            let forwarded = format!("for=192.0.2.1;host=\"{host}\"");
            for line in [("x-forwarded-host", host), ("forwarded", &forwarded)] {
                let (name, value) = line;
                let host = ("host", Some(&*other));
                let lines = [host, (name, Some(value)), ("sec-fetch-site", None)];
                prop_assert_eq!(passes_with(lines, uri.clone()), is_own);
                let lines = [host, (name, Some(value)), ("sec-fetch-site", Some("cross-site"))];
                prop_assert_eq!(passes_with(lines, uri.clone()), !is_kept);
            }
        }
    }

    #[test]
    fn disabled_touches_nothing(input in input(), request in raw_request(), inner in inner()) {
        let (response, is_called) = answer(&CorsLayer::disabled(), request.build(&input), &inner);
        prop_assert!(is_called);
        let before = inner.build();
        prop_assert_eq!(response.status(), before.status());
        prop_assert_eq!(response.headers(), before.headers());
    }
}
