//! Servers on the loopback, and the command that asks them.

use std::{
    ffi::OsStr,
    net::SocketAddr,
    process::{Command, Output},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
};

use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::{net::TcpListener, sync::oneshot};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

use crate::fault::Server;

/// A server that stops when it is dropped.
pub struct Running {
    pub address: SocketAddr,
    pub requests: Arc<AtomicUsize>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

pub fn serve(server: Box<Server>) -> Running {
    start(server, None)
}

pub fn serve_tls(server: Box<Server>, tls: ServerConfig) -> Running {
    start(server, Some(TlsAcceptor::from(Arc::new(tls))))
}

fn start(server: Box<Server>, tls: Option<TlsAcceptor>) -> Running {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let requests = Arc::new(AtomicUsize::new(0));
    let (stop, stopped) = oneshot::channel();
    let counter = requests.clone();
    let thread = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            tokio::select! {
                () = accept(listener, server, tls, counter) => {}
                _ = stopped => {}
            }
        });
    });
    Running { address, requests, stop: Some(stop), thread: Some(thread) }
}

async fn accept(
    listener: TcpListener,
    server: Box<Server>,
    tls: Option<TlsAcceptor>,
    requests: Arc<AtomicUsize>,
) {
    let server = Arc::new(Mutex::new(server));
    let mut connections = 0;
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        connections += 1;
        let (server, requests, tls) = (server.clone(), requests.clone(), tls.clone());
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            requests.fetch_add(1, Ordering::Relaxed);
            let (parts, _) = request.into_parts();
            let request = Request::from_parts(parts, ());
            let answer = server.lock().unwrap()(&request, connections);
            let answer: Response<Full<Bytes>> = answer.map(|body| Full::new(Bytes::from(body)));
            async move { Ok::<_, hyper::Error>(answer) }
        });
        tokio::spawn(async move {
            let builder = auto::Builder::new(TokioExecutor::new());
            // A client that hangs up is no failure of the server.
            match tls {
                None => drop(builder.serve_connection(TokioIo::new(stream), service).await),
                Some(tls) => {
                    let Ok(stream) = tls.accept(stream).await else { return };
                    drop(builder.serve_connection(TokioIo::new(stream), service).await);
                }
            }
        });
    }
}

/// Runs `corsac probe`, without the environment of the tests.
pub fn corsac<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_corsac"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CORSAC_") {
            command.env_remove(name);
        }
    }
    command.env_remove("GITHUB_STEP_SUMMARY");
    // A folder without a policy file.
    command.current_dir(std::env::temp_dir());
    command.arg("probe").args(arguments).output().unwrap()
}

/// What a command printed, and its exit code.
#[derive(Debug)]
pub struct Printed {
    pub code: i32,
    pub out: String,
    pub err: String,
}

pub fn printed<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Printed {
    let Output { status, stdout, stderr } = corsac(arguments);
    Printed {
        code: status.code().unwrap(),
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
    }
}

/// Writes a policy to a file, which lives as long as the value.
pub fn policy_file(policy: &corsac::Policy) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    serde_json::to_writer(file.as_file(), &policy.config().unwrap()).unwrap();
    file
}
