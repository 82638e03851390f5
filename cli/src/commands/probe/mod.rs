//! `corsac probe`: a server beside a policy, or a browser's verdict on one request.

use std::{path::PathBuf, sync::Arc, time::Duration};

use clap::Args;

use crate::{
    arguments::ReportOptions,
    failure::{Failure, Verdict},
    net::{Address, Client, Settings, TrustOptions, Version},
    policy_file::PolicyFile,
};

mod deployment;
mod profile;
mod question;

/// Compare a server with a policy, or get a browser's verdict on one request
///
/// With a policy: sends the requests that follow from it, and reports each difference.
///
/// Without a policy, but with `--origin`: prints whether a browser gives a page of this origin the
/// response, and why not.
#[derive(Debug, Args)]
#[command(
    override_usage = "corsac probe [OPTIONS] [FILE] <URL>\n       \
                      corsac probe [OPTIONS] <URL> --origin <ORIGIN>",
    after_help = "Sends requests to the host of the URL alone, at most 150 for a policy. Preflights and \
                  GET, HEAD and OPTIONS change nothing; other methods are sent with --send alone."
)]
pub struct Probe {
    /// The policy [default: corsac.toml, here or above, unless there is an --origin], and the URL
    #[arg(required = true, num_args = 1..=2, value_names = ["FILE", "URL"])]
    input: Vec<String>,
    /// The origin of the page; with a policy, one more origin to ask for
    #[arg(long, value_name = "ORIGIN")]
    origin: Vec<String>,
    /// The method of the page's request [default: GET]
    #[arg(long, value_name = "METHOD")]
    method: Option<String>,
    /// A header of the page's request; with a policy, of all requests but preflights
    #[arg(long = "header", short = 'H', value_name = "NAME[: VALUE]")]
    headers: Vec<String>,
    /// The page sends cookies: `credentials: "include"`
    #[arg(long)]
    credentials: bool,
    /// Send the request itself, also if its method may change something
    #[arg(long)]
    send: bool,
    #[command(flatten)]
    deployment: deployment::Options,
    #[command(flatten)]
    network: Network,
    #[command(flatten)]
    report: ReportOptions,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Connections")]
struct Network {
    /// Use HTTP/1.1 alone
    #[arg(long, conflicts_with = "http2")]
    http1: bool,
    /// Use HTTP/2 alone; without TLS the server must expect it
    #[arg(long)]
    http2: bool,
    /// Connect to this host in place of that of the URL
    #[arg(long, value_name = "HOST[:PORT]")]
    connect_to: Option<Address>,
    #[command(flatten)]
    trust: TrustOptions,
    /// The longest wait for an answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", env = "CORSAC_TIMEOUT", value_parser = seconds)]
    timeout: Duration,
}

impl Probe {
    pub fn run(mut self, quiet: bool) -> Result<Verdict, Failure> {
        // clap passes one or two.
        let url = self.input.pop().unwrap_or_default();
        let file = self.input.pop().map(PathBuf::from);
        let from_environment = || std::env::var_os("CORSAC_FILE").map(PathBuf::from);
        let file = file.or_else(|| from_environment().filter(|_| self.origin.is_empty()));
        match file {
            None if !self.origin.is_empty() => self.ask(&url, quiet),
            None if !url.contains("://") && PathBuf::from(&url).exists() => Err(Failure::input(
                format_args!("{url} is a file; write the URL of the server behind it"),
            )),
            Some(file) if file.to_string_lossy().contains("://") => Err(Failure::input(
                format_args!("the policy comes first: corsac probe {url} {}", file.display()),
            )),
            None => {
                let file = PolicyFile::read(None, quiet).map_err(|error| match error {
                    Failure::Input(message) => Failure::Input(format!(
                        "{message}; for one request without a policy, write `--origin` with the origin \
                         of a page"
                    )),
                    error @ Failure::NoVerdict(_) => error,
                })?;
                self.compare(&file, &url, quiet)
            }
            Some(file) => self.compare(&PolicyFile::read(Some(&file), quiet)?, &url, quiet),
        }
    }

    fn settings(&self) -> Settings {
        let network = &self.network;
        let version = match (network.http1, network.http2) {
            (true, _) => Version::Http1,
            (_, true) => Version::Http2,
            _ => Version::Any,
        };
        let trust = network.trust.trust();
        let connect_to = network.connect_to.clone();
        Settings { version, connect_to, trust, timeout: network.timeout }
    }

    /// The options of `curl` that make the same connections.
    fn curl_options(&self, url: &str) -> String {
        let network = &self.network;
        let mut options = Vec::new();
        options.extend(network.http1.then(|| "--http1.1".to_owned()));
        let http2 = if url.starts_with("https") { "--http2" } else { "--http2-prior-knowledge" };
        options.extend(network.http2.then(|| http2.to_owned()));
        options.extend(network.trust.insecure.then(|| "--insecure".to_owned()));
        options
            .extend(network.trust.cacert.iter().map(|file| format!("--cacert {}", file.display())));
        options.extend(network.connect_to.iter().map(|to| format!("--connect-to ::{to}")));
        options.join(" ")
    }

    fn client(&self, url: &str) -> Result<Arc<Client>, Failure> {
        // The probe has read the URL before.
        let url = url.parse().map_err(Failure::input)?;
        Client::new(&url, &self.settings()).map(Arc::new).map_err(Failure::input)
    }

    /// Each header with its value, which may be left out.
    fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let parts =
            self.headers.iter().map(|header| header.split_once(':').unwrap_or((header, "")));
        parts.map(|(name, value)| (name.trim(), value.trim()))
    }
}

/// Runs the requests on this thread.
fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(Failure::no_verdict)?;
    let done = runtime.block_on(work);
    // A look-up of a name cannot be cancelled, and is not waited for.
    runtime.shutdown_background();
    Ok(done)
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "write a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() && duration.as_secs() <= 3600 => Ok(duration),
        _ => Err("write a number of seconds up to 3600".to_owned()),
    }
}
