//! Inner services that are, or do, what few do: nothing is asked of them that CORS does not need.

use std::{
    cell::RefCell,
    convert::Infallible,
    future::{Future, Ready, ready},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use corsac::{Cors, CorsLayer};
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper::{server::conn::http1, service::service_fn as hyper_service_fn};
use hyper_util::rt::TokioIo;
use tokio::task::{LocalSet, spawn_local};
use tower::{Layer, Service, ServiceExt, service_fn};

use crate::{
    APP, EVIL, STRICT_FOR_APP, STRICT_FOR_NOBODY, STRICT_PREFLIGHT,
    client::{Client, cors_lines, from, preflight},
    server::listen,
    strict_layer,
};

/// Neither `Clone` nor `Send`, and its future borrows from the test.
struct Borrowing<'a> {
    log: &'a RefCell<Vec<String>>,
    calls: Rc<RefCell<usize>>,
}

impl<'a, B> Service<Request<B>> for Borrowing<'a> {
    type Response = Response<&'a str>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + 'a>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        *self.calls.borrow_mut() += 1;
        let (log, line) = (self.log, request.uri().path().to_owned());
        Box::pin(async move {
            log.borrow_mut().push(line);
            Ok(Response::new("borrowed"))
        })
    }
}

#[tokio::test]
async fn neither_clone_nor_send_nor_static() {
    let log = RefCell::default();
    let calls = Rc::default();
    let mut cors = strict_layer().layer(Borrowing { log: &log, calls: Rc::clone(&calls) });

    // Nor is the request's body, which is no body either.
    let request = from(APP, Method::GET, "/a").body(Rc::new(())).unwrap();
    let response = cors.call(request).await.unwrap();
    assert_eq!(*response.body(), "borrowed");
    assert_eq!(cors_lines(response.headers()), STRICT_FOR_APP);

    let response = cors.call(preflight(APP, "PUT", "/b").body(()).unwrap()).await.unwrap();
    assert_eq!((response.status().as_u16(), *response.body()), (204, ""));
    let response = cors.call(from(EVIL, Method::GET, "/c").body(()).unwrap()).await.unwrap();
    assert_eq!(cors_lines(response.headers()), STRICT_FOR_NOBODY);

    assert_eq!((&*log.borrow(), *calls.borrow()), (&vec!["/a".to_owned(), "/c".to_owned()], 2));
    assert_eq!(*cors.inner().calls.borrow(), 2);
    assert_eq!(*cors.into_inner().calls.borrow(), 2);
}

/// hyper's HTTP/1 needs no `Send` where the runtime does not.
#[tokio::test]
async fn on_one_thread_over_a_socket() {
    let exchange = async {
        let (listener, address) = listen().await;
        let calls = Rc::new(RefCell::new(0));
        let count = calls.clone();
        let cors = strict_layer().layer(service_fn(move |_| {
            *count.borrow_mut() += 1;
            let count = count.clone();
            async move {
                let body = Bytes::from(count.borrow().to_string());
                Ok::<_, Infallible>(Response::new(Full::new(body)))
            }
        }));
        let cors = Rc::new(RefCell::new(cors));
        let server = spawn_local(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let service = hyper_service_fn(move |request| cors.borrow_mut().call(request));
            http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.unwrap();
        });

        let mut client = Client::http1(address).await;
        client.send(preflight(APP, "PUT", "/")).await.expect(204, &STRICT_PREFLIGHT);
        for body in ["1", "2"] {
            let answer = client.send(from(APP, Method::PUT, "/")).await;
            assert_eq!(answer.expect(200, &STRICT_FOR_APP).body, body);
        }
        drop(client);
        server.await.unwrap();
        assert_eq!(*calls.borrow(), 2);
    };
    LocalSet::new().run_until(exchange).await;
}

#[tokio::test]
async fn an_error_passes_as_it_is() {
    #[derive(Debug, PartialEq)]
    struct OutOfOrder(u8);

    let fails = service_fn(|_: Request<()>| ready(Err::<Response<()>, _>(OutOfOrder(7))));
    for cors in [strict_layer(), CorsLayer::permissive(), CorsLayer::disabled()] {
        for origin in [APP, EVIL] {
            let request = from(origin, Method::GET, "/").body(()).unwrap();
            let outcome = cors.layer(fails).oneshot(request).await;
            assert_eq!(outcome.unwrap_err(), OutOfOrder(7));
        }
    }
    // What the layer answers itself cannot fail.
    let request = preflight(APP, "PUT", "/").body(()).unwrap();
    assert_eq!(strict_layer().layer(fails).oneshot(request).await.unwrap().status(), 204);
}

/// Ready when it is told so, or broken.
#[derive(Debug, Default)]
struct Moody {
    state: Option<Result<(), &'static str>>,
}

impl Service<Request<()>> for Moody {
    type Response = Response<Full<Bytes>>;
    type Error = &'static str;
    type Future = Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        match self.state {
            Some(state) => Poll::Ready(state),
            None => {
                cx.waker().wake_by_ref();
                self.state = Some(Ok(()));
                Poll::Pending
            }
        }
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        assert_eq!(self.state.take(), Some(Ok(())), "called before it was ready");
        ready(Ok(Response::default()))
    }
}

/// The layer is as ready as what is inside: load shedding and limits keep working.
#[tokio::test]
async fn readiness_is_the_inner_services() {
    let mut cx = Context::from_waker(Waker::noop());
    for layer in [strict_layer(), CorsLayer::disabled()] {
        let mut cors: Cors<Moody> = layer.layer(Moody::default());
        assert!(cors.poll_ready(&mut cx).is_pending());
        assert_eq!(cors.poll_ready(&mut cx), Poll::Ready(Ok(())));

        let request = || from(APP, Method::GET, "/").body(()).unwrap();
        assert!(cors.call(request()).await.is_ok());
        assert!(cors.poll_ready(&mut cx).is_pending());
        assert!(cors.ready().await.unwrap().call(request()).await.is_ok());

        let broken = Moody { state: Some(Err("broken")) };
        assert_eq!(layer.layer(broken).poll_ready(&mut cx), Poll::Ready(Err("broken")));
    }
}

/// A preflight uses nothing of what the inner service had made ready.
#[tokio::test]
async fn a_preflight_leaves_the_inner_service_ready() {
    let mut cx = Context::from_waker(Waker::noop());
    let mut cors = strict_layer().layer(Moody { state: Some(Ok(())) });
    let preflight = preflight(APP, "PUT", "/").body(()).unwrap();
    assert_eq!(cors.ready().await.unwrap().call(preflight).await.unwrap().status(), 204);
    assert_eq!(cors.poll_ready(&mut cx), Poll::Ready(Ok(())));
}

/// What is not awaited has not happened, and a dropped future takes the inner one with it.
#[tokio::test]
async fn a_dropped_future_drops_the_inner_one() {
    let held = Rc::new(());
    let clone = held.clone();
    let mut cors = strict_layer().layer(service_fn(move |_: Request<()>| {
        let held = clone.clone();
        async move {
            std::future::pending::<()>().await;
            drop(held);
            Ok::<_, Infallible>(Response::new(()))
        }
    }));
    let mut future = Box::pin(cors.call(from(APP, Method::GET, "/").body(()).unwrap()));
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(Rc::strong_count(&held), 3);
    drop(future);
    assert_eq!(Rc::strong_count(&held), 2);
}
