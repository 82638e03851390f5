//! A policy as a file has it.

use std::{ops::Not, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    builder::CorsBuilder,
    compile::{Found, compile_with_places},
    layer::CorsLayer,
    policy::{Enforcement, Policy},
};

mod error;
mod given_back;
mod path;
mod paths;
#[cfg(test)]
mod schema;
mod text;

pub use error::{ConfigError, ConfigProblem};
pub(crate) use given_back::Switches;
pub use paths::{PathConfigs, PathPolicies};

/// A policy as data, for files in TOML, YAML and JSON, and for the environment.
///
/// The names and the rules are those of [`CorsBuilder`], and nothing has to be said:
///
/// | field | is | like |
/// |---|---|---|
/// | `allow_origins` | a list | [`allow_origins`](CorsBuilder::allow_origins); with `"*"` in it, [`allow_any_origin`](CorsBuilder::allow_any_origin) |
/// | `allow_origin_regexes` | a list | `allow_origin_regex` for each; an error without the feature `regex` |
/// | `allow_methods` | a list | [`allow_methods`](CorsBuilder::allow_methods); `"*"`: [`allow_any_method`](CorsBuilder::allow_any_method) |
/// | `allow_headers` | a list | [`allow_headers`](CorsBuilder::allow_headers); `"*"`: [`allow_any_header`](CorsBuilder::allow_any_header) |
/// | `expose_headers` | a list | [`expose_headers`](CorsBuilder::expose_headers); `"*"`: [`expose_any_header`](CorsBuilder::expose_any_header) |
/// | `allow_credentials` | true or false | [`allow_credentials`](CorsBuilder::allow_credentials) |
/// | `max_age` | whole seconds | [`max_age`](CorsBuilder::max_age) |
/// | `enforcement` | `"omit-headers"` or `"reject"` | [`enforcement`](CorsBuilder::enforcement) |
/// | `reject_status` | a status, from 400 to 599 | [`reject_status`](CorsBuilder::reject_status) |
/// | `dangerous_...` | true or false | the setter of that name |
///
/// An unknown field is an error. Therefore serde's `flatten` cannot put a `Config` among the fields
/// of a struct of yours; as a field of its own (`cors: Config`) it can be part of any.
///
/// ```
/// use corsac::Config;
///
/// let config: Config = toml::from_str(r#"
///     allow_origins = ["https://app.example.com", "https://*.example.com"]
///     allow_methods = ["PUT", "DELETE"]
///     allow_credentials = true
///     max_age = 600
/// "#)?;
/// let cors = config.build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Mistakes
///
/// They come back all at once, each with its place:
///
/// ```
/// let config: corsac::Config = toml::from_str(r#"
///     allow_origins = ["https://a.example", "*", "https://b.example/"]
///     allow_methods = "put, patch"
/// "#)?;
/// assert_eq!(config.build().unwrap_err().to_string(), "\
/// invalid CORS policy (2 problems):
///   - allow_origins[2] \"https://b.example/\": an origin has no path; write \"https://b.example\"
///   - allow_methods[1] \"patch\": methods are case-sensitive, and browsers do not change this one; \
///      write \"PATCH\"");
/// # Ok::<(), toml::de::Error>(())
/// ```
///
/// # From the environment
///
/// There everything is text. A list is one text with commas: blanks around its entries mean nothing,
/// an empty text is an empty list, and an empty entry is an error. (`allow_origin_regexes` is one
/// regex then, because regexes have commas of their own.) Numbers, `true` and `false` may be text
/// too. All of this holds in files as well.
///
/// ```
/// use corsac::Config;
/// use serde::{Deserialize, de::value::{Error, MapDeserializer}};
///
/// fn from_vars(vars: impl Iterator<Item = (String, String)>) -> Result<Config, Error> {
///     let fields = vars.filter_map(|(name, value)| {
///         Some((name.strip_prefix("CORS_")?.to_ascii_lowercase(), value))
///     });
///     Config::deserialize(MapDeserializer::new(fields))
/// }
///
/// let config = from_vars(std::env::vars())?;
/// # assert_eq!(config, Config::default());
/// # let vars = [("CORS_ALLOW_ORIGINS", "https://a.example, https://b.example"), ("PATH", "")];
/// # let mut vars = vars.iter().map(|(name, value)| (name.to_string(), value.to_string()));
/// # let lists = ["https://a.example", "https://b.example"];
/// # let expected = serde_json::from_value(serde_json::json!({ "allow_origins": lists })).unwrap();
/// # assert_eq!(from_vars(vars)?, expected);
/// # Ok::<(), Error>(())
/// ```
///
/// With `CORS_ALLOW_ORIGINS="https://a.example, https://b.example"` that is a policy for two origins.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(
    test,
    schemars(description = "Which pages of other origins may call the service (CORS).")
)]
#[serde(
    default,
    deny_unknown_fields,
    expecting = "a policy: its fields, as in the documentation of corsac::Config"
)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for one setter")]
pub struct Config {
    /// The origins that may read the answers, as browsers write them: `https://app.example.com`.
    /// `https://*.example.com` stands for the subdomains, `http://localhost:*` for any port, `*` for
    /// any origin.
    #[cfg_attr(test, schemars(schema_with = "schema::list"))]
    #[serde(deserialize_with = "text::allow_origins", skip_serializing_if = "Vec::is_empty")]
    allow_origins: Vec<String>,
    /// Regexes of further origins. Each has to match the whole origin.
    #[cfg_attr(test, schemars(schema_with = "schema::list"))]
    #[serde(
        deserialize_with = "text::allow_origin_regexes",
        skip_serializing_if = "Vec::is_empty"
    )]
    allow_origin_regexes: Vec<String>,
    /// The methods that are allowed beside `GET`, `HEAD` and `POST`; `*` for any.
    #[cfg_attr(test, schemars(schema_with = "schema::list"))]
    #[serde(deserialize_with = "text::allow_methods", skip_serializing_if = "Vec::is_empty")]
    allow_methods: Vec<String>,
    /// The request headers that are allowed beside those of plain forms: `content-type` for JSON,
    /// `authorization`; `*` for any.
    #[cfg_attr(test, schemars(schema_with = "schema::list"))]
    #[serde(deserialize_with = "text::allow_headers", skip_serializing_if = "Vec::is_empty")]
    allow_headers: Vec<String>,
    /// The response headers that pages may read beside the seven that they always can; `*` for any.
    #[cfg_attr(test, schemars(schema_with = "schema::list"))]
    #[serde(deserialize_with = "text::expose_headers", skip_serializing_if = "Vec::is_empty")]
    expose_headers: Vec<String>,
    /// Whether pages may send cookies and HTTP authentication. Never for any origin.
    #[serde(deserialize_with = "text::allow_credentials", skip_serializing_if = "Not::not")]
    allow_credentials: bool,
    /// How many seconds a browser may remember the answer to a preflight. Two hours where it is left
    /// out; 0: it asks each time.
    #[cfg_attr(test, schemars(schema_with = "schema::max_age"))]
    #[serde(deserialize_with = "text::max_age", skip_serializing_if = "Option::is_none")]
    max_age: Option<u64>,
    /// What happens to a request whose origin is refused. `omit-headers`: it reaches the service, and
    /// the page cannot read the answer. `reject`: it is answered with 403, or with `reject_status`.
    #[serde(skip_serializing_if = "Refused::is_default")]
    enforcement: Refused,
    /// The status of what is rejected, 403 where it is left out. Only beside `reject`.
    #[cfg_attr(test, schemars(schema_with = "schema::reject_status"))]
    #[serde(deserialize_with = "text::reject_status", skip_serializing_if = "Option::is_none")]
    reject_status: Option<u16>,
    /// Any page in the world may act for the users of the service. Implies `allow_credentials`.
    #[serde(
        deserialize_with = "text::dangerous_allow_any_origin_with_credentials",
        skip_serializing_if = "Not::not"
    )]
    dangerous_allow_any_origin_with_credentials: bool,
    /// Allows the origin `null`, which every page can have.
    #[serde(
        deserialize_with = "text::dangerous_allow_null_origin",
        skip_serializing_if = "Not::not"
    )]
    dangerous_allow_null_origin: bool,
    /// Allows plain http origins together with credentials.
    #[serde(
        deserialize_with = "text::dangerous_allow_insecure_origins",
        skip_serializing_if = "Not::not"
    )]
    dangerous_allow_insecure_origins: bool,
}

/// [`Enforcement`], as far as it is data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(inline))]
#[serde(rename_all = "kebab-case")]
enum Refused {
    #[default]
    OmitHeaders,
    Reject,
}

impl Refused {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Config {
    /// Checks everything and makes the layer.
    ///
    /// # Errors
    ///
    /// Those of [`CorsBuilder::build`], each with its place, and `allow_origin_regexes` without the
    /// feature `regex`.
    ///
    /// ```
    /// let config: corsac::Config = serde_json::from_str(r#"{ "allow_origins": ["a.example"] }"#)?;
    /// assert_eq!(config.build().unwrap_err().to_string(), "\
    /// invalid CORS policy (1 problem):
    ///   - allow_origins[0] \"a.example\": an origin starts with its scheme and `://`; \
    ///      write \"https://a.example\"");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn build(self) -> Result<CorsLayer, ConfigError> {
        self.build_policy().map(CorsLayer::new)
    }

    /// The same, for the [`Policy`] alone.
    ///
    /// # Errors
    ///
    /// Those of [`build`](Config::build).
    ///
    /// ```
    /// let config: corsac::Config = serde_json::from_str(r#"{ "allow_origins": "*" }"#)?;
    /// let policy = config.build_policy()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn build_policy(self) -> Result<Policy, ConfigError> {
        self.compile().map_err(ConfigError::new)
    }

    fn compile(self) -> Result<Policy, Vec<ConfigProblem>> {
        let lists = [
            ("allow_origins", &self.allow_origins),
            ("allow_methods", &self.allow_methods),
            ("allow_headers", &self.allow_headers),
            ("expose_headers", &self.expose_headers),
        ];
        let stars = lists.map(|(field, list)| (field, Stars::of(list)));
        compile_with_places(&CorsBuilder::from(self)).map_err(|found| {
            let with_place = |Found { setter, index, problem }: Found| {
                let stars = stars.iter().find(|(field, _)| *field == setter);
                let index = index.map(|at| stars.map_or(at, |(_, stars)| stars.place_of(at)));
                ConfigProblem::in_field(setter, index, problem)
            };
            found.into_iter().map(with_place).collect()
        })
    }
}

/// To go on with code: `CorsBuilder::from(config).allow_origin_if(..)`.
///
/// The errors of the builder name values, and not their places in the file.
///
/// ```
/// use corsac::{Config, CorsBuilder};
///
/// let config: Config = toml::from_str(r#"allow_methods = ["PUT"]"#)?;
/// let cors = CorsBuilder::from(config)
///     .allow_origin_if(|origin| origin.scheme() == "chrome-extension")
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl From<Config> for CorsBuilder {
    fn from(config: Config) -> Self {
        let (origins, any_origin) = without_stars(config.allow_origins);
        let (methods, any_method) = without_stars(config.allow_methods);
        let (headers, any_header) = without_stars(config.allow_headers);
        let (exposed, expose_any) = without_stars(config.expose_headers);
        Self {
            origins,
            regexes: config.allow_origin_regexes,
            predicates: Vec::new(),
            any_origin,
            any_origin_with_credentials: config.dangerous_allow_any_origin_with_credentials,
            null_origin: config.dangerous_allow_null_origin,
            insecure_origins: config.dangerous_allow_insecure_origins,
            methods,
            any_method,
            headers,
            any_header,
            exposed,
            expose_any,
            credentials: config.allow_credentials,
            max_age: config.max_age.map(Duration::from_secs),
            enforcement: match config.enforcement {
                Refused::OmitHeaders => Enforcement::OmitHeaders,
                Refused::Reject => Enforcement::Reject,
            },
            reject_status: config.reject_status,
        }
    }
}

fn is_star(entry: &str) -> bool {
    entry == "*"
}

/// The other entries, and whether there was a `*`.
fn without_stars(mut list: Vec<String>) -> (Vec<String>, bool) {
    let all = list.len();
    list.retain(|entry| !is_star(entry));
    let has_star = list.len() < all;
    (list, has_star)
}

/// Of each `*` in a list, how many other entries stand in front of it.
struct Stars(Vec<usize>);

impl Stars {
    fn of(list: &[String]) -> Self {
        let places = list.iter().enumerate().filter(|(_, entry)| is_star(entry));
        Self(places.enumerate().map(|(stars, (at, _))| at - stars).collect())
    }

    /// Where the entry stands in the list that is the `index`th without the stars.
    fn place_of(&self, index: usize) -> usize {
        index + self.0.partition_point(|others| *others <= index)
    }
}
