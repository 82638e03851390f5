//! The headers that a policy puts on responses: the only code that writes them.

use std::{fmt, mem};

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, VARY,
    },
};

use super::{other::OtherLayer, ready::ReadyHeaders, vary};
use crate::{fetch, policy::HeaderNames};

/// Makes the inner service's response one that `origin` may read; where the policy names none, one
/// that everybody may read.
///
/// Returns what the inner service had written that is gone now.
pub(super) fn grant(
    ready: &ReadyHeaders,
    origin: Option<HeaderValue>,
    response: &mut HeaderMap,
) -> Removed {
    // Others may stay: a service may say more in answer to a plain `OPTIONS`.
    let mut removed = remove(&CORS_HEADERS[..3], response);
    removed.note_corsac(fill(response, &ready.granted, origin));
    if let Some(exposed) = &ready.exposed {
        expose_names(exposed, response);
    }
    removed
}

/// Makes the inner service's response one that nobody of another origin may read. What depends on
/// `Origin` says so here too (Fetch, "CORS protocol and HTTP caches").
///
/// Returns what the inner service had written that is gone now.
#[inline]
pub(super) fn withhold(response: &mut HeaderMap) -> Removed {
    if response.is_empty() {
        put(response, VARY, vary::ORIGIN);
        return Removed::default();
    }
    let mut removed = remove(&CORS_HEADERS, response);
    removed.note_corsac(vary::merge(response, vary::ORIGIN));
    removed
}

/// Answers a preflight of `origin`, or of everybody where the policy names none.
pub(super) fn grant_preflight(
    ready: &ReadyHeaders,
    origin: Option<HeaderValue>,
    response: &mut HeaderMap,
) {
    remove(&CORS_HEADERS, response);
    fill(response, &ready.preflight_granted, origin);
}

/// Answers a preflight that is refused altogether.
pub(super) fn refuse_preflight(ready: &ReadyHeaders, response: &mut HeaderMap) {
    remove(&CORS_HEADERS, response);
    vary::merge(response, ready.preflight_vary.clone());
}

/// Writes the headers of `template`, with `origin` for the one in there.
///
/// Returns whether another layer of corsac has written its `Vary` before.
#[inline]
fn fill(response: &mut HeaderMap, template: &HeaderMap, origin: Option<HeaderValue>) -> bool {
    if !response.is_empty() {
        return fill_beside_others(response, template, origin);
    }
    let empty = mem::replace(response, template.clone());
    if empty.capacity() == 0 {
        // It owns nothing, which takes 50 instructions to find out.
        mem::forget(empty);
    }
    let Some(origin) = origin else { return false };
    // It was written first, so this finds it sooner than a look-up.
    let place = response.iter_mut().find(|(name, _)| **name == ACCESS_CONTROL_ALLOW_ORIGIN);
    if let Some((_, place)) = place {
        *place = origin;
    }
    false
}

fn fill_beside_others(
    response: &mut HeaderMap,
    template: &HeaderMap,
    mut origin: Option<HeaderValue>,
) -> bool {
    // All or nothing: an origin without its `Vary` would poison caches.
    if response.try_reserve(template.len()).is_err() {
        return false;
    }
    let mut is_known = false;
    for (name, value) in template {
        match origin.take_if(|_| *name == ACCESS_CONTROL_ALLOW_ORIGIN) {
            Some(origin) => put(response, name.clone(), origin),
            None if *name == VARY => is_known = vary::merge(response, value.clone()),
            None => put(response, name.clone(), value.clone()),
        }
    }
    is_known
}

/// `insert` panics where a map is full, and no response should: it goes without the header.
pub(super) fn put(response: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    _ = response.try_insert(name, value);
}

/// The listed names, and those that the response really carries.
fn expose_names(exposed: &HeaderNames, response: &mut HeaderMap) {
    let is_worth_naming = |name: &&str| {
        !fetch::is_safelisted_response_header(name)
            && !fetch::is_forbidden_response_header(name)
            && !fetch::is_cors_response_header(name)
    };
    let carried = response.keys().map(HeaderName::as_str).filter(is_worth_naming);
    if let Some(names) = exposed.with(carried.map(str::as_bytes)) {
        put(response, ACCESS_CONTROL_EXPOSE_HEADERS, names);
    }
}

/// Everything that the CORS protocol puts on a response.
const CORS_HEADERS: [HeaderName; 6] = [
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_MAX_AGE,
];

#[inline]
fn remove(names: &[HeaderName], response: &mut HeaderMap) -> Removed {
    let is_there = |name| response.contains_key(name);
    if response.is_empty() || !names.iter().any(is_there) {
        return Removed::default();
    }
    remove_present(names, response)
}

#[cold]
fn remove_present(names: &[HeaderName], response: &mut HeaderMap) -> Removed {
    let mut removed = Removed { names: 0, by: OtherLayer::inside(response) };
    for (at, name) in names.iter().enumerate() {
        removed.names |= u8::from(response.remove(name).is_some()) << at;
    }
    removed
}

/// What the inner service has written in vain. Prints the names of the headers.
#[derive(Clone, Copy, Default)]
pub(crate) struct Removed {
    /// Some of `CORS_HEADERS`, one bit each.
    names: u8,
    by: Option<OtherLayer>,
}

impl Removed {
    /// No header is gone.
    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.names == 0
    }

    /// The layer that has written them, where it is known.
    #[inline]
    pub(crate) fn by(self) -> Option<OtherLayer> {
        self.by
    }

    #[inline]
    fn note_corsac(&mut self, is_known: bool) {
        if is_known {
            self.by = Some(OtherLayer::Corsac);
        }
    }
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = CORS_HEADERS.iter().enumerate().filter(|(at, _)| self.names & 1 << at != 0);
        let mut lead = "";
        for (_, name) in names {
            write!(f, "{lead}{name}")?;
            lead = ", ";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{CORS_HEADERS, fetch};

    #[test]
    fn all_headers_of_the_protocol_are_owned() {
        assert!(CORS_HEADERS.iter().all(|name| fetch::is_cors_response_header(name.as_str())));
    }
}
