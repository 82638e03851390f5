//! Values in messages.

use std::fmt;

/// Puts a value from a request in quotes: control characters escaped, and not longer than a line of
/// a log should be.
pub(crate) fn quoted(value: &[u8]) -> impl fmt::Display + '_ {
    Quoted(value)
}

struct Quoted<'a>(&'a [u8]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 100;
        let shown = &self.0[..self.0.len().min(SHOWN)];
        let more = if shown.len() < self.0.len() { "..." } else { "" };
        write!(f, "\"{}{more}\"", shown.escape_ascii())
    }
}

/// Puts a value from a policy in quotes, and cuts it if it would fill a terminal.
pub(crate) fn shortened(text: &str) -> String {
    let (shown, more) = cut(text);
    format!("{shown:?}{more}")
}

/// Returns as much of a text as a terminal has room for, and three dots if that is not all.
pub(crate) fn cut(text: &str) -> (&str, &'static str) {
    const SHOWN: usize = 400;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => (&text[..end], "..."),
        None => (text, ""),
    }
}
