//! An answer, reduced to what its recipients can tell apart.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use futures_util::FutureExt as _;
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_EXPOSE_HEADERS,
        VARY,
    },
};
use tower::{Layer, Service, ServiceExt as _};

use super::corpus::ResponseData;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The policy panics as it is written; this is the answer of what had to remain of it.
    pub(crate) panics: bool,
    pub(crate) reaches_service: bool,
    pub(crate) status: u16,
    /// Each line of each name; a line of a list is its elements.
    headers: BTreeMap<String, Vec<Vec<String>>>,
}

/// What `layer` answers around a service that answers `inner`.
pub(crate) fn ask<L, S>(layer: &L, request: Request<()>, inner: &ResponseData) -> Answer
where
    L: Layer<Inner, Service = S>,
    S: Service<Request<()>, Response = Response<&'static str>, Error = Infallible>,
{
    let service = layer.layer(Inner(inner.clone()));
    let response = service.oneshot(request).now_or_never().unwrap().unwrap();
    let headers = response.headers();
    let lines = |name| headers.get_all(name).iter().map(|value| elements(name, value)).collect();
    Answer {
        panics: false,
        reaches_service: !response.body().is_empty(),
        status: response.status().as_u16(),
        headers: headers.keys().map(|name| (name.to_string(), lines(name))).collect(),
    }
}

/// Answers everything alike, with a body that no layer makes up.
pub(crate) struct Inner(pub(crate) ResponseData);

impl Service<Request<()>> for Inner {
    type Response = Response<&'static str>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        ready(Ok(self.0.build("from the service")))
    }
}

impl Answer {
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.headers.keys().map(String::as_str)
    }

    /// The elements of a list, of all its lines.
    pub(crate) fn list(&self, name: &HeaderName) -> Vec<String> {
        self.headers.get(name.as_str()).into_iter().flatten().flatten().cloned().collect()
    }

    /// Makes a list one line, or none where it is empty.
    pub(crate) fn set<T: ToString>(
        &mut self,
        name: &HeaderName,
        list: impl IntoIterator<Item = T>,
    ) {
        let mut line: Vec<_> = list.into_iter().map(|it| it.to_string()).collect();
        line.sort_unstable();
        self.remove(name);
        if !line.is_empty() {
            self.headers.insert(name.to_string(), vec![line]);
        }
    }

    pub(crate) fn remove(&mut self, name: &HeaderName) {
        self.headers.remove(name.as_str());
    }

    /// Puts back what the inner service wrote.
    pub(crate) fn restore(&mut self, name: &HeaderName, inner: &HeaderMap) {
        let lines = inner.get_all(name).iter().map(|value| elements(name, value)).collect();
        self.headers.insert(name.to_string(), lines);
    }
}

/// What is in one line.
///
/// Neither browsers nor caches mind how a list is sorted and spaced, nor, but for methods, its case
/// (RFC 9110, 5.6.1; Fetch, "CORS-preflight fetch"), so all of this is made alike.
fn elements(name: &HeaderName, value: &HeaderValue) -> Vec<String> {
    const LISTS: [HeaderName; 4] = [
        ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_EXPOSE_HEADERS,
        VARY,
    ];
    let line: String = value.as_bytes().iter().copied().map(char::from).collect();
    if !LISTS.contains(name) {
        return vec![line];
    }
    let line = if *name == ACCESS_CONTROL_ALLOW_METHODS { line } else { line.to_ascii_lowercase() };
    let elements = line.split(',').map(str::trim).filter(|it| !it.is_empty());
    let mut elements: Vec<_> = elements.map(str::to_owned).collect();
    elements.sort_unstable();
    elements
}
