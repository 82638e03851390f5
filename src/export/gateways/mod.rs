//! Gateways, in one folder because they share a model: each can say a part of the protocol.

use super::{
    File, Text,
    plan::{Plan, STRIPPED},
    site::Site,
};
use model::{Cut, Model};
use tree::Map;

pub(super) mod api_gateway;
pub(super) mod azure_api_management;
pub(super) mod cloudfront;
pub(super) mod gateway_api;
pub(super) mod google_load_balancer;
pub(super) mod istio;
pub(super) mod lambda_url;
mod model;
pub(super) mod s3;
#[cfg(test)]
mod tests;
pub(super) mod traefik;
mod tree;

/// A request header that no page can set (Fetch, "forbidden request-header"), for lists that must not be
/// empty.
const NEUTRAL_HEADER: &str = "origin";

/// Writes files for the policy, or none if no origin is left: some gateways take an empty list for any
/// origin.
fn files_of(
    site: &Site<'_>,
    model: &Model,
    files: impl FnOnce(&Plan<'_>, &Cut) -> Vec<File>,
) -> Vec<File> {
    // A gateway has one policy for all paths. Several are an error.
    let Some(plan) = site.plans.first() else { return Vec::new() };
    let cut = model.cut(plan);
    if cut.allows_an_origin() { files(plan, &cut) } else { Vec::new() }
}

/// Writes YAML after the first line and a comment for the reader.
fn yaml(site: &Site<'_>, comment: &str, map: &Map) -> String {
    let mut text = Text::new(site);
    text.comment(&format!("\n{comment}"));
    text.blank();
    text.text + &map.to_yaml()
}

/// Returns the names of the service's headers that are removed.
fn stripped() -> Vec<&'static str> {
    STRIPPED.to_vec()
}

/// Returns the name of the export as a gateway takes it for a resource.
fn resource_name(site: &Site<'_>) -> String {
    site.name.replace('_', "-")
}
