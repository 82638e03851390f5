//! One request, without a policy.

use http::{Method, Request, StatusCode};

use crate::{
    server::{Answer, app, set, with_status},
    wire::{Printed, Running, printed, serve},
};

/// A server that allows one page, and answers preflights.
fn server() -> Running {
    serve(Box::new(|request: &Request<()>, _| {
        let mut answer: Answer = if *request.method() == Method::OPTIONS {
            with_status(StatusCode::NO_CONTENT)
        } else {
            app(request)
        };
        if request.headers().get("origin").is_some_and(|it| it == "http://localhost:5173") {
            set(&mut answer, "access-control-allow-origin", "http://localhost:5173");
            set(&mut answer, "access-control-allow-methods", "PUT");
        }
        answer
    }))
}

fn ask(url: &str, options: &[&str]) -> Printed {
    let mut arguments = vec![url];
    arguments.extend(options);
    printed(arguments)
}

#[test]
fn a_page_that_gets_the_response() {
    let server = server();
    let url = server.url("/users");
    let asked = ask(&url, &["--origin", "http://localhost:5173"]);
    assert_eq!(asked.code, 0, "{asked:#?}");
    assert_eq!(
        asked.out,
        format!(
            "GET {url}, from a page of http://localhost:5173: the browser gives the page the response, \
             200, and these headers: content-type, content-length\n\
             hidden from the page: x-request-id, date (name them in `Access-Control-Expose-Headers` if \
             it needs them)\n"
        )
    );
    assert_eq!(asked.err, "");
}

#[test]
fn a_page_that_does_not() {
    let server = server();
    let url = server.url("/users");
    let asked = ask(&url, &["--origin", "http://localhost:3000"]);
    assert_eq!(asked.code, 1, "{asked:#?}");
    for line in [
        "error[allow-origin-missing]: the response has no `Access-Control-Allow-Origin`, so the browser \
         keeps it from the page",
        &format!(
            "console: Access to fetch at '{url}' from origin 'http://localhost:3000' has been blocked by \
             CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource."
        ),
        &format!("request: curl -si {url} -H 'Origin: http://localhost:3000'"),
        "help: let the server send `Access-Control-Allow-Origin: http://localhost:3000` and `Vary: \
         Origin`; with corsac: `.allow_origins([\"http://localhost:3000\"])`",
        &format!("GET {url}, from a page of http://localhost:3000: blocked"),
    ] {
        assert!(asked.out.contains(line), "{line}\n{}", asked.out);
    }
}

#[test]
fn methods_and_headers() {
    let server = server();
    let url = server.url("/users");
    let page = ["--origin", "http://localhost:5173"];
    let with = |options: &[&str]| ask(&url, &[&page[..], options].concat());

    let asked = with(&["--method", "put"]);
    assert_eq!(asked.code, 0, "{asked:#?}");
    assert!(asked.out.contains("the preflight allows it. The request itself was not sent"));
    assert_eq!(server.requests.load(std::sync::atomic::Ordering::Relaxed), 1);

    let asked = with(&["--method", "put", "--send"]);
    assert_eq!(asked.code, 0, "{asked:#?}");
    assert!(asked.out.contains("the browser gives the page the response"), "{}", asked.out);
    assert_eq!(server.requests.load(std::sync::atomic::Ordering::Relaxed), 3);

    let asked = with(&["--method", "DELETE"]);
    assert_eq!(asked.code, 1, "{asked:#?}");
    assert!(asked.out.contains("error[method-missing]"), "{}", asked.out);

    let asked = with(&["-H", "Authorization: Bearer secret"]);
    assert_eq!(asked.code, 1, "{asked:#?}");
    assert!(asked.out.contains("error[header-missing]"), "{}", asked.out);
    assert!(!asked.out.contains("secret"), "{}", asked.out);

    let asked = with(&["-H", "x-token"]);
    assert_eq!(asked.code, 1, "{asked:#?}");
    assert!(asked.out.contains("-H 'Access-Control-Request-Headers: x-token'"), "{}", asked.out);

    let asked = with(&["--credentials"]);
    assert_eq!(asked.code, 1, "{asked:#?}");
    assert!(asked.out.contains("error[credentials-missing]"), "{}", asked.out);

    let asked = with(&["--method", "POST"]);
    assert_eq!(asked.code, 3, "{asked:#?}");
    assert!(asked.err.contains("a browser sends this POST without a preflight"), "{}", asked.err);
}

#[test]
fn a_page_of_the_same_origin() {
    let server = server();
    let origin = server.url("");
    let asked = ask(&server.url("/users"), &["--origin", &origin]);
    assert_eq!(asked.code, 0, "{asked:#?}");
    assert!(asked.out.contains("without CORS"), "{}", asked.out);
    assert_eq!(server.requests.load(std::sync::atomic::Ordering::Relaxed), 0);
}

#[test]
fn other_rules_of_browsers() {
    let server = server();
    let asked = ask(&server.url("/users"), &["--origin", "https://app.example.com"]);
    assert!(asked.out.contains("warning[local-network-access]"), "{}", asked.out);

    // Nothing is sent to a host that the command line does not name.
    let to = server.address.to_string();
    let asked = ask(
        "http://api.example.com/users",
        &["--origin", "https://app.example.com", "--connect-to", &to],
    );
    assert_eq!(asked.code, 1);
    assert!(asked.out.contains("error[mixed-content]"), "{}", asked.out);
    assert!(asked.out.contains(&format!("--connect-to ::{to} ")), "{}", asked.out);
}
