//! What corsac decides, beside what the edge sent.

use std::{collections::BTreeSet, fmt};

use corsac::{Decision, Origin, export::Loss};
use http::{
    HeaderMap, HeaderName, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, VARY,
    },
};

use crate::{
    requests::Sent,
    server::Server,
    upstream::{self, MARK},
    wire::{Answer, header_map},
};

/// The part of a response that corsac decides on. Two of them are equal if they mean the same.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    pub status: StatusCode,
    pub reached_service: bool,
    pub headers: Vec<(HeaderName, Vec<String>)>,
    pub vary: BTreeSet<String>,
}

/// Values that must be equal byte for byte, in one line.
const EXACT: [HeaderName; 3] =
    [ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_MAX_AGE];

const LISTS: [HeaderName; 3] =
    [ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_EXPOSE_HEADERS];

impl Seen {
    fn new(status: StatusCode, reached_service: bool, headers: &HeaderMap) -> Self {
        let lines = |name: &HeaderName| -> Vec<String> {
            let lines = headers.get_all(name).iter();
            lines.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned()).collect()
        };
        let mut seen: Vec<_> =
            headers.keys().filter(|name| name.as_str().starts_with("access-control-")).collect();
        seen.sort_by_key(|name| name.as_str());
        let value = |name: &HeaderName| match lines(name).as_slice() {
            // A list is the same with other white space, and without repetitions.
            [line] if LISTS.contains(name) => elements(line, name == ACCESS_CONTROL_ALLOW_METHODS),
            lines => lines.to_vec(),
        };
        Self {
            status,
            reached_service,
            headers: seen.into_iter().map(|name| (name.clone(), value(name))).collect(),
            vary: vary(headers),
        }
    }

    pub fn of(answer: &Answer) -> Self {
        Self::new(answer.status, answer.headers.contains_key(MARK), &answer.headers)
    }

    /// Returns the names of the headers that differ, and both statuses if these do.
    pub fn differing(&self, other: &Self) -> Vec<String> {
        let values = |seen: &Self, name: &HeaderName| {
            let mut headers = seen.headers.iter();
            headers.find(|(other, _)| other == name).map(|(_, values)| values.clone())
        };
        let names = self.headers.iter().chain(&other.headers).map(|(name, _)| name);
        let names = names.filter(|name| values(self, name) != values(other, name));
        let mut differing: BTreeSet<String> = names.map(|name| name.as_str().to_owned()).collect();
        if self.vary != other.vary {
            differing.insert("vary".to_owned());
        }
        if self.status != other.status {
            differing.extend([self, other].map(|seen| seen.status.as_u16().to_string()));
        }
        differing.into_iter().collect()
    }

    /// Returns what `Decision` makes of the service's response without its CORS headers. Without a policy
    /// that is the whole response.
    pub fn expected(decision: Option<&Decision<'_>>, sent: &Sent, losses: &[Loss]) -> Self {
        let mut headers = HeaderMap::new();
        let own_status = sent.own_status.and_then(|status| StatusCode::from_u16(status).ok());
        let is_rejected = sent.is_preflight() || !losses.contains(&Loss::NotRejected);
        let decided = decision.and_then(Decision::status).filter(|_| is_rejected);
        let (status, reached_service) = match (decided, own_status) {
            (Some(status), _) | (None, Some(status)) => (status, false),
            (None, None) => {
                let (status, lines) = upstream::response(sent.case);
                headers = header_map(&lines);
                if decision.is_some() {
                    for name in EXACT.iter().chain(&LISTS) {
                        headers.remove(name);
                    }
                    headers.remove("access-control-allow-private-network");
                }
                (StatusCode::from_u16(status).unwrap_or_default(), true)
            }
        };
        if let Some(decision) = decision {
            decision.apply(&mut headers);
        }
        Self::new(status, reached_service, &headers)
    }

    /// Makes one line of each header, or takes the first one alone.
    pub fn pass_lines(&mut self, first: bool) {
        for (name, lines) in &mut self.headers {
            if !LISTS.contains(name) {
                lines.truncate(if first { 1 } else { usize::MAX });
                *lines = vec![lines.join(",").replace(", ", ",")];
            }
        }
    }

    /// Returns whether the edge cannot parse the request, or answers it before any rule applies. Such an
    /// answer allows nothing.
    pub fn is_early(&self, sent: &Sent) -> bool {
        let is_general = self.status == StatusCode::OK && sent.target == "*";
        let is_refused = self.status == StatusCode::BAD_REQUEST;
        let is_odd = sent.target == "*" || sent.path().contains('%');
        let is_missing = self.status == StatusCode::NOT_FOUND && is_odd;
        (is_general || is_refused || is_missing) && !self.reached_service && self.headers.is_empty()
    }
}

/// Returns the names in all lines of `Vary`.
fn vary(headers: &HeaderMap) -> BTreeSet<String> {
    let lines = headers.get_all(VARY).iter();
    let lines = lines.map(|line| String::from_utf8_lossy(line.as_bytes()));
    let names: BTreeSet<String> = lines.flat_map(|line| elements(&line, false)).collect();
    // RFC 9110, 12.5.5: `*` means that the response varies on everything.
    if names.contains("*") { BTreeSet::from(["*".to_owned()]) } else { names }
}

pub fn elements(line: &str, regards_case: bool) -> Vec<String> {
    let mut elements: Vec<String> = Vec::new();
    for element in line.split(',').map(str::trim).filter(|element| !element.is_empty()) {
        let element = if regards_case { element.to_owned() } else { element.to_lowercase() };
        if !elements.contains(&element) {
            elements.push(element);
        }
    }
    elements
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = if self.reached_service { "the service" } else { "the edge" };
        write!(f, "{} by {by}", self.status.as_u16())?;
        for (name, values) in &self.headers {
            write!(f, "\n      {name}: {}", values.join(", "))?;
        }
        let vary: Vec<&str> = self.vary.iter().map(String::as_str).collect();
        write!(f, "\n      vary: {}", vary.join(", "))
    }
}

/// Returns whether a loss allows the edge to answer this request in another way.
pub fn is_excused(sent: &Sent, losses: &[Loss], server: &Server) -> bool {
    let has = |loss| losses.contains(&loss);
    let is_empty = |name| sent.values(name).any(<[u8]>::is_empty);
    let is_repeated = |name: &&str| sent.values(name).nth(1).is_some();
    let names = ["origin", "access-control-request-method", "sec-fetch-site"];
    if has(Loss::EmptyLines) && names.into_iter().any(is_empty)
        || (has(Loss::SeveralLines) || has(Loss::SplitRequestHeaders))
            && server.repeated.iter().any(is_repeated)
    {
        return true;
    }
    let requested = sent.values("access-control-request-headers");
    let mut elements = requested.flat_map(|line| line.split(|byte| *byte == b','));
    let is_name = |name: &[u8]| name.is_empty() || HeaderName::from_bytes(name).is_ok();
    has(Loss::InvalidNames) && !elements.all(|name| is_name(name.trim_ascii()))
}

/// Returns whether a loss explains another answer to this request.
pub fn is_explained(sent: &Sent, losses: &[Loss]) -> bool {
    losses.contains(&Loss::MalformedOrigins) && sent.values("origin").any(is_malformed)
}

/// Returns whether a value is not an origin, but only because of its punycode, its address, or a scheme
/// that nearly is another one.
fn is_malformed(origin: &[u8]) -> bool {
    let Ok(origin) = std::str::from_utf8(origin) else { return false };
    let Some((_, authority)) = origin.split_once("://") else { return false };
    let is_host_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:[]".contains(&byte);
    authority.bytes().all(is_host_byte)
        && !origin.bytes().any(|byte| byte.is_ascii_uppercase())
        && origin.parse::<Origin>().is_err()
}
