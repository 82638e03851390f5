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
    first: Option<&'a HeaderValue>,
    others: Option<GetAll<'a, HeaderValue>>,
}

impl<'a> RequestHeaders<'a> {
    /// `None` where there is more than is worth reading.
    pub(crate) fn read(headers: &'a HeaderMap) -> Option<Self> {
        let first = headers.get(ACCESS_CONTROL_REQUEST_HEADERS);
        let others = has_repeats(headers).then(|| headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS));
        let read = Self { first, others };
        // No more names than bytes: what browsers send need not be counted.
        if read.others.is_none() && first.is_none_or(|line| line.len() < MAX_NAMES) {
            return Some(read);
        }
        let (mut names, mut bytes) = (0, 0);
        for line in read.lines() {
            bytes += line.len();
            // Nothing is read beyond the bound.
            if bytes > MAX_BYTES || names > MAX_NAMES {
                return None;
            }
            names += 1 + line.as_bytes().iter().filter(|it| **it == b',').count();
        }
        (names <= MAX_NAMES).then_some(read)
    }

    /// Each name as it was sent, which need not be a valid one.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a [u8]> {
        let elements = self.lines().flat_map(|line| line.as_bytes().split(|it| *it == b','));
        elements.map(trim).filter(|name| !name.is_empty())
    }

    /// The line, where there is one.
    pub(crate) fn line(&self) -> Option<&'a HeaderValue> {
        self.first.filter(|_| self.others.is_none())
    }

    fn lines(&self) -> impl Iterator<Item = &'a HeaderValue> {
        let others = self.others.iter().flat_map(|all| all.iter().skip(1));
        self.first.into_iter().chain(others)
    }
}

/// Far above what any page asks for, far below what would cost anything.
pub(crate) const MAX_NAMES: usize = 1024;
pub(crate) const MAX_BYTES: usize = 16 * 1024;

/// Whether any name has several lines. Nearly no request has such a name.
#[inline]
pub(crate) fn has_repeats(headers: &HeaderMap) -> bool {
    headers.len() > headers.keys_len()
}

/// Optional white space in a header is spaces and tabs (RFC 9110, 5.6.3).
fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}
