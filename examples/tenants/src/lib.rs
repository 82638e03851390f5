//! An API with many tenants, each at a host of its own. Which pages may call it, a database knows, and
//! an administrator changes while it runs.

mod admin;
mod api;
mod tenants;

pub use admin::admin;
pub use api::api;
pub use tenants::{ChangeError, Error, Limits, Tenants};
