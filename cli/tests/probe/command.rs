//! Bad arguments, and servers that do not answer: a sentence and an exit code.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
};

use http::Request;

use crate::{
    server::{correct, strict},
    wire::{policy_file, printed, serve},
};

#[track_caller]
fn assert_fails(arguments: &[&str], code: i32, message: &str) {
    let asked = printed(arguments.iter().chain(&["--quiet"]));
    assert_eq!(asked.code, code, "{arguments:?} {asked:#?}");
    assert!(asked.err.contains(message), "{arguments:?}\n{}", asked.err);
    assert_eq!(asked.out, "", "{arguments:?}");
}

#[test]
fn arguments() {
    let file = policy_file(&strict());
    let file = file.path().to_str().unwrap();
    let page = ["--origin", "http://localhost:5173"];
    let cases: &[(&[&str], &str)] = &[
        (&["localhost:3000/hello"], "has no scheme; write \"http://localhost:3000/hello\""),
        (&["ws://localhost:3000"], "is not http or https"),
        (&["https://"], "is not a URL"),
        (&["http://localhost:1", "--method", "A B"], "\"A B\" is not a method"),
        (&["http://localhost:1", "--method", "TRACE"], "no page can send it"),
        (&["http://localhost:1", "-H", "a b: c"], "\"a b\" is not a header with this value"),
        (&["http://localhost:1", "--path", "/a"], "`--path` needs a policy"),
        (&["http://localhost:1", "--origin", "http://a.example"], "one request has one `--origin`"),
        (&["http://localhost:1", "--timeout", "0"], "write a number of seconds"),
        (&["http://localhost:1", "--connect-to", "a b"], "is not a host"),
        (&["https://localhost:1", "--cacert", "/no/such/file"], "/no/such/file: "),
        (&["https://localhost:1", "--cacert", file], "the file has no certificate in PEM form"),
        (&["http://localhost:1", "--http1", "--http2"], "cannot be used with"),
    ];
    for (arguments, message) in cases {
        assert_fails(&[*arguments, &page].concat(), 2, message);
    }
    let url = "http://localhost:1";
    assert_fails(&[url, "--origin", "http://a.example/"], 2, "write \"http://a.example\"");
    assert_fails(&["http://localhost:1"], 2, "for one request without a policy, write `--origin`");
    assert_fails(&[file], 2, "is a file; write the URL of the server behind it");
    assert_fails(&["/no/such/file", url], 2, "there is no such file");
    assert_fails(&[url, file], 2, &format!("the policy comes first: corsac probe {file} {url}"));
    assert_fails(&["/", url], 2, "this is a directory");
    assert_fails(&[file, "localhost:1"], 2, "has no scheme");
    assert_fails(&[file, url, "--send"], 2, "leave the file out and write `--origin`");
    assert_fails(&[file, url, "--path", "a"], 2, "\"a\" is not a path");
    assert_fails(&[file, url, "--accept", "a"], 2, "there is no such check");
    assert_fails(&[file, url, "--profile", "a"], 2, "there is no target \"a\"; the targets are ");
}

#[test]
fn a_policy_that_is_not_valid() {
    let mut file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    file.write_all(b"allow_origins = ['https://a.example/']").unwrap();
    let name = file.path().to_str().unwrap();
    assert_fails(&[name, "http://localhost:1"], 2, "an origin has no path");
}

/// A port that is closed again.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn servers_that_do_not_answer() {
    let file = policy_file(&strict());
    let file = file.path().to_str().unwrap();
    let refused = format!("http://127.0.0.1:{}", closed_port());
    let message = "refuses connections; check that the server is running there";
    assert_fails(&[file, &refused], 3, message);
    assert_fails(&[&refused, "--origin", "http://localhost:5173"], 3, message);
    assert_fails(&[file, "http://no-such-host.invalid"], 3, "there is no address for no-such-host");

    // It accepts connections, and sends nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    assert_fails(&[file, &url, "--timeout", "0.2"], 3, "does not answer within 0.2 s");

    let plain = answering(b"SSH-2.0-OpenSSH_9.2\r\n");
    assert_fails(&[file, &format!("http://{plain}")], 3, "is not HTTP");
    let plain = answering(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    assert_fails(&[file, &format!("https://{plain}"), "--insecure"], 3, "no TLS connection to");
}

/// A server that sends the same bytes on each connection.
fn answering(bytes: &'static [u8]) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(bytes);
        }
    });
    address
}

/// What no library of clients sends: the lines are as the exchange has them.
#[test]
fn requests_are_sent_as_they_are_written() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, heads) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let sender = sender.clone();
            thread::spawn(move || {
                let mut head = Vec::new();
                let mut byte = [0];
                while stream.read(&mut byte).is_ok_and(|count| count == 1) {
                    head.push(byte[0]);
                    if head.ends_with(b"\r\n\r\n") {
                        let _ = sender.send(String::from_utf8(std::mem::take(&mut head)).unwrap());
                        let answer = b"HTTP/1.1 200 OK\r\nVary: Accept\r\nVary: Origin\r\n\
                                       Content-Length: 0\r\n\r\n";
                        if stream.write_all(answer).is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    let file = policy_file(&strict());
    let url = format!("http://{address}/a/../%75sers?q");
    let asked = printed([file.path().to_str().unwrap(), &url, "--header", "X-Token: secret"]);
    assert_eq!(asked.code, 1, "{asked:#?}");
    let heads: Vec<String> = heads.try_iter().collect();
    let has = |line: &str| heads.iter().any(|head| head.contains(line));
    assert!(has("GET /a/../%75sers?q HTTP/1.1\r\nHost: "), "{heads:#?}");
    assert!(has("OPTIONS * HTTP/1.1\r\n"), "{heads:#?}");
    assert!(
        has("\r\nOrigin: https://app.example.com\r\nOrigin: https://corsac-probe.invalid\r\n"),
        "{heads:#?}"
    );
    // The header of the user is on requests, and never on preflights.
    for head in &heads {
        let is_preflight = head.contains("Access-Control-Request-Method");
        assert_ne!(head.contains("X-Token: secret"), is_preflight, "{head}");
    }
    assert!(
        !asked.out.contains("secret") && asked.out.contains("X-Token: $X_TOKEN"),
        "{}",
        asked.out
    );
    // The two lines of `Vary` are both read.
    assert!(!asked.out.contains("vary"), "{}", asked.out);
}

#[test]
fn formats() {
    let policy = strict();
    let running = serve(Box::new(move |request: &Request<()>, _| {
        let mut answer = correct(&policy, request);
        answer.headers_mut().remove("access-control-expose-headers");
        answer
    }));
    let file = policy_file(&strict());
    let arguments = |format| {
        let file = file.path().to_str().unwrap().to_owned();
        [file, running.url("/users"), "--format".to_owned(), format]
    };
    for (format, part) in [
        ("github", "::error file="),
        ("sarif", "\"ruleId\": \"exposed-header-missing\""),
        ("junit", "<failure type=\"exposed-header-missing\""),
        ("json", "\"id\": \"exposed-header-missing\""),
        ("text", "error[exposed-header-missing]"),
    ] {
        let asked = printed(arguments(format.to_owned()));
        assert_eq!(asked.code, 1, "{asked:#?}");
        assert!(asked.out.contains(part), "{format}: {}", asked.out);
    }
    let asked = printed(arguments("junit".to_owned()));
    let checks = corsac::probe::Check::ALL.len();
    assert!(asked.out.contains(&format!("tests=\"{checks}\" failures=\"1\"")), "{}", asked.out);
}

#[test]
fn thresholds_and_what_is_accepted() {
    let policy = strict();
    let running = serve(Box::new(move |request: &Request<()>, _| {
        let mut answer = correct(&policy, request);
        answer.headers_mut().remove("vary");
        answer
    }));
    let file = policy_file(&strict());
    let (file, url) = (file.path().to_str().unwrap(), running.url("/users"));
    let code = |options: &[&str]| printed([&[file, &url], options].concat()).code;
    assert_eq!(code(&[]), 0);
    assert_eq!(code(&["--fail-on", "hygiene"]), 1);
    assert_eq!(code(&["--fail-on", "never"]), 0);
    let accepted = ["--accept", "vary-missing", "--accept", "preflight-vary-missing"];
    assert_eq!(code(&[&["--fail-on", "hygiene"][..], &accepted].concat()), 0);
}
