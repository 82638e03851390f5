//! Responses with wrong headers, or without them.

use http::{HeaderValue, Method, Request, StatusCode, header};

use super::{
    fault::Fault,
    server::{Answer, app, correct, header as text, is_preflight, set, strict, strip, with_status},
};

/// Changes the answers that are right.
fn broken(
    name: &'static str,
    finds: &'static [&'static str],
    change: fn(&Request<()>, &mut Answer),
) -> Fault {
    Fault::new(name, finds, move |request| {
        let mut answer = correct(&strict(), request);
        change(request, &mut answer);
        answer
    })
}

fn has_origin(answer: &Answer) -> bool {
    answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN)
}

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn all() -> Vec<Fault> {
    vec![
        Fault::new("no CORS at all", &["allow-origin-missing"], app),
        broken("only preflights have headers", &["allow-origin-missing"], |request, answer| {
            if !is_preflight(request) {
                strip(answer.headers_mut());
            }
        }),
        Fault::new(
            "`cors: true` of Serverless",
            &[
                "allow-origin-missing",
                "wildcard-with-credentials",
                "any-origin-allowed",
                "max-age-differs",
            ],
            serverless,
        )
        .because("serverless-cors"),
        broken("a slash at the end", &["allow-origin-mismatch"], |_, answer| {
            if let Some(origin) = answer.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
                let origin = format!("{}/", origin.to_str().unwrap());
                set(answer, "access-control-allow-origin", &origin);
            }
        }),
        broken("two programs answer", &["allow-origin-twice"], |_, answer| {
            if has_origin(answer) {
                let star = HeaderValue::from_static("*");
                answer.headers_mut().append(header::ACCESS_CONTROL_ALLOW_ORIGIN, star);
            }
        })
        .because("two-answers"),
        broken("all origins in one line", &["allow-origin-list"], |_, answer| {
            if has_origin(answer) {
                let list = "https://app.example.com,https://admin.example.org:8443";
                set(answer, "access-control-allow-origin", list);
            }
        })
        .because("origins-joined"),
        broken("* with credentials", &["wildcard-with-credentials"], |_, answer| {
            if has_origin(answer) {
                set(answer, "access-control-allow-origin", "*");
            }
        }),
        broken(
            "* for every page",
            &["wildcard-with-credentials", "any-origin-allowed"],
            |request, answer| {
                if is_preflight(request) {
                    *answer.status_mut() = StatusCode::NO_CONTENT;
                    set(answer, "access-control-allow-methods", "PUT, DELETE");
                    set(answer, "access-control-allow-headers", "authorization, content-type");
                    set(answer, "access-control-max-age", "600");
                }
                set(answer, "access-control-allow-origin", "*");
                if !is_preflight(request) {
                    set(answer, "access-control-expose-headers", "x-request-id");
                }
            },
        ),
        broken("the app's * for denied origins", &["any-origin-allowed"], |request, answer| {
            if !is_preflight(request) && !has_origin(answer) && text(request, "origin").is_some() {
                set(answer, "access-control-allow-origin", "*");
            }
        })
        .because("app-star"),
        broken("`True`", &["credentials-missing"], |_, answer| {
            if has_origin(answer) {
                set(answer, "access-control-allow-credentials", "True");
            }
        }),
        broken("no credentials on responses", &["credentials-missing"], |request, answer| {
            if !is_preflight(request) {
                answer.headers_mut().remove(header::ACCESS_CONTROL_ALLOW_CREDENTIALS);
            }
        }),
        broken("nothing is exposed", &["exposed-header-missing"], |_, answer| {
            answer.headers_mut().remove(header::ACCESS_CONTROL_EXPOSE_HEADERS);
        }),
        broken(
            "exposed on preflights alone",
            &["exposed-header-missing", "exposed-on-preflight"],
            |request, answer| {
                answer.headers_mut().remove(header::ACCESS_CONTROL_EXPOSE_HEADERS);
                if is_preflight(request) && has_origin(answer) {
                    set(answer, "access-control-expose-headers", "x-request-id");
                }
            },
        ),
        broken("more is exposed", &["exposed-header-unwanted"], |request, answer| {
            if has_origin(answer) && !is_preflight(request) {
                set(answer, "access-control-expose-headers", "x-request-id, x-secret");
            }
        }),
        broken("errors without headers", &["error-without-cors"], |request, answer| {
            if answer.status().as_u16() >= 400 && !is_preflight(request) {
                strip(answer.headers_mut());
            }
        }),
        broken("nginx without `always`", &["error-without-cors"], |request, answer| {
            set(answer, "server", "nginx/1.31.3");
            if answer.status().as_u16() >= 400 && !is_preflight(request) {
                strip(answer.headers_mut());
            }
        })
        .because("nginx-without-always"),
        Fault::new(
            "401 before CORS",
            &["preflight-needs-credentials", "error-without-cors"],
            |_| {
                let mut answer = with_status(StatusCode::UNAUTHORIZED);
                set(&mut answer, "www-authenticate", "Bearer");
                answer
            },
        )
        .because("authentication-first"),
        broken("HEAD without headers", &["head-without-cors"], |request, answer| {
            if *request.method() == Method::HEAD {
                strip(answer.headers_mut());
            }
        }),
        broken("304 without headers", &["not-modified-without-cors"], |_, answer| {
            if answer.status() == StatusCode::NOT_MODIFIED {
                strip(answer.headers_mut());
            }
        }),
        broken(
            "everything is redirected",
            &["preflight-redirected", "redirect-without-cors"],
            |_, answer| {
                *answer = with_status(StatusCode::MOVED_PERMANENTLY);
                set(answer, "location", "/users/");
            },
        )
        .because("redirect-to-slash"),
        broken("no Vary", &["vary-missing"], |request, answer| {
            if !is_preflight(request) {
                answer.headers_mut().remove(header::VARY);
            }
        }),
        broken("Vary only with the headers", &["vary-conditional"], |request, answer| {
            if !is_preflight(request) && !has_origin(answer) {
                answer.headers_mut().remove(header::VARY);
            }
        }),
        broken("Vary only with an origin", &["vary-conditional"], |request, answer| {
            if text(request, "origin").is_none() {
                answer.headers_mut().remove(header::VARY);
            }
        }),
        broken("credentials for denied origins", &["stray-headers"], |request, answer| {
            if !is_preflight(request) {
                set(answer, "access-control-allow-credentials", "true");
            }
        }),
        broken("the headers of preflights", &["stray-headers"], |request, answer| {
            if *request.method() == Method::GET {
                set(answer, "access-control-allow-methods", "GET, PUT");
            }
        }),
    ]
}

/// A gateway that answers every preflight with constants, and adds nothing to other responses.
fn serverless(request: &Request<()>) -> Answer {
    if !is_preflight(request) {
        return app(request);
    }
    let mut answer = with_status(StatusCode::OK);
    set(&mut answer, "access-control-allow-origin", "*");
    set(&mut answer, "access-control-allow-methods", "OPTIONS,PUT,DELETE");
    set(
        &mut answer,
        "access-control-allow-headers",
        "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token,X-Amz-User-Agent",
    );
    answer
}
