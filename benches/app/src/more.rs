//! More inner services, each of another type.

use std::{
    convert::Infallible,
    hint::black_box,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{Router, extract::Request, http::Response};
use tower::{Layer as _, Service, service_fn};

pub fn more(app: Router) -> Router {
    app.route_service("/1", service::<8>())
        .route_service("/2", service::<16>())
        .route_service("/3", service::<24>())
        .route_service("/4", service::<32>())
        .route_service("/5", service::<40>())
        .route_service("/6", service::<48>())
        .route_service("/7", service::<56>())
        .route_service("/8", service::<64>())
        .route_service("/9", service::<72>())
        .route_service("/10", service::<80>())
        .route_service("/11", service::<88>())
        .route_service("/12", service::<96>())
        .route_service("/13", service::<104>())
        .route_service("/14", service::<112>())
        .route_service("/15", service::<120>())
        .route_service("/16", service::<128>())
}

/// Returns a service whose future has this size, so that the compiler cannot merge the code around two
/// of them.
fn service<const SIZE: usize>()
-> impl Service<Request, Response = Response<String>, Error = Infallible, Future: Send>
+ Clone
+ Send
+ Sync {
    crate::layer().layer(service_fn(|_| Hello([0; SIZE])))
}

struct Hello<const SIZE: usize>([u8; SIZE]);

impl<const SIZE: usize> Future for Hello<SIZE> {
    type Output = Result<Response<String>, Infallible>;

    // A handler is not inlined into its middleware either.
    #[inline(never)]
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        black_box(self.0);
        Poll::Ready(Ok(Response::new("hello".to_owned())))
    }
}
