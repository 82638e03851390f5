//! Origins that are compared carelessly.

use http::{HeaderValue, Request};

use super::{
    fault::Fault,
    server::{Answer, correct, header, set, strict},
};

/// Answers as the policy does for a listed origin, if `matches` returns true.
fn matched(request: &Request<()>, matches: fn(&str) -> bool) -> Answer {
    let policy = strict();
    let Some(origin) = header(request, "origin") else { return correct(&policy, request) };
    let has_several = request.headers().get_all("origin").iter().count() > 1;
    if has_several || origin.contains(',') {
        return correct(&policy, request);
    }
    let mut asked = request.clone();
    let listed = if matches(origin) { "https://app.example.com" } else { "https://denied.invalid" };
    asked.headers_mut().insert("origin", HeaderValue::from_static(listed));
    let mut answer = correct(&policy, &asked);
    if answer.headers().contains_key("access-control-allow-origin") {
        let origin = origin.to_owned();
        set(&mut answer, "access-control-allow-origin", &origin);
    }
    answer
}

/// What the policy allows.
fn is_listed(origin: &str) -> bool {
    strict().check(origin).is_allowed()
}

fn fault(name: &'static str, finds: &'static [&'static str], matches: fn(&str) -> bool) -> Fault {
    Fault::new(name, finds, move |request| matched(request, matches))
}

pub(super) fn all() -> Vec<Fault> {
    vec![
        fault("every origin is sent back", &["any-origin-allowed"], |_| true),
        fault("regex without $", &["origin-end-unanchored"], |it| {
            is_listed(it) || it.starts_with("https://app.example.com")
        }),
        fault("regex without ^", &["origin-start-unanchored"], |it| {
            is_listed(it) || it.ends_with("app.example.com")
        }),
        fault("a dot that is not escaped", &["origin-dot-unescaped"], |it| {
            is_listed(it)
                || (it.starts_with("https://app") && it.ends_with("example.com") && it.len() == 23)
        }),
        fault("an unescaped dot behind the star", &["origin-dot-unescaped"], |it| {
            is_listed(it) || it.ends_with(".examplexnet")
        }),
        fault("the list contains the text", &["origin-part-allowed"], |it| {
            is_listed(it) || "https://app.example.com".contains(it)
        }),
        fault("_ ends the host", &["odd-host-allowed"], |it| {
            is_listed(it) || it.starts_with("https://app.example.com_")
        }),
        fault("a backtick ends the host", &["odd-host-allowed"], |it| {
            is_listed(it) || it.starts_with("https://app.example.com`")
        }),
        fault("null is allowed", &["null-origin-allowed"], |it| is_listed(it) || it == "null"),
        fault("http and https", &["insecure-origin-allowed"], |it| {
            is_listed(&it.replace("http://", "https://"))
        }),
        fault("subdomains of a listed host", &["subdomain-allowed"], |it| {
            is_listed(it) || it.ends_with(".app.example.com")
        }),
        fault("the domain below the star", &["apex-allowed"], |it| {
            is_listed(it) || it == "https://example.net"
        }),
        fault("any port", &["other-port-allowed"], |it| {
            is_listed(it) || it.starts_with("https://app.example.com:8")
        }),
        fault("alternatives that join", &["joined-origins-allowed"], |it| {
            is_listed(it) || it == "https://app.example.comadmin.example.org:8443"
        }),
        fault("the dot of the root", &["trailing-dot-allowed"], |it| {
            is_listed(it.trim_end_matches('.'))
        }),
        fault("case is ignored", &["malformed-origin-allowed"], |it| {
            is_listed(&it.to_ascii_lowercase())
        }),
        fault("a slash at the end is cut", &["malformed-origin-allowed"], |it| {
            is_listed(it.trim_end_matches('/'))
        }),
        fault("the default port is cut", &["malformed-origin-allowed"], |it| {
            is_listed(it.trim_end_matches(":443"))
        }),
        fault("user info is cut", &["malformed-origin-allowed"], |it| {
            is_listed(&it.replace("user@", ""))
        }),
        fault("one label for *.", &["wildcard-too-narrow"], |it| {
            is_listed(it) && !it.starts_with("https://a.")
        }),
        fault("one origin was forgotten", &["allow-origin-missing"], |it| {
            is_listed(it) && it != "https://admin.example.org:8443"
        }),
        Fault::new("the last of several origins", &["several-origins-allowed"], |request| {
            let lines = request.headers().get_all("origin").iter();
            let last = lines.filter_map(|line| line.to_str().ok()?.rsplit(", ").next()).next_back();
            let Some(last) = last else { return correct(&strict(), request) };
            let mut asked = request.clone();
            asked.headers_mut().insert("origin", HeaderValue::from_str(last).unwrap());
            matched(&asked, is_listed)
        }),
    ]
}
