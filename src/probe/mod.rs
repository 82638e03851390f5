//! Compares a deployment with a policy: the requests to send, and the meaning of their answers.
//!
//! Nothing here opens a connection. The command `corsac probe` does, and any HTTP client can, if it
//! sends paths as they are written and keeps repeated header lines apart.
//!
//! # With a policy
//!
//! [`Probe::exchanges`] returns the requests that follow from a policy, and [`Probe::judge`] reads the
//! answers. A [`Report`] has findings of two [grades](Grade): *outcome*, if a browser concludes
//! something else than the policy says, and *hygiene* for the rest. Every kind of finding is a
//! [`Check`] with a stable id.
//!
//! ```
//! use corsac::{CorsLayer, probe::{Check, Probe}};
//! use http::{HeaderMap, Request, Response};
//!
//! let policy = CorsLayer::builder()
//!     .allow_origins(["https://app.example.com"])
//!     .allow_methods(["PUT"])
//!     .build_policy()?;
//!
//! // In place of a server: it matches origins with a regular expression that has no end.
//! let answer = |request: &Request<()>| {
//!     let mut headers = HeaderMap::new();
//!     let decision = policy.evaluate_request(request);
//!     decision.apply(&mut headers);
//!     let origin = request.headers().get("origin").filter(|_| decision.status().is_none());
//!     if let Some(origin) = origin.filter(|it| it.as_bytes().starts_with(b"https://app.example.com")) {
//!         headers.insert("access-control-allow-origin", origin.clone());
//!     }
//!     let mut response = Response::new("");
//!     *response.status_mut() = decision.status().unwrap_or_default();
//!     *response.headers_mut() = headers;
//!     Some(response)
//! };
//!
//! let probe = Probe::new("https://api.example.com/users", policy.clone())?;
//! let exchanges = probe.exchanges();
//! let answers: Vec<_> = exchanges.iter().map(|exchange| answer(exchange.request())).collect();
//! let report = probe.judge(&exchanges, &answers);
//!
//! let finding = &report.findings()[0];
//! assert_eq!(finding.check(), Check::OriginEndUnanchored);
//! assert_eq!(
//!     finding.curl(),
//!     "curl -si https://api.example.com/users -H 'Origin: https://app.example.com.evil.example'",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Without a policy
//!
//! [`PageRequest`] answers one question: does a browser let this page do this, and why not?
//!
//! # Limits
//!
//! A probe cannot see:
//!
//! * Whether a listed domain is one below which strangers can register names. That is a
//!   [warning](crate::Policy::warnings) of the policy.
//! * Whether errors that it cannot cause have CORS headers: 413, 429, 500, 502, 504. Name a path that
//!   answers with such a status: [`Probe::path`].
//! * Whether a preflight that succeeds has reached the app. Name a header that only the app sends:
//!   [`Probe::app_header`].
//! * Origins that only a regex or a predicate of the policy allows. Name some: [`Probe::origin`].
//! * Whether the deployment was generated from this version of the policy. It compares what the
//!   deployment does.
//! * Requests other than GET, HEAD and OPTIONS, because they may change something. It asks for the
//!   other methods in preflights.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Response};

use crate::policy::Policy;

mod browser;
mod cause;
mod check;
mod curl;
mod exchange;
mod exchanges;
mod hygiene;
mod judge;
mod origins;
mod outcome;
mod page;
mod report;
mod series;
mod target;
mod words;

pub use browser::Reason;
pub use cause::Cause;
pub use check::{Check, Grade};
pub use exchange::{Exchange, Way};
pub use page::{PageNote, PageRequest, Readable};
pub use report::{Finding, Report};
pub use target::ProbeError;
pub use words::Blocked;

use target::Target;

/// A deployment to compare with a policy.
///
/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Probe {
    target: Target,
    policy: Arc<Policy>,
    /// The path of the URL first.
    places: Vec<Place>,
    /// For actual requests.
    headers: HeaderMap,
    origins: Vec<String>,
    repeat: usize,
    app_header: Option<HeaderName>,
    accepted: Vec<Accepted>,
    /// Empty, or with a blank in front.
    curl_options: String,
}

/// A part of the findings that the report leaves out.
#[derive(Debug, Clone)]
struct Accepted {
    check: Check,
    /// `None` for all entries of the policy.
    entry: Option<String>,
}

/// A path, with its policy.
#[derive(Debug, Clone)]
struct Place {
    path: String,
    /// `None` if the path must have no CORS.
    policy: Option<Arc<Policy>>,
}

impl Probe {
    /// Returns a probe of this URL, whose path has this policy.
    ///
    /// # Errors
    ///
    /// Fails for a URL that is not http or https, such as `api.example.com`.
    pub fn new(url: &str, policy: impl Into<Arc<Policy>>) -> Result<Self, ProbeError> {
        let target = Target::new(url)?;
        let policy = policy.into();
        let place = Place { path: target.path().to_owned(), policy: Some(policy.clone()) };
        Ok(Self {
            target,
            policy,
            places: vec![place],
            headers: HeaderMap::new(),
            origins: Vec::new(),
            repeat: 2,
            app_header: None,
            accepted: Vec::new(),
            curl_options: String::new(),
        })
    }

    /// Returns the policy of the URL.
    #[must_use]
    pub fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// Adds a path of the same server with its policy, which may be the same one: each path with a
    /// policy of its own, and paths whose answer is an error.
    ///
    /// # Errors
    ///
    /// Fails for a text that is not a path.
    pub fn path(self, path: &str, policy: impl Into<Arc<Policy>>) -> Result<Self, ProbeError> {
        self.place(path, Some(policy.into()))
    }

    /// Adds a path that must have no CORS, so that no page of another origin can read it.
    ///
    /// # Errors
    ///
    /// Fails for a text that is not a path.
    pub fn path_without_cors(self, path: &str) -> Result<Self, ProbeError> {
        self.place(path, None)
    }

    fn place(mut self, path: &str, policy: Option<Arc<Policy>>) -> Result<Self, ProbeError> {
        if !path.starts_with('/') || self.target.at(path).is_none() {
            return Err(ProbeError::path(path));
        }
        self.places.push(Place { path: path.to_owned(), policy });
        Ok(self)
    }

    /// Adds a header to all requests that are no preflights, such as a token. The findings show its
    /// name, and not its value.
    ///
    /// # Errors
    ///
    /// Fails for a name or a value that no header can have.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, ProbeError> {
        let parsed = (name.parse::<HeaderName>(), value.parse::<HeaderValue>());
        let (Ok(parsed), Ok(value)) = parsed else { return Err(ProbeError::header(name)) };
        self.headers.append(parsed, value);
        Ok(self)
    }

    /// Adds an origin to ask for, which the policy allows or denies.
    ///
    /// # Errors
    ///
    /// Fails for an origin that no browser sends, such as `https://a.example/`.
    pub fn origin(mut self, origin: &str) -> Result<Self, ProbeError> {
        self.origins.push(page::check_origin(origin)?);
        Ok(self)
    }

    /// Sets how often one request is repeated on new connections, to find servers behind a balancer
    /// that differ. Default: 2.
    #[must_use]
    pub fn repeat(mut self, times: usize) -> Self {
        self.repeat = times;
        self
    }

    /// Names a response header that only the app sends, such as `x-powered-by`. A preflight that has it
    /// reached the app. Leave it out if the app itself answers preflights.
    #[must_use]
    pub fn app_header(mut self, name: HeaderName) -> Self {
        self.app_header = Some(name);
        self
    }

    /// Adds options to each `curl` line, such as `--insecure`.
    #[must_use]
    pub fn curl_options(mut self, options: &str) -> Self {
        if !options.is_empty() {
            self.curl_options = format!("{} {options}", self.curl_options);
        }
        self
    }

    /// Accepts the findings of a check, so that the report does not contain them.
    #[must_use]
    pub fn accept(mut self, check: Check) -> Self {
        self.accepted.push(Accepted { check, entry: None });
        self
    }

    /// Accepts the findings of a check about one entry of the policy: an origin, a pattern, a method or the
    /// name of a request header.
    #[must_use]
    pub fn accept_entry(mut self, check: Check, entry: &str) -> Self {
        self.accepted.push(Accepted { check, entry: Some(entry.to_owned()) });
        self
    }

    /// Returns the requests to send, at most 150 for one path.
    ///
    /// A long list of origins is sampled: [`Report::notes`] contains a sentence about it.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        exchanges::Exchanges::of(self)
    }

    /// Judges the answers to these exchanges, each at the index of its exchange. `None` is no answer.
    ///
    /// Bodies are searched for the names of programs; their first kilobyte is enough.
    #[must_use]
    pub fn judge<B: AsRef<[u8]>>(
        &self,
        exchanges: &[Exchange],
        answers: &[Option<Response<B>>],
    ) -> Report {
        judge::judge(self, exchanges, answers)
    }
}
