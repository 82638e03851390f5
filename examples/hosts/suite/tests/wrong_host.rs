//! Runs the suite against broken hosts, which it has to detect.

use std::{
    io::{Read, Write},
    net::TcpListener,
    process::{Command, Output},
    thread,
};

#[test]
fn a_host_that_allows_everybody_fails() {
    let host =
        host("HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\n\r\n");
    let output = suite(&host, "preflight refused: null");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "FAIL http1  preflight refused: null\n\
         \x20      - 403\n\
         \x20      - vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers\n\
         \x20      + 200\n\
         \x20      + access-control-allow-origin: *\n\
         1 exchanges, 0 as expected\n"
    );
}

#[test]
fn a_host_that_knows_no_cors_fails_everywhere() {
    let host = host("HTTP/1.1 200 OK\r\nX-Request-Id: 1\r\nContent-Length: 5\r\n\r\nhello");
    let output = suite(&host, "");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.ends_with(" exchanges, 0 as expected\n"), "{text}");
}

#[test]
fn a_host_that_is_not_there_fails() {
    let output = suite("http://127.0.0.1:1", "not CORS: 404");
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("no connection to 127.0.0.1:1"), "{text}");
}

#[test]
fn nothing_to_ask_is_no_success() {
    let host = host("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let output = suite(&host, "no name has this");
    assert_eq!(output.status.code(), Some(2));
}

/// Starts a server that gives the same response to every request, and returns its URL.
fn host(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            _ = stream.read(&mut [0; 16 * 1024]);
            _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

fn suite(url: &str, only: &str) -> Output {
    let exchanges = concat!(env!("CARGO_MANIFEST_DIR"), "/../exchanges.json");
    let mut suite = Command::new(env!("CARGO_BIN_EXE_suite"));
    suite.args(["--h1", url, "--only", only, exchanges]).output().unwrap()
}
