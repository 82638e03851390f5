//! The differences between a target and a policy.

use std::fmt;

/// A difference between a target and the policy that was exported to it.
///
/// `Display` prints the meaning and the remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Loss {
    /// The target cannot expose some headers, such as each one that a response carries, for
    /// `expose_any_header` with credentials.
    ExposedHeaders,
    /// `Enforcement::Reject` with trusted forwarding headers: the proxy compares `Host` alone.
    ForwardedHosts,
    /// The proxy cannot send the status of a rejection, and sends 403.
    RejectStatus,
    /// `Enforcement::Reject`: the gateway rejects no request.
    NotRejected,
    /// The gateway cannot match some of the origins. Their pages are refused.
    OmittedOrigins,
    /// A wildcard of the gateway matches more origins than that of the policy.
    WiderOrigins,
    /// The gateway cannot allow some of the methods. Requests with them are refused.
    OmittedMethods,
    /// The gateway cannot allow some of the request headers. Requests with them are refused.
    OmittedHeaders,
    /// The gateway allows credentials, and the policy does not.
    AddedCredentials,
    /// The gateway cannot send this `max_age`.
    MaxAge,
    /// The gateway keeps the CORS headers of the service.
    ServiceHeaders,
    /// The gateway lets each preflight reach the service, which must answer it.
    PreflightForwarded,
    /// Some responses lack `Vary: Origin`.
    NoVary,
    /// The gateway drops `Vary` lines of the service.
    VaryLines,
    /// An `Origin` in a form that no browser writes can match a wildcard.
    MalformedOrigins,
    /// An empty header line is treated as a missing one.
    EmptyLines,
    /// Several lines of a header are read as the first one, or as one value.
    SeveralLines,
    /// On paths without a policy, several lines of a CORS header of the service become one.
    PassedLines,
    /// Several `Access-Control-Request-Headers` lines are not mirrored, and each is bounded alone.
    SplitRequestHeaders,
    /// `allow_any_header`: a list with an invalid name is not mirrored at all.
    InvalidNames,
    /// `Vary` is a line of its own beside that of the service.
    SeparateVary,
    /// A response that the proxy pipes passes unchanged.
    PipedResponses,
    /// The target answers some requests before any rule applies, such as those that it cannot parse.
    EarlyErrors,
    /// The answers to preflights have another form that means the same.
    PreflightForm,
    /// Some responses have CORS headers without effect.
    StrayHeaders,
    /// If any origin is allowed, the gateway sends that of the request, and not `*`.
    EchoForAny,
}

impl Loss {
    /// All losses of all targets.
    pub const ALL: [Self; 26] = [
        Self::ExposedHeaders,
        Self::ForwardedHosts,
        Self::RejectStatus,
        Self::NotRejected,
        Self::OmittedOrigins,
        Self::WiderOrigins,
        Self::OmittedMethods,
        Self::OmittedHeaders,
        Self::AddedCredentials,
        Self::MaxAge,
        Self::ServiceHeaders,
        Self::PreflightForwarded,
        Self::NoVary,
        Self::VaryLines,
        Self::MalformedOrigins,
        Self::EmptyLines,
        Self::SeveralLines,
        Self::PassedLines,
        Self::SplitRequestHeaders,
        Self::InvalidNames,
        Self::SeparateVary,
        Self::PipedResponses,
        Self::EarlyErrors,
        Self::PreflightForm,
        Self::StrayHeaders,
        Self::EchoForAny,
    ];

    /// Returns a short, stable name: that of the variant in lower case, such as `exposed-headers`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::ExposedHeaders => "exposed-headers",
            Self::ForwardedHosts => "forwarded-hosts",
            Self::RejectStatus => "reject-status",
            Self::NotRejected => "not-rejected",
            Self::OmittedOrigins => "omitted-origins",
            Self::WiderOrigins => "wider-origins",
            Self::OmittedMethods => "omitted-methods",
            Self::OmittedHeaders => "omitted-headers",
            Self::AddedCredentials => "added-credentials",
            Self::MaxAge => "max-age",
            Self::ServiceHeaders => "service-headers",
            Self::PreflightForwarded => "preflight-forwarded",
            Self::NoVary => "no-vary",
            Self::VaryLines => "vary-lines",
            Self::MalformedOrigins => "malformed-origins",
            Self::EmptyLines => "empty-lines",
            Self::SeveralLines => "several-lines",
            Self::PassedLines => "passed-lines",
            Self::SplitRequestHeaders => "split-request-headers",
            Self::InvalidNames => "invalid-names",
            Self::SeparateVary => "separate-vary",
            Self::PipedResponses => "piped-responses",
            Self::EarlyErrors => "early-errors",
            Self::PreflightForm => "preflight-form",
            Self::StrayHeaders => "stray-headers",
            Self::EchoForAny => "echo-for-any",
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
        match self {
            Self::ExposedHeaders
            | Self::ForwardedHosts
            | Self::RejectStatus
            | Self::NotRejected
            | Self::OmittedOrigins
            | Self::WiderOrigins
            | Self::OmittedMethods
            | Self::OmittedHeaders
            | Self::AddedCredentials
            | Self::MaxAge
            | Self::ServiceHeaders
            | Self::PreflightForwarded
            | Self::NoVary
            | Self::VaryLines => true,
            Self::MalformedOrigins
            | Self::EmptyLines
            | Self::SeveralLines
            | Self::PassedLines
            | Self::SplitRequestHeaders
            | Self::InvalidNames
            | Self::SeparateVary
            | Self::PipedResponses
            | Self::EarlyErrors
            | Self::PreflightForm
            | Self::StrayHeaders
            | Self::EchoForAny => false,
        }
    }

    /// Returns the difference, in one sentence.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::ExposedHeaders => {
                "the target cannot name each header that a response carries, as `expose_any_header` does \
                 with credentials, and sends the listed names alone"
            }
            Self::ForwardedHosts => {
                "the proxy recognizes the service's own pages by `Host`, and not by \
                 `X-Forwarded-Host` or `Forwarded`"
            }
            Self::RejectStatus => {
                "the proxy reserves this `reject_status` for itself, and sends 403 instead"
            }
            Self::NotRejected => {
                "the gateway rejects no request, so those of denied origins reach the service, form \
                 posts and WebSocket handshakes too"
            }
            Self::OmittedOrigins => {
                "the gateway cannot allow some of the origins, so browsers refuse their pages"
            }
            Self::WiderOrigins => {
                "the gateway's wildcard matches more origins than that of the policy, and their pages \
                 can read responses"
            }
            Self::OmittedMethods => {
                "the gateway cannot allow some of the methods, so browsers refuse requests with them"
            }
            Self::OmittedHeaders => {
                "the gateway cannot allow some of the request headers, so browsers refuse requests \
                 with them"
            }
            Self::AddedCredentials => {
                "the gateway allows credentials to each origin that it names, and the policy does not, \
                 so pages can read responses that depend on cookies"
            }
            Self::MaxAge => {
                "the gateway cannot send this `max_age`, so browsers keep preflights for another time"
            }
            Self::ServiceHeaders => {
                "the gateway keeps the CORS headers of the service: a second \
                 `Access-Control-Allow-Origin` makes browsers refuse, and a `*` lets denied origins read"
            }
            Self::PreflightForwarded => {
                "the gateway lets preflights reach the service, and browsers refuse requests if it \
                 answers with an error"
            }
            Self::NoVary => {
                "some responses lack `Vary: Origin`, so a cache, also that of a browser, can send a \
                 page the response for another one"
            }
            Self::VaryLines => {
                "if the service sends several `Vary` lines, the gateway keeps the first one alone, so \
                 a cache can send a user the response for another one"
            }
            Self::MalformedOrigins => {
                "a wildcard matches some hosts that no browser writes, such as invalid punycode"
            }
            Self::EmptyLines => "an empty header line is treated as a missing one",
            Self::SeveralLines => {
                "if a request has several lines of a header, the proxy reads all of them as one \
                 value, and Traefik and nginx before version 1.23 the first one alone"
            }
            Self::PassedLines => {
                "on paths without a policy, if the service sends several lines of a CORS header, the \
                 proxy sends one line with all values, and nginx before version 1.23 the first one alone"
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
            Self::PipedResponses => {
                "the proxy does not see the response to a request that it pipes, such as the \
                 handshake of a WebSocket"
            }
            Self::EarlyErrors => {
                "the target answers some requests before any rule applies: those that it cannot parse, \
                 and those that no route of it matches or that its own checks stop"
            }
            Self::PreflightForm => {
                "preflights get another status, other lists, more headers or less `Vary` than the policy \
                 says, also if they are denied, and browsers decide the same"
            }
            Self::StrayHeaders => {
                "some responses have CORS headers that have no effect there, such as \
                 `Access-Control-Expose-Headers` for a denied origin"
            }
            Self::EchoForAny => {
                "if any origin is allowed, the gateway sends the origin of the request and \
                 `Vary: Origin`, and not `*`"
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
            Self::NotRejected => {
                "keep a layer with `Enforcement::Reject` in the service, or use another target"
            }
            Self::OmittedOrigins => {
                "list fewer origins, https ones without wildcards, or use another target or the service"
            }
            Self::WiderOrigins => "list the origins one by one",
            Self::OmittedMethods => "list other methods, or use another target or the service",
            Self::OmittedHeaders => {
                "list the names in `allow_headers`, or use another target or the service"
            }
            Self::AddedCredentials => {
                "allow credentials, or any origin, or use another target or the service"
            }
            Self::MaxAge => "choose a `max_age` from 1 to 86400 seconds",
            Self::ServiceHeaders => "use `CorsLayer::disabled()` in the service",
            Self::PreflightForwarded => {
                "keep a layer with the same policy in the service, which answers preflights"
            }
            Self::NoVary => {
                "let the service send `Vary: Origin` on every response, or forbid caches to keep any"
            }
            Self::VaryLines => "let the service send one `Vary` line",
            Self::MalformedOrigins => "list the origins one by one if that matters to you",
            Self::SeveralLines | Self::PassedLines => {
                "with nginx, use 1.23 or later if that matters to you"
            }
            Self::PipedResponses => {
                "pipe handshakes alone: no browser reads the CORS headers of their responses"
            }
            Self::EmptyLines
            | Self::SplitRequestHeaders
            | Self::InvalidNames
            | Self::SeparateVary
            | Self::EarlyErrors
            | Self::PreflightForm
            | Self::StrayHeaders
            | Self::EchoForAny => "nothing needs to be done",
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.meaning(), self.remedy())
    }
}
