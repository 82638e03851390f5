//! `corsac serve`: a gateway on this machine that enforces a policy, in place of the proxy of production.

use std::{
    convert::Infallible,
    future::{Future as _, poll_fn},
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    pin::pin,
    sync::Arc,
    task::Poll,
};

use clap::Args;
use corsac::{CorsLayer, Decision};
use http::Uri;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::net::TcpListener;
use tower::{Layer as _, service_fn};

use crate::{
    failure::{Failure, Verdict},
    net::TrustOptions,
    policy_file::{Policies, PolicyFile},
};

mod forward;
mod upstream;

use forward::{Forward, empty};
use upstream::Upstream;

/// Run a gateway on this machine that enforces a policy in front of a service
///
/// It answers preflights, adds the CORS headers of the policy to the responses of the service, and removes
/// those of the service, as the exported files make a proxy do. Bodies and WebSockets pass.
#[derive(Debug, Args)]
pub struct Serve {
    /// The policy, in TOML, YAML or JSON; `-` is standard input [default: corsac.toml, here or above]
    #[arg(env = "CORSAC_FILE")]
    file: Option<PathBuf>,
    /// The service: `http://localhost:3000`
    #[arg(long, value_name = "URL", env = "CORSAC_UPSTREAM")]
    upstream: String,
    /// The port, or the address and the port, to listen on
    #[arg(long, value_name = "[HOST:]PORT", env = "CORSAC_LISTEN", default_value = "8080")]
    #[arg(value_parser = address)]
    listen: SocketAddr,
    /// Send the reason of each decision in the response header `cors-diagnosis`
    #[arg(long)]
    diagnosis: bool,
    #[command(flatten)]
    trust: TrustOptions,
}

impl Serve {
    pub fn run(self, quiet: bool) -> Result<Verdict, Failure> {
        let upstream = Upstream::new(&self.upstream, self.trust.trust())?;
        let file = PolicyFile::read(self.file.as_deref(), quiet)?;
        let (_, policies) = file.load()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime
            .map_err(|error| Failure::no_verdict(format_args!("cannot start threads: {error}")))?;
        runtime.block_on(self.serve(policies, &file.source.name, upstream, quiet))?;
        Ok(Verdict::Success)
    }

    async fn serve(
        &self,
        policies: Policies,
        name: &str,
        upstream: Upstream,
        quiet: bool,
    ) -> Result<(), Failure> {
        let listener = TcpListener::bind(self.listen).await.map_err(|error| {
            let reason = match error.kind() {
                ErrorKind::AddrInUse => {
                    "another program listens there; choose another port".to_owned()
                }
                _ => error.to_string(),
            };
            Failure::no_verdict(format_args!("cannot listen on {}: {reason}", self.listen))
        })?;
        let here = listener.local_addr().unwrap_or(self.listen);
        let mut interrupted = pin!(tokio::signal::ctrl_c());
        // The first poll takes the signal over, so that it never ends the program in the middle.
        let is_interrupted =
            poll_fn(|context| Poll::Ready(interrupted.as_mut().poll(context).is_ready()));
        if is_interrupted.await {
            return Ok(());
        }
        if !quiet {
            anstream::eprintln!(
                "listening on http://{here}, with the policy in {name}, for {upstream}"
            );
        }
        let cors = match &policies {
            Policies::Everywhere(policy) => CorsLayer::new(policy.clone()),
            Policies::ByPath(policies) => CorsLayer::per_path(policies.clone()),
        };
        let cors = cors.diagnosis_header(self.diagnosis).answer_body(|_, _| empty());
        let cors = if quiet { cors } else { cors.on_decision(log) };
        let forward = Arc::new(Forward::new(upstream, policies, quiet));
        let accept = async {
            loop {
                // An error here is one of a connection that is gone.
                let Ok((stream, peer)) = listener.accept().await else { continue };
                let forward = forward.clone();
                let service = cors.layer(service_fn(move |request: http::Request<Incoming>| {
                    let forward = forward.clone();
                    async move { Ok::<_, Infallible>(forward.send(request, peer).await) }
                }));
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
                    .with_upgrades();
                // The client sees the errors of its connection.
                tokio::spawn(async move { connection.await.ok() });
            }
        };
        tokio::select! {
            () = accept => {}
            _ = interrupted => {}
        }
        Ok(())
    }
}

/// Prints each refusal.
fn log(decision: &Decision<'_>, uri: &Uri) {
    if decision.denial().is_some() && !decision.is_same_origin() {
        anstream::eprintln!("{}: {decision}", uri.path());
    }
}

/// Reads `8080`, `127.0.0.1:8080` or `[::1]:8080`.
fn address(text: &str) -> Result<SocketAddr, String> {
    let port = text.parse::<u16>().map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let text = text.replace("localhost:", "127.0.0.1:");
    port.or_else(|_| text.parse()).map_err(|_| {
        "write a port, such as 8080, or an address with a port, such as 127.0.0.1:8080".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn addresses() {
        let cases = [
            ("8080", "127.0.0.1:8080"),
            ("localhost:0", "127.0.0.1:0"),
            ("0.0.0.0:80", "0.0.0.0:80"),
            ("[::1]:3000", "[::1]:3000"),
        ];
        for (text, expected) in cases {
            assert_eq!(address(text).map(|address| address.to_string()).as_deref(), Ok(expected));
        }
        for text in ["", "http://localhost:80", "example.com:80", "65536", "127.0.0.1"] {
            assert!(address(text).is_err(), "{text}");
        }
    }
}
