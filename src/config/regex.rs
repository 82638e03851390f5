//! Compiles regexes of origins.

use std::collections::HashSet;

use regex::Regex;

use super::error::{Problem, ProblemKind};

/// Compiles each regex once, and keeps the texts of those in the same order.
pub(super) fn compile_regexes(texts: &mut Vec<String>, problems: &mut Vec<Problem>) -> Vec<Regex> {
    let mut known = HashSet::new();
    let mut regexes = Vec::new();
    for (index, value) in texts.iter().enumerate() {
        match compile_regex(value) {
            Ok(regex) if known.insert(value) => regexes.push((value.clone(), regex)),
            Ok(_) => {}
            Err(problem) => problems.push(problem.at(format!("allow_origin_regexes[{index}]"))),
        }
    }
    let (unique, regexes) = regexes.into_iter().unzip();
    *texts = unique;
    regexes
}

/// Compiles a regex so that it matches the whole origin or nothing.
fn compile_regex(text: &str) -> Result<Regex, Problem> {
    let invalid = |reason: String| Problem::of(ProblemKind::InvalidRegex, text, reason);
    // On its own first: `a)|(b` must not become two halves of the group around it.
    Regex::new(text).map_err(|error| invalid(reason(error)))?;
    let whole = Regex::new(&format!(r"\A(?:{text})\z"));
    whole.map_err(|error| {
        let reason = reason(error);
        invalid(format!("{reason}; a comment at the end would hide what is added here"))
    })
}

fn reason(error: regex::Error) -> String {
    match error {
        // The last line names the mistake; those above it point at its place.
        regex::Error::Syntax(text) => {
            text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
        }
        other => other.to_string(),
    }
}
