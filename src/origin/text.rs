//! Searches in texts that are not origins. The methods of `str` add a kilobyte to every app for each
//! kind of pattern; these functions are not generic, and need not be fast.

/// Returns the offset of `part`, which is not empty.
#[inline(never)]
pub(super) fn find(text: &str, part: &str) -> Option<usize> {
    text.as_bytes().windows(part.len()).position(|window| window == part.as_bytes())
}

#[inline(never)]
pub(super) fn contains_any(text: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| find(text, part).is_some())
}

/// Returns the texts in front of `part` and behind it.
#[inline(never)]
pub(super) fn split_once<'t>(text: &'t str, part: &str) -> Option<(&'t str, &'t str)> {
    let at = find(text, part)?;
    Some((&text[..at], &text[at + part.len()..]))
}

/// Returns the texts in front of the last `byte`, which is ASCII, and behind it.
#[inline(never)]
pub(super) fn rsplit_once(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = text.bytes().rposition(|other| other == byte)?;
    Some((&text[..at], &text[at + 1..]))
}

/// Replaces each `part`.
pub(super) fn replace(text: &str, part: &str, with: &str) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, after)) = split_once(rest, part) {
        replaced.push_str(before);
        replaced.push_str(with);
        rest = after;
    }
    replaced + rest
}

/// Returns the text without those of `bytes`, which are ASCII, that it starts with.
pub(super) fn trim_start<'t>(text: &'t str, bytes: &[u8]) -> &'t str {
    let start = text.bytes().position(|byte| !bytes.contains(&byte));
    &text[start.unwrap_or(text.len())..]
}

/// Returns the offset of the first byte that is one of `bytes`, which are ASCII, or the length.
#[inline(never)]
pub(super) fn end_at(text: &str, bytes: &[u8]) -> usize {
    text.bytes().position(|byte| bytes.contains(&byte)).unwrap_or(text.len())
}
