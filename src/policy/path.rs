//! The paths that servers read in more than one way.

/// Returns whether all servers read a path in the same way.
///
/// Not plain are: `.` and `..` in any form; empty segments; parts that some servers cut off (`;` and
/// all that follows, a dot at the end of a name, blanks at either end); `\`, which some servers treat
/// as a slash; encoded bytes that need no encoding (`%61` is `a`), or that are separators once they
/// are decoded; bytes that need encoding and have none, as browsers never send them; text that is not
/// UTF-8.
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
            if !byte.is_ascii_graphic() || matches!(byte, b'\\' | b';' | b'?' | b'#') {
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
pub(crate) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}
