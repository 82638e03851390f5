//! The lines of an export that can be wrong.

use corsac::export::Export;

/// The longest part of a line that is shown, and the most lines.
const SHOWN: (usize, usize) = (160, 8);

/// Returns the lines that mention one of these headers or statuses. Comments do not count. It is a search,
/// so it can miss the line that is wrong.
pub fn lines(export: &Export, differing: &[String]) -> Vec<String> {
    let words: Vec<String> = differing.iter().flat_map(|name| spellings(name)).collect();
    let mut found = Vec::new();
    for file in export.files() {
        for (number, line) in file.text().lines().enumerate() {
            let line = line.trim();
            let lower = line.to_ascii_lowercase();
            let is_code = !line.starts_with('#');
            if is_code && words.iter().any(|word| has_word(&lower, word)) {
                let shown: String = line.chars().take(SHOWN.0).collect();
                found.push(format!("{}:{}: {shown}", file.name(), number + 1));
            }
        }
    }
    let more = found.len().saturating_sub(SHOWN.1);
    found.truncate(SHOWN.1);
    if more > 0 {
        found.push(format!("and {more} more lines"));
    }
    found
}

/// A header has a name of its own in the variables of nginx: `$corsac_allow_origin`.
fn spellings(name: &str) -> Vec<String> {
    match name.strip_prefix("access-control-") {
        Some(end) => vec![name.to_owned(), format!("corsac_{}", end.replace('-', "_"))],
        None => vec![name.to_owned()],
    }
}

fn has_word(line: &str, word: &str) -> bool {
    let is_part = |char: char| char.is_ascii_alphanumeric();
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(is_part) && !line[at + word.len()..].starts_with(is_part)
    })
}
