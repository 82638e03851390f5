//! Reads `Access-Control-Request-Headers`: the names that a page is about to send.

use http::{
    HeaderMap, HeaderValue,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, GetAll},
};

/// The names that a preflight asks for.
///
/// Browsers send one line, lower case, sorted, without spaces (Fetch, "CORS-preflight fetch").
/// Proxies split, join and pad it, so every `#field-name` is read: several lines, any order, case
/// and repetition, white space around names, empty elements (RFC 9110, 5.6.1.2).
#[derive(Debug)]
pub(crate) struct RequestHeaders<'a> {
    lines: GetAll<'a, HeaderValue>,
}

impl<'a> RequestHeaders<'a> {
    /// `None` where there is more than is worth reading.
    pub(crate) fn read(headers: &'a HeaderMap) -> Option<Self> {
        let lines = headers.get_all(&ACCESS_CONTROL_REQUEST_HEADERS);
        let (mut count, mut bytes) = (0, 0);
        for line in &lines {
            count += 1;
            bytes += line.len();
        }
        let commas = |line: &HeaderValue| line.as_bytes().iter().filter(|it| **it == b',').count();
        let is_short = bytes <= MAX_BYTES
            // No more names than bytes: what browsers send need not be counted.
            && (count + bytes <= MAX_NAMES
                || count + lines.iter().map(commas).sum::<usize>() <= MAX_NAMES);
        is_short.then_some(Self { lines })
    }

    /// Each name as it was sent, which need not be a valid one.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a [u8]> {
        let elements = self.lines.iter().flat_map(|line| line.as_bytes().split(|it| *it == b','));
        elements.map(trim).filter(|name| !name.is_empty())
    }
}

/// Far above what any page asks for, far below what would cost anything.
pub(crate) const MAX_NAMES: usize = 1024;
pub(crate) const MAX_BYTES: usize = 16 * 1024;

/// Optional white space in a header is spaces and tabs (RFC 9110, 5.6.3).
fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}
