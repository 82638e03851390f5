//! The only validator: turns a builder into a policy, or into a list of all its problems.

use std::{collections::HashSet, time::Duration};

use http::StatusCode;

use super::{
    CorsBuilder,
    error::{BuildError, Problem, ProblemKind},
};
use crate::{
    origin::{CustomMatchers, OriginPattern, OriginSet, Predicate},
    policy::{
        Enforcement, Origins, Policy, fetch,
        rules::{Names, Rules},
    },
};

impl CorsBuilder {
    /// Builds the [`Policy`] without a layer.
    ///
    /// # Errors
    ///
    /// Returns all that is wrong with the policy, as [`build`](CorsBuilder::build) does.
    pub fn build_policy(self) -> Result<Policy, BuildError> {
        let Self { origins, predicates, mut rules } = self;
        let mut problems = Vec::new();
        let origins = compile_origins(&origins, predicates, &mut rules, &mut problems);
        check_names(&mut rules.methods, METHODS, check_method, &mut problems);
        check_names(
            &mut rules.request_headers,
            REQUEST_HEADERS,
            check_request_header,
            &mut problems,
        );
        check_names(
            &mut rules.exposed_headers,
            EXPOSED_HEADERS,
            check_exposed_header,
            &mut problems,
        );
        check_max_age(rules.max_age, &mut problems);
        check_reject_status(&rules, &mut problems);
        if problems.is_empty() {
            Ok(Policy::new(rules, origins))
        } else {
            Err(BuildError::new(problems))
        }
    }
}

fn compile_origins(
    texts: &[String],
    predicates: Vec<Predicate>,
    rules: &mut Rules,
    problems: &mut Vec<Problem>,
) -> Origins {
    let mut patterns = Vec::with_capacity(texts.len());
    let deny_insecure =
        rules.credentials && !rules.insecure_origins && !rules.any_origin_with_credentials;
    // A file allows any origin with `*`.
    let entries = texts.iter().enumerate().filter(|(_, text)| !(rules.any_origin && *text == "*"));
    for (index, text) in entries {
        let kind = match text.parse::<OriginPattern>() {
            Ok(pattern) if deny_insecure && pattern.parts().is_insecure() => {
                ProblemKind::InsecureOrigin { value: text.clone() }
            }
            Ok(pattern) => {
                patterns.push(pattern);
                continue;
            }
            Err(error) => ProblemKind::Origin(error),
        };
        problems.push(Problem::at("allow_origins", index, kind));
    }
    let has_none = texts.is_empty() && rules.origin_regexes.is_empty() && predicates.is_empty();
    let allows_any = rules.any_origin || rules.any_origin_with_credentials;
    if has_none && !allows_any && !rules.null_origin {
        problems.push(Problem::new("allow_origins", ProblemKind::NoOrigins));
    }
    // Fetch, "CORS protocol and credentials": `*` never goes with credentials.
    if rules.any_origin && rules.credentials && !rules.any_origin_with_credentials {
        problems.push(Problem::new("allow_credentials", ProblemKind::CredentialsForAnyOrigin));
    }
    let custom = CustomMatchers {
        #[cfg(feature = "regex")]
        regexes: compile_regexes(&mut rules.origin_regexes, problems),
        predicates,
        any: rules.any_origin_with_credentials,
        null: rules.null_origin,
        deny_insecure,
    };
    #[cfg(not(feature = "regex"))]
    if !rules.origin_regexes.is_empty() {
        problems.push(Problem::new(REGEXES, ProblemKind::NoRegexes));
    }
    if rules.any_origin && !rules.allows_credentials() {
        Origins::Any
    } else {
        Origins::Listed(Box::new(OriginSet::new(patterns, custom)))
    }
}

const REGEXES: &str = "allow_origin_regexes";

#[cfg(feature = "regex")]
fn compile_regexes(texts: &mut Vec<String>, problems: &mut Vec<Problem>) -> Vec<regex::Regex> {
    let mut known = HashSet::new();
    let mut regexes = Vec::new();
    for (index, value) in texts.iter().enumerate() {
        match compile_regex(value) {
            Ok(regex) if known.insert(value) => regexes.push((value.clone(), regex)),
            Ok(_) => {}
            Err(reason) => {
                let kind = ProblemKind::OriginRegex { value: value.clone(), reason };
                problems.push(Problem::at(REGEXES, index, kind));
            }
        }
    }
    let (unique, regexes) = regexes.into_iter().unzip();
    *texts = unique;
    regexes
}

/// Compiles a regex so that it matches the whole origin or nothing.
#[cfg(feature = "regex")]
fn compile_regex(text: &str) -> Result<regex::Regex, String> {
    let reason = |error: regex::Error| match error {
        // The last line names the mistake; those above it point at its place.
        regex::Error::Syntax(text) => {
            text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
        }
        other => other.to_string(),
    };
    // On its own first: `a)|(b` must not become two halves of the group around it.
    regex::Regex::new(text).map_err(reason)?;
    regex::Regex::new(&format!(r"\A(?:{text})\z")).map_err(|error| {
        format!("{}; a comment at the end would hide what is added here", reason(error))
    })
}

/// A list of names, and the setter that allows any.
type List = (&'static str, &'static str);

const METHODS: List = ("allow_methods", "allow_any_method");
const REQUEST_HEADERS: List = ("allow_headers", "allow_any_header");
const EXPOSED_HEADERS: List = ("expose_headers", "expose_any_header");

/// Checks and normalizes the entries of a list, and drops those that repeat another one.
fn check_names(
    names: &mut Names,
    (list, instead): List,
    check: impl Fn(&str) -> Result<(String, String), ProblemKind>,
    problems: &mut Vec<Problem>,
) {
    let mut known = HashSet::new();
    let mut valid = Vec::new();
    for (index, text) in names.listed.iter().enumerate() {
        let checked = match text.as_str() {
            // A file allows any name with `*`.
            "*" if names.any => continue,
            "*" => Err(ProblemKind::Wildcard { list, instead }),
            text => check(text),
        };
        match checked {
            Ok((key, name)) => {
                if known.insert(key) {
                    valid.push(name);
                }
            }
            Err(kind) => problems.push(Problem::at(list, index, kind)),
        }
    }
    names.listed = valid;
}

/// Returns the method as browsers write it, once to compare and once to keep.
fn check_method(text: &str) -> Result<(String, String), ProblemKind> {
    let value = || text.to_owned();
    if !fetch::is_token(text.as_bytes()) {
        Err(ProblemKind::InvalidMethod { value: value() })
    } else if fetch::is_forbidden_method(text.as_bytes()) {
        Err(ProblemKind::ForbiddenMethod { value: value() })
    } else if fetch::is_misspelled_patch(text) {
        Err(ProblemKind::MethodCase { value: value(), suggestion: "PATCH".to_owned() })
    } else {
        let normalized = fetch::normalize_method(text).to_owned();
        Ok((normalized.clone(), normalized))
    }
}

fn check_request_header(text: &str) -> Result<(String, String), ProblemKind> {
    let value = text.to_owned();
    if !fetch::is_token(text.as_bytes()) {
        Err(ProblemKind::InvalidHeader { list: REQUEST_HEADERS.0, value })
    } else if fetch::is_forbidden_request_header(text) {
        Err(ProblemKind::ForbiddenRequestHeader { value })
    } else if fetch::is_cors_response_header(text) {
        Err(ProblemKind::ResponseHeader { value })
    } else {
        Ok((text.to_ascii_lowercase(), value))
    }
}

fn check_exposed_header(text: &str) -> Result<(String, String), ProblemKind> {
    let value = text.to_owned();
    if !fetch::is_token(text.as_bytes()) {
        Err(ProblemKind::InvalidHeader { list: EXPOSED_HEADERS.0, value })
    } else if fetch::is_forbidden_response_header(text) {
        Err(ProblemKind::ForbiddenResponseHeader { value })
    } else if fetch::is_cors_request_header(text) || fetch::is_preflight_response_header(text) {
        Err(ProblemKind::NotOnResponses { value })
    } else {
        Ok((text.to_ascii_lowercase(), value))
    }
}

/// RFC 9111, 1.2.2 "Delta Seconds": clients need not understand this number or a larger one.
pub(super) const LONGEST_MAX_AGE: Duration = Duration::from_secs(1 << 31);

/// Fetch, "HTTP responses": `Access-Control-Max-Age` is a number of seconds.
fn check_max_age(max_age: Option<Duration>, problems: &mut Vec<Problem>) {
    let Some(value) = max_age else { return };
    if value.subsec_nanos() > 0 || value >= LONGEST_MAX_AGE {
        problems.push(Problem::new("max_age", ProblemKind::MaxAge { value }));
    }
}

fn check_reject_status(rules: &Rules, problems: &mut Vec<Problem>) {
    let Some(value) = rules.reject_status else { return };
    let is_used = rules.enforcement == Enforcement::Reject;
    // RFC 9110, 15: a rejection is an error, of the client or of the server.
    let is_error = StatusCode::from_u16(value).is_ok() && (400..600).contains(&value);
    if !is_error || !is_used {
        let kind = ProblemKind::RejectStatus { value, is_used };
        problems.push(Problem::new("reject_status", kind));
    }
}
