//! The code that is counted and timed.

use std::{
    convert::Infallible,
    future::Future as _,
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
};

use http::{Request, Response};
use tower::Service;

/// The only caller of `service`, so that the compiler can inline it, as in an application.
///
/// Leaves the memory of `requests` to the caller: when glibc frees as much, it sorts all that was freed
/// before, unless it had mapped that memory alone.
#[inline(never)]
pub fn counted_operations<S, B, R>(service: &mut S, requests: &mut Vec<Request<B>>)
where
    S: Service<Request<B>, Response = Response<R>, Error = Infallible>,
{
    let mut cx = Context::from_waker(Waker::noop());
    for request in requests.drain(..) {
        let mut future = pin!(service.call(request));
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(response) => drop(black_box(response)),
            Poll::Pending => unreachable!("everything is ready"),
        }
    }
}
