//! The only validator: a builder goes in, a policy or everything that is wrong with it comes out.

use std::{collections::HashSet, time::Duration};

use http::{HeaderValue, StatusCode};

use crate::{
    builder::CorsBuilder,
    decision::ReadyHeaders,
    error::{BuildError, Problem},
    fetch,
    origin::{CustomMatchers, OriginPattern, OriginSet},
    policy::{Enforcement, HeaderNames, Methods, Origins, Policy},
};

/// What is wrong, and where: which setter was told, and which of its entries, where it has several.
#[cfg_attr(not(feature = "serde"), expect(dead_code, reason = "only configs tell where"))]
pub(crate) struct Found {
    pub(crate) setter: &'static str,
    pub(crate) index: Option<usize>,
    pub(crate) problem: Problem,
}

impl Found {
    fn of(setter: &'static str, problem: Problem) -> Self {
        Self { setter, index: None, problem }
    }

    fn at(setter: &'static str, index: usize, problem: Problem) -> Self {
        Self { setter, index: Some(index), problem }
    }
}

pub(crate) fn compile(builder: &CorsBuilder) -> Result<Policy, BuildError> {
    compile_with_places(builder)
        .map_err(|found| BuildError::new(found.into_iter().map(|it| it.problem).collect()))
}

pub(crate) fn compile_with_places(builder: &CorsBuilder) -> Result<Policy, Vec<Found>> {
    let mut problems = Vec::new();
    let credentials = builder.credentials || builder.any_origin_with_credentials;
    let origins = origins(builder, credentials, &mut problems);
    let methods = methods(builder, &mut problems);
    let request_headers = request_headers(builder, &mut problems);
    let exposed = exposed(builder, &mut problems);
    let max_age = max_age(builder.max_age, &mut problems);
    let reject_status = reject_status(builder, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let ready =
        ReadyHeaders::new(&origins, credentials, &methods, &request_headers, &exposed, max_age)
            .shared();
    Ok(Policy {
        origins,
        methods,
        request_headers,
        exposed,
        ready,
        enforcement: builder.enforcement,
        reject_status,
        nobody: None,
        #[cfg(feature = "serde")]
        switches: crate::config::Switches::of(builder),
    })
}

fn origins(builder: &CorsBuilder, credentials: bool, problems: &mut Vec<Found>) -> Origins {
    let mut patterns = Vec::with_capacity(builder.origins.len());
    let refuse_insecure =
        credentials && !builder.insecure_origins && !builder.any_origin_with_credentials;
    for (index, text) in builder.origins.iter().enumerate() {
        let found = |problem| Found::at("allow_origins", index, problem);
        match text.parse::<OriginPattern>() {
            Ok(pattern) if refuse_insecure && pattern.parts().is_insecure() => {
                problems.push(found(Problem::InsecureOrigin { value: text.clone() }));
            }
            Ok(pattern) => patterns.push(pattern),
            Err(error) => problems.push(found(Problem::Origin(error))),
        }
    }
    #[cfg(not(feature = "regex"))]
    if !builder.regexes.is_empty() {
        problems.push(Found::of(REGEXES, Problem::NoRegexes));
    }
    let code = CustomMatchers {
        #[cfg(feature = "regex")]
        regexes: regexes(&builder.regexes, problems),
        predicates: builder.predicates.clone(),
        any: builder.any_origin_with_credentials,
        null: builder.null_origin,
        opaque: Vec::new(),
        deny_insecure: refuse_insecure,
    };
    let is_any = builder.any_origin || builder.any_origin_with_credentials;
    let lists_none =
        builder.origins.is_empty() && builder.regexes.is_empty() && builder.predicates.is_empty();
    if lists_none && !is_any && !builder.null_origin {
        problems.push(Found::of("allow_origins", Problem::NoOrigins));
    }
    // Fetch, "CORS protocol and credentials": `*` never goes with credentials.
    if builder.any_origin && credentials && !builder.any_origin_with_credentials {
        problems.push(Found::of("allow_credentials", Problem::CredentialsForAnyOrigin));
    }
    if builder.any_origin && !credentials {
        Origins::Any
    } else {
        Origins::Listed(Box::new(OriginSet::new(patterns, code)))
    }
}

/// Regexes come one by one from code, and as a list from a file.
const REGEXES: &str = "allow_origin_regexes";

#[cfg(feature = "regex")]
fn regexes(texts: &[String], problems: &mut Vec<Found>) -> Vec<regex::Regex> {
    let compiled = texts.iter().enumerate().filter_map(|(index, text)| match whole_regex(text) {
        Ok(regex) => Some(regex),
        Err(reason) => {
            let problem = Problem::OriginRegex { value: text.clone(), reason };
            problems.push(Found::at(REGEXES, index, problem));
            None
        }
    });
    compiled.collect()
}

/// Matches the whole origin or nothing, whatever the regex is.
#[cfg(feature = "regex")]
fn whole_regex(text: &str) -> Result<regex::Regex, String> {
    let reason = |error: regex::Error| match error {
        // The last line names the mistake; those above it draw the place.
        regex::Error::Syntax(text) => {
            text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
        }
        other => other.to_string(),
    };
    // On its own first: `a)|(b` must not become two halves of what stands around it.
    regex::Regex::new(text).map_err(reason)?;
    regex::Regex::new(&format!(r"\A(?:{text})\z")).map_err(|error| {
        format!("{}; a comment at the end would hide what is added here", reason(error))
    })
}

/// Without what makes it match the whole origin.
#[cfg(feature = "regex")]
pub(crate) fn as_written(regex: &regex::Regex) -> &str {
    let whole = regex.as_str();
    let text = whole.strip_prefix(r"\A(?:").and_then(|text| text.strip_suffix(r")\z"));
    text.unwrap_or(whole)
}

fn methods(builder: &CorsBuilder, problems: &mut Vec<Found>) -> Methods {
    let usual = fetch::USUAL_METHODS.split(", ").filter(|_| builder.any_method);
    let mut names: Vec<String> = usual.map(str::to_owned).collect();
    let mut known: HashSet<String> = names.iter().cloned().collect();
    for (index, text) in builder.methods.iter().enumerate() {
        match method(text) {
            Ok(name) if known.insert(name.to_owned()) => names.push(name.to_owned()),
            Ok(_) => {}
            Err(problem) => problems.push(Found::at("allow_methods", index, problem)),
        }
    }
    Methods { any: builder.any_method, header: joined(&names), names }
}

fn method(text: &str) -> Result<&str, Problem> {
    let value = || text.to_owned();
    if text == "*" {
        Err(Problem::Wildcard { list: "allow_methods", instead: "allow_any_method" })
    } else if !fetch::is_token(text.as_bytes()) {
        Err(Problem::InvalidMethod { value: value() })
    } else if fetch::is_forbidden_method(text.as_bytes()) {
        Err(Problem::ForbiddenMethod { value: value() })
    } else if text != "PATCH" && text.eq_ignore_ascii_case("PATCH") {
        Err(Problem::MethodCase { value: value(), suggestion: "PATCH".to_owned() })
    } else {
        Ok(fetch::normalize_method(text))
    }
}

fn request_headers(builder: &CorsBuilder, problems: &mut Vec<Found>) -> HeaderNames {
    let any = ("allow_headers", "allow_any_header");
    let as_written = header_names(&builder.headers, any, problems, |name| {
        let value = || name.to_owned();
        if fetch::is_forbidden_request_header(name) {
            Some(Problem::ForbiddenRequestHeader { value: value() })
        } else if fetch::is_cors_response_header(name) {
            Some(Problem::ResponseHeader { value: value() })
        } else {
            None
        }
    });
    HeaderNames::new(builder.any_header, &as_written)
}

fn exposed(builder: &CorsBuilder, problems: &mut Vec<Found>) -> HeaderNames {
    let any = ("expose_headers", "expose_any_header");
    let as_written = header_names(&builder.exposed, any, problems, |name| {
        let value = || name.to_owned();
        if fetch::is_forbidden_response_header(name) {
            Some(Problem::ForbiddenResponseHeader { value: value() })
        } else if fetch::is_cors_request_header(name) || fetch::is_preflight_response_header(name) {
            Some(Problem::NotOnResponses { value: value() })
        } else {
            None
        }
    });
    HeaderNames::new(builder.expose_any, &as_written)
}

/// The valid names, as written, each once.
fn header_names<'a>(
    texts: &'a [String],
    (list, any): (&'static str, &'static str),
    problems: &mut Vec<Found>,
    refuse: impl Fn(&str) -> Option<Problem>,
) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    let mut known = HashSet::new();
    for (index, text) in texts.iter().enumerate() {
        let problem = if text == "*" {
            Some(Problem::Wildcard { list, instead: any })
        } else if !fetch::is_token(text.as_bytes()) {
            Some(Problem::InvalidHeader { list, value: text.clone() })
        } else {
            refuse(text)
        };
        if let Some(problem) = problem {
            problems.push(Found::at(list, index, problem));
        } else if known.insert(text.to_ascii_lowercase()) {
            names.push(text);
        }
    }
    names
}

impl HeaderNames {
    fn new(any: bool, as_written: &[&str]) -> Self {
        let mut names: Vec<_> = as_written.iter().map(|name| name.to_ascii_lowercase()).collect();
        names.sort_unstable();
        Self { any, names, header: joined(as_written) }
    }
}

/// The names in one line; `None` where there are none.
fn joined(names: &[impl AsRef<str>]) -> Option<HeaderValue> {
    let line = names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    // Tokens, commas and spaces are a valid value.
    HeaderValue::try_from(line).ok().filter(|line| !line.is_empty())
}

/// The largest that Chromium honours.
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(2 * 60 * 60);
/// RFC 9111, 1.2.2 "Delta Seconds": from here on it need not be understood.
pub(crate) const LONGEST_MAX_AGE: Duration = Duration::from_secs(1 << 31);

/// Fetch, "HTTP responses": `Access-Control-Max-Age` is a number of seconds.
fn max_age(max_age: Option<Duration>, problems: &mut Vec<Found>) -> HeaderValue {
    let value = max_age.unwrap_or(DEFAULT_MAX_AGE);
    if value.subsec_nanos() > 0 || value >= LONGEST_MAX_AGE {
        problems.push(Found::of("max_age", Problem::MaxAge { value }));
    }
    HeaderValue::from(value.as_secs())
}

fn reject_status(builder: &CorsBuilder, problems: &mut Vec<Found>) -> Option<StatusCode> {
    let value = builder.reject_status?;
    let is_used = builder.enforcement == Enforcement::Reject;
    // RFC 9110, 15: what is refused is an error, of the client's or of the server's.
    let status = StatusCode::from_u16(value).ok().filter(|it| (400..600).contains(&it.as_u16()));
    if status.is_none() || !is_used {
        let problem = Problem::RejectStatus { value, is_used };
        problems.push(Found::of("reject_status", problem));
    }
    status
}
