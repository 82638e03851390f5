//! TLS and HTTP/2.

use std::io::Write as _;

use corsac::Policy;
use http::{Request, Version};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio_rustls::rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

use crate::{
    server::{correct, strict, strip},
    wire::{Printed, Running, policy_file, printed, serve, serve_tls},
};

/// A server with a certificate for `localhost` and a name of the documentation, and the file of its authority.
pub struct Secure {
    pub running: Running,
    authority: tempfile::NamedTempFile,
}

pub fn secure(
    protocols: &[&str],
    policy: Policy,
    answer: fn(&Policy, &Request<()>) -> crate::server::Answer,
) -> Secure {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost", "api.example.com"].map(str::to_owned)).unwrap();
    let mut authority = tempfile::NamedTempFile::new().unwrap();
    authority.write_all(cert.pem().as_bytes()).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let provider = std::sync::Arc::new(ring::default_provider());
    let mut tls = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    tls.alpn_protocols = protocols.iter().map(|it| it.as_bytes().to_vec()).collect();
    let running =
        serve_tls(Box::new(move |request: &Request<()>, _| answer(&policy, request)), tls);
    Secure { running, authority }
}

impl Secure {
    fn probe(&self, options: &[&str]) -> Printed {
        let file = policy_file(&strict());
        let url = format!("https://localhost:{}/users", self.running.address.port());
        let mut arguments = vec![file.path().to_str().unwrap(), &url, "--fail-on", "hygiene"];
        arguments.extend(options);
        printed(arguments)
    }

    pub fn authority(&self) -> &str {
        self.authority.path().to_str().unwrap()
    }
}

#[test]
fn both_versions_of_http_over_tls() {
    let server = secure(&["h2", "http/1.1"], strict(), correct);
    for options in [&[][..], &["--http1"], &["--http2"]] {
        let mut options = options.to_vec();
        options.extend(["--cacert", server.authority()]);
        let asked = server.probe(&options);
        assert_eq!(asked.code, 0, "{options:?} {asked:#?}");
    }
    let asked = server.probe(&["--insecure"]);
    assert_eq!(asked.code, 0, "{asked:#?}");
    assert!(asked.err.contains("note: the certificate was not checked"), "{}", asked.err);
}

#[test]
fn versions_that_disagree() {
    let server = secure(&["h2", "http/1.1"], strict(), |policy, request| {
        let mut answer = correct(policy, request);
        if request.version() == Version::HTTP_11 {
            strip(answer.headers_mut());
        }
        answer
    });
    let asked = server.probe(&["--cacert", server.authority()]);
    assert_eq!(asked.code, 1, "{asked:#?}");
    assert!(asked.out.contains("error[versions-disagree]"), "{}", asked.out);
    assert!(asked.out.contains(" --http1.1 "), "{}", asked.out);
    assert_eq!(asked.out.matches("error[").count(), 1, "{}", asked.out);
}

#[test]
fn a_server_without_http2() {
    let server = secure(&["http/1.1"], strict(), correct);
    let asked = server.probe(&["--http2", "--cacert", server.authority()]);
    assert_eq!(asked.code, 3, "{asked:#?}");
    // Rustls servers end the handshake, and others choose no protocol.
    assert!(asked.err.contains("TLS connection") || asked.err.contains("HTTP/2"), "{}", asked.err);
}

#[test]
fn a_certificate_that_is_not_trusted() {
    let server = secure(&["h2"], strict(), correct);
    let other = secure(&["h2"], strict(), correct);
    let asked = server.probe(&["--cacert", other.authority()]);
    assert_eq!(asked.code, 3, "{asked:#?}");
    assert!(asked.err.contains("error: no TLS connection to localhost:"), "{}", asked.err);
    assert!(asked.err.contains("invalid peer certificate"), "{}", asked.err);
    assert!(asked.err.contains("pass its authority with `--cacert`"), "{}", asked.err);
    assert_eq!(asked.out, "");
}

#[test]
fn http2_without_tls() {
    let policy = strict();
    let running = serve(Box::new(move |request: &Request<()>, _| {
        let mut answer = correct(&policy, request);
        if request.version() != Version::HTTP_2 {
            strip(answer.headers_mut());
        }
        answer
    }));
    let file = policy_file(&strict());
    let file = file.path().to_str().unwrap();
    let asked = printed([file, &running.url("/users"), "--http2", "--fail-on", "hygiene"]);
    assert_eq!(asked.code, 0, "{asked:#?}");
}
