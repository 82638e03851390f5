//! `Vary`: adds only the names that are missing, in one line, because some hosts send only the first
//! line of a repeated header.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{self, VARY},
};

use super::{Origins, headers::try_set, request_headers::has_repeats};

/// For responses that depend on the origin.
pub(crate) const ORIGIN: HeaderValue = HeaderValue::from_static("Origin");

/// Returns the names for the answer to a preflight. Fetch, "CORS protocol and HTTP caches": a
/// constant `Access-Control-Allow-Origin` does not depend on the origin.
pub(super) fn of_preflight(origins: &Origins) -> HeaderValue {
    HeaderValue::from_static(match origins {
        Origins::Any => "Access-Control-Request-Method, Access-Control-Request-Headers",
        Origins::Listed(_) | Origins::Denied(_) => {
            "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
        }
    })
}

/// Returns the names in one line, or `None` if there are none.
pub(crate) fn line(names: impl IntoIterator<Item = HeaderName>) -> Option<HeaderValue> {
    let mut unique: Vec<HeaderName> = Vec::new();
    for name in names {
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    let spelling = |name: &HeaderName| {
        if *name == header::ORIGIN { "Origin".to_owned() } else { name.to_string() }
    };
    let line = unique.iter().map(spelling).collect::<Vec<_>>().join(", ");
    // Names, commas and spaces are a valid value.
    HeaderValue::try_from(line).ok().filter(|line| !line.is_empty())
}

/// Adds `names` to the `Vary` of a response.
pub(crate) fn merge(response: &mut HeaderMap, names: &HeaderValue) {
    if has_repeats(response) {
        let lines: Vec<&[u8]> = response.get_all(&VARY).iter().map(HeaderValue::as_bytes).collect();
        if let Some(line) = merged(&lines, names) {
            try_set(response, VARY, line);
        }
        return;
    }
    // In its place: `insert` makes room for another header first.
    match response.get_mut(&VARY) {
        Some(value) => {
            if let Some(line) = merged(&[value.as_bytes()], names) {
                *value = line;
            }
        }
        None => try_set(response, VARY, names.clone()),
    }
}

/// Returns the line that is to replace these lines, or `None` if they stay.
fn merged(lines: &[&[u8]], names: &HeaderValue) -> Option<HeaderValue> {
    match lines {
        [] => return Some(names.clone()),
        [line] if *line == names.as_bytes() => return None,
        // Written by most servers and layers that compress. A constant costs a third of a new value.
        [b"accept-encoding"] if *names == ORIGIN => {
            return Some(const { HeaderValue::from_static("accept-encoding, Origin") });
        }
        [b"Accept-Encoding"] if *names == ORIGIN => {
            return Some(const { HeaderValue::from_static("Accept-Encoding, Origin") });
        }
        _ => {}
    }
    let has = |name: &[u8]| {
        lines.iter().any(|line| elements(line).any(|element| element.eq_ignore_ascii_case(name)))
    };
    // RFC 9110, 12.5.5: `*` means that the response varies on everything.
    if lines.iter().any(|line| line.contains(&b'*')) && has(b"*") {
        return (lines.len() > 1).then(|| HeaderValue::from_static("*"));
    }
    let mut missing = elements(names.as_bytes()).filter(|name| !has(name)).peekable();
    if lines.len() == 1 && missing.peek().is_none() {
        return None;
    }
    // Usually the exact length, with which a value takes over the memory of the line.
    let len = lines.iter().map(|line| line.len() + ", ".len()).sum::<usize>() + names.len();
    let mut all = Vec::with_capacity(len);
    let present = lines.iter().copied().filter(|line| !line.trim_ascii().is_empty());
    for part in present.chain(missing) {
        if !all.is_empty() {
            all.extend_from_slice(b", ");
        }
        all.extend_from_slice(part);
    }
    HeaderValue::try_from(all).ok()
}

/// RFC 9110, 5.6.1 "Lists".
fn elements(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}
