//! Compiles regexes of origins.

use std::collections::HashSet;

use regex::Regex;

use super::compile::open_matcher;
use super::error::{Problem, ProblemKind};
use crate::origin::{NeverMatches, Origin, made_up, never_matches};

/// Compiles each regex once, and keeps the texts of those in the same order. If they
/// `must_be_closed`, a regex that allows made-up origins is a problem.
pub(super) fn compile(
    texts: &mut Vec<String>,
    must_be_closed: bool,
    problems: &mut Vec<Problem>,
) -> Vec<Regex> {
    let mut known = HashSet::new();
    let mut regexes = Vec::new();
    for (index, value) in texts.iter().enumerate() {
        let place = format!("allow_origin_regexes[{index}]");
        match compile_regex(value) {
            Ok(regex) if must_be_closed && allowed_by(&regex).is_some() => {
                problems.extend(allowed_by(&regex).map(|origin| open_matcher(&origin).at(place)));
            }
            Ok(regex) if known.insert(value) => regexes.push((value.clone(), regex)),
            Ok(_) => {}
            Err(problem) => problems.push(problem.at(place)),
        }
    }
    let (unique, regexes) = regexes.into_iter().unzip();
    *texts = unique;
    regexes
}

/// Compiles a regex so that it matches the whole origin or nothing.
fn compile_regex(text: &str) -> Result<Regex, Problem> {
    let regex =
        whole(text).map_err(|reason| Problem::of(ProblemKind::InvalidRegex, text, reason))?;
    let Some(NeverMatches { reason, suggestion }) = never_matches(text) else { return Ok(regex) };
    let suggestion = suggestion.filter(|regex| {
        regex.len() <= LONGEST_SUGGESTION
            && whole(regex).is_ok_and(|regex| allowed_by(&regex).is_none())
    });
    let message = format!("it can match no origin, because {reason}");
    let message = match &suggestion {
        Some(regex) => format!("{message}; write `{regex}`"),
        None => message,
    };
    let problem = Problem::of(ProblemKind::RegexNeverMatches, text, message);
    Err(problem.with_suggestion(suggestion.as_deref()))
}

/// A longer one would fill a terminal.
const LONGEST_SUGGESTION: usize = 400;

/// Returns the regex that matches the whole text, or the reason why there is none.
fn whole(text: &str) -> Result<Regex, String> {
    // On its own first: `a)|(b` must not become two halves of the group around it.
    Regex::new(text).map_err(reason)?;
    Regex::new(&format!(r"\A(?:{text})\z")).map_err(|error| {
        format!("{}; a comment at the end would hide what is added here", reason(error))
    })
}

/// Returns a made-up origin that the regex matches.
fn allowed_by(regex: &Regex) -> Option<Origin> {
    made_up::find_allowed(&|origin| regex.is_match(origin.as_str()))
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
