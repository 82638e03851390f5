//! Finds the name that was meant.

/// Returns the candidate that `text` is a misspelling of, if there is one.
pub fn similar<'c>(text: &str, candidates: &[&'c str]) -> Option<&'c str> {
    const ALIKE: f64 = 0.8;
    let likeness = |name: &&str| strsim::jaro(text, name);
    let best = candidates.iter().copied().map(|name| (likeness(&name), name));
    best.filter(|(likeness, _)| *likeness > ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}
