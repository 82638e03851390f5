//! Acts as a server that does not check its policy. It shows the effect in the browser of a policy
//! that corsac refuses to build.

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_REQUEST_METHOD,
    },
};

use crate::{api::AnsweredBy, form::Form};

pub(crate) async fn run(State(form): State<Form>, request: Request, next: Next) -> Response {
    let is_preflight = *request.method() == Method::OPTIONS
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_preflight {
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = StatusCode::NO_CONTENT;
        answer.extensions_mut().insert(AnsweredBy::Hand);
        answer
    } else {
        next.run(request).await
    };
    write(&form, response.headers_mut());
    response
}

fn write(form: &Form, headers: &mut HeaderMap) {
    let mut put = |name: HeaderName, any: bool, items: &[String]| {
        let value = if any { "*".to_owned() } else { items.join(", ") };
        // No server can send a text that is not a header value.
        let value = HeaderValue::try_from(value).ok().filter(|value| !value.is_empty());
        headers.extend(value.map(|value| (name, value)));
    };
    let first = form.origins.first().map(std::slice::from_ref).unwrap_or_default();
    put(ACCESS_CONTROL_ALLOW_ORIGIN, form.any_origin, first);
    put(ACCESS_CONTROL_ALLOW_METHODS, form.any_method, &form.methods);
    put(ACCESS_CONTROL_ALLOW_HEADERS, form.any_header, &form.headers);
    put(ACCESS_CONTROL_EXPOSE_HEADERS, form.expose_any, &form.exposed);
    if form.allows_credentials() {
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
}
