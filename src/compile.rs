//! The only validator: a builder goes in, a policy or everything that is wrong with it comes out.

use std::{collections::HashSet, time::Duration};

use http::HeaderValue;

use crate::{
    builder::CorsBuilder,
    decision::ReadyHeaders,
    error::{BuildError, Problem},
    fetch,
    origin::{
        OriginPattern,
        set::{Code, OriginSet},
    },
    policy::{HeaderNames, Methods, Origins, Policy},
};

pub(crate) fn compile(builder: &CorsBuilder) -> Result<Policy, BuildError> {
    let mut problems = Vec::new();
    let credentials = builder.credentials || builder.any_origin_with_credentials;
    let origins = origins(builder, credentials, &mut problems);
    let methods = methods(builder, &mut problems);
    let request_headers = request_headers(builder, &mut problems);
    let exposed = exposed(builder, &mut problems);
    let max_age = max_age(builder.max_age, &mut problems);
    if !problems.is_empty() {
        return Err(BuildError::new(problems));
    }
    let ready =
        ReadyHeaders::new(&origins, credentials, &methods, &request_headers, &exposed, max_age)
            .shared();
    let enforcement = builder.enforcement;
    Ok(Policy { origins, methods, request_headers, exposed, ready, enforcement })
}

fn origins(builder: &CorsBuilder, credentials: bool, problems: &mut Vec<Problem>) -> Origins {
    let mut patterns = Vec::with_capacity(builder.origins.len());
    let refuse_insecure =
        credentials && !builder.insecure_origins && !builder.any_origin_with_credentials;
    for text in &builder.origins {
        match text.parse::<OriginPattern>() {
            Ok(pattern) if refuse_insecure && pattern.parts().is_insecure() => {
                problems.push(Problem::InsecureOrigin { value: text.clone() });
            }
            Ok(pattern) => patterns.push(pattern),
            Err(error) => problems.push(Problem::Origin(error)),
        }
    }
    let code = Code {
        #[cfg(feature = "regex")]
        regexes: regexes(&builder.regexes, problems),
        predicates: builder.predicates.clone(),
        any: builder.any_origin_with_credentials,
        null: builder.null_origin,
        refuse_insecure,
    };
    let is_any = builder.any_origin || builder.any_origin_with_credentials;
    let lists_none =
        builder.origins.is_empty() && builder.regexes.is_empty() && builder.predicates.is_empty();
    if lists_none && !is_any && !builder.null_origin {
        problems.push(Problem::NoOrigins);
    }
    // Fetch, "CORS protocol and credentials": `*` never goes with credentials.
    if builder.any_origin && credentials && !builder.any_origin_with_credentials {
        problems.push(Problem::CredentialsForAnyOrigin);
    }
    if builder.any_origin && !credentials {
        Origins::Any
    } else {
        Origins::Listed(Box::new(OriginSet::new(patterns, code)))
    }
}

#[cfg(feature = "regex")]
fn regexes(texts: &[String], problems: &mut Vec<Problem>) -> Vec<regex::Regex> {
    let compiled = texts.iter().filter_map(|text| match whole_regex(text) {
        Ok(regex) => Some(regex),
        Err(reason) => {
            problems.push(Problem::OriginRegex { value: text.clone(), reason });
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

fn methods(builder: &CorsBuilder, problems: &mut Vec<Problem>) -> Methods {
    let usual = fetch::USUAL_METHODS.split(", ").filter(|_| builder.any_method);
    let mut names: Vec<String> = usual.map(str::to_owned).collect();
    let mut known: HashSet<String> = names.iter().cloned().collect();
    for text in &builder.methods {
        match method(text) {
            Ok(name) if known.insert(name.to_owned()) => names.push(name.to_owned()),
            Ok(_) => {}
            Err(problem) => problems.push(problem),
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

fn request_headers(builder: &CorsBuilder, problems: &mut Vec<Problem>) -> HeaderNames {
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

fn exposed(builder: &CorsBuilder, problems: &mut Vec<Problem>) -> HeaderNames {
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
    problems: &mut Vec<Problem>,
    refuse: impl Fn(&str) -> Option<Problem>,
) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    let mut known = HashSet::new();
    for text in texts {
        if text == "*" {
            problems.push(Problem::Wildcard { list, instead: any });
        } else if !fetch::is_token(text.as_bytes()) {
            problems.push(Problem::InvalidHeader { list, value: text.clone() });
        } else if let Some(problem) = refuse(text) {
            problems.push(problem);
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
fn max_age(max_age: Option<Duration>, problems: &mut Vec<Problem>) -> HeaderValue {
    let value = max_age.unwrap_or(DEFAULT_MAX_AGE);
    if value.subsec_nanos() > 0 || value >= LONGEST_MAX_AGE {
        problems.push(Problem::MaxAge { value });
    }
    HeaderValue::from(value.as_secs())
}
