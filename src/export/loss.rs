//! The differences between a proxy and a policy, and the errors of an export.

use std::{error::Error, fmt};

/// A difference between a proxy and the policy that was exported to it.
///
/// `Display` prints the meaning and the remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Loss {
    /// Credentials and `expose_any_header`: the proxy cannot name the headers that a response carries.
    ExposedHeaders,
    /// `Enforcement::Reject` with trusted forwarding headers: the proxy compares `Host` alone.
    ForwardedHosts,
    /// The proxy cannot send the status of a rejection, and sends 403.
    RejectStatus,
    /// An `Origin` in a form that no browser writes can match a wildcard.
    MalformedOrigins,
    /// An empty header line is treated as a missing one.
    EmptyLines,
    /// Several lines of a header are read as the first one, or as one value.
    SeveralLines,
    /// Several `Access-Control-Request-Headers` lines are not mirrored, and each is bounded alone.
    SplitRequestHeaders,
    /// `allow_any_header`: a list with an invalid name is not mirrored at all.
    InvalidNames,
    /// `Vary` is a line of its own beside that of the service.
    SeparateVary,
    /// The proxy answers requests that it cannot parse before any rule applies.
    EarlyErrors,
}

impl Loss {
    /// All losses of all targets.
    pub const ALL: [Self; 10] = [
        Self::ExposedHeaders,
        Self::ForwardedHosts,
        Self::RejectStatus,
        Self::MalformedOrigins,
        Self::EmptyLines,
        Self::SeveralLines,
        Self::SplitRequestHeaders,
        Self::InvalidNames,
        Self::SeparateVary,
        Self::EarlyErrors,
    ];

    /// Returns a short, stable name: `exposed-headers`, `forwarded-hosts`, `reject-status`,
    /// `malformed-origins`, `empty-lines`, `several-lines`,
    /// `split-request-headers`, `invalid-names`, `separate-vary`, `early-errors`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::ExposedHeaders => "exposed-headers",
            Self::ForwardedHosts => "forwarded-hosts",
            Self::RejectStatus => "reject-status",
            Self::MalformedOrigins => "malformed-origins",
            Self::EmptyLines => "empty-lines",
            Self::SeveralLines => "several-lines",
            Self::SplitRequestHeaders => "split-request-headers",
            Self::InvalidNames => "invalid-names",
            Self::SeparateVary => "separate-vary",
            Self::EarlyErrors => "early-errors",
        }
    }

    /// Returns the loss with this [`id`](Loss::id).
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|loss| loss.id() == id)
    }

    /// Returns whether a browser can show the difference. Such a loss must be
    /// [accepted](super::Target::accept); the others concern requests that no browser sends, or answers
    /// that mean the same.
    #[must_use]
    pub fn shows_in_browsers(self) -> bool {
        matches!(self, Self::ExposedHeaders | Self::ForwardedHosts | Self::RejectStatus)
    }

    /// Returns the difference, in one sentence.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::ExposedHeaders => {
                "with credentials, `expose_any_header` names the headers that each response carries; \
                 the proxy sends the listed names alone"
            }
            Self::ForwardedHosts => {
                "the proxy recognizes the service's own pages by `Host`, and not by \
                 `X-Forwarded-Host` or `Forwarded`"
            }
            Self::RejectStatus => {
                "the proxy reserves this `reject_status` for itself, and sends 403 instead"
            }
            Self::MalformedOrigins => {
                "a wildcard matches some hosts that no browser writes, such as invalid punycode"
            }
            Self::EmptyLines => "an empty header line is treated as a missing one",
            Self::SeveralLines => {
                "if a request has several lines of a header, the proxy reads all of them as one \
                 value, and nginx before version 1.23 the first one alone"
            }
            Self::SplitRequestHeaders => {
                "if a request has several `Access-Control-Request-Headers` lines, the proxy mirrors \
                 none of them, and bounds each one alone"
            }
            Self::InvalidNames => {
                "if a page asks for a header with an invalid name, the proxy mirrors no name, \
                 and not the valid ones"
            }
            Self::SeparateVary => {
                "the proxy adds a `Vary` line beside that of the service, which means the same as \
                 one line with all names"
            }
            Self::EarlyErrors => {
                "the proxy answers a request that it cannot parse with 400, before any rule applies"
            }
        }
    }

    /// Returns the change that avoids the loss, in one sentence.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::ExposedHeaders => "list the names in `expose_headers`",
            Self::ForwardedHosts => "list the service's own pages in `own_origins`",
            Self::RejectStatus => "choose another `reject_status`, such as 403",
            Self::MalformedOrigins => "list the origins one by one if that matters to you",
            Self::SeveralLines => "with nginx, use 1.23 or later if that matters to you",
            Self::EmptyLines
            | Self::SplitRequestHeaders
            | Self::InvalidNames
            | Self::SeparateVary
            | Self::EarlyErrors => "nothing needs to be done",
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.meaning(), self.remedy())
    }
}

/// All reasons why a policy cannot be exported.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportError {
    code: Vec<String>,
    losses: Vec<Loss>,
}

impl ExportError {
    pub(super) fn new(code: Vec<String>, losses: Vec<Loss>) -> Self {
        Self { code, losses }
    }

    /// Returns the regexes and predicates of the policy, each with its setter.
    #[must_use]
    pub fn code(&self) -> &[String] {
        &self.code
    }

    /// Returns the losses that are not accepted.
    #[must_use]
    pub fn losses(&self) -> &[Loss] {
        &self.losses
    }
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the policy cannot be exported:")?;
        for code in &self.code {
            write!(
                f,
                "\n  - {code} is code, and a proxy has only data; write patterns in `allow_origins`, \
                 such as \"https://*.example.com\" or \"https://pr-*-app.example.com\""
            )?;
        }
        for loss in &self.losses {
            write!(f, "\n  - {loss}, or accept the loss `{}`", loss.id())?;
        }
        Ok(())
    }
}

impl Error for ExportError {}
