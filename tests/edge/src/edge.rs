//! A server that runs with exported files, and the comparison of its answers.

use std::{
    cell::Cell,
    collections::BTreeSet,
    error::Error,
    fmt, fs,
    path::Path,
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use corsac::export::{Export, Loss, Target};
use http::header::VARY;

use crate::{
    compare::{Seen, is_excused, is_explained},
    culprit, h2c, lossy,
    policies::Case,
    random::Random,
    requests::Sent,
    server::{Ports, Server},
    upstream::MARK,
    wire::{Client, connect, free_port},
};

/// The requests for each policy and server.
const REQUESTS: usize = 2000;

/// Nothing listens here, and no connection starts here, because the port is privileged.
const CLOSED: u16 = 1;

/// Starts servers.
pub struct Bench<'b> {
    pub server: &'b Server,
    /// For files.
    pub directory: &'b Path,
    /// The port of the service behind the edge.
    pub service: u16,
}

/// It ends when this value is dropped.
pub struct Edge<'b> {
    server: &'b Server,
    process: Child,
    ports: Ports,
}

impl Bench<'_> {
    pub fn export(&self, case: &Case) -> Result<Export, Box<dyn Error>> {
        export_to(case, self.server.kind.target())
    }

    pub fn export_named(&self, case: &Case, name: &str) -> Result<Export, Box<dyn Error>> {
        export_to(case, self.server.kind.target().named(name))
    }

    /// Starts the server with the exported files, in which `from` is replaced by `to`.
    pub fn start(&self, export: &Export, from: &str, to: &str) -> Result<Edge<'_>, Box<dyn Error>> {
        let is_replaced = Cell::new(from == to);
        let replace = |text: &str| {
            is_replaced.set(is_replaced.get() || text.contains(from));
            text.replace(from, to)
        };
        let files: Vec<(&str, String)> =
            export.files().iter().map(|file| (file.name(), replace(file.text()))).collect();
        let edge = self.launch(&files, |ports| {
            let (name, text) = self.server.kind.configuration(ports, export);
            (name, replace(&text))
        })?;
        if is_replaced.get() { Ok(edge) } else { Err(format!("no file contains {from:?}").into()) }
    }

    /// Starts the server with these files, and with a main file for some ports.
    pub fn launch(
        &self,
        files: &[(&str, String)],
        main: impl FnOnce(Ports) -> (&'static str, String),
    ) -> Result<Edge<'_>, Box<dyn Error>> {
        let ports = Ports {
            edge: free_port()?,
            http2: free_port()?,
            service: self.service,
            closed: CLOSED,
        };
        let main = main(ports);
        fs::create_dir_all(self.directory)?;
        for (name, text) in files.iter().chain([&main]) {
            fs::write(self.directory.join(name), text)?;
        }
        // Names no user.
        fs::write(self.directory.join("empty"), "")?;
        let process = self.server.start(self.directory, ports.edge)?;
        let mut edge = Edge { server: self.server, process, ports };
        edge.wait()?;
        Ok(edge)
    }
}

fn export_to(case: &Case, target: Target) -> Result<Export, Box<dyn Error>> {
    // The golden files show which losses have to be accepted.
    let target = Loss::ALL.into_iter().fold(target, Target::accept);
    let export = case.export(&target);
    Ok(export.map_err(|error| format!("{}: {error}", case.name))?)
}

impl Edge<'_> {
    pub fn port(&self) -> u16 {
        self.ports.edge
    }

    /// Sends requests to other ports of the server.
    pub fn set_ports(&mut self, edge: u16, http2: u16) {
        self.ports = Ports { edge, http2, ..self.ports };
    }

    fn wait(&mut self) -> Result<(), Box<dyn Error>> {
        let started = Instant::now();
        while !self.is_ready() {
            if let Some(status) = self.process.try_wait()? {
                return Err(format!("the server ended: {status}").into());
            }
            if started.elapsed() > Duration::from_secs(10) {
                return Err("the server passes no request to the service".into());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Some servers listen before they have read their configuration.
    fn is_ready(&self) -> bool {
        let host = ("Host".to_owned(), b"edge.example".to_vec());
        let answer = Client::new(self.ports.edge).send("GET", "/", &vec![host], "");
        answer.is_ok_and(|answer| answer.headers.contains_key(MARK))
            && connect(self.server.kind.http2(self.ports)).is_ok()
    }

    /// Sends the same requests each time, until there are `enough` mismatches.
    pub fn compare(
        &self,
        case: &Case,
        export: &Export,
        enough: usize,
    ) -> Result<Outcome, Box<dyn Error>> {
        let losses = export.losses();
        let mut random = Random::new(13);
        let (mut client, mut http2) =
            (Client::new(self.ports.edge), h2c::Client::new(self.server.kind.http2(self.ports))?);
        let mut outcome = Outcome::default();
        while outcome.sent < REQUESTS && outcome.mismatches.len() < enough {
            let sent = Sent::random(&mut random, case, self.server.kind);
            if is_excused(&sent, losses, self.server) || lossy::is_excused(&sent, losses) {
                outcome.excused += 1;
                continue;
            }
            let request = sent.to_request(self.server.kind)?;
            let policy = case.policy(sent.path());
            let decision = policy.as_ref().map(|policy| policy.evaluate_request(&request));
            let mut expected = Seen::expected(decision.as_ref(), &sent, losses);
            let joins = decision.is_none() && losses.contains(&Loss::PassedLines);
            if joins {
                expected.pass_lines(self.server.passes_first);
            }
            let answer = if sent.http2 {
                http2.send(&request, sent.body)
            } else {
                client.send(sent.method, &sent.target, &sent.lines, sent.body)
            };
            let mut seen = match &answer {
                Ok(answer) => Seen::of(answer),
                Err(_) if sent.is_malformed() => {
                    outcome.excused += 1;
                    continue;
                }
                Err(error) => {
                    outcome.mismatches.push(format!("    {sent}\n    no answer: {error}"));
                    continue;
                }
            };
            if seen.is_early(&sent) {
                outcome.excused += 1;
                continue;
            }
            outcome.sent += 1;
            outcome.http2 += usize::from(sent.http2);
            if joins {
                seen.pass_lines(false);
            }
            lossy::reduce(&mut expected, &mut seen, &sent, losses);
            // The lines of the service may stay, if nothing is added.
            let adds = expected.vary.contains("origin") || expected.vary.contains("*");
            let may_separate = decision.is_none() || !adds || losses.contains(&Loss::SeparateVary);
            let vary_lines = answer.map_or(0, |answer| answer.headers.get_all(VARY).iter().count());
            if vary_lines > 1 && !may_separate {
                outcome.mismatches.push(format!("    {sent}\n    seen {vary_lines} lines of Vary"));
                continue;
            }
            if seen == expected {
                continue;
            }
            if is_explained(&sent, losses) {
                outcome.explained.extend(sent.values("origin").map(<[u8]>::to_vec));
            } else {
                let lines = culprit::lines(export, &expected.differing(&seen));
                let decision = decision.map(|it| it.to_string());
                outcome.mismatches.push(format!(
                    "    {sent}\n    {decision:?}\n    expected {expected}\n    seen {seen}\n    {}",
                    lines.join("\n    ")
                ));
            }
        }
        Ok(outcome)
    }
}

impl Drop for Edge<'_> {
    fn drop(&mut self) {
        // Servers end their workers on SIGTERM, which the standard library does not send.
        let stopped = Command::new("kill").arg(self.process.id().to_string()).status();
        if !stopped.is_ok_and(|status| status.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

#[derive(Default)]
pub struct Outcome {
    sent: usize,
    /// The requests that were sent over HTTP/2.
    http2: usize,
    /// The requests whose answers a loss allows to differ. They were not sent.
    excused: usize,
    /// The origins of requests whose other answers a loss explains.
    explained: BTreeSet<Vec<u8>>,
    pub mismatches: Vec<String>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sent, http2, excused, explained, mismatches } = self;
        write!(
            f,
            "{} of {sent} answers are wrong ({http2} over HTTP/2), {excused} requests are excused",
            mismatches.len()
        )?;
        for (at, origin) in explained.iter().enumerate() {
            let start = if at == 0 { ", and other answers are explained: " } else { ", " };
            write!(f, "{start}{:?}", String::from_utf8_lossy(origin))?;
        }
        Ok(())
    }
}
