//! Reads `Access-Control-Request-Headers`: the names that a page is about to send.

use http::{
    HeaderMap, HeaderValue,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ValueIter},
};

use super::fetch;

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
        let first = headers.get(&ACCESS_CONTROL_REQUEST_HEADERS);
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
    pub(crate) fn names(self) -> RequestedNames<'a> {
        RequestedNames { line: None, lines: self.lines() }
    }

    /// Returns the line, if there is only one, and it is written as browsers write it: valid names in
    /// lower case, sorted, each once, without white space (Fetch, "CORS-preflight fetch").
    pub(crate) fn canonical_line(self) -> Option<&'a HeaderValue> {
        self.line().filter(|line| {
            if !fetch::is_lower_case_list(line.as_bytes()) {
                return false;
            }
            let (mut last, mut rest): (&[u8], _) = (b"", Some(line.as_bytes()));
            while let Some(line) = rest {
                let (name, more) = split_at_comma(line);
                if name <= last {
                    return false;
                }
                (last, rest) = (name, more);
            }
            true
        })
    }

    /// Returns the line, if there is only one.
    pub(crate) fn line(self) -> Option<&'a HeaderValue> {
        self.first.filter(|_| self.repeated.is_none())
    }

    fn lines(self) -> Lines<'a> {
        let more = self.repeated.map(|headers| {
            let mut more = headers.get_all(&ACCESS_CONTROL_REQUEST_HEADERS).iter();
            more.next();
            more
        });
        Lines { first: self.first, more }
    }
}

/// An iterator over the lines of a request.
struct Lines<'a> {
    first: Option<&'a HeaderValue>,
    more: Option<ValueIter<'a, HeaderValue>>,
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a HeaderValue;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.first.take().or_else(|| self.more.as_mut()?.next())
    }
}

/// An iterator over the names in all lines.
pub(crate) struct RequestedNames<'a> {
    /// What is left of the current line.
    line: Option<&'a [u8]>,
    lines: Lines<'a>,
}

impl<'a> Iterator for RequestedNames<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match self.line {
                Some(line) => line,
                None => trim(self.lines.next()?.as_bytes()),
            };
            let (name, more) = split_at_comma(line);
            self.line = more;
            let name = trim(name);
            if !name.is_empty() {
                return Some(name);
            }
        }
    }
}

/// Far above the number that any page asks for, and small enough to be read at once.
pub(crate) const MAX_NAMES: usize = 1024;
pub(crate) const MAX_BYTES: usize = 16 * 1024;

/// Returns the text up to the first comma, and the text behind it.
fn split_at_comma(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    let find = |text: &[u8]| text.iter().position(|byte| *byte == b',');
    // Nearly all names are shorter than a chunk, and one byte after the other costs less there.
    let (start, rest) = text.split_at(text.len().min(CHUNK));
    let comma = find(start).or_else(|| {
        let rest = skip_chunks(rest, |chunk| !any(chunk, |byte| byte == b','));
        find(rest).map(|at| text.len() - rest.len() + at)
    });
    match comma {
        Some(comma) => (&text[..comma], Some(&text[comma + 1..])),
        None => (text, None),
    }
}

// Not inlined, so that the sums stay in registers.
#[inline(never)]
fn count_commas(text: &[u8]) -> usize {
    let is_comma = |byte: &u8| u8::from(*byte == b',');
    if text.len() < CHUNK {
        return text.iter().map(is_comma).map(usize::from).sum();
    }
    // One sum for each offset in a chunk, which compilers turn into vector instructions. A sum has room
    // for 255 chunks.
    let count = |text: &[u8]| {
        let mut sums = [0; CHUNK];
        let chunks = text.chunks_exact(CHUNK);
        let rest = chunks.remainder().iter().map(is_comma);
        for chunk in chunks {
            sums.iter_mut().zip(chunk).for_each(|(sum, byte)| *sum += is_comma(byte));
        }
        sums.into_iter().chain(rest).map(usize::from).sum::<usize>()
    };
    text.chunks(255 * CHUNK).map(count).sum()
}

/// Optional white space in a header is spaces and tabs (RFC 9110, 5.6.3).
fn trim(mut text: &[u8]) -> &[u8] {
    if text.len() > CHUNK {
        let are_blank = |chunk: &[u8; CHUNK]| !any(chunk, |byte| !matches!(byte, b' ' | b'\t'));
        text = skip_chunks(text, are_blank);
        while let Some((rest, _)) = text.split_last_chunk().filter(|(_, last)| are_blank(last)) {
            text = rest;
        }
    }
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// The number of bytes that are taken at once if a line may be long.
const CHUNK: usize = 64;

/// Skips the first chunks for which the condition holds.
#[inline]
fn skip_chunks(mut text: &[u8], is_skipped: impl Fn(&[u8; CHUNK]) -> bool) -> &[u8] {
    while let Some((_, rest)) = text.split_first_chunk().filter(|(chunk, _)| is_skipped(chunk)) {
        text = rest;
    }
    text
}

/// Returns whether a chunk has such a byte. Reads all bytes, so that compilers use vector instructions.
#[inline]
fn any(chunk: &[u8; CHUNK], is_found: impl Fn(u8) -> bool) -> bool {
    chunk.iter().fold(false, |found, byte| found | is_found(*byte))
}

/// Returns whether any name has several lines. Nearly no request has such a name.
#[inline]
pub(crate) fn has_repeats(headers: &HeaderMap) -> bool {
    headers.len() > headers.keys_len()
}
