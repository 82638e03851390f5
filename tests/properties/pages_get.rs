//! What a page gets is what the policy says: computed here from what the builder was told, and
//! from the standard; observed through the service, by the model of a browser.

use std::collections::BTreeSet;

use corsac::CorsLayer;
use http::HeaderName;
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};

use crate::{
    browser::Blocked,
    cases,
    pages::{Becomes, Page, page},
    policies::{Input, input, is_preflight, preset},
    traffic::{Inner, answer, inner},
};

/// Whether the policy allows what this page asks for, its credentials mode aside.
fn is_allowed(input: &Input, page: &Page, origin: &str) -> bool {
    let Some(method) = page.method() else {
        return false;
    };
    let mut asked = page.headers.iter().filter(|(_, _, becomes)| *becomes == Becomes::Asked);
    input.allows_origin(origin)
        && input.allows_method(&method)
        && asked.all(|(name, _, _)| input.allows_header(name))
}

/// The response headers that the page may see: those of the inner service, and the layer's `Vary`.
fn visible(input: &Input, inner: &Inner) -> BTreeSet<String> {
    let response = inner.build();
    let mut names: BTreeSet<_> = response.headers().keys().map(HeaderName::as_str).collect();
    if input.is_listed() {
        names.insert("vary");
    }
    names.into_iter().filter(|name| input.exposes(name)).map(str::to_owned).collect()
}

/// Runs the page's call, and compares all that the page and the inner service see of it.
fn check(
    layer: &CorsLayer,
    input: &Input,
    page: &Page,
    inner: &Inner,
) -> Result<(), TestCaseError> {
    let fetch = page.fetch(input);
    let mut requests = Vec::new();
    let outcome = fetch.run(|request| {
        let (response, is_called) = answer(layer, request.clone(), inner);
        requests.push((request, is_called));
        response
    });

    let may_include = !page.include || input.has_credentials();
    let expected = is_allowed(input, page, &fetch.origin) && may_include;
    prop_assert_eq!(outcome.is_ok(), expected, "{:?}", outcome);
    if let Ok(seen) = &outcome {
        // With credentials, the protocol's own names may be counted or not
        let counts = |name: &String| !name.starts_with("access-control-");
        let seen: BTreeSet<_> = seen.iter().filter(|it| counts(it)).cloned().collect();
        let mut visible = visible(input, inner);
        visible.retain(counts);
        prop_assert_eq!(seen, visible);
    }

    // Nothing is asked that need not be, and a preflight never gets further than the layer
    let method = page.method();
    let needs = |method: &String| page.asks() || !["GET", "HEAD", "POST"].contains(&&**method);
    let is_asked = requests.first().is_some_and(|(request, _)| is_preflight(request));
    prop_assert_eq!(is_asked, method.as_ref().is_some_and(needs));
    for (request, is_called) in &requests {
        let passes = !input.reject || input.allows_origin(&fetch.origin);
        prop_assert_eq!(*is_called, !is_preflight(request) && passes, "{:?}", request);
    }
    prop_assert!(method.is_some() || outcome == Err(Blocked::ForbiddenMethod));
    Ok(())
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn a_page_gets_what_the_policy_allows_and_nothing_else(
        input in input(),
        page in page(),
        inner in inner(),
    ) {
        check(&input.layer(), &input, &page, &inner)?;
    }

    #[test]
    fn presets_are_what_they_say(
        is_permissive in any::<bool>(),
        page in page(),
        inner in inner(),
    ) {
        let (layer, input) = preset(is_permissive);
        check(&layer, &input, &page, &inner)?;
    }

    #[test]
    fn evaluate_says_what_the_browser_is_going_to_do(
        input in input(),
        page in page(),
        inner in inner(),
    ) {
        if page.method().is_none() {
            return Ok(()); // nothing is ever sent
        }
        let layer = input.layer();
        let policy = layer.policy().unwrap();
        let mut fetch = page.fetch(&input);
        let is_allowed = is_allowed(&input, &page, &fetch.origin);

        let actual = fetch.request();
        let decision = policy.evaluate(actual.method(), actual.headers());
        prop_assert_eq!(decision.is_allowed(), input.allows_origin(&fetch.origin));
        if let Some(preflight) = fetch.preflight() {
            let decision = policy.evaluate(preflight.method(), preflight.headers());
            prop_assert_eq!(decision.is_allowed(), is_allowed, "{}", decision);
        }

        fetch.include_credentials &= input.has_credentials();
        let outcome = fetch.run(|request| answer(&layer, request, &inner).0);
        prop_assert_eq!(outcome.is_ok(), is_allowed, "{:?}", outcome);
    }
}

/// A test that hardly ever sees the other answer is none.
#[test]
fn the_samples_come_close() {
    let mut runner = TestRunner::deterministic();
    let strategy = (input(), page());
    let mut count = [0_u16; 3];
    for _ in 0..1000 {
        let (input, page) = strategy.new_tree(&mut runner).unwrap().current();
        let fetch = page.fetch(&input);
        let is_allowed = is_allowed(&input, &page, &fetch.origin);
        count[0] += u16::from(input.allows_origin(&fetch.origin));
        count[1] += u16::from(is_allowed);
        count[2] += u16::from(is_allowed && fetch.preflight().is_some());
    }
    assert!((400..800).contains(&count[0]), "{count:?} of 1000 have an allowed origin");
    assert!((200..600).contains(&count[1]), "{count:?} of 1000 are allowed");
    assert!((80..500).contains(&count[2]), "{count:?} of 1000 are allowed with a preflight");
}
