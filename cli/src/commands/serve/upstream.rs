//! The service behind the gateway.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use http::{HeaderValue, Request, Response, Uri};
use hyper::{
    body::Incoming,
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;

use crate::{
    failure::Failure,
    net::{Client, Settings, Trust, Version},
};

pub struct Upstream {
    url: Uri,
    host: HeaderValue,
    client: Client,
    /// Connections whose last response was read, or will be.
    idle: Mutex<Vec<SendRequest<Incoming>>>,
}

/// More connections are not kept.
const KEPT: usize = 64;
const TIMEOUT: Duration = Duration::from_secs(10);

impl Upstream {
    pub fn new(url: &str, trust: Trust) -> Result<Self, Failure> {
        let failed = |advice: &str| {
            Failure::input(format_args!(
                "upstream {url:?}: {advice}, such as http://localhost:3000"
            ))
        };
        let parsed: Uri = url.parse().map_err(|_| failed("this is not a URL; write one"))?;
        let host = match (parsed.scheme_str(), parsed.authority()) {
            (Some("http" | "https"), Some(authority)) => authority.as_str(),
            _ => return Err(failed("write the scheme and the host of the service")),
        };
        if parsed.path() != "/" || parsed.query().is_some() || host.contains('@') {
            return Err(failed("write a scheme and a host alone"));
        }
        let host =
            HeaderValue::try_from(host).map_err(|_| failed("write the host as a browser does"))?;
        let settings =
            Settings { version: Version::Http1, connect_to: None, trust, timeout: TIMEOUT };
        let client = Client::new(&parsed, &settings).map_err(Failure::input)?;
        Ok(Self { url: parsed, host, client, idle: Mutex::default() })
    }

    pub fn host(&self) -> HeaderValue {
        self.host.clone()
    }

    /// Sends a request with a path for a URI. Fails with a sentence.
    pub async fn send(&self, mut request: Request<Incoming>) -> Result<Response<Incoming>, String> {
        while let Some(mut sender) = self.idle_connection() {
            match sender.try_send_request(request).await {
                Ok(response) => {
                    self.keep(sender);
                    return Ok(response);
                }
                // The service closed the connection before: another one is tried.
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(broken(&error.into_error())),
                },
            }
        }
        let mut sender = self.connect().await?;
        let response = sender.send_request(request).await.map_err(|error| broken(&error))?;
        self.keep(sender);
        Ok(response)
    }

    async fn connect(&self) -> Result<SendRequest<Incoming>, String> {
        let stream = self.client.stream().await.map_err(|error| error.to_string())?;
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
        tokio::spawn(connection.with_upgrades());
        Ok(sender)
    }

    /// Returns a connection that can send a request.
    fn idle_connection(&self) -> Option<SendRequest<Incoming>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|sender| !sender.is_closed());
        let at = idle.iter().position(SendRequest::is_ready)?;
        Some(idle.swap_remove(at))
    }

    fn keep(&self, sender: SendRequest<Incoming>) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(sender);
        }
    }
}

fn broken(error: &hyper::Error) -> String {
    format!("the service broke the connection: {error}")
}

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.to_string().trim_end_matches('/'))
    }
}
