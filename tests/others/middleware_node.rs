//! expressjs/cors, @fastify/cors, hono/cors and Spring's `DefaultCorsProcessor`: what they do with a
//! request.

use std::{collections::BTreeMap, time::Duration};

use corsac::{CorsBuilder, CorsLayer, Enforcement};
use http::StatusCode;
use serde::Deserialize;

use super::{
    compare::{Finding, header_map, request, response, send},
    load,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    source: String,
    config: Config,
    request: RequestData,
    expect: Expect,
}

/// What is unset has the library's default. Corsac has no setting for some of this: the expectations
/// tell what follows.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Config {
    lib_defaults: String,
    origin: Option<OriginData>,
    methods: Option<Vec<String>>,
    methods_fn: Option<serde_json::Value>,
    allow_headers: Option<Names>,
    expose_headers: Vec<String>,
    credentials: bool,
    max_age: Option<u64>,
    /// Gives the config for each request, always the same in these cases.
    delegate: Option<Box<Config>>,
    /// The path below which the middleware is mounted.
    mount_prefix: String,
    cache_control: Option<serde_json::Value>,
    preflight: Option<bool>,
    preflight_continue: bool,
    preflight_status: Option<u16>,
    private_network: bool,
    strict_preflight: Option<bool>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OriginData {
    /// `false`: CORS is off.
    Switch(bool),
    /// `*`, `none`, or `reflect`: whichever asks.
    Word(String),
    Rule(Box<Rule>),
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Rule {
    exact: Option<String>,
    list: Vec<String>,
    any_of: Vec<Rule>,
    regex: Option<String>,
    flags: String,
    /// `*`: whichever asks, with credentials too.
    pattern: Option<String>,
    #[serde(rename = "fn")]
    function: Option<Function>,
}

/// A function of the origin; the same to a predicate whether it is asynchronous or not.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Function {
    table: BTreeMap<String, bool>,
    default: serde_json::Value,
    suffix: Option<String>,
    then: String,
    #[serde(rename = "else")]
    otherwise: String,
    error: Option<String>,
    result: Option<String>,
    #[serde(rename = "async")]
    is_async: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    /// `*`, or a comma list.
    Line(String),
    Listed(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestData {
    method: String,
    headers: BTreeMap<String, String>,
    #[serde(default)]
    path: String,
    /// The same request, for the n-th time.
    #[serde(default)]
    repeat: usize,
    /// Where the request goes to.
    server_origin: Option<String>,
    inner_status: Option<u16>,
    #[serde(default)]
    inner_headers: BTreeMap<String, String>,
    /// The application has a route for `OPTIONS`.
    #[serde(default)]
    inner_options_route: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    status: u16,
    /// `None`: must be absent. Others may be there.
    headers: BTreeMap<String, Option<String>>,
    reaches_inner: Option<bool>,
    body: Option<String>,
    /// The library has failed.
    #[serde(default)]
    error: bool,
}

pub(crate) fn run() -> Vec<Finding> {
    load::<Case>("middleware-node").iter().map(run_case).collect()
}

fn run_case(case: &Case) -> Finding {
    let mut finding = Finding::new(&case.id, &case.source);
    let cors = match case.config.builder(&case.request.path) {
        Ok(None) => CorsLayer::disabled(),
        Ok(Some(builder)) => match builder.clone().build() {
            Ok(cors) => cors,
            Err(error) => {
                finding.compare("build", "a policy", &error.to_string());
                // Most of them let credentials travel over plain http. The rest can be compared.
                match builder.dangerous_allow_insecure_origins().build() {
                    Ok(cors) => cors,
                    Err(_) => return finding,
                }
            }
        },
        Err(what) => {
            finding.compare("config", what, "no setting");
            return finding;
        }
    };
    let Case { request: asked, expect, .. } = case;
    // An application answers 404 where it has no route.
    let has_route =
        asked.path.is_empty() && (asked.method != "OPTIONS" || asked.inner_options_route);
    let status = asked.inner_status.unwrap_or(if has_route { 200 } else { 404 });
    let inner = response(status, header_map(flat(&asked.inner_headers)), "ok");

    let mut headers = asked.headers.clone();
    if let Some(origin) = headers.get_mut("Origin") {
        *origin = with_scheme(origin);
    }
    if let Some(server) = &asked.server_origin {
        headers.insert("Host".to_owned(), server.replace("http://", ""));
    }
    let as_sent = request(&asked.method, header_map(flat(&headers)));
    let mut outcome = send(&case.id, &cors, &as_sent, &inner);

    // Some answer every `OPTIONS` as a preflight. What they answer is compared with what corsac
    // answers to a real one.
    if asked.method == "OPTIONS" && outcome.kind != "preflight" && expect.status == 204 {
        assert!(outcome.inner_called, "{}", case.id);
        finding.compare("handled_as", "preflight", outcome.kind);
        headers.entry("Origin".to_owned()).or_insert_with(|| "https://app.example".to_owned());
        headers.insert("Access-Control-Request-Method".to_owned(), "GET".to_owned());
        outcome = send(&case.id, &cors, &request("OPTIONS", header_map(flat(&headers))), &inner);
    }
    // A regex of theirs remembers where it stopped; corsac remembers nothing.
    for _ in 1..asked.repeat {
        assert_eq!(send(&case.id, &cors, &as_sent, &inner).headers, outcome.headers);
    }

    finding.compare("status", expect.status, outcome.status);
    if let Some(reaches_inner) = expect.reaches_inner {
        finding.compare("inner_called", reaches_inner, outcome.inner_called);
    }
    if let Some(body) = &expect.body {
        finding.compare("body", body, &outcome.body);
    }
    for (name, value) in &expect.headers {
        let is_origin = name == "Access-Control-Allow-Origin";
        let line = value
            .as_deref()
            .map(|value| [if is_origin { with_scheme(value) } else { value.to_owned() }]);
        finding.compare_header(name, line.as_ref().map(|it| &it[..]), &outcome.headers);
    }
    assert!(!expect.error, "{}: corsac cannot fail", case.id);
    finding
}

/// Some cases have hosts in place of origins.
fn with_scheme(value: &str) -> String {
    let is_host = value.contains('.') && !value.contains("://");
    if is_host { format!("https://{value}") } else { value.to_owned() }
}

fn flat(headers: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

impl Config {
    /// In corsac's words, `None` where CORS is off; `Err` names what corsac has no words for.
    fn builder(&self, path: &str) -> Result<Option<CorsBuilder>, &'static str> {
        let config = self.delegate.as_deref().unwrap_or(self);
        let is_off = matches!(config.origin, Some(OriginData::Switch(false)));
        if is_off || !path.starts_with(&self.mount_prefix) {
            return Ok(None);
        }
        config.builder_with_defaults(&self.lib_defaults).map(Some)
    }

    fn builder_with_defaults(&self, library: &str) -> Result<CorsBuilder, &'static str> {
        let mut builder = CorsBuilder::default()
            .expose_headers(&self.expose_headers)
            .allow_credentials(self.credentials);
        if library == "spring" {
            builder = builder.enforcement(Enforcement::Reject).preflight_status(StatusCode::OK);
        }
        if let Some(status) = self.preflight_status {
            builder = builder.preflight_status(StatusCode::from_u16(status).unwrap());
        }
        if let Some(seconds) = self.max_age {
            builder = builder.max_age(Duration::from_secs(seconds));
        }
        builder = match (&self.methods, library) {
            _ if self.methods_fn.is_some() => return Err("methods of each origin"),
            (Some(methods), _) => builder.allow_methods(methods),
            (None, "express-cors") => {
                builder.allow_methods(["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"])
            }
            (None, "fastify-cors") => builder.allow_methods(["GET", "HEAD", "POST"]),
            (None, "hono-cors") => {
                builder.allow_methods(["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "QUERY"])
            }
            (None, "spring") => builder.allow_methods(["GET", "HEAD"]),
            (None, other) => panic!("{other}?"),
        };
        builder = match (&self.allow_headers, library) {
            (Some(Names::Line(line)), _) if line == "*" => builder.allow_any_header(),
            (Some(Names::Line(line)), _) => builder.allow_headers(line.split(',')),
            (Some(Names::Listed(names)), _) => builder.allow_headers(names),
            (None, "spring") => builder,
            (None, _) => builder.allow_any_header(),
        };
        match &self.origin {
            None => Ok(builder.allow_any_origin()),
            Some(OriginData::Rule(rule)) => rule.add_to(builder, self.credentials),
            Some(OriginData::Word(word)) => match word.as_str() {
                "*" => Ok(builder.allow_any_origin()),
                // Without any origin there is no policy, so this one refuses all of them.
                "none" => Ok(builder.allow_origin_if(|_| false)),
                "reflect" => Ok(reflect(builder, self.credentials)),
                other => panic!("{other}?"),
            },
            Some(OriginData::Switch(on)) => panic!("{on}?"),
        }
    }
}

/// Any origin, which is named in the response.
fn reflect(builder: CorsBuilder, credentials: bool) -> CorsBuilder {
    if credentials {
        builder.dangerous_allow_any_origin_with_credentials()
    } else {
        builder.allow_origin_if(|_| true)
    }
}

impl Rule {
    fn add_to(
        &self,
        mut builder: CorsBuilder,
        credentials: bool,
    ) -> Result<CorsBuilder, &'static str> {
        for origin in self.exact.iter().chain(&self.list) {
            builder = match origin.as_str() {
                "*" => builder.allow_any_origin(),
                origin => builder.allow_origins([with_scheme(origin)]),
            };
        }
        if let Some(regex) = &self.regex {
            let ignore_case = if self.flags.contains('i') { "(?i)" } else { "" };
            builder = builder.allow_origin_regex(&format!("{ignore_case}{regex}"));
        }
        if let Some(pattern) = &self.pattern {
            assert_eq!(pattern, "*");
            builder = reflect(builder, credentials);
        }
        if let Some(function) = &self.function {
            builder = function.add_to(builder)?;
        }
        self.any_of.iter().try_fold(builder, |builder, rule| rule.add_to(builder, credentials))
    }
}

impl Function {
    fn add_to(&self, builder: CorsBuilder) -> Result<CorsBuilder, &'static str> {
        if self.error.is_some() || self.result.is_some() {
            return Err("a function that fails");
        }
        if let Some(suffix) = self.suffix.clone() {
            assert_eq!(self.then, "reflect");
            let always = self.otherwise.clone();
            return Ok(builder.allow_origin_if(move |origin| {
                origin.as_str().ends_with(&suffix) || origin.as_str() == always
            }));
        }
        let Some(default) = self.default.as_bool() else {
            return Err("a function that names an origin");
        };
        let table = self.table.clone();
        Ok(builder.allow_origin_if(move |origin| *table.get(origin.as_str()).unwrap_or(&default)))
    }
}
