//! corsac, in front of a service.

use std::convert::Infallible;

use corsac::{Config, CorsLayer, PathConfigs};
use http::{Request, Response};
use tower::{Layer, ServiceExt, service_fn};

pub struct Corsac {
    layer: CorsLayer,
    /// One path for each policy: below a prefix that ends with a slash, otherwise the prefix itself.
    pub paths: Vec<String>,
}

impl Corsac {
    /// Reads one policy, or a policy for each path.
    pub fn read(toml: &str) -> Result<Self, String> {
        let table: toml::Table = toml::from_str(toml).map_err(|error| error.to_string())?;
        if !table.keys().any(|key| key.starts_with('/')) {
            let config: Config = toml::from_str(toml).map_err(|error| error.to_string())?;
            let layer = config.build().map_err(|error| error.to_string())?;
            return Ok(Self { layer, paths: vec!["/".to_owned()] });
        }
        let configs: PathConfigs = toml::from_str(toml).map_err(|error| error.to_string())?;
        let policies = configs.build().map_err(|error| error.to_string())?;
        let below = |key: &String| if key.ends_with('/') { format!("{key}1") } else { key.clone() };
        let paths = table.keys().map(below).collect();
        Ok(Self { layer: CorsLayer::per_path(policies), paths })
    }

    pub fn send(
        &self,
        request: Request<()>,
        service: impl Fn(&Request<()>) -> Response<()>,
    ) -> Response<()> {
        let service = service_fn(async |request| Ok::<_, Infallible>(service(&request)));
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("a runtime without drivers");
        let Ok(response) = runtime.block_on(self.layer.layer(service).oneshot(request));
        response
    }
}
