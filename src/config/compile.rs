//! The only validator: turns a builder into a policy, or into a list of all its problems.

use std::{borrow::Cow, collections::HashSet, sync::Arc, time::Duration};

use super::{
    CorsBuilder,
    error::{BuildError, Problem, ProblemKind},
    names,
};
use crate::{
    origin::{
        CustomMatchers, Origin, OriginSet, ParsedPattern, Predicate, made_up::FindAllowed,
        parse_opaque, repair,
    },
    policy::{Enforcement, Origins, Policy, rules::Rules},
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
        let origins = compile_origins(&origins, &predicates, &mut rules, &mut problems);
        names::check(&mut rules, &mut problems);
        check_max_age(rules.max_age, &mut problems);
        check_statuses(&rules, &mut problems);
        check_own_origins(&rules, &mut problems);
        let senders = compile_senders(&rules, &mut problems);
        keep_unique(&mut rules.opaque_origins, str::to_owned);
        keep_unique(&mut rules.own_origins, str::to_owned);
        keep_unique(&mut rules.trusted_senders, str::to_owned);
        if problems.is_empty() {
            Ok(Policy::new(rules, origins, senders))
        } else {
            Err(BuildError::new(problems))
        }
    }
}

fn compile_origins(
    texts: &[String],
    predicates: &[(Predicate, FindAllowed)],
    rules: &mut Rules,
    problems: &mut Vec<Problem>,
) -> Origins {
    let deny_insecure =
        rules.credentials && !rules.insecure_origins && !rules.any_origin_with_credentials;
    // A file allows any origin with `*`.
    let is_entry = |text: &str| !(rules.any_origin && text == "*");
    let mut patterns = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        if is_entry(text) {
            match compile_origin(text, deny_insecure) {
                Ok(pattern) => patterns.push(pattern),
                Err(problem) => report_entry(problems, "allow_origins", index, problem),
            }
        }
    }
    let mut opaque = Vec::new();
    for (index, text) in rules.opaque_origins.iter().enumerate() {
        match parse_opaque(text) {
            Ok(text) => opaque.push(text),
            Err(error) => report_entry(problems, OPAQUE, index, Problem::of_origin(error)),
        }
    }
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
        for (place, is_set) in beside {
            if is_set {
                report_any_beside_list(problems, place, any);
            }
        }
    }
    if has_none && !allows_any && !rules.null_origin && rules.opaque_origins.is_empty() {
        let message = "no origin is allowed; list the origins you trust, or allow any".into();
        report(problems, "allow_origins", ProblemKind::NoOrigins, None, message);
    }
    // Fetch, "CORS protocol and credentials": `*` never goes with credentials.
    if rules.any_origin && rules.credentials && !rules.any_origin_with_credentials {
        let kind = ProblemKind::CredentialsForAnyOrigin;
        let message =
            "credentials cannot be allowed for any origin; list the origins you trust".into();
        report(problems, "allow_credentials", kind, None, message);
    }
    let must_be_closed = rules.credentials && !rules.any_origin_with_credentials;
    if must_be_closed {
        for (allows, find_allowed) in predicates {
            if let Some(origin) = find_allowed(&**allows) {
                problems.push(open_matcher(&origin).at("allow_origin_if"));
            }
        }
    }
    let custom = CustomMatchers {
        #[cfg(feature = "regex")]
        regexes: super::regex::compile(&mut rules.origin_regexes, must_be_closed, problems),
        predicates: predicates.iter().map(|(predicate, _)| predicate.clone()).collect(),
        opaque,
        any: rules.any_origin_with_credentials,
        null: rules.null_origin,
        deny_insecure,
    };
    #[cfg(not(feature = "regex"))]
    if !rules.origin_regexes.is_empty() {
        let message =
            "regexes are not built in; enable the feature `regex` of corsac, or write patterns"
                .into();
        report(problems, "allow_origin_regexes", ProblemKind::RegexFeature, None, message);
    }
    if rules.any_origin && !rules.allows_credentials() {
        Origins::Any
    } else {
        Origins::Listed(Arc::new(OriginSet::new(patterns, custom)))
    }
}

const OPAQUE: &str = "dangerous_allow_opaque_origins";

/// Adds a problem of the entry of a list.
#[cold]
pub(super) fn report_entry(
    problems: &mut Vec<Problem>,
    setter: &str,
    index: usize,
    problem: Problem,
) {
    problems.push(problem.at(format!("{setter}[{index}]")));
}

fn compile_origin(text: &str, deny_insecure: bool) -> Result<ParsedPattern<'_>, Problem> {
    let pattern = ParsedPattern::new(text).map_err(Problem::of_origin)?;
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

/// Fetch, "CORS protocol and credentials": any page must not act for the user.
pub(super) fn open_matcher(origin: &Origin) -> Problem {
    let message = format!(
        "it allows made-up origins such as \"{origin}\", so with credentials every page could act for \
         your users; name your own domains"
    );
    Problem::new(ProblemKind::OpenMatcher, message)
}

pub(super) fn report_any_beside_list(
    problems: &mut Vec<Problem>,
    place: &'static str,
    any: &'static str,
) {
    let message =
        format!("`{any}()` (`*` in a file) leaves the list without effect; remove one of the two");
    report(problems, place, ProblemKind::AnyBesideList, None, message.into());
}

/// Adds a problem of a setting that is not a list.
#[cold]
#[inline(never)]
fn report(
    problems: &mut Vec<Problem>,
    place: &'static str,
    kind: ProblemKind,
    value: Option<String>,
    message: Cow<'static, str>,
) {
    let mut problem = Problem::new(kind, message).at(place);
    problem.value = value;
    problems.push(problem);
}

/// RFC 9111, 1.2.2 "Delta Seconds": clients need not understand this number or a larger one.
const LONGEST_MAX_AGE: Duration = Duration::from_secs(1 << 31);

/// Fetch, "HTTP responses": `Access-Control-Max-Age` is a number of seconds.
fn check_max_age(max_age: Option<Duration>, problems: &mut Vec<Problem>) {
    let Some(value) = max_age else { return };
    let message = if value >= LONGEST_MAX_AGE {
        Cow::Borrowed("longer than browsers can read; they honour at most 86400 s")
    } else if value.subsec_nanos() > 0 {
        format!("whole seconds are expected; write {} s", value.as_secs() + 1).into()
    } else {
        return;
    };
    report(problems, "max_age", ProblemKind::MaxAge, Some(format!("{value:?}")), message);
}

fn check_statuses(rules: &Rules, problems: &mut Vec<Problem>) {
    // Fetch, "HTTP responses": a preflight succeeds with an ok status.
    if let Some(value) = rules.preflight_status.filter(|value| !(200..300).contains(value)) {
        let message =
            "browsers take it as a failed preflight; write one of 200 to 299, such as 204".into();
        let kind = ProblemKind::PreflightStatus;
        report(problems, "preflight_status", kind, Some(value.to_string()), message);
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
    let value = Some(value.to_string());
    report(problems, "reject_status", ProblemKind::RejectStatus, value, message.into());
}

const NOTHING_IS_REJECTED: &str =
    "nothing is rejected; set `enforcement` to reject, or leave it out";

/// Drops the entries whose key repeats that of an earlier one.
pub(super) fn keep_unique(texts: &mut Vec<String>, key: fn(&str) -> String) {
    let keys: Vec<String> = texts.iter().map(|text| key(text)).collect();
    let mut known = HashSet::new();
    let mut keys = keys.iter();
    texts.retain(|_| keys.next().is_some_and(|key| known.insert(key.as_str())));
}

fn check_own_origins(rules: &Rules, problems: &mut Vec<Problem>) {
    if rules.trust_forwarded_headers && !rules.own_origins.is_empty() {
        let message = "`own_origins` leaves it without effect; remove one of the two".into();
        report(problems, "trust_forwarded_headers", ProblemKind::ForwardedHeaders, None, message);
    }
    for (index, text) in rules.own_origins.iter().enumerate() {
        if let Err(error) = text.parse::<Origin>() {
            report_entry(problems, "own_origins", index, Problem::of_origin(error));
        }
    }
}

fn compile_senders(rules: &Rules, problems: &mut Vec<Problem>) -> OriginSet {
    let mut patterns = Vec::new();
    for (index, text) in rules.trusted_senders.iter().enumerate() {
        match ParsedPattern::new(text) {
            Ok(pattern) => patterns.push(pattern),
            Err(error) => {
                report_entry(problems, "trusted_senders", index, Problem::of_origin(error));
            }
        }
    }
    if !rules.trusted_senders.is_empty() && rules.enforcement != Enforcement::Reject {
        let message = NOTHING_IS_REJECTED.into();
        report(problems, "trusted_senders", ProblemKind::TrustedSenders, None, message);
    }
    OriginSet::new(patterns, CustomMatchers::default())
}
