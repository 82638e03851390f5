//! The grammar of path prefixes.

use std::fmt;

use crate::policy::path::is_unreserved;

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
