//! Preflights that fail, or that allow too much.

use http::{HeaderMap, Method, Request, StatusCode, header};

use super::{
    fault::Fault,
    server::{Answer, app, correct, header as text, is_preflight, set, strict, strip, with_status},
};

/// Changes the answers to preflights.
fn broken(
    name: &'static str,
    finds: &'static [&'static str],
    change: fn(&Request<()>, &mut Answer),
) -> Fault {
    Fault::new(name, finds, move |request| {
        let mut answer = correct(&strict(), request);
        if is_preflight(request) {
            change(request, &mut answer);
        }
        answer
    })
}

fn is_allowed(answer: &Answer) -> bool {
    answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN)
}

const SNIPPET: &str = "DNT,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,\
                       Range,Authorization";

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn all() -> Vec<Fault> {
    vec![
        broken("no headers on preflights", &["preflight-unanswered"], |_, answer| {
            *answer = with_status(StatusCode::NO_CONTENT);
        }),
        broken(
            "enable-cors.org, method 3",
            &["preflight-unanswered", "denied-preflight-headers"],
            |_, answer| {
                *answer = with_status(StatusCode::NO_CONTENT);
                set(answer, "access-control-allow-methods", "GET, POST, PUT, DELETE");
                set(answer, "access-control-allow-headers", SNIPPET);
                set(answer, "access-control-max-age", "86400");
            },
        )
        .because("nginx-add-header-in-if"),
        broken("Spring behind the edge", &["preflight-unanswered"], |_, answer| {
            *answer = with_status(StatusCode::FORBIDDEN);
            *answer.body_mut() = b"Invalid CORS request".to_vec();
        })
        .because("spring"),
        broken(
            "the filter of Envoy without the origins",
            &["preflight-unanswered", "denied-preflight-headers"],
            |_, answer| {
                *answer = with_status(StatusCode::OK);
                set(answer, "server", "istio-envoy");
                set(answer, "access-control-allow-methods", "PUT, DELETE");
            },
        )
        .because("envoy-cors-filter"),
        broken("S3 without a rule", &["preflight-unanswered"], |_, answer| {
            *answer = with_status(StatusCode::FORBIDDEN);
            *answer.body_mut() =
                b"<Error><Code>AccessForbidden</Code><Message>CORSResponse: ..</Message></Error>"
                    .to_vec();
        })
        .because("s3"),
        broken("API Gateway without the origin", &["preflight-unanswered"], |_, answer| {
            *answer = with_status(StatusCode::NO_CONTENT);
            set(answer, "apigw-requestid", "AbCdEfGhIjKlMnO=");
        })
        .because("api-gateway"),
        Fault::new(
            "ingress-nginx with its defaults",
            &[
                "wildcard-with-credentials",
                "any-origin-allowed",
                "stray-headers",
                "options-hijacked",
                "max-age-differs",
            ],
            ingress,
        )
        .because("ingress-nginx-defaults"),
        broken("authentication before CORS", &["preflight-needs-credentials"], |_, answer| {
            *answer = with_status(StatusCode::UNAUTHORIZED);
        })
        .because("authentication-first"),
        broken("403 with a challenge", &["preflight-needs-credentials"], |_, answer| {
            *answer = with_status(StatusCode::FORBIDDEN);
            set(answer, "www-authenticate", "Bearer");
        })
        .because("authentication-first"),
        broken("the router answers 405", &["preflight-routed"], |_, answer| {
            *answer = with_status(StatusCode::METHOD_NOT_ALLOWED);
        }),
        broken("404 for a path that does not exist", &["preflight-routed"], |request, answer| {
            if request.uri().path() != "/users" {
                *answer = with_status(StatusCode::NOT_FOUND);
            }
        })
        .because("route-answers"),
        broken("preflights are redirected", &["preflight-redirected"], |_, answer| {
            *answer = with_status(StatusCode::PERMANENT_REDIRECT);
            set(answer, "location", "/users/");
        })
        .because("redirect-to-slash"),
        broken("headers with status 500", &["preflight-status"], |_, answer| {
            if is_allowed(answer) {
                *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            }
        }),
        broken("a method is missing", &["method-missing"], |_, answer| {
            if is_allowed(answer) {
                set(answer, "access-control-allow-methods", "PUT");
            }
        }),
        broken("methods in lower case", &["method-missing"], |_, answer| {
            if is_allowed(answer) {
                set(answer, "access-control-allow-methods", "put, delete");
            }
        }),
        broken("* for methods, with credentials", &["method-missing"], |_, answer| {
            if is_allowed(answer) {
                set(answer, "access-control-allow-methods", "*");
            }
        }),
        broken("a header is missing", &["header-missing"], |_, answer| {
            if is_allowed(answer) {
                set(answer, "access-control-allow-headers", "content-type");
            }
        }),
        broken("methods in brackets", &["allow-methods-malformed"], |_, answer| {
            if is_allowed(answer) {
                set(answer, "access-control-allow-methods", "[PUT, DELETE]");
            }
        }),
        broken("headers between blanks", &["allow-headers-malformed"], |_, answer| {
            if is_allowed(answer) {
                set(answer, "access-control-allow-headers", "authorization content-type");
            }
        }),
        broken("every method", &["method-unwanted"], |request, answer| {
            if is_allowed(answer) {
                let method = text(request, "access-control-request-method").unwrap();
                set(answer, "access-control-allow-methods", method);
            }
        }),
        broken("every header is sent back", &["header-unwanted"], |request, answer| {
            let names = text(request, "access-control-request-headers");
            if let (true, Some(names)) = (is_allowed(answer), names) {
                set(answer, "access-control-allow-headers", names);
            }
        }),
        broken("max-age is missing", &["max-age-differs"], |_, answer| {
            answer.headers_mut().remove(header::ACCESS_CONTROL_MAX_AGE);
        }),
        broken("max-age with a unit", &["max-age-differs"], |_, answer| {
            if is_allowed(answer) {
                set(answer, "access-control-max-age", "600s");
            }
        }),
        broken("no Vary on preflights", &["preflight-vary-missing"], |_, answer| {
            answer.headers_mut().remove(header::VARY);
        }),
        broken("denied origins get the lists", &["denied-preflight-headers"], |_, answer| {
            set(answer, "access-control-allow-methods", "PUT, DELETE");
            set(answer, "access-control-max-age", "600");
        }),
        broken("preflights of any origin", &["any-origin-allowed"], |request, answer| {
            if !is_allowed(answer) {
                let origin = text(request, "origin").unwrap();
                *answer.status_mut() = StatusCode::NO_CONTENT;
                set(answer, "access-control-allow-origin", origin);
            }
        }),
        broken("denied preflights reach the app", &["preflight-reaches-app"], |request, answer| {
            if !is_allowed(answer) {
                *answer = app(request);
            }
        }),
        Fault::new("OPTIONS is always a preflight", &["options-hijacked"], |request| {
            let mut answer = correct(&strict(), request);
            if *request.method() == Method::OPTIONS && !is_preflight(request) {
                answer = with_status(StatusCode::NO_CONTENT);
                let policy = strict();
                let headers: &HeaderMap =
                    &policy.check_preflight("https://app.example.com", "PUT", []).headers().clone();
                answer.headers_mut().extend(headers.clone());
            }
            answer
        }),
        Fault::new(
            "the snippet for nginx",
            &[
                "wildcard-with-credentials",
                "head-without-cors",
                "any-origin-allowed",
                "stray-headers",
                "options-hijacked",
                "max-age-differs",
            ],
            snippet,
        )
        .because("nginx-snippet"),
    ]
}

/// Its `if` for each method: others get nothing.
fn snippet(request: &Request<()>) -> Answer {
    let mut answer = app(request);
    strip(answer.headers_mut());
    if *request.method() == Method::OPTIONS {
        answer = with_status(StatusCode::NO_CONTENT);
        set(&mut answer, "access-control-max-age", "1728000");
    } else if *request.method() != Method::GET {
        return answer;
    } else if answer.status() == StatusCode::OK {
        set(
            &mut answer,
            "access-control-expose-headers",
            "Content-Length,Content-Range,x-request-id",
        );
    }
    set(&mut answer, "access-control-allow-origin", "*");
    set(&mut answer, "access-control-allow-methods", "GET, POST, OPTIONS, PUT, DELETE");
    set(&mut answer, "access-control-allow-headers", SNIPPET);
    answer
}

/// The headers of ingress-nginx, with `enable-cors` and no other annotation.
fn ingress(request: &Request<()>) -> Answer {
    let mut answer = app(request);
    if *request.method() == Method::OPTIONS {
        answer = with_status(StatusCode::NO_CONTENT);
        set(&mut answer, "access-control-max-age", "1728000");
    }
    set(&mut answer, "access-control-allow-origin", "*");
    set(&mut answer, "access-control-allow-credentials", "true");
    set(&mut answer, "access-control-allow-methods", "GET, PUT, POST, DELETE, PATCH, OPTIONS");
    set(
        &mut answer,
        "access-control-allow-headers",
        "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,\
         Authorization",
    );
    answer
}
