//! Servers that are broken on purpose: corsac's own answer, wrong in one place.
//!
//! One fault each, so that a case which catches it looks at that very thing.

mod all;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
};

pub use all::ALL;

pub struct Fault {
    pub name: &'static str,
    pub what: &'static str,
    kind: Kind,
}

enum Kind {
    /// Takes an origin for another one, which may be allowed.
    Mistakes(fn(&str) -> Option<String>),
    /// Reads other request headers than were sent.
    Misreads(fn(&mut HeaderMap)),
    /// Answers instead of the layer.
    Answers(fn(&Asked) -> Option<Response>),
    /// Writes something else than the layer did.
    Writes(fn(&Asked, StatusCode, &mut HeaderMap)),
}

/// What the request was.
pub struct Asked {
    method: Method,
    headers: HeaderMap,
}

impl Asked {
    pub fn new(request: &Request) -> Self {
        Self { method: request.method().clone(), headers: request.headers().clone() }
    }

    fn origin(&self) -> Option<&str> {
        self.headers.get(ORIGIN)?.to_str().ok()
    }

    fn is_preflight(&self) -> bool {
        self.method == Method::OPTIONS && self.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
    }
}

/// The broken servers that answer otherwise than corsac did.
pub fn that_change(asked: &Asked, response: &Response) -> Vec<&'static str> {
    ALL.iter().filter(|fault| fault.changes(asked, response)).map(|fault| fault.name).collect()
}

impl Fault {
    fn changes(&self, asked: &Asked, response: &Response) -> bool {
        match self.kind {
            Kind::Mistakes(mistake) => asked.origin().and_then(mistake).is_some(),
            Kind::Misreads(misread) => {
                let mut headers = asked.headers.clone();
                misread(&mut headers);
                headers != asked.headers
            }
            Kind::Answers(answer) => answer(asked).is_some(),
            Kind::Writes(write) => {
                let mut headers = response.headers().clone();
                write(asked, response.status(), &mut headers);
                headers != *response.headers()
            }
        }
    }
}

/// Around the layer and the API.
pub async fn spoil(
    State(fault): State<&'static Fault>,
    mut request: Request,
    next: Next,
) -> Response {
    let asked = Asked::new(&request);
    match fault.kind {
        Kind::Mistakes(mistake) => {
            let other = asked.origin().and_then(mistake);
            let Some(other) = other.and_then(|other| HeaderValue::try_from(other).ok()) else {
                return next.run(request).await;
            };
            request.headers_mut().insert(ORIGIN, other);
            let mut response = next.run(request).await;
            let own = asked.headers.get(ORIGIN).filter(|_| is_granted(response.headers()));
            if let Some(own) = own.cloned() {
                response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, own);
            }
            response
        }
        Kind::Misreads(misread) => {
            misread(request.headers_mut());
            next.run(request).await
        }
        Kind::Answers(answer) => match answer(&asked) {
            Some(response) => response,
            None => next.run(request).await,
        },
        Kind::Writes(write) => {
            let mut response = next.run(request).await;
            let status = response.status();
            write(&asked, status, response.headers_mut());
            response
        }
    }
}

fn is_granted(headers: &HeaderMap) -> bool {
    headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN)
}

/// Rewrites a header, where there is one.
fn edit(headers: &mut HeaderMap, name: &HeaderName, edit: impl FnOnce(&str) -> String) {
    let value = headers.get(name).and_then(|value| value.to_str().ok()).map(edit);
    if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
        headers.insert(name, value);
    }
}
