//! The only validator: turns a builder into a policy, or into a list of all its problems.

use std::{collections::HashSet, time::Duration};

use super::{
    CorsBuilder,
    error::{BuildError, Problem, ProblemKind},
};
use crate::{
    origin::{
        CustomMatchers, Origin, OriginError, OriginPattern, OriginSet, Predicate, made_up,
        parse_opaque, repair, shortened,
    },
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
        check_names(&mut rules.methods, &METHODS, &mut problems);
        check_names(&mut rules.request_headers, &REQUEST_HEADERS, &mut problems);
        check_names(&mut rules.exposed_headers, &EXPOSED_HEADERS, &mut problems);
        check_max_age(rules.max_age, &mut problems);
        check_statuses(&rules, &mut problems);
        check_own_origins(&rules, &mut problems);
        let senders = compile_senders(&rules, &mut problems);
        keep_unique(&mut rules.opaque_origins);
        keep_unique(&mut rules.own_origins);
        keep_unique(&mut rules.trusted_senders);
        if problems.is_empty() {
            Ok(Policy::new(rules, origins, senders))
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
    let deny_insecure =
        rules.credentials && !rules.insecure_origins && !rules.any_origin_with_credentials;
    // A file allows any origin with `*`.
    let is_entry = |text: &str| !(rules.any_origin && text == "*");
    let patterns = parse_each("allow_origins", texts, problems, |text| {
        is_entry(text).then(|| compile_origin(text, deny_insecure)).transpose()
    });
    let patterns = patterns.into_iter().flatten().collect();
    let opaque = parse_each(OPAQUE, &rules.opaque_origins, problems, |text| {
        parse_opaque(text).map_err(|error| invalid_origin(text, &error))
    });
    let has_none = !texts.iter().any(|text| is_entry(text))
        && rules.origin_regexes.is_empty()
        && predicates.is_empty();
    let allows_any = rules.any_origin || rules.any_origin_with_credentials;
    if allows_any {
        // A base that allows any, narrowed by a list, would stay open.
        let any = if rules.any_origin {
            "allow_any_origin"
        } else {
            "dangerous_allow_any_origin_with_credentials"
        };
        let has_entries = texts.iter().any(|text| is_entry(text));
        let beside = [
            ("allow_origins", has_entries),
            ("allow_origin_regexes", !rules.origin_regexes.is_empty()),
            ("allow_origin_if", !predicates.is_empty()),
            (OPAQUE, rules.any_origin && !rules.opaque_origins.is_empty()),
        ];
        let beside = beside.into_iter().filter(|(_, is_set)| *is_set);
        problems.extend(beside.map(|(place, _)| any_beside_list(any).at(place)));
    }
    if has_none && !allows_any && !rules.null_origin && rules.opaque_origins.is_empty() {
        let message = "no origin is allowed; list the origins you trust, or allow any";
        problems.push(Problem::new(ProblemKind::NoOrigins, message).at("allow_origins"));
    }
    // Fetch, "CORS protocol and credentials": `*` never goes with credentials.
    if rules.any_origin && rules.credentials && !rules.any_origin_with_credentials {
        let message = "credentials cannot be allowed for any origin; list the origins you trust";
        let problem = Problem::new(ProblemKind::CredentialsForAnyOrigin, message);
        problems.push(problem.at("allow_credentials"));
    }
    let must_be_closed = rules.credentials && !rules.any_origin_with_credentials;
    if must_be_closed {
        let open = predicates.iter().filter_map(|allows| made_up::find_allowed(|it| allows(it)));
        problems.extend(open.map(|origin| open_matcher(&origin).at("allow_origin_if")));
    }
    let custom = CustomMatchers {
        #[cfg(feature = "regex")]
        regexes: super::regex::compile(&mut rules.origin_regexes, must_be_closed, problems),
        predicates,
        opaque,
        any: rules.any_origin_with_credentials,
        null: rules.null_origin,
        deny_insecure,
    };
    #[cfg(not(feature = "regex"))]
    if !rules.origin_regexes.is_empty() {
        let message =
            "regexes are not built in; enable the feature `regex` of corsac, or write patterns";
        let problem = Problem::new(ProblemKind::RegexFeature, message);
        problems.push(problem.at("allow_origin_regexes"));
    }
    if rules.any_origin && !rules.allows_credentials() {
        Origins::Any
    } else {
        Origins::Listed(Box::new(OriginSet::new(patterns, custom)))
    }
}

const OPAQUE: &str = "dangerous_allow_opaque_origins";

/// Parses each entry of a list, and reports those that fail with their index.
fn parse_each<T>(
    setter: &str,
    texts: &[String],
    problems: &mut Vec<Problem>,
    parse: impl Fn(&str) -> Result<T, Problem>,
) -> Vec<T> {
    let parsed = texts.iter().enumerate().filter_map(|(index, text)| {
        let failed = |problem: Problem| problems.push(problem.at(format!("{setter}[{index}]")));
        parse(text).map_err(failed).ok()
    });
    parsed.collect()
}

fn compile_origin(text: &str, deny_insecure: bool) -> Result<OriginPattern, Problem> {
    let pattern: OriginPattern = text.parse().map_err(|error| invalid_origin(text, &error))?;
    if deny_insecure && pattern.parts().is_insecure() {
        let secure = repair(&text.replacen("http://", "https://", 1)).unwrap_or_default();
        let message = format!(
            "credentials would travel over plain http; write {secure:?}, or set \
             `dangerous_allow_insecure_origins`"
        );
        let problem = Problem::of(ProblemKind::InsecureOrigin, text, message);
        return Err(problem.with_suggestion(Some(&secure)));
    }
    Ok(pattern)
}

fn invalid_origin(text: &str, error: &OriginError) -> Problem {
    let problem = Problem::of(ProblemKind::InvalidOrigin, text, error.message());
    problem.with_suggestion(error.suggestion())
}

/// A list of names: its setter, the setter that allows any, and the check of an entry, which returns
/// the name as it is kept.
struct List {
    setter: &'static str,
    any: &'static str,
    check: fn(&str) -> Result<String, Problem>,
}

const METHODS: List =
    List { setter: "allow_methods", any: "allow_any_method", check: check_method };
const REQUEST_HEADERS: List =
    List { setter: "allow_headers", any: "allow_any_header", check: check_request_header };
const EXPOSED_HEADERS: List =
    List { setter: "expose_headers", any: "expose_any_header", check: check_exposed_header };

/// Checks and normalizes the entries of a list, and drops those that repeat another one.
fn check_names(names: &mut Names, list: &List, problems: &mut Vec<Problem>) {
    let List { setter, any, check } = list;
    // Methods are case-sensitive, header names are not.
    let key = |name: &str| match *setter {
        "allow_methods" => name.to_owned(),
        _ => name.to_ascii_lowercase(),
    };
    let mut known = HashSet::new();
    let mut valid = Vec::new();
    for (index, text) in names.listed.iter().enumerate() {
        let checked = match text.as_str() {
            // A file allows any name with `*`.
            "*" if names.any => continue,
            "*" => {
                let message = format!("`*` is not an entry of `{setter}`; use `{any}()`");
                Err(Problem::of(ProblemKind::Wildcard, text, message))
            }
            text if fetch::is_token(text.as_bytes()) && text.contains('*') => {
                let message = format!("a name has no `*`; list each one, or use `{any}()`");
                Err(Problem::of(ProblemKind::Wildcard, text, message))
            }
            text => check(text),
        };
        match checked {
            Ok(name) => valid.extend(Some(name).filter(|name| known.insert(key(name)))),
            Err(problem) => problems.push(problem.at(format!("{setter}[{index}]"))),
        }
    }
    // Exposed names are different: with credentials the list names headers that are added later.
    if names.any && !valid.is_empty() && *setter != EXPOSED_HEADERS.setter {
        problems.push(any_beside_list(any).at(*setter));
    }
    names.listed = valid;
}

/// Fetch, "CORS protocol and credentials": any page must not act for the user.
pub(super) fn open_matcher(origin: &Origin) -> Problem {
    let message = format!(
        "it allows made-up origins such as \"{origin}\", so with credentials every page could act for \
         your users; name your own domains"
    );
    Problem::new(ProblemKind::OpenMatcher, message)
}

fn any_beside_list(any: &str) -> Problem {
    let message =
        format!("`{any}()` (`*` in a file) leaves the list without effect; remove one of the two");
    Problem::new(ProblemKind::AnyBesideList, message)
}

/// Returns the method as browsers write it.
fn check_method(text: &str) -> Result<String, Problem> {
    check_token(text, ProblemKind::InvalidMethod, "method", "a method", check_method)?;
    if fetch::is_forbidden_method(text.as_bytes()) {
        let message = "browsers never send it for a page; leave it out";
        return Err(Problem::of(ProblemKind::ForbiddenMethod, text, message));
    }
    if fetch::is_misspelled_patch(text) {
        let message =
            "methods are case-sensitive, and browsers do not change this one; write \"PATCH\"";
        let problem = Problem::of(ProblemKind::MethodCase, text, message);
        return Err(problem.with_suggestion(Some("PATCH")));
    }
    Ok(fetch::normalize_method(text).to_owned())
}

fn check_request_header(text: &str) -> Result<String, Problem> {
    check_token(text, ProblemKind::InvalidHeader, "name", "a name", check_request_header)?;
    if fetch::is_forbidden_request_header(text) {
        let message = "browsers set it themselves and never ask for it; leave it out";
        return Err(Problem::of(ProblemKind::ForbiddenRequestHeader, text, message));
    }
    if fetch::is_cors_response_header(text) {
        let message = "only servers send it; leave it out";
        return Err(Problem::of(ProblemKind::ResponseHeader, text, message));
    }
    Ok(text.to_owned())
}

fn check_exposed_header(text: &str) -> Result<String, Problem> {
    check_token(text, ProblemKind::InvalidHeader, "name", "a name", check_exposed_header)?;
    if fetch::is_forbidden_response_header(text) {
        let message = "no page may ever read it; leave it out";
        return Err(Problem::of(ProblemKind::ForbiddenResponseHeader, text, message));
    }
    if fetch::is_cors_request_header(text) || fetch::is_preflight_response_header(text) {
        let message = "no response that a page reads carries it; leave it out";
        return Err(Problem::of(ProblemKind::NotOnResponses, text, message));
    }
    Ok(text.to_owned())
}

/// Checks that a text is a token (RFC 9110, 5.6.2). `check` is the whole check of this kind of name.
fn check_token(
    text: &str,
    kind: ProblemKind,
    noun: &str,
    subject: &str,
    check: fn(&str) -> Result<String, Problem>,
) -> Result<(), Problem> {
    if fetch::is_token(text.as_bytes()) {
        return Ok(());
    }
    // Copied from a line such as `x-id: 1`, or from a list.
    let bare = text.trim().trim_end_matches([':', ',', ';']).trim_end();
    if bare.len() < text.len() && !bare.contains('*') && check(bare).is_ok() {
        let message = format!("{subject} has no blanks, `,`, `:` or `;` around it; write {bare:?}");
        return Err(Problem::of(kind, text, message).with_suggestion(Some(bare)));
    }
    let mut items = text.split([',', ' ', ';']).filter(|item| !item.is_empty());
    let message = match (items.next(), items.next()) {
        (Some(first), Some(_)) => format!(
            "one {noun} is expected; pass each one as an item of its own, {} first",
            shortened(first)
        ),
        _ => format!("{subject} consists of letters, digits and !#$%&'*+-.^_`|~"),
    };
    Err(Problem::of(kind, text, message))
}

/// RFC 9111, 1.2.2 "Delta Seconds": clients need not understand this number or a larger one.
const LONGEST_MAX_AGE: Duration = Duration::from_secs(1 << 31);

/// Fetch, "HTTP responses": `Access-Control-Max-Age` is a number of seconds.
fn check_max_age(max_age: Option<Duration>, problems: &mut Vec<Problem>) {
    let Some(value) = max_age else { return };
    let message = if value >= LONGEST_MAX_AGE {
        "longer than browsers can read; they honour at most 86400 s".to_owned()
    } else if value.subsec_nanos() > 0 {
        format!("whole seconds are expected; write {} s", value.as_secs() + 1)
    } else {
        return;
    };
    problems.push(Problem::of(ProblemKind::MaxAge, &format!("{value:?}"), message).at("max_age"));
}

fn check_statuses(rules: &Rules, problems: &mut Vec<Problem>) {
    // Fetch, "HTTP responses": a preflight succeeds with an ok status.
    if let Some(value) = rules.preflight_status.filter(|value| !(200..300).contains(value)) {
        let message =
            "browsers take it as a failed preflight; write one of 200 to 299, such as 204";
        let problem = Problem::of(ProblemKind::PreflightStatus, &value.to_string(), message);
        problems.push(problem.at("preflight_status"));
    }
    let Some(value) = rules.reject_status else { return };
    // RFC 9110, 15: a rejection is an error, of the client or of the server.
    let message = if !(400..600).contains(&value) {
        "a refusal is an error; write one of 400 to 599, such as 403"
    } else if rules.enforcement != Enforcement::Reject {
        NOTHING_IS_REJECTED
    } else {
        return;
    };
    let problem = Problem::of(ProblemKind::RejectStatus, &value.to_string(), message);
    problems.push(problem.at("reject_status"));
}

const NOTHING_IS_REJECTED: &str =
    "nothing is rejected; set `enforcement` to reject, or leave it out";

fn keep_unique(texts: &mut Vec<String>) {
    let mut known = HashSet::new();
    texts.retain(|text| known.insert(text.clone()));
}

fn check_own_origins(rules: &Rules, problems: &mut Vec<Problem>) {
    if rules.trust_forwarded_headers && !rules.own_origins.is_empty() {
        let message = "`own_origins` leaves it without effect; remove one of the two";
        let problem = Problem::new(ProblemKind::ForwardedHeaders, message);
        problems.push(problem.at("trust_forwarded_headers"));
    }
    parse_each("own_origins", &rules.own_origins, problems, |text| {
        text.parse::<Origin>().map_err(|error| invalid_origin(text, &error))
    });
}

fn compile_senders(rules: &Rules, problems: &mut Vec<Problem>) -> OriginSet {
    let patterns = parse_each("trusted_senders", &rules.trusted_senders, problems, |text| {
        text.parse::<OriginPattern>().map_err(|error| invalid_origin(text, &error))
    });
    if !rules.trusted_senders.is_empty() && rules.enforcement != Enforcement::Reject {
        let problem = Problem::new(ProblemKind::TrustedSenders, NOTHING_IS_REJECTED);
        problems.push(problem.at("trusted_senders"));
    }
    OriginSet::new(patterns, CustomMatchers::default())
}
