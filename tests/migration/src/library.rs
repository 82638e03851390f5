//! The libraries, which run in one process of Node: see `libraries.mjs`.

use std::{
    cell::RefCell,
    error::Error,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use http::{Request, Response};
use serde::Deserialize;
use serde_json::{Value, json};

pub struct Libraries {
    process: Child,
    pipes: RefCell<(ChildStdin, BufReader<ChildStdout>)>,
}

/// An application of one of the libraries.
pub struct App<'a> {
    libraries: &'a Libraries,
    number: u64,
}

#[derive(Deserialize)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
}

impl Libraries {
    pub fn start(directory: &Path) -> Result<Self, Box<dyn Error>> {
        let mut process = Command::new("node")
            .arg(directory.join("libraries.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdin = process.stdin.take().ok_or("no stdin")?;
        let stdout = process.stdout.take().ok_or("no stdout")?;
        Ok(Self { process, pipes: RefCell::new((stdin, BufReader::new(stdout))) })
    }

    /// An application with the service that answers everything, behind this code.
    pub fn app(&self, library: &str, code: &str) -> Result<App<'_>, String> {
        let answer = self.ask(&json!({ "start": library, "code": code }));
        match answer["app"].as_u64() {
            Some(number) => Ok(App { libraries: self, number }),
            None => Err(answer["error"].to_string()),
        }
    }

    /// The names of the options that the library documents.
    pub fn options(&self, library: &str) -> Vec<String> {
        let answer = self.ask(&json!({ "options": library }));
        serde_json::from_value(answer).expect("a list of names, as `libraries.mjs` writes it")
    }

    fn ask(&self, command: &Value) -> Value {
        let (stdin, stdout) = &mut *self.pipes.borrow_mut();
        let mut line = String::new();
        writeln!(stdin, "{command}").expect("Node reads until it ends");
        stdout.read_line(&mut line).expect("Node writes a line for each command");
        serde_json::from_str(&line).expect("Node has ended: its message is above")
    }
}

impl Drop for Libraries {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

impl App<'_> {
    pub fn send(&self, request: &Request<()>) -> Response<()> {
        let text =
            |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers: Vec<(&str, String)> =
            request.headers().iter().map(|(name, value)| (name.as_str(), text(value))).collect();
        let answer = self.libraries.ask(&json!({
            "app": self.number,
            "method": request.method().as_str(),
            "path": request.uri().to_string(),
            "headers": headers,
        }));
        let answer: Answer = serde_json::from_value(answer).expect("as `libraries.mjs` writes it");
        let mut response = Response::builder().status(answer.status);
        for (name, value) in answer.headers {
            response = response.header(name, value);
        }
        response.body(()).expect("Node sends valid names and values")
    }
}
