//! Any policy, any request, any inner service: what must hold of all of them.

mod bounds;
#[path = "../support/browser.rs"]
mod browser;
mod builders;
mod matcher;
mod open;
#[path = "../support/origins.rs"]
mod origins;
#[path = "../support/pages.rs"]
mod pages;
mod pages_get;
#[path = "../support/policies.rs"]
mod policies;
#[cfg(feature = "regex")]
mod regex_warnings;
mod responses;
#[path = "../support/traffic.rs"]
mod traffic;
#[path = "../support/twin.rs"]
mod twin;
mod within;

fn cases(cases: u32) -> proptest::prelude::ProptestConfig {
    let config = proptest::prelude::ProptestConfig::default();
    proptest::prelude::ProptestConfig { cases, failure_persistence: None, ..config }
}
