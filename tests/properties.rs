//! Any policy, any request, any inner service: what must hold of all of them.

#[path = "properties/bounds.rs"]
mod bounds;
#[path = "support/browser.rs"]
mod browser;
#[path = "properties/builders.rs"]
mod builders;
#[path = "support/origins.rs"]
mod origins;
#[path = "support/pages.rs"]
mod pages;
#[path = "properties/pages_get.rs"]
mod pages_get;
#[path = "support/policies.rs"]
mod policies;
#[path = "properties/responses.rs"]
mod responses;
#[path = "support/traffic.rs"]
mod traffic;
#[path = "support/twin.rs"]
mod twin;

fn cases(cases: u32) -> proptest::prelude::ProptestConfig {
    let config = proptest::prelude::ProptestConfig::default();
    proptest::prelude::ProptestConfig { cases, failure_persistence: None, ..config }
}
