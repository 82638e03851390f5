//! A policy as data: the content of the page's form, and of each preset.

use std::time::Duration;

use corsac::{CorsBuilder, CorsLayer, Enforcement, Remedy};
use serde::{Deserialize, Serialize};

/// One field for each setter of [`CorsBuilder`] that takes no code.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the builder has as many switches")]
pub(crate) struct Form {
    pub(crate) origins: Vec<String>,
    pub(crate) any_origin: bool,
    pub(crate) methods: Vec<String>,
    pub(crate) any_method: bool,
    pub(crate) headers: Vec<String>,
    pub(crate) any_header: bool,
    pub(crate) exposed: Vec<String>,
    pub(crate) expose_any: bool,
    pub(crate) credentials: bool,
    pub(crate) max_age: Option<u64>,
    pub(crate) reject: bool,
    pub(crate) any_origin_with_credentials: bool,
    pub(crate) null_origin: bool,
    pub(crate) insecure_origins: bool,
}

impl Form {
    pub(crate) fn builder(&self) -> CorsBuilder {
        let mut builder = CorsLayer::builder()
            .allow_origins(&self.origins)
            .allow_methods(&self.methods)
            .allow_headers(&self.headers)
            .expose_headers(&self.exposed)
            .allow_credentials(self.credentials);
        for (is_set, setter) in [
            (self.any_origin, CorsBuilder::allow_any_origin as fn(CorsBuilder) -> CorsBuilder),
            (self.any_method, CorsBuilder::allow_any_method),
            (self.any_header, CorsBuilder::allow_any_header),
            (self.expose_any, CorsBuilder::expose_any_header),
            (
                self.any_origin_with_credentials,
                CorsBuilder::dangerous_allow_any_origin_with_credentials,
            ),
            (self.null_origin, CorsBuilder::dangerous_allow_null_origin),
            (self.insecure_origins, CorsBuilder::dangerous_allow_insecure_origins),
        ] {
            if is_set {
                builder = setter(builder);
            }
        }
        if let Some(seconds) = self.max_age {
            builder = builder.max_age(Duration::from_secs(seconds));
        }
        if self.reject {
            builder = builder.enforcement(Enforcement::Reject);
        }
        builder
    }

    /// Adds the line that would allow a denied request.
    pub(crate) fn apply(&mut self, remedy: &Remedy) {
        let list = match remedy.setter() {
            "allow_origins" => &mut self.origins,
            "allow_methods" => &mut self.methods,
            _ => &mut self.headers,
        };
        list.extend_from_slice(remedy.values());
    }

    /// Returns whether responses have `Access-Control-Allow-Credentials`.
    pub(crate) fn allows_credentials(&self) -> bool {
        self.credentials || self.any_origin_with_credentials
    }
}
