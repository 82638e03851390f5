//! The methods and the header names of a policy, compiled.

use std::collections::{BinaryHeap, HashSet};

use http::HeaderValue;

use super::{
    fetch,
    request_headers::{MAX_NAMES, RequestHeaders},
    rules::Names,
};

/// The methods that a policy allows.
#[derive(Debug, Clone)]
pub(crate) struct Methods {
    pub(crate) any: bool,
    /// In the order in which they are sent.
    pub(crate) names: Vec<String>,
    /// The names in one line, if there are any.
    pub(crate) header: Option<HeaderValue>,
}

/// Header names that a policy allows or exposes.
#[derive(Debug, Clone)]
pub(crate) struct HeaderNames {
    pub(crate) any: bool,
    /// In lower case, sorted.
    names: Vec<String>,
    /// The length of the longest name.
    longest: usize,
    /// The names in one line, as written, if there are any.
    pub(crate) header: Option<HeaderValue>,
}

/// The rule that allows a method or a header name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AllowedBy {
    /// Fetch, "CORS-safelisted method".
    Safelist,
    List,
    /// `allow_any_method` or `allow_any_header`.
    Any,
}

impl Methods {
    /// A mirrored method is no longer than this, so that responses stay small.
    pub(crate) const MAX_LEN: usize = 128;

    pub(crate) fn new(names: &Names) -> Self {
        let usual: &[&str] = if names.any { &fetch::USUAL_METHODS } else { &[] };
        let mut all: Vec<String> = usual.iter().map(|name| (*name).to_owned()).collect();
        for name in &names.listed {
            if !usual.contains(&name.as_str()) {
                all.push(name.clone());
            }
        }
        Self { any: names.any, header: joined(&all), names: all }
    }

    pub(crate) fn allowed_by(&self, method: &[u8]) -> Option<AllowedBy> {
        // Fetch, "CORS-preflight fetch": a CORS-safelisted method needs no listing.
        if fetch::is_safelisted_method(method) {
            Some(AllowedBy::Safelist)
        } else if self.names.iter().any(|name| name.as_bytes() == method) {
            Some(if self.any { AllowedBy::Any } else { AllowedBy::List })
        } else if self.any
            && method.len() <= Self::MAX_LEN
            && fetch::is_token(method)
            && !fetch::is_forbidden_method(method)
        {
            Some(AllowedBy::Any)
        } else {
            None
        }
    }

    /// Returns the line of names with `requested` at its end, if that method is allowed and not
    /// among them.
    pub(crate) fn line_with(&self, requested: &HeaderValue) -> Option<HeaderValue> {
        let requested = std::str::from_utf8(requested.as_bytes()).ok()?;
        if self.names.iter().any(|name| name == requested) {
            return None;
        }
        self.allowed_by(requested.as_bytes())?;
        HeaderValue::try_from(format!("{}, {requested}", self.names.join(", "))).ok()
    }
}

impl HeaderNames {
    pub(crate) fn new(names: &Names) -> Self {
        let lower_case = names.listed.iter().map(|name| name.to_ascii_lowercase());
        // A tenth of the code of `sort`.
        let sorted = lower_case.collect::<BinaryHeap<_>>().into_sorted_vec();
        let longest = sorted.iter().map(String::len).max().unwrap_or(0);
        Self { any: names.any, names: sorted, longest, header: joined(&names.listed) }
    }

    pub(crate) fn allowed_by(&self, name: &[u8]) -> Option<AllowedBy> {
        if self.contains(name) {
            Some(AllowedBy::List)
        } else if self.any && fetch::is_token(name) {
            Some(AllowedBy::Any)
        } else {
            None
        }
    }

    /// Returns whether all names are allowed, if they are in one line that is written as browsers write
    /// it: lower case, sorted, no white space (Fetch, "CORS-preflight fetch"). One walk along it is enough
    /// then. Names in another form may be allowed too, so `false` proves nothing.
    pub(crate) fn allow_line(&self, requested: RequestHeaders<'_>) -> bool {
        let Some(line) = requested.line() else { return false };
        let mut rest = line.as_bytes();
        for name in &self.names {
            match rest.strip_prefix(name.as_bytes()) {
                Some([]) => return true,
                Some([b',', more @ ..]) => rest = more,
                _ => {}
            }
        }
        false
    }

    /// Returns the valid names that are requested, in one line, and the first that is not valid. For a
    /// policy that allows any header.
    pub(crate) fn mirror<'n>(
        &self,
        requested: RequestHeaders<'n>,
    ) -> (Option<HeaderValue>, Option<&'n [u8]>) {
        if let Some(line) = requested.canonical_line() {
            return (Some(line.clone()), None);
        }
        let mut invalid = None;
        let mut names = requested.names().filter(|name| {
            let is_valid = fetch::is_token(name);
            if !is_valid {
                invalid.get_or_insert(*name);
            }
            is_valid
        });
        (self.line_with(&mut names), invalid)
    }

    /// Fetch, "CORS-preflight fetch": names are compared without regard to case.
    fn contains(&self, name: &[u8]) -> bool {
        let has =
            |name: &[u8]| self.names.binary_search_by(|listed| listed.as_bytes().cmp(name)).is_ok();
        if name.len() > self.longest {
            return false;
        }
        // Browsers send lower case, so most names need no copy.
        has(name) || name.iter().any(u8::is_ascii_uppercase) && has(&name.to_ascii_lowercase())
    }

    /// Returns the listed names in one line, followed by those of `others` that are not listed. All of
    /// them must be valid names.
    pub(crate) fn line_with(&self, others: &mut dyn Iterator<Item = &[u8]>) -> Option<HeaderValue> {
        let mut line = self.header.as_ref().map_or(&b""[..], HeaderValue::as_bytes).to_vec();
        let mut known = Known::default();
        for name in others {
            if !self.contains(name) && known.insert(name) {
                if !line.is_empty() {
                    line.extend_from_slice(b", ");
                }
                line.extend_from_slice(name);
            }
        }
        // Tokens, commas and spaces are a valid value.
        HeaderValue::try_from(line).ok().filter(|line| !line.is_empty())
    }
}

/// A set of names without regard to case. Up to sixteen are compared one by one, which costs less than
/// hashing them.
#[derive(Default)]
struct Known<'n> {
    few: Vec<&'n [u8]>,
    /// All names, once there are more.
    many: HashSet<Vec<u8>>,
}

impl<'n> Known<'n> {
    /// Returns whether the name is new.
    fn insert(&mut self, name: &'n [u8]) -> bool {
        if !self.many.is_empty() {
            return self.many.insert(name.to_ascii_lowercase());
        }
        if self.few.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return false;
        }
        self.few.push(name);
        if self.few.len() > 16 {
            self.many.reserve(MAX_NAMES);
            self.many.extend(self.few.iter().map(|known| known.to_ascii_lowercase()));
        }
        true
    }
}

/// Returns the names in one line, or `None` if there are none.
fn joined(names: &[String]) -> Option<HeaderValue> {
    // Tokens, commas and spaces are a valid value.
    HeaderValue::try_from(names.join(", ")).ok().filter(|line| !line.is_empty())
}
