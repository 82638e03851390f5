//! The gateway between a client and a service, both of which write bytes.

use std::{
    io::{BufRead as _, BufReader, Read, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    thread,
    time::Duration,
};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use snapbox::cmd::cargo_bin;
use tokio_rustls::rustls::{
    ServerConfig, ServerConnection, StreamOwned, crypto::ring, pki_types::PrivatePkcs8KeyDer,
};

const POLICY: &str = r#"
["/"]
allow_origins = ["https://app.example.com"]
allow_methods = ["PUT"]
allow_credentials = true

["/other"]
allow_origins = "*"
"#;

/// `corsac serve`, which ends with the test.
struct Gateway {
    process: Child,
    address: String,
    lines: Receiver<String>,
    folder: tempfile::TempDir,
}

impl Gateway {
    fn start(upstream: &str, policy: &str) -> Self {
        Self::start_with(upstream, policy, &[])
    }

    fn start_with(upstream: &str, policy: &str, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("cors.toml"), policy).unwrap();
        let mut process = Command::new(cargo_bin!("corsac"))
            .args(["serve", "cors.toml", "--listen", "0", "--upstream", upstream])
            .args(options)
            .current_dir(folder.path())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let stderr = BufReader::new(process.stderr.take().unwrap());
        thread::spawn(move || stderr.lines().try_for_each(|line| sender.send(line.unwrap())));
        let first = lines.recv_timeout(WAIT).unwrap();
        let address = first.split("http://").nth(1).unwrap().split(',').next().unwrap();
        Self { process, address: address.to_owned(), lines, folder }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(WAIT)).unwrap();
        stream
    }

    /// Sends a request of one line and these headers, and returns the whole answer.
    fn ask(&self, line: &str, headers: &[&str]) -> String {
        let mut stream = self.connect();
        write!(stream, "{line} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address)
            .unwrap();
        for header in headers {
            write!(stream, "{header}\r\n").unwrap();
        }
        stream.write_all(b"\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

const WAIT: Duration = Duration::from_secs(20);
const ORIGIN: &str = "origin: https://app.example.com";

/// A service that passes the head of each request on, and answers it with these bytes.
fn service(answer: &'static [u8]) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, heads) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let sender = sender.clone();
            thread::spawn(move || {
                let mut stream = stream.unwrap();
                while let Some(head) = head(&mut stream) {
                    sender.send(head).unwrap();
                    stream.write_all(answer).unwrap();
                }
            });
        }
    });
    (url, heads)
}

/// A service with TLS that answers one request, and the certificate of it.
fn secure_service(answer: &'static [u8]) -> (String, tempfile::NamedTempFile) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let mut authority = tempfile::NamedTempFile::new().unwrap();
    authority.write_all(cert.pem().as_bytes()).unwrap();
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key.into())
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::new(tls.clone())).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            if head(&mut stream).is_some() {
                stream.write_all(answer).unwrap();
            }
        }
    });
    (url, authority)
}

/// Reads up to the empty line behind the headers.
fn head(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()
}

const HOSTILE: &[u8] = b"HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\n\
    Access-Control-Allow-Origin: https://evil.example\r\naccess-control-max-age: 5\r\n\
    access-control-allow-private-network: true\r\nvary: accept\r\nkeep-alive: 5\r\ncontent-length: 2\r\n\r\nhi";

#[test]
fn the_policy_decides_and_the_headers_of_the_service_are_removed() {
    let (url, heads) = service(HOSTILE);
    let gateway = Gateway::start(&url, POLICY);

    let answer = gateway.ask("GET /a%2Fb?c", &[ORIGIN, "x-forwarded-host: evil.example"]);
    // A path that servers read in several ways has no origin that is allowed.
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(!answer.contains("access-control-"), "{answer}");
    let head = heads.recv_timeout(WAIT).unwrap();
    assert!(head.starts_with("GET /a%2Fb?c HTTP/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("host: {}\r\n", &url["http://".len()..])), "{head}");
    assert!(head.contains(&format!("x-forwarded-host: {}\r\n", gateway.address)), "{head}");
    assert!(!head.contains("evil.example") && !head.contains("connection"), "{head}");

    let answer = gateway.ask("GET /a", &[ORIGIN]);
    assert!(
        answer.contains("access-control-allow-origin: https://app.example.com\r\n"),
        "{answer}"
    );
    assert!(answer.contains("access-control-allow-credentials: true\r\n"), "{answer}");
    assert_eq!(answer.matches("access-control-").count(), 2, "{answer}");
    assert!(
        answer.contains("vary: accept, Origin\r\n") && !answer.contains("keep-alive"),
        "{answer}"
    );

    let answer = gateway.ask("GET /a", &["origin: https://evil.example"]);
    assert!(!answer.contains("access-control-"), "{answer}");
    let refusal = gateway.lines.iter().find(|line| line.contains("evil.example")).unwrap();
    assert!(refusal.starts_with("/a: origin \"https://evil.example\" is not allowed"), "{refusal}");

    let answer = gateway.ask("GET /other/a", &["origin: https://evil.example"]);
    assert!(answer.contains("access-control-allow-origin: *\r\n"), "{answer}");
    assert_eq!(answer.matches("access-control-").count(), 1, "{answer}");
    let paths: Vec<String> = (0..3).map(|_| heads.recv_timeout(WAIT).unwrap()).collect();
    assert!(paths[2].starts_with("GET /other/a HTTP/1.1\r\n"), "{paths:?}");

    // Preflights do not reach the service, and other `OPTIONS` do.
    let asks = [ORIGIN, "access-control-request-method: PUT"];
    let answer = gateway.ask("OPTIONS /a", &asks);
    assert!(answer.starts_with("HTTP/1.1 204 No Content\r\n"), "{answer}");
    assert!(answer.contains("access-control-allow-methods: PUT\r\n"), "{answer}");
    gateway.ask("OPTIONS /plain", &[ORIGIN]);
    let head = heads.recv_timeout(WAIT).unwrap();
    assert!(head.starts_with("OPTIONS /plain HTTP/1.1\r\n"), "{head}");
}

#[test]
fn without_a_policy_for_the_path_the_headers_of_the_service_pass() {
    let (url, _heads) = service(HOSTILE);
    let gateway = Gateway::start(&url, "[\"/api\"]\nallow_origins = [\"https://a.example\"]\n");
    let answer = gateway.ask("GET /", &[ORIGIN]);
    assert_eq!(answer.matches("ccess-").count(), 4, "{answer}");
    assert!(!gateway.ask("GET /api/a", &[ORIGIN]).contains("access-control-"));
}

#[test]
fn a_service_that_is_not_there() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let gateway = Gateway::start(&url, POLICY);
    let answer = gateway.ask("GET /", &[ORIGIN]);
    assert!(answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"), "{answer}");
    // The page can read the reason.
    assert!(
        answer.contains("access-control-allow-origin: https://app.example.com\r\n"),
        "{answer}"
    );
    assert!(answer.contains(&format!("corsac serve: {url}: ")), "{answer}");
}

#[test]
fn a_service_with_tls() {
    let (url, authority) = secure_service(HOSTILE);
    let authority = authority.path().to_str().unwrap();
    let gateway = Gateway::start_with(&url, POLICY, &["--cacert", authority]);
    let answer = gateway.ask("GET /", &[ORIGIN]);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("hi"), "{answer}");
    let trusting = Gateway::start_with(&url, POLICY, &["--insecure"]);
    assert!(trusting.ask("GET /", &[ORIGIN]).starts_with("HTTP/1.1 200 OK\r\n"));
    let strict = Gateway::start(&url, POLICY);
    let answer = strict.ask("GET /", &[ORIGIN]);
    assert!(answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"), "{answer}");
    assert!(answer.contains("no TLS connection to localhost:"), "{answer}");
}

/// The command is its own judge: it finds nothing at its own gateway, and something behind it.
#[test]
fn a_probe_of_the_gateway_finds_nothing() {
    const ONE: &str = "allow_origins = [\"https://app.example.com\", \"https://*.example.org\"]\n\
                       allow_methods = [\"PUT\"]\nallow_credentials = true\n";
    let (url, _heads) = service(HOSTILE);
    let gateway = Gateway::start(&url, ONE);
    let probe = |url: &str| {
        Command::new(cargo_bin!("corsac"))
            .args(["probe", "cors.toml", url, "--fail-on", "hygiene"])
            .current_dir(gateway.folder.path())
            .output()
            .unwrap()
    };
    let output = probe(&format!("http://{}/a", gateway.address));
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert_eq!(probe(&format!("{url}/a")).status.code(), Some(1));
}

#[test]
fn bodies_are_streams() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let gateway = Gateway::start(&format!("http://{}", listener.local_addr().unwrap()), POLICY);
    let mut client = gateway.connect();
    client
        .write_all(b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n")
        .unwrap();
    let (mut service, _) = listener.accept().unwrap();
    service.set_read_timeout(Some(WAIT)).unwrap();
    head(&mut service).unwrap();
    let mut bytes = [0; 8];
    // Each part arrives before the next one is sent.
    service.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"3\r\none\r\n");
    client.write_all(b"3\r\ntwo\r\n0\r\n\r\n").unwrap();
    service.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"3\r\ntwo\r\n");
    service
        .write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\ndata\r\n")
        .unwrap();
    head(&mut client).unwrap();
    let mut bytes = [0; 9];
    client.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"4\r\ndata\r\n");
}

#[test]
fn websockets_pass() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let gateway = Gateway::start(&format!("http://{}", listener.local_addr().unwrap()), POLICY);
    let mut client = gateway.connect();
    write!(
        client,
        "GET /socket HTTP/1.1\r\nhost: a\r\n{ORIGIN}\r\nconnection: keep-alive, Upgrade\r\n\
         upgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    .unwrap();
    let (mut service, _) = listener.accept().unwrap();
    service.set_read_timeout(Some(WAIT)).unwrap();
    let asked = head(&mut service).unwrap();
    assert!(asked.contains("connection: upgrade\r\nupgrade: websocket\r\n"), "{asked}");
    assert!(asked.contains("sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), "{asked}");
    service
        .write_all(
            b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
              sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nfrom the service",
        )
        .unwrap();
    let answer = head(&mut client).unwrap();
    assert!(answer.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{answer}");
    assert!(answer.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), "{answer}");
    let mut bytes = [0; 16];
    client.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"from the service");
    client.write_all(b"from the client").unwrap();
    let mut bytes = [0; 15];
    service.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"from the client");
    drop(service);
    assert_eq!(client.read(&mut bytes).unwrap(), 0);
}

#[test]
fn connections_are_used_again_and_replaced() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let gateway = Gateway::start(&format!("http://{}", listener.local_addr().unwrap()), POLICY);
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let ask = |stream: &mut TcpStream, client: thread::JoinHandle<String>| {
        head(stream).unwrap();
        stream.write_all(answer).unwrap();
        client.join().unwrap()
    };
    thread::scope(|_| {
        let address = gateway.address.clone();
        let request = move || {
            let address = address.clone();
            thread::spawn(move || {
                let mut stream = TcpStream::connect(&address).unwrap();
                stream
                    .write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
                    .unwrap();
                let mut answer = String::new();
                stream.read_to_string(&mut answer).unwrap();
                answer
            })
        };
        let first = request();
        let (mut stream, _) = listener.accept().unwrap();
        assert!(ask(&mut stream, first).starts_with("HTTP/1.1 200"));
        assert!(ask(&mut stream, request()).starts_with("HTTP/1.1 200"));
        // The service closes the connection.
        drop(stream);
        let third = request();
        let (mut stream, _) = listener.accept().unwrap();
        assert!(ask(&mut stream, third).starts_with("HTTP/1.1 200"));
    });
}

#[cfg(unix)]
#[test]
fn it_ends_with_ctrl_c() {
    let mut gateway = Gateway::start("http://127.0.0.1:9", POLICY);
    let id = gateway.process.id().to_string();
    Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert_eq!(gateway.process.wait().unwrap().code(), Some(0));
}

#[test]
fn a_port_that_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cors.toml"), POLICY).unwrap();
    let output = Command::new(cargo_bin!("corsac"))
        .args(["serve", "cors.toml", "--listen", &port, "--upstream", "http://127.0.0.1:9"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let error = String::from_utf8(output.stderr).unwrap();
    let reason = "another program listens there; choose another port";
    assert_eq!(error, format!("error: cannot listen on 127.0.0.1:{port}: {reason}\n"));
}
