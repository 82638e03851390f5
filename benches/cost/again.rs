//! Copies a request without allocating a new buffer, so that any number of copies needs little memory.

use http::Request;

/// Returns a copy of a request that shares its buffer.
pub fn again<B: Default>(request: &Request<B>) -> Request<B> {
    let mut again = Request::new(B::default());
    again.method_mut().clone_from(request.method());
    again.uri_mut().clone_from(request.uri());
    again.headers_mut().clone_from(request.headers());
    again
}
