//! A policy as a proxy sees it.

use http::{HeaderValue, StatusCode};

use super::{hash, origins::OriginList};
use crate::{
    origin::{OriginSet, default_port},
    policy::{Enforcement, Origins, Policy},
};

/// The data of a policy that a target has to write.
#[derive(Debug)]
pub(super) struct Plan<'p> {
    /// Starts the names of everything that belongs to this policy alone.
    pub(super) name: String,
    /// Identifies the policy in the generated text.
    pub(super) hash: u64,
    /// `None` if any origin is allowed, by the constant `*`.
    pub(super) origins: Option<OriginList<'p>>,
    pub(super) credentials: bool,
    /// The line of methods, or `None` if there is none.
    pub(super) methods: Option<String>,
    /// A method that is not in the line is added to it.
    pub(super) mirrors_method: bool,
    pub(super) request_headers: AllowHeaders,
    /// The line of exposed headers, or `None` if there is none.
    pub(super) exposed: Option<String>,
    pub(super) exposes_present_headers: bool,
    pub(super) max_age: u64,
    pub(super) preflight_status: StatusCode,
    pub(super) vary: Vary,
    /// `None` if denied requests reach the service.
    pub(super) rejection: Option<Rejection<'p>>,
    /// The regexes and predicates, each with its setter.
    pub(super) code: Vec<String>,
}

/// The value of `Access-Control-Allow-Headers`.
#[derive(Debug)]
pub(super) enum AllowHeaders {
    /// The header is not sent.
    None,
    Listed(String),
    /// The requested names, if they are names.
    Mirrored,
}

/// The names in `Vary`, or an empty text if there are none.
#[derive(Debug)]
pub(super) struct Vary {
    pub(super) actual: &'static str,
    pub(super) preflight: &'static str,
}

/// `Enforcement::Reject`.
#[derive(Debug)]
pub(super) struct Rejection<'p> {
    pub(super) status: StatusCode,
    /// If there are none, the host of the request is compared.
    pub(super) own_origins: &'p [String],
    pub(super) trusts_forwarded_headers: bool,
    pub(super) senders: OriginList<'p>,
}

/// A regular expression for a byte of a name: RFC 9110, 5.6.2 "Tokens".
pub(super) const NAME_BYTE: &str = r"[!#$%&'*+.^_`|~0-9A-Za-z-]";

/// A regular expression for a list of names, with at least one, for RE2.
pub(super) fn names_re2() -> String {
    let name = format!(r"{NAME_BYTE}+[ \t]*");
    format!(r"[ \t,]*{name}(?:,[ \t]*(?:{name})?)*")
}

/// A regular expression for a list of names, with at least one, for PCRE, which would need much stack
/// for a repeated group: no two names have only blanks between them.
pub(super) fn names_pcre() -> String {
    let or_blank = &NAME_BYTE[1..];
    format!(r"(?!.*{NAME_BYTE}[ \t]+{NAME_BYTE})[ \t,]*{NAME_BYTE}[ \t,{or_blank}*")
}

/// Returns regular expressions for `<Origin> <Host>`, where the origin has this scheme, and the host and the
/// port of the request, for PCRE.
pub(super) fn own_host_pcre(scheme: &str) -> [String; 2] {
    let page = format!(r"{scheme}://([a-z0-9_.-]+|\[[0-9a-f:]+\])");
    // RFC 9110, 7.2 "Host": the port can be written although it is the default one.
    let default = default_port(scheme).unwrap_or_default();
    [format!(r"{page} (?i)\1(?::(?:0*{default})?)?"), format!(r"{page}:([0-9]+) (?i)\1:0*\2")]
}

/// The headers to remove from responses of the service: those of the CORS protocol, and one that browsers
/// have given up.
pub(super) const STRIPPED: [&str; 7] = [
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Access-Control-Expose-Headers",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Max-Age",
    "Access-Control-Allow-Private-Network",
];

impl<'p> Plan<'p> {
    pub(super) fn new(policy: &'p Policy, name: String) -> Self {
        let rules = &policy.rules;
        let origins = match &policy.origins {
            Origins::Any => None,
            Origins::Listed(set) => Some(OriginList::new(set)),
            Origins::Denied(_) => Some(OriginList::default()),
        };
        let exposed = match (rules.exposed_headers.any, rules.exposes_present_headers()) {
            (true, false) => Some("*".to_owned()),
            _ => line(policy.exposed.header.as_ref()),
        };
        // If any origin is allowed, no request is rejected.
        let rejects = rules.enforcement == Enforcement::Reject && origins.is_some();
        let rejection = rejects.then(|| Rejection {
            status: rules.reject_status(),
            own_origins: &rules.own_origins,
            trusts_forwarded_headers: rules.trust_forwarded_headers && rules.own_origins.is_empty(),
            senders: OriginList::new(&policy.senders),
        });
        Self {
            name,
            hash: hash::of_policy(policy),
            // Fetch, "CORS protocol and HTTP caches": a constant does not vary on `Origin`.
            vary: match origins {
                None => Vary {
                    actual: "",
                    preflight: "Access-Control-Request-Method, Access-Control-Request-Headers",
                },
                Some(_) => Vary {
                    actual: "Origin",
                    preflight: "Origin, Access-Control-Request-Method, \
                                Access-Control-Request-Headers",
                },
            },
            origins,
            credentials: rules.allows_credentials(),
            methods: line(policy.methods.header.as_ref()),
            mirrors_method: policy.methods.any,
            request_headers: match line(policy.request_headers.header.as_ref()) {
                _ if policy.request_headers.any => AllowHeaders::Mirrored,
                Some(names) => AllowHeaders::Listed(names),
                None => AllowHeaders::None,
            },
            exposed,
            exposes_present_headers: rules.exposes_present_headers(),
            max_age: rules.max_age().as_secs(),
            preflight_status: rules.preflight_status(),
            rejection,
            code: policy.origin_set().map(code).unwrap_or_default(),
        }
    }

    /// Returns whether some wildcard matches origins that no browser sends.
    pub(super) fn matches_malformed(&self) -> bool {
        self.origin_lists().any(OriginList::matches_malformed)
    }

    /// Returns whether the policy allows no origin.
    pub(super) fn denies_all(&self) -> bool {
        self.origins.as_ref().is_some_and(OriginList::is_empty)
    }

    pub(super) fn has_wildcards(&self) -> bool {
        self.origin_lists().any(|list| !list.wildcards.is_empty())
    }

    pub(super) fn mirrors_request_headers(&self) -> bool {
        matches!(self.request_headers, AllowHeaders::Mirrored)
    }

    pub(super) fn trusts_forwarded_headers(&self) -> bool {
        self.rejection.as_ref().is_some_and(|rejection| rejection.trusts_forwarded_headers)
    }

    /// Returns the status of rejected requests, if there are any.
    pub(super) fn reject_status(&self) -> Option<u16> {
        self.rejection.as_ref().map(|rejection| rejection.status.as_u16())
    }

    /// Returns the trusted senders, if there are any.
    pub(super) fn senders(&self) -> Option<&OriginList<'p>> {
        let senders = self.rejection.as_ref().map(|rejection| &rejection.senders);
        senders.filter(|senders| !senders.is_empty())
    }

    fn origin_lists(&self) -> impl Iterator<Item = &OriginList<'p>> {
        let senders = self.rejection.as_ref().map(|rejection| &rejection.senders);
        self.origins.iter().chain(senders)
    }
}

fn line(value: Option<&HeaderValue>) -> Option<String> {
    value.and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// Returns the regexes and predicates, each with its setter.
fn code(set: &OriginSet) -> Vec<String> {
    let Some(custom) = set.custom() else { return Vec::new() };
    #[cfg(feature = "regex")]
    let regexes = custom.regexes.len();
    #[cfg(not(feature = "regex"))]
    let regexes = 0;
    let mut code: Vec<String> =
        (0..regexes).map(|index| format!("allow_origin_regexes[{index}]")).collect();
    code.extend(custom.predicates.iter().map(|_| "allow_origin_if".to_owned()));
    code
}
