//! Reads `Access-Control-Request-Headers`: the names that a page is about to send.

use http::{HeaderMap, HeaderValue, header::ACCESS_CONTROL_REQUEST_HEADERS};

/// The names that a preflight asks for.
///
/// Browsers send one line, lower case, sorted, without spaces (Fetch, "CORS-preflight fetch").
/// Proxies split, join and pad it, so every `#field-name` is read: several lines, any order, case
/// and repetition, white space around names, empty elements (RFC 9110, 5.6.1.2).
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestHeaders<'a> {
    first: Option<&'a HeaderValue>,
    /// The headers of the request, if they may have more lines.
    repeated: Option<&'a HeaderMap>,
}

impl<'a> RequestHeaders<'a> {
    /// Returns `None` if there are more than [`MAX_NAMES`] or [`MAX_BYTES`].
    pub(crate) fn read(headers: &'a HeaderMap) -> Option<Self> {
        let first = headers.get(ACCESS_CONTROL_REQUEST_HEADERS);
        let read = Self { first, repeated: has_repeats(headers).then_some(headers) };
        // There are no more names than bytes, so a short line needs no count.
        if read.repeated.is_none() && first.is_none_or(|line| line.len() < MAX_NAMES) {
            return Some(read);
        }
        // The bytes first: they are counted without reading them.
        let mut bytes = 0;
        let is_too_long = read.lines().any(|line| {
            bytes += line.len();
            bytes > MAX_BYTES
        });
        if is_too_long {
            return None;
        }
        let names: usize = read.lines().map(|line| 1 + count_commas(line.as_bytes())).sum();
        (names <= MAX_NAMES).then_some(read)
    }

    /// Returns each name as sent. It need not be a valid name.
    pub(crate) fn names(self) -> impl Iterator<Item = &'a [u8]> {
        let elements = self.lines().flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
        elements.map(trim).filter(|name| !name.is_empty())
    }

    /// Returns the line, if there is only one.
    pub(crate) fn line(self) -> Option<&'a HeaderValue> {
        self.first.filter(|_| self.repeated.is_none())
    }

    fn lines(self) -> impl Iterator<Item = &'a HeaderValue> {
        let more = self.repeated.into_iter();
        let more = more.flat_map(|headers| headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS));
        self.first.into_iter().chain(more.skip(1))
    }
}

/// Far above the number that any page asks for, and small enough to be read at once.
pub(crate) const MAX_NAMES: usize = 1024;
pub(crate) const MAX_BYTES: usize = 16 * 1024;

/// Counts in chunks whose counts fit a byte, which compilers turn into vector instructions.
fn count_commas(text: &[u8]) -> usize {
    let count = |chunk: &[u8]| chunk.iter().map(|byte| u8::from(*byte == b',')).sum::<u8>();
    text.chunks(255).map(|chunk| usize::from(count(chunk))).sum()
}

/// Returns whether any name has several lines. Nearly no request has such a name.
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
