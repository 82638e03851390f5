//! Adds names to `Vary`: only what is missing, and all in one line, because some hosts send only the
//! first line of a repeated header.

use http::{HeaderMap, HeaderName, HeaderValue, header::VARY};

use super::{headers::put, other};
use crate::policy::Origins;

/// On every response of a policy that names origins.
pub(super) const ORIGIN: HeaderValue = other::VARY_ORIGIN;

/// On the answer to a preflight.
pub(super) fn of_preflight(origins: &Origins) -> HeaderValue {
    match origins {
        Origins::Any => other::VARY_PREFLIGHT_OF_ANY,
        Origins::Listed(_) => other::VARY_PREFLIGHT,
    }
}

/// `line` with more names; `None` where there are none.
pub(crate) fn line_with(
    line: Option<HeaderValue>,
    names: impl IntoIterator<Item = HeaderName>,
) -> Option<HeaderValue> {
    let mut line = line.map_or_else(Vec::new, |it| it.as_bytes().to_vec());
    for name in names {
        if !line.is_empty() {
            line.extend_from_slice(b", ");
        }
        line.extend_from_slice(name.as_str().as_bytes());
    }
    // Names, commas and spaces are a valid value.
    HeaderValue::try_from(line).ok().filter(|line| !line.is_empty())
}

/// Adds `names` to the `Vary` of a response, in one line with what is there.
///
/// Returns whether another layer of corsac has done so before.
#[inline]
pub(super) fn merge(response: &mut HeaderMap, names: HeaderValue) -> bool {
    if response.is_empty() || !response.contains_key(VARY) {
        put(response, VARY, names);
        false
    } else {
        let is_known = response.get_all(VARY).iter().any(other::is_own);
        merge_with_present(response, &names);
        is_known
    }
}

fn merge_with_present(response: &mut HeaderMap, names: &HeaderValue) {
    let lines: Vec<&[u8]> = response.get_all(VARY).iter().map(HeaderValue::as_bytes).collect();
    let has = |name: &[u8]| {
        let mut present = lines.iter().flat_map(|line| elements(line));
        present.any(|it| it.eq_ignore_ascii_case(name))
    };
    // RFC 9110, 12.5.5: `*` says that the response varies on everything.
    if has(b"*") {
        if lines.len() > 1 {
            put(response, VARY, HeaderValue::from_static("*"));
        }
        return;
    }
    let missing: Vec<_> = elements(names.as_bytes()).filter(|name| !has(name)).collect();
    if lines.len() == 1 && missing.is_empty() {
        return;
    }
    let filled = lines.iter().copied().filter(|line| !line.trim_ascii().is_empty());
    let line = filled.chain(missing).collect::<Vec<_>>().join(&b", "[..]);
    if let Ok(line) = HeaderValue::try_from(line) {
        put(response, VARY, line);
    }
}

/// RFC 9110, 5.6.1 "Lists".
fn elements(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}
