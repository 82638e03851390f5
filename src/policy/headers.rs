//! The only writer of CORS headers: the headers of a policy, prepared when it is built, and the
//! functions that put them on responses.

use std::{fmt, iter};

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, DATE, VARY,
    },
};

use super::{
    Origins,
    fetch::{self, CORS_HEADERS},
    lists::{HeaderNames, Methods},
    rules::Rules,
    vary,
};

/// The headers that are the same on every response of a policy. Cloning a map costs less than
/// filling one.
#[derive(Debug, Clone)]
pub(crate) struct HeaderTemplates {
    /// If the policy lists origins, `Access-Control-Allow-Origin` is empty here.
    actual: HeaderMap,
    preflight: HeaderMap,
    preflight_vary: HeaderValue,
}

impl HeaderTemplates {
    pub(super) fn new(
        rules: &Rules,
        origins: &Origins,
        methods: &Methods,
        request_headers: &HeaderNames,
        exposed: &HeaderNames,
    ) -> Self {
        let star = HeaderValue::from_static("*");
        let preflight_vary = vary::of_preflight(origins);
        let mut actual = HeaderMap::new();
        let mut preflight = HeaderMap::new();
        // The order is that of the clones: `write` finds the origin first.
        for headers in [&mut actual, &mut preflight] {
            headers.insert(
                ACCESS_CONTROL_ALLOW_ORIGIN,
                match origins {
                    Origins::Any => star.clone(),
                    Origins::Listed(_) | Origins::Denied(_) => HeaderValue::from_static(""),
                },
            );
            if rules.allows_credentials() {
                // Fetch, "CORS check": no other spelling counts.
                headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            }
        }
        // Fetch, "CORS protocol and HTTP caches": a constant does not vary.
        if !matches!(origins, Origins::Any) {
            actual.insert(VARY, vary::ORIGIN);
        }
        let exposed = match exposed.any {
            true if rules.exposes_present_headers() => None,
            true => Some(star),
            false => exposed.header.clone(),
        };
        // The full lists are sent, and not only the requested method: one cached answer then covers
        // every method and header (Fetch, "CORS-preflight cache").
        let max_age = HeaderValue::from(rules.max_age().as_secs());
        preflight.insert(VARY, preflight_vary.clone());
        preflight.insert(ACCESS_CONTROL_MAX_AGE, max_age);
        if let Some(names) = exposed {
            actual.insert(ACCESS_CONTROL_EXPOSE_HEADERS, names);
        }
        if let Some(names) = &methods.header {
            preflight.insert(ACCESS_CONTROL_ALLOW_METHODS, names.clone());
        }
        // Names that are mirrored replace the empty line, so that no clone has to grow.
        let mirrored = request_headers.any.then(|| HeaderValue::from_static(""));
        if let Some(names) = mirrored.or_else(|| request_headers.header.clone()) {
            preflight.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
        Self { actual, preflight, preflight_vary }
    }

    /// Returns the same headers as static text, which clones do not count references to.
    pub(super) fn to_static(&'static self) -> Self {
        let constant = |value: &'static HeaderValue| {
            value.to_str().map_or_else(|_| value.clone(), HeaderValue::from_static)
        };
        let all = |headers: &'static HeaderMap| {
            headers.iter().map(|(name, value)| (name.clone(), constant(value))).collect()
        };
        Self {
            actual: all(&self.actual),
            preflight: all(&self.preflight),
            preflight_vary: constant(&self.preflight_vary),
        }
    }

    /// Lets `origin` read the inner service's response. `origin` is `None` if the policy allows any.
    pub(super) fn allow(&self, origin: Option<HeaderValue>, response: &mut HeaderMap) -> Replaced {
        // A service may add preflight headers to its own answer to `OPTIONS`, so those stay.
        let present = Present::take(response, |header| header.on_actual);
        write(&self.actual, origin, response, present.vary);
        present.replaced
    }

    /// Answers a preflight of `origin`, which is `None` if the policy allows any.
    pub(super) fn allow_preflight(&self, origin: Option<HeaderValue>, response: &mut HeaderMap) {
        let present = Present::take(response, |_| true);
        write(&self.preflight, origin, response, present.vary);
    }

    /// Answers a preflight whose origin is denied.
    pub(super) fn deny_preflight(&self, response: &mut HeaderMap) {
        let present = Present::take(response, |_| true);
        write_vary(&self.preflight_vary, response, present.vary);
    }
}

/// Lets no other origin read the inner service's response. Fetch, "CORS protocol and HTTP caches":
/// the response depends on `Origin` in this case too.
pub(super) fn deny(response: &mut HeaderMap) -> Replaced {
    let present = Present::take(response, |_| true);
    if present.vary {
        vary::merge(response, &vary::ORIGIN);
    } else {
        try_set(response, VARY, vary::ORIGIN);
    }
    present.replaced
}

/// Exposes the listed names, those of the headers that the response carries, and `date`, which
/// servers add after all layers.
pub(super) fn expose_present_headers(exposed: &HeaderNames, response: &mut HeaderMap) {
    let needs_exposing = |name: &&str| {
        !fetch::is_safelisted_response_header(name)
            && !fetch::is_forbidden_response_header(name)
            && !fetch::is_cors_response_header(name)
    };
    let present = response.keys().chain(iter::once(&DATE));
    let mut present = present.map(fetch::text).filter(needs_exposing).map(str::as_bytes);
    if let Some(names) = exposed.line_with(&mut present) {
        try_set(response, ACCESS_CONTROL_EXPOSE_HEADERS, names);
    }
}

/// Sets a header. A full map stays as it is, because `insert` panics then.
pub(crate) fn try_set(response: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    _ = response.try_insert(name, value);
}

/// Writes the headers of `template`, with `origin` in place of the empty one.
#[inline]
fn write(
    template: &HeaderMap,
    origin: Option<HeaderValue>,
    response: &mut HeaderMap,
    has_vary: bool,
) {
    if !response.is_empty() {
        return write_merged(template, origin, response, has_vary);
    }
    response.clone_from(template);
    let Some(origin) = origin else { return };
    // It is the first in the map, so this takes less than a look-up.
    let mut values = response.iter_mut();
    if let Some((_, value)) = values.find(|(name, _)| **name == ACCESS_CONTROL_ALLOW_ORIGIN) {
        *value = origin;
    }
}

fn write_merged(
    template: &HeaderMap,
    mut origin: Option<HeaderValue>,
    response: &mut HeaderMap,
    has_vary: bool,
) {
    // All or nothing: caches would mix up responses that name an origin but have no `Vary`.
    if response.try_reserve(template.len() - usize::from(has_vary)).is_err() {
        return;
    }
    for (name, value) in template {
        match origin.take_if(|_| *name == ACCESS_CONTROL_ALLOW_ORIGIN) {
            Some(origin) => try_set(response, name.clone(), origin),
            None if *name == VARY => write_vary(value, response, has_vary),
            None => try_set(response, name.clone(), value.clone()),
        }
    }
}

#[inline]
fn write_vary(names: &HeaderValue, response: &mut HeaderMap, has_vary: bool) {
    if has_vary {
        vary::merge(response, names);
    } else {
        try_set(response, VARY, names.clone());
    }
}

/// The headers of a response that corsac writes too.
struct Present {
    replaced: Replaced,
    vary: bool,
}

impl Present {
    /// Removes the CORS headers that `is_removed` selects.
    #[inline]
    fn take(response: &mut HeaderMap, is_removed: impl Fn(&fetch::CorsHeader) -> bool) -> Self {
        let (mut cors, mut vary) = (false, false);
        // One walk along the names costs less than a look-up for each of the headers.
        for name in response.keys() {
            cors |= fetch::is_cors_header(name);
            vary |= *name == VARY;
        }
        let replaced =
            if cors { Replaced::take(response, is_removed) } else { Replaced::default() };
        Self { replaced, vary }
    }
}

/// The CORS headers of the inner service that were removed. Prints their names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Replaced {
    /// One bit for each of `CORS_HEADERS`.
    names: u8,
}

impl Replaced {
    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.names == 0
    }

    #[cold]
    fn take(response: &mut HeaderMap, is_removed: impl Fn(&fetch::CorsHeader) -> bool) -> Self {
        let mut names = 0;
        for (at, header) in CORS_HEADERS.iter().enumerate() {
            let is_taken = is_removed(header) && response.remove(&header.name).is_some();
            names |= u8::from(is_taken) << at;
        }
        Self { names }
    }

    fn names(self) -> impl Iterator<Item = &'static HeaderName> {
        let present =
            CORS_HEADERS.iter().enumerate().filter(move |(at, _)| self.names >> at & 1 == 1);
        present.map(|(_, header)| &header.name)
    }
}

impl fmt::Display for Replaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.names().enumerate() {
            write!(f, "{}{}", if at == 0 { "" } else { ", " }, fetch::text(name))?;
        }
        Ok(())
    }
}
