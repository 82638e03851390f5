//! Servers on ports that the system picks; they end with the value.

use std::{error::Error, future::Future, net::SocketAddr};

use axum::Router;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tower::Service;

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type BoxError = Box<dyn Error + Send + Sync>;

impl Server {
    pub(crate) async fn axum(app: Router) -> Self {
        let (listener, address) = listen().await;
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, task }
    }

    /// hyper alone, HTTP/1, upgrades allowed.
    pub(crate) async fn http1<S, R>(service: S) -> Self
    where
        S: Service<Request<Incoming>, Response = Response<R>, Error: Into<BoxError>>,
        S: Clone + Send + 'static,
        S::Future: Send,
        R: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        Self::accept(move |stream| {
            let service = TowerToHyperService::new(service.clone());
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            async move { _ = connection.with_upgrades().await }
        })
        .await
    }

    /// hyper alone, HTTP/2 without TLS.
    pub(crate) async fn http2<S, R>(service: S) -> Self
    where
        S: Service<Request<Incoming>, Response = Response<R>, Error: Into<BoxError>>,
        S: Clone + Send + 'static,
        S::Future: Send,
        R: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        Self::accept(move |stream| {
            let service = TowerToHyperService::new(service.clone());
            let builder = http2::Builder::new(TokioExecutor::new());
            let connection = builder.serve_connection(TokioIo::new(stream), service);
            async move { _ = connection.await }
        })
        .await
    }

    async fn accept<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (listener, address) = listen().await;
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream));
            }
        });
        Self { address, task }
    }
}

pub(crate) async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}
