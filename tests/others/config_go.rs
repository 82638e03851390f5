//! jub0bs/cors: which configs are valid, what is wrong with the others, what they come to.

use std::time::Duration;

use corsac::{BuildError, CorsBuilder, CorsLayer, Problem, ProblemKind};
use http::StatusCode;
use serde::Deserialize;

use super::{
    compare::{Finding, Outcome, elements, header_map, lines, request, response, send},
    load,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    source: String,
    config: Config,
    /// What a valid config comes to.
    normalized: Option<Normalized>,
    /// All that is wrong with any other.
    #[serde(default)]
    errors: Vec<TheirError>,
}

/// Corsac has no setting for some of this: the expectations tell what follows.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for one setting of theirs")]
pub(crate) struct Config {
    origins: Names,
    /// A function in place of the origins.
    dynamic_origin: Option<DynamicOrigin>,
    methods: Names,
    request_headers: Names,
    response_headers: Names,
    credentialed: bool,
    /// In seconds; 0: unset, -1: never to be cached.
    max_age: i64,
    tolerate_insecure_origins: bool,
    tolerate_subdomains_of_public_suffixes: bool,
    options_passthrough: bool,
    pna: bool,
    pna_no_cors_only: bool,
    success_status: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the kind tells enough")]
struct DynamicOrigin {
    kind: String,
    rule: String,
    #[serde(default)]
    extra_vary: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    /// `"*"`
    Any(String),
    /// May contain `"*"`.
    Listed(Vec<String>),
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Normalized {
    credentialed: bool,
    max_age: i64,
    methods: Names,
    request_headers: Names,
    response_headers: Names,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TheirError {
    kind: String,
    /// Of a header: `request` or `response`.
    #[serde(rename = "type")]
    direction: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    value: serde_json::Value,
}

impl Default for Names {
    fn default() -> Self {
        Self::Listed(Vec::new())
    }
}

impl Names {
    /// Whether `*` is among them, and the others.
    fn split(&self) -> (bool, Vec<&str>) {
        let all: Vec<&str> = match self {
            Self::Any(star) => vec![star],
            Self::Listed(names) => names.iter().map(String::as_str).collect(),
        };
        (all.contains(&"*"), all.into_iter().filter(|name| *name != "*").collect())
    }
}

impl Config {
    /// In corsac's words; `Err` names what it has none for.
    pub(crate) fn builder(&self) -> Result<CorsBuilder, &'static str> {
        let list = |builder: CorsBuilder,
                    names: &Names,
                    listed: fn(CorsBuilder, Vec<&str>) -> CorsBuilder,
                    any: fn(CorsBuilder) -> CorsBuilder| {
            // Corsac refuses a list beside any, which has it all.
            let (has_star, names) = names.split();
            if has_star { any(builder) } else { listed(builder, names) }
        };
        let mut builder = CorsBuilder::default().allow_credentials(self.credentialed);
        builder = match self.dynamic_origin.as_ref().map(|it| it.kind.as_str()) {
            None => {
                let any = CorsBuilder::allow_any_origin;
                list(builder, &self.origins, |it, names| it.allow_origins(names), any)
            }
            Some("origin_fn") => builder.allow_origin_if(|_| true),
            Some(_) => return Err("a function of the whole request"),
        };
        let any = CorsBuilder::allow_any_method;
        builder = list(builder, &self.methods, |it, names| it.allow_methods(names), any);
        let any = CorsBuilder::allow_any_header;
        builder = list(builder, &self.request_headers, |it, names| it.allow_headers(names), any);
        let (has_star, names) = self.response_headers.split();
        builder = builder.expose_headers(names);
        if has_star {
            builder = builder.expose_any_header();
        }
        if let Some(status) = self.success_status {
            builder = builder.preflight_status(StatusCode::from_u16(status).unwrap());
        }
        if self.tolerate_insecure_origins {
            builder = builder.dangerous_allow_insecure_origins();
        }
        match self.max_age {
            0 => Ok(builder),
            -1 => Ok(builder.max_age(Duration::ZERO)),
            seconds => match u64::try_from(seconds) {
                Ok(seconds) => Ok(builder.max_age(Duration::from_secs(seconds))),
                Err(_) => Err(NEGATIVE_MAX_AGE),
            },
        }
    }
}

/// A `Duration` refuses it: that is as good as an error when the policy is built.
const NEGATIVE_MAX_AGE: &str = "a negative max-age";

pub(crate) fn run() -> Vec<Finding> {
    load::<Case>("config-go").iter().map(run_case).collect()
}

fn run_case(case: &Case) -> Finding {
    let mut finding = Finding::new(&case.id, &case.source);
    let ours = match case.config.builder() {
        Ok(builder) => builder.build().map_err(|error| read_problems(&error)),
        Err(what) => {
            assert_eq!(what, NEGATIVE_MAX_AGE);
            Err(vec!["max-age".to_owned()])
        }
    };
    let mut theirs: Vec<String> = case.errors.iter().map(read_error).collect();
    theirs.sort();
    assert_eq!(theirs.is_empty(), case.normalized.is_some(), "{}", case.id);
    match (&case.normalized, ours) {
        (Some(normalized), Ok(cors)) => check_policy(&mut finding, case, normalized, &cors),
        (None, Err(ours)) => finding.compare("problems", theirs, ours),
        (Some(_), Err(ours)) => finding.compare("build", Vec::new(), ours),
        (None, Ok(_)) => finding.compare("build", theirs, Vec::new()),
    }
    finding
}

/// Their errors and corsac's problems in the same words, as far as both tell them apart.
fn read_error(error: &TheirError) -> String {
    let reason = error.reason.as_deref().unwrap_or_default();
    let value = error.value.as_str().unwrap_or_default();
    let direction = error.direction.as_deref().unwrap_or_default();
    match (error.kind.as_str(), reason) {
        ("UnacceptableOriginPattern", "missing") => "no origins".to_owned(),
        ("UnacceptableOriginPattern", _) | ("IncompatibleOriginPattern", "psl") => {
            format!("origin {value:?}")
        }
        ("IncompatibleOriginPattern", "insecure") => format!("insecure origin {value:?}"),
        ("IncompatibleOriginPattern", _) => "any origin with credentials".to_owned(),
        ("UnacceptableMethod", _) => format!("{reason} method {value:?}"),
        ("UnacceptableHeaderName", _) => format!("{reason} {direction} header {value:?}"),
        ("MaxAgeOutOfBounds", _) => "max-age".to_owned(),
        (kind, _) => kind.to_owned(),
    }
}

fn read_problems(error: &BuildError) -> Vec<String> {
    let mut problems: Vec<String> = error.problems().iter().map(read_problem).collect();
    problems.sort();
    problems
}

fn read_problem(problem: &Problem) -> String {
    let value = problem.value().unwrap_or_default();
    match problem.kind() {
        ProblemKind::NoOrigins => "no origins".to_owned(),
        ProblemKind::InvalidOrigin => format!("origin {value:?}"),
        ProblemKind::InsecureOrigin => format!("insecure origin {value:?}"),
        ProblemKind::CredentialsForAnyOrigin => "any origin with credentials".to_owned(),
        ProblemKind::InvalidMethod => format!("invalid method {value:?}"),
        ProblemKind::ForbiddenMethod => format!("forbidden method {value:?}"),
        ProblemKind::InvalidHeader if problem.place().starts_with("allow_headers") => {
            format!("invalid request header {value:?}")
        }
        ProblemKind::InvalidHeader => format!("invalid response header {value:?}"),
        ProblemKind::ForbiddenRequestHeader => format!("forbidden request header {value:?}"),
        ProblemKind::ResponseHeader => format!("prohibited request header {value:?}"),
        ProblemKind::ForbiddenResponseHeader => format!("forbidden response header {value:?}"),
        ProblemKind::NotOnResponses => format!("prohibited response header {value:?}"),
        ProblemKind::MaxAge => "max-age".to_owned(),
        ProblemKind::PreflightStatus => "PreflightSuccessStatusOutOfBounds".to_owned(),
        _ => problem.to_string(),
    }
}

/// Looks at what the policy sends: a preflight for what may be anything, and an actual request.
fn check_policy(finding: &mut Finding, case: &Case, normalized: &Normalized, cors: &CorsLayer) {
    let (any_origin, mut origins) = case.config.origins.split();
    if any_origin {
        origins.push("https://anything.example");
    }
    let ask = |method: &str, origin: &str, asked: &[(&str, &str)]| -> Outcome {
        let headers = asked.iter().copied().chain([("origin", origin)]);
        let inner = response(200, http::HeaderMap::new(), "");
        send(&case.id, cors, &request(method, header_map(headers)), &inner)
    };
    let samples: Vec<String> = origins.into_iter().map(sample).collect();
    let refused: Vec<&String> =
        samples.iter().filter(|it| ask("GET", it, &[]).allowed != Some(true)).collect();
    finding.compare("origins", Vec::new(), refused);
    let Some(origin) = samples.first() else { return };

    let preflight = |method: &str, names: &str| {
        let asked =
            [("access-control-request-method", method), ("access-control-request-headers", names)];
        ask("OPTIONS", origin, &asked)
    };
    let preflight_of_get = preflight("GET", "");
    let sent = |name: &str| lines(&preflight_of_get.headers, name);

    let (any_method, mut methods) = normalized.methods.split();
    methods.sort_unstable();
    let is_allowed = preflight("ANYTHING", "").allowed == Some(true);
    finding.compare("methods", any_method, is_allowed);
    if !any_method {
        // They leave out what needs no listing; corsac sends the list as written.
        let mut ours = elements(&sent("access-control-allow-methods"), false);
        ours.retain(|method| !["GET", "HEAD", "POST"].contains(&method.as_str()));
        finding.compare("methods", methods, ours.iter().map(String::as_str).collect());
    }

    let (any_header, mut names) = normalized.request_headers.split();
    names.sort_unstable();
    let is_allowed = preflight("GET", "authorization,x-anything").allowed == Some(true);
    finding.compare("request_headers", any_header, is_allowed);
    if !any_header {
        let ours = elements(&sent("access-control-allow-headers"), true);
        finding.compare("request_headers", names, ours.iter().map(String::as_str).collect());
    }

    let (expose_any, mut names) = normalized.response_headers.split();
    if expose_any {
        names = vec!["*"];
    }
    names.sort_unstable();
    let actual = ask("GET", origin, &[]);
    // They leave out what every page may read.
    let mut ours = elements(&lines(&actual.headers, "access-control-expose-headers"), true);
    ours.retain(|name| !SAFELISTED.contains(&name.as_str()));
    finding.compare("response_headers", names, ours.iter().map(String::as_str).collect());

    let credentials = sent("access-control-allow-credentials") == ["true"];
    finding.compare("credentialed", normalized.credentialed, credentials);
    let max_age = match normalized.max_age {
        // Corsac has a value of its own where nothing is said.
        0 => "7200".to_owned(),
        -1 => "0".to_owned(),
        seconds => seconds.to_string(),
    };
    finding.compare("max_age", vec![max_age], sent("access-control-max-age"));
}

/// Fetch, "CORS-safelisted response-header name".
const SAFELISTED: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];

/// An origin that a pattern stands for.
fn sample(pattern: &str) -> String {
    let origin = pattern.replace("//*.", "//a.");
    origin.strip_suffix(":*").map(|it| format!("{it}:8080")).unwrap_or(origin)
}
