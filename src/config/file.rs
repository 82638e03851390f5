//! A policy as text: in a file, or in environment variables.

use std::{ops::Not, time::Duration};

use serde::{Deserialize, Serialize};

#[cfg(test)]
use super::schema;
use super::{BuildError, CorsBuilder, fields};
use crate::{
    origin::OriginPattern,
    policy::{
        Enforcement, Origins, Policy,
        rules::{Names, Rules},
    },
};

/// A policy as data, for files in TOML, YAML and JSON, and for the environment.
///
/// The names and rules are those of [`CorsBuilder`]. All fields are optional:
///
/// | field | type | like |
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
/// | `preflight_status` | a status, from 200 to 299 | [`preflight_status`](CorsBuilder::preflight_status) |
/// | `own_origins` | a list | [`own_origins`](CorsBuilder::own_origins) |
/// | `trust_forwarded_headers` | true or false | [`trust_forwarded_headers`](CorsBuilder::trust_forwarded_headers) |
/// | `trusted_senders` | a list | [`trusted_senders`](CorsBuilder::trusted_senders) |
/// | `dangerous_allow_opaque_origins` | a list | [`dangerous_allow_opaque_origins`](CorsBuilder::dangerous_allow_opaque_origins) |
/// | other `dangerous_...` | true or false | the setter of that name |
///
/// An unknown field is an error. Therefore serde's `flatten` does not work with a `Config`. Make it a
/// field of its own in your struct (`cors: Config`).
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
/// `build` returns all of them at once, each with its place:
///
/// ```
/// let config: corsac::Config = toml::from_str(r#"
///     allow_origins = ["https://a.example", "https://b.example/"]
///     allow_methods = "put, patch"
/// "#)?;
/// assert_eq!(config.build().unwrap_err().to_string(), "\
/// invalid CORS policy (2 problems):
///   - allow_origins[1] \"https://b.example/\": an origin has no path; write \"https://b.example\"
///   - allow_methods[1] \"patch\": methods are case-sensitive, and browsers do not change this one; \
///      write \"PATCH\"");
/// # Ok::<(), toml::de::Error>(())
/// ```
///
/// # From the environment
///
/// Environment variables are text, so every field can be text; this holds in files too. A list is
/// one text with commas. Blanks around its entries are ignored, an empty text is an empty list, and
/// an empty entry is an error. (`allow_origin_regexes` is then one regex, because a regex can contain
/// commas.)
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
/// With `CORS_ALLOW_ORIGINS="https://a.example, https://b.example"` the policy allows two origins.
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
    /// The origins whose pages may read the responses, as browsers write them:
    /// `https://app.example.com`. `https://*.example.com` matches the subdomains,
    /// `http://localhost:*` any port, `*` any origin.
    #[cfg_attr(test, schemars(schema_with = "schema::list"))]
    #[serde(deserialize_with = "fields::allow_origins", skip_serializing_if = "Vec::is_empty")]
    allow_origins: Vec<String>,
    /// Regexes of further origins. A regex must match the whole origin.
    #[cfg_attr(test, schemars(schema_with = "schema::list"))]
    #[serde(
        deserialize_with = "fields::allow_origin_regexes",
        skip_serializing_if = "Vec::is_empty"
    )]
    allow_origin_regexes: Vec<String>,
    /// The methods that are allowed in addition to `GET`, `HEAD` and `POST`; `*` for any.
    #[cfg_attr(test, schemars(schema_with = "schema::list"))]
    #[serde(deserialize_with = "fields::allow_methods", skip_serializing_if = "Vec::is_empty")]
    allow_methods: Vec<String>,
    /// The request headers that are allowed beside those of plain forms: `content-type` for JSON,
    /// `authorization`; `*` for any.
    #[cfg_attr(test, schemars(schema_with = "schema::list"))]
    #[serde(deserialize_with = "fields::allow_headers", skip_serializing_if = "Vec::is_empty")]
    allow_headers: Vec<String>,
    /// The response headers that pages may read in addition to the seven that they can always read;
    /// `*` for any.
    #[cfg_attr(test, schemars(schema_with = "schema::list"))]
    #[serde(deserialize_with = "fields::expose_headers", skip_serializing_if = "Vec::is_empty")]
    expose_headers: Vec<String>,
    /// Whether pages may send cookies and HTTP authentication. Never for any origin.
    #[serde(deserialize_with = "fields::allow_credentials", skip_serializing_if = "Not::not")]
    allow_credentials: bool,
    /// The number of seconds for which a browser may keep the answer to a preflight. Default: two
    /// hours. With 0 it sends a preflight each time.
    #[cfg_attr(test, schemars(schema_with = "schema::max_age"))]
    #[serde(deserialize_with = "fields::max_age", skip_serializing_if = "Option::is_none")]
    max_age: Option<u64>,
    /// The action for a request whose origin is denied. `omit-headers`: it reaches the service, and
    /// the page cannot read the response. `reject`: it is answered with 403, or with `reject_status`.
    #[serde(skip_serializing_if = "EnforcementField::is_default")]
    enforcement: EnforcementField,
    /// The status of rejected requests. Default: 403. Only together with `reject`.
    #[cfg_attr(test, schemars(schema_with = "schema::reject_status"))]
    #[serde(deserialize_with = "fields::reject_status", skip_serializing_if = "Option::is_none")]
    reject_status: Option<u16>,
    /// The status of the answer to a preflight, from 200 to 299. Default: 204.
    #[cfg_attr(test, schemars(schema_with = "schema::preflight_status"))]
    #[serde(
        deserialize_with = "fields::preflight_status",
        skip_serializing_if = "Option::is_none"
    )]
    preflight_status: Option<u16>,
    /// The service's own origins, whose pages `reject` never stops. Default: the host and port of each
    /// request.
    #[cfg_attr(test, schemars(schema_with = "schema::list"))]
    #[serde(deserialize_with = "fields::own_origins", skip_serializing_if = "Vec::is_empty")]
    own_origins: Vec<String>,
    /// Whether `X-Forwarded-Host`, `X-Forwarded-Port` and `Forwarded` can show that a page is the
    /// service's own. Only behind a proxy that sets them.
    #[serde(
        deserialize_with = "fields::trust_forwarded_headers",
        skip_serializing_if = "Not::not"
    )]
    trust_forwarded_headers: bool,
    /// Origins whose requests pass `reject`, although their pages may not read the responses.
    #[cfg_attr(test, schemars(schema_with = "schema::list"))]
    #[serde(deserialize_with = "fields::trusted_senders", skip_serializing_if = "Vec::is_empty")]
    trusted_senders: Vec<String>,
    /// Any website can make requests as the users of the service and read the responses. Implies
    /// `allow_credentials`.
    #[serde(
        deserialize_with = "fields::dangerous_allow_any_origin_with_credentials",
        skip_serializing_if = "Not::not"
    )]
    dangerous_allow_any_origin_with_credentials: bool,
    /// Allows the origin `null`, which any page can have.
    #[serde(
        deserialize_with = "fields::dangerous_allow_null_origin",
        skip_serializing_if = "Not::not"
    )]
    dangerous_allow_null_origin: bool,
    /// Allows plain http origins together with credentials.
    #[serde(
        deserialize_with = "fields::dangerous_allow_insecure_origins",
        skip_serializing_if = "Not::not"
    )]
    dangerous_allow_insecure_origins: bool,
    /// Allows origins of embedders that are no ordinary origins, byte for byte: `file://`, `app://.`.
    #[cfg_attr(test, schemars(schema_with = "schema::list"))]
    #[serde(
        deserialize_with = "fields::dangerous_allow_opaque_origins",
        skip_serializing_if = "Vec::is_empty"
    )]
    dangerous_allow_opaque_origins: Vec<String>,
}

/// [`Enforcement`] in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(inline))]
#[serde(rename_all = "kebab-case")]
enum EnforcementField {
    #[default]
    OmitHeaders,
    Reject,
}

impl EnforcementField {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Config {
    /// The JSON Schema of a policy file, for editors.
    pub const JSON_SCHEMA: &str = include_str!("schema/policy.json");

    /// Builds the [`Policy`] without a layer.
    ///
    /// # Errors
    ///
    /// Returns all that is wrong with the policy, as [`build`](Config::build) does.
    ///
    /// ```
    /// let config: corsac::Config = serde_json::from_str(r#"{ "allow_origins": "*" }"#)?;
    /// let policy = config.build_policy()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn build_policy(self) -> Result<Policy, BuildError> {
        CorsBuilder::from(self).build_policy()
    }
}

/// Converts a config to a builder, to continue in code: `CorsBuilder::from(config).allow_origin_if(..)`.
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
        let rules = Rules {
            origin_regexes: config.allow_origin_regexes,
            any_origin: has_star(&config.allow_origins),
            any_origin_with_credentials: config.dangerous_allow_any_origin_with_credentials,
            null_origin: config.dangerous_allow_null_origin,
            insecure_origins: config.dangerous_allow_insecure_origins,
            opaque_origins: config.dangerous_allow_opaque_origins,
            methods: names(config.allow_methods),
            request_headers: names(config.allow_headers),
            exposed_headers: names(config.expose_headers),
            credentials: config.allow_credentials,
            max_age: config.max_age.map(Duration::from_secs),
            enforcement: config.enforcement.into(),
            reject_status: config.reject_status,
            preflight_status: config.preflight_status,
            own_origins: config.own_origins,
            trust_forwarded_headers: config.trust_forwarded_headers,
            trusted_senders: config.trusted_senders,
        };
        Self { origins: config.allow_origins, rules, ..Self::default() }
    }
}

impl Policy {
    /// Returns the policy as data.
    ///
    /// Returns `None` if the policy uses [`allow_origin_if`](CorsBuilder::allow_origin_if) or was
    /// made by [`deny_all`](Policy::deny_all): neither can be written in a file.
    ///
    /// A policy that is built from the result allows the same, and returns the same config. It may
    /// differ from the original:
    ///
    /// * `"*"` comes first. Origins and regexes that it covers are left out.
    /// * Each entry is unique; of header names that differ only in case, the first is kept.
    /// * Methods are as browsers write them: `PUT` for `put`.
    ///
    /// ```
    /// use corsac::{Config, CorsLayer};
    ///
    /// let policy = CorsLayer::builder()
    ///     .allow_origins(["https://a.example", "https://a.example"])
    ///     .allow_any_method()
    ///     .build_policy()?;
    /// let config = policy.config().ok_or("a predicate")?;
    /// assert_eq!(
    ///     serde_json::to_value(&config)?,
    ///     serde_json::json!({ "allow_origins": ["https://a.example"], "allow_methods": ["*"] }),
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
    #[must_use]
    pub fn config(&self) -> Option<Config> {
        let Rules { methods, request_headers, exposed_headers, .. } = &self.rules;
        let (origins, regexes) = match &self.origins {
            Origins::Denied(_) => return None,
            Origins::Any => (Vec::new(), Vec::new()),
            Origins::Listed(set) if set.custom().is_some_and(|it| !it.predicates.is_empty()) => {
                return None;
            }
            Origins::Listed(set) => {
                let texts = set.patterns().iter().map(OriginPattern::to_string);
                (texts.collect(), self.rules.origin_regexes.clone())
            }
        };
        Some(Config {
            allow_origins: starred(self.rules.any_origin, origins),
            allow_origin_regexes: regexes,
            allow_methods: starred(methods.any, methods.listed.clone()),
            allow_headers: starred(request_headers.any, request_headers.listed.clone()),
            expose_headers: starred(exposed_headers.any, exposed_headers.listed.clone()),
            allow_credentials: self.rules.credentials,
            max_age: self.rules.max_age.map(|max_age| max_age.as_secs()),
            enforcement: self.rules.enforcement.into(),
            reject_status: self.rules.reject_status,
            preflight_status: self.rules.preflight_status,
            own_origins: self.rules.own_origins.clone(),
            trust_forwarded_headers: self.rules.trust_forwarded_headers,
            trusted_senders: self.rules.trusted_senders.clone(),
            dangerous_allow_any_origin_with_credentials: self.rules.any_origin_with_credentials,
            dangerous_allow_null_origin: self.rules.null_origin,
            dangerous_allow_insecure_origins: self.rules.insecure_origins,
            dangerous_allow_opaque_origins: self.rules.opaque_origins.clone(),
        })
    }
}

/// Returns whether a list allows any.
fn has_star(list: &[String]) -> bool {
    list.iter().any(|entry| entry == "*")
}

fn names(listed: Vec<String>) -> Names {
    Names { any: has_star(&listed), listed }
}

fn starred(any: bool, entries: Vec<String>) -> Vec<String> {
    any.then(|| "*".to_owned()).into_iter().chain(entries).collect()
}

impl From<EnforcementField> for Enforcement {
    fn from(field: EnforcementField) -> Self {
        match field {
            EnforcementField::OmitHeaders => Self::OmitHeaders,
            EnforcementField::Reject => Self::Reject,
        }
    }
}

impl From<Enforcement> for EnforcementField {
    fn from(enforcement: Enforcement) -> Self {
        match enforcement {
            Enforcement::OmitHeaders => Self::OmitHeaders,
            Enforcement::Reject => Self::Reject,
        }
    }
}
