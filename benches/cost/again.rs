//! Requests, any number of them, without taking memory for ever.

use http::Request;

/// The same request, of the same buffer.
pub fn again<B: Default>(request: &Request<B>) -> Request<B> {
    let mut again = Request::new(B::default());
    again.method_mut().clone_from(request.method());
    again.uri_mut().clone_from(request.uri());
    again.headers_mut().clone_from(request.headers());
    again
}
