//! The grammar of path prefixes, and the paths that servers read in more than one way.

use std::fmt;

/// The reason why a text cannot be a path prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PrefixProblem {
    /// A map has no prefix at all.
    None,
    NoSlash(String),
    Segment,
    Byte,
    /// It matches the same paths as this one.
    Twice(String),
}

impl fmt::Display for PrefixProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("no path has a policy; write one for \"/\""),
            Self::NoSlash(prefix) => {
                f.write_str("a path prefix starts with a slash")?;
                let slashed = format!("/{prefix}");
                match parse_prefix(&slashed) {
                    Ok(_) => write!(f, "; write {slashed:?}"),
                    Err(_) => {
                        f.write_str(", and has no host and no query; write \"/\" for all paths")
                    }
                }
            }
            Self::Segment => f.write_str(
                "a path prefix has no empty segments, and none that ends in a dot; write it as \
                 servers see it",
            ),
            Self::Byte => f.write_str(
                "a path prefix consists of letters, digits, `-`, `_`, `.` and `~` between slashes, \
                 without parameters; take a shorter one",
            ),
            Self::Twice(other) => {
                write!(f, "the same paths as {other:?}; leave one of the two out")
            }
        }
    }
}

/// Returns a prefix without the slash at its end.
///
/// Its bytes never need percent-encoding. A path that encodes them anyway is not plain, and no other
/// encoding can hide a prefix.
pub(super) fn parse_prefix(text: &str) -> Result<&str, PrefixProblem> {
    let Some(rest) = text.strip_prefix('/') else {
        return Err(PrefixProblem::NoSlash(text.to_owned()));
    };
    if !rest.bytes().all(|byte| is_unreserved(byte) || byte == b'/') {
        return Err(PrefixProblem::Byte);
    }
    let prefix = text.strip_suffix('/').unwrap_or(text);
    let mut segments = prefix.split('/').skip(1);
    if segments.any(|segment| segment.is_empty() || segment.ends_with('.')) {
        return Err(PrefixProblem::Segment);
    }
    Ok(prefix)
}

/// Returns whether all servers read a path in the same way.
///
/// Not plain are: `.` and `..` in any form; empty segments; parts that some servers cut off (`;` and
/// all that follows, a dot at the end of a name, blanks at either end); `\`, which some servers treat
/// as a slash; encoded bytes that need no encoding (`%61` is `a`), or that are separators once they
/// are decoded; text that is not UTF-8.
pub(super) fn is_plain(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else { return false };
    let mut segments = rest.split('/').peekable();
    let mut decoded = Vec::new();
    while let Some(segment) = segments.next() {
        let is_end = segment.is_empty() && segments.peek().is_none();
        if !is_end && !is_plain_segment(segment, &mut decoded) {
            return false;
        }
    }
    true
}

/// `decoded` is a buffer that all segments of a path use.
fn is_plain_segment(segment: &str, decoded: &mut Vec<u8>) -> bool {
    let has_blank_end = segment.starts_with("%20") || segment.ends_with("%20");
    if segment.is_empty() || segment.ends_with('.') || has_blank_end {
        return false;
    }
    decoded.clear();
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            if byte <= b' ' || matches!(byte, b'\\' | b';' | b'?' | b'#' | 0x7f) {
                return false;
            }
            decoded.push(byte);
            continue;
        }
        let digits = (bytes.next().and_then(hex), bytes.next().and_then(hex));
        let (Some(high), Some(low)) = digits else { return false };
        let byte = high << 4 | low;
        if is_unreserved(byte)
            || byte.is_ascii_control()
            || matches!(byte, b'/' | b'\\' | b';' | b'%' | b'?' | b'#')
        {
            return false;
        }
        decoded.push(byte);
    }
    std::str::from_utf8(decoded).is_ok()
}

fn hex(digit: u8) -> Option<u8> {
    // The value is below 16.
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// RFC 3986, 2.3 "Unreserved Characters": the encoded form is equivalent.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}
