//! The services, and the requests that they answer.

use std::{
    convert::Infallible,
    future::{Future, Ready, ready},
    pin::Pin,
    task::{Context, Poll},
};

use axum::{Router, body::Body, routing::get};
use bytes::{Bytes, BytesMut};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response,
    header::{
        ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONNECTION, COOKIE, HOST, REFERER, USER_AGENT,
    },
};
use pin_project_lite::pin_project;
use tower::{Layer, Service, ServiceExt as _, util};

/// Returns a request with eight usual headers and others. All values are slices of one buffer.
pub fn like_hyper(method: Method, headers: &[(HeaderName, String)]) -> Request<()> {
    let usual = [
        (HOST, "api.example.com"),
        (USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"),
        (ACCEPT, "*/*"),
        (ACCEPT_LANGUAGE, "en-US,en;q=0.5"),
        (ACCEPT_ENCODING, "gzip, deflate, br, zstd"),
        (REFERER, "https://app7.example.com/"),
        (CONNECTION, "keep-alive"),
        (COOKIE, "session=0123456789abcdef"),
    ];
    let usual = usual.iter().map(|(name, value)| (name, *value));
    let lines: Vec<_> =
        usual.chain(headers.iter().map(|(name, value)| (name, value.as_str()))).collect();
    let mut buffer = BytesMut::new();
    for (_, value) in &lines {
        buffer.extend_from_slice(value.as_bytes());
    }
    let mut buffer: Bytes = buffer.freeze();
    // As hyper's buffer, which lives as long as the connection.
    std::mem::forget(buffer.clone());
    let mut request = Request::new(());
    *request.method_mut() = method;
    for (name, value) in lines {
        let value = buffer.split_to(value.len());
        request.headers_mut().append(name, HeaderValue::from_maybe_shared(value).unwrap());
    }
    request
}

/// A service that is ready at once. Its response has no body, and the headers that the function inserts.
/// Each value of `AT` is a separate type, so that the layers around it have only one caller.
#[derive(Clone)]
pub struct Inner<const AT: u8>(pub fn(&mut HeaderMap));

impl<const AT: u8> Service<Request<()>> for Inner<AT> {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = Ready<Result<Response<()>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    // A handler is not inlined into its middleware either.
    #[inline(never)]
    fn call(&mut self, _: Request<()>) -> Self::Future {
        let mut response = Response::new(());
        (self.0)(response.headers_mut());
        ready(Ok(response))
    }
}

/// Inserts the same headers as corsac, and reads nothing from the request.
#[derive(Clone)]
pub struct Limit<S> {
    inner: S,
    insert: fn(&mut HeaderMap),
}

#[derive(Clone)]
pub struct LimitLayer(pub fn(&mut HeaderMap));

impl<S> Layer<S> for LimitLayer {
    type Service = Limit<S>;

    fn layer(&self, inner: S) -> Limit<S> {
        Limit { inner, insert: self.0 }
    }
}

impl<S: Service<Request<B>, Response = Response<R>>, B, R> Service<Request<B>> for Limit<S> {
    type Response = Response<R>;
    type Error = S::Error;
    type Future = LimitFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        LimitFuture { inner: self.inner.call(request), insert: self.insert }
    }
}

pin_project! {
    pub struct LimitFuture<F> {
        #[pin]
        inner: F,
        insert: fn(&mut HeaderMap),
    }
}

impl<R, E, F: Future<Output = Result<Response<R>, E>>> Future for LimitFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.inner.poll(cx).map_ok(|mut response| {
            (this.insert)(response.headers_mut());
            response
        })
    }
}

/// Clones the service for each request, as axum and hyper do.
#[derive(Clone)]
pub struct Cloned<S>(pub S);

impl<S: Service<Request<()>> + Clone> Service<Request<()>> for Cloned<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<()>) -> S::Future {
        self.0.clone().call(request)
    }
}

pub fn router() -> Router {
    Router::new().route("/users/{id}", get(async || "hello"))
}

/// A router, cloned for each request.
#[derive(Clone)]
pub struct Routed(pub Router);

impl Service<Request<Body>> for Routed {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = util::Oneshot<Router, Request<Body>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        self.0.clone().oneshot(request)
    }
}
