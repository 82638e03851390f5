//! The corpus: what goes in, what comes out, as data. `tests/corpus/README.md` has the format.

use std::{fs, path::Path, time::Duration};

use corsac::{BuildError, CorsBuilder, CorsLayer, Enforcement};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use serde::{Deserialize, de::DeserializeOwned};

/// A policy and the cases that it decides.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub policy: PolicyData,
    pub cases: Vec<Case>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    /// The section of the standard, or of the contract where the standard leaves the choice.
    #[expect(dead_code, reason = "for readers of the corpus")]
    pub section: String,
    pub request: RequestData,
    #[serde(default)]
    pub inner: ResponseData,
    pub expect: Expect,
}

/// A policy in the builder's words; `"*"` in place of a list means any.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "as the builder has them")]
pub struct PolicyData {
    /// `permissive`, `localhost` or `disabled`; nothing else is set then.
    pub preset: Option<String>,
    pub allow_origins: Names,
    pub allow_methods: Names,
    pub allow_headers: Names,
    pub expose_headers: Names,
    /// Beside a list.
    pub expose_any_header: bool,
    pub allow_credentials: bool,
    /// In seconds.
    pub max_age: Option<u64>,
    pub reject: bool,
    pub dangerous_allow_any_origin_with_credentials: bool,
    pub dangerous_allow_null_origin: bool,
    pub dangerous_allow_insecure_origins: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Names {
    /// `"*"`
    Any(String),
    Listed(Vec<String>),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestData {
    pub method: String,
    #[serde(default)]
    pub headers: Headers,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResponseData {
    pub status: u16,
    pub headers: Headers,
}

/// Lines as name and value, in order. A value may stand for a long one: `["origin", "a", 70000]`
/// is 70000 times `a`.
pub type Headers = Vec<Line>;

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Line {
    Plain(String, String),
    Repeated(String, String, usize),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// `not-cors`, `preflight` or `actual`; `disabled` where there is no policy to ask.
    pub kind: String,
    /// `DenialKind::as_str`, absent where nothing is refused.
    pub denial: Option<String>,
    /// Whether the inner service sees the request.
    pub inner: bool,
    pub status: u16,
    /// Every header of the response, no more and no less; the lines of one name in order.
    pub headers: Headers,
}

impl Default for Names {
    fn default() -> Self {
        Self::Listed(Vec::new())
    }
}

impl Default for ResponseData {
    fn default() -> Self {
        Self { status: 200, headers: Headers::new() }
    }
}

/// Reads a file below `tests/`.
pub fn load<T: DeserializeOwned>(file: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Every group of the corpus, with the name of its file.
pub fn groups() -> Vec<(String, Group)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut files: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    files.retain(|name| Path::new(name).extension().is_some_and(|it| it == "json"));
    files.sort();
    let load = |file: String| {
        load::<Vec<Group>>(&format!("corpus/{file}")).into_iter().map(move |it| (file.clone(), it))
    };
    files.into_iter().flat_map(load).collect()
}

impl PolicyData {
    pub fn layer(&self) -> Result<CorsLayer, BuildError> {
        match self.preset.as_deref() {
            None => self.builder().build(),
            Some("permissive") => Ok(CorsLayer::permissive()),
            Some("localhost") => Ok(CorsLayer::localhost()),
            Some("disabled") => Ok(CorsLayer::disabled()),
            Some(other) => panic!("no preset is called {other:?}"),
        }
    }

    pub fn builder(&self) -> CorsBuilder {
        let list = |builder: CorsBuilder,
                    names: &Names,
                    listed: fn(CorsBuilder, &[String]) -> CorsBuilder,
                    any: fn(CorsBuilder) -> CorsBuilder| match names {
            Names::Any(star) => {
                assert_eq!(star, "*");
                any(builder)
            }
            Names::Listed(names) => listed(builder, names),
        };
        let mut builder = CorsBuilder::default();
        builder = list(
            builder,
            &self.allow_origins,
            |it, names| it.allow_origins(names),
            CorsBuilder::allow_any_origin,
        );
        builder = list(
            builder,
            &self.allow_methods,
            |it, names| it.allow_methods(names),
            CorsBuilder::allow_any_method,
        );
        builder = list(
            builder,
            &self.allow_headers,
            |it, names| it.allow_headers(names),
            CorsBuilder::allow_any_header,
        );
        builder = list(
            builder,
            &self.expose_headers,
            |it, names| it.expose_headers(names),
            CorsBuilder::expose_any_header,
        );
        builder = builder.allow_credentials(self.allow_credentials);
        if self.expose_any_header {
            builder = builder.expose_any_header();
        }
        if let Some(seconds) = self.max_age {
            builder = builder.max_age(Duration::from_secs(seconds));
        }
        if self.reject {
            builder = builder.enforcement(Enforcement::Reject);
        }
        if self.dangerous_allow_any_origin_with_credentials {
            builder = builder.dangerous_allow_any_origin_with_credentials();
        }
        if self.dangerous_allow_null_origin {
            builder = builder.dangerous_allow_null_origin();
        }
        if self.dangerous_allow_insecure_origins {
            builder = builder.dangerous_allow_insecure_origins();
        }
        builder
    }
}

impl RequestData {
    pub fn build(&self) -> Request<()> {
        let mut request = Request::new(());
        *request.method_mut() = self.method.parse().unwrap();
        *request.headers_mut() = header_map(&self.headers);
        request
    }
}

impl ResponseData {
    pub fn build<B>(&self, body: B) -> Response<B> {
        let mut response = Response::new(body);
        *response.status_mut() = self.status.try_into().unwrap();
        *response.headers_mut() = header_map(&self.headers);
        response
    }
}

pub fn header_map(lines: &[Line]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = match line {
            Line::Plain(name, value) => (name, value.clone()),
            Line::Repeated(name, value, times) => (name, value.repeat(*times)),
        };
        let name: HeaderName = name.parse().unwrap();
        // Bytes above 0x7f are written as the characters U+0080 to U+00FF.
        let bytes: Vec<u8> = value.chars().map(|c| u8::try_from(c).unwrap()).collect();
        headers.append(name, HeaderValue::from_bytes(&bytes).unwrap());
    }
    headers
}
