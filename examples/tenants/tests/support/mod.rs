//! Starts the servers on free ports, and sends requests to them.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

use corsac_tenants::{Limits, Tenants, admin, api};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use rusqlite::Connection;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

pub const SHOP: &str = "shop.localhost";
pub const OWN: &str = "https://shop.example";

/// The longest time that a test waits for a response.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct World {
    pages: SocketAddr,
    administrators: SocketAddr,
    pub file: PathBuf,
}

impl World {
    pub async fn new(name: &str) -> Self {
        Self::with_limits(name, Limits::default()).await
    }

    pub async fn with_limits(name: &str, limits: Limits) -> Self {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.sqlite"));
        _ = fs::remove_file(&file);
        let tenants = Tenants::open(&file, limits).unwrap();
        let pages = serve(api(tenants.clone())).await;
        Self { pages, administrators: serve(admin(tenants, recorder())).await, file }
    }

    /// Opens the database as another process would.
    pub fn database(&self) -> Connection {
        Connection::open(&self.file).unwrap()
    }

    /// Sends a GET of a page.
    pub async fn get(&self, host: &str, origin: &str) -> Answer {
        send(self.pages, "GET", "/", &[("host", host), ("origin", origin)], "").await
    }

    pub async fn preflight(&self, host: &str, origin: &str) -> Answer {
        let method = ("access-control-request-method", "PUT");
        send(self.pages, "OPTIONS", "/", &[("host", host), ("origin", origin), method], "").await
    }

    pub async fn admin(&self, method: &str, path: &str, body: &str) -> Answer {
        send(self.administrators, method, path, &[("host", "localhost")], body).await
    }

    pub async fn add(&self, host: &str, origin: &str) -> Answer {
        self.admin("PUT", &format!("/tenants/{host}/origins/{origin}"), "").await
    }

    pub async fn remove(&self, host: &str, origin: &str) -> Answer {
        self.admin("DELETE", &format!("/tenants/{host}/origins/{origin}"), "").await
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// Returns whether the page can read the response. Checks that the CORS headers are complete or
    /// absent.
    #[track_caller]
    pub fn is_granted(&self, origin: &str) -> bool {
        let grants = format!("access-control-allow-origin: {origin}\r\n");
        let is_granted = (self.head.clone() + "\r\n").contains(&grants);
        assert!(self.head.contains("\r\nvary: Origin"), "{self:?}");
        assert_eq!(self.head.contains("\r\naccess-control-"), is_granted, "{self:?}");
        is_granted
    }
}

async fn serve(app: axum::Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

async fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let lines: String =
        headers.iter().flat_map(|(name, value)| [name, ": ", value, "\r\n"]).collect();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\n{lines}connection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let exchange = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text
    };
    let text = timeout(PATIENCE, exchange).await.expect("nothing came");
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// Returns the recorder, of which a process can install only one.
fn recorder() -> PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| PrometheusBuilder::new().install_recorder().unwrap()).clone()
}
