//! An API with many tenants, each at its own host. The allowed origins are in a database, and an
//! administrator changes them while the program runs.

mod admin;
mod api;
mod tenants;

pub use admin::admin;
pub use api::api;
pub use tenants::{ChangeError, Error, Limits, Tenants};
