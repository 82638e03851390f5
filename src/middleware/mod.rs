//! The Tower layer: picks the policy of a request, answers preflights and decorates responses.
//!
//! Here are the types that few programs name: services, futures, and the policy of a layer.

pub(crate) mod layer;
pub(crate) mod lookup;
#[cfg(feature = "reload")]
pub(crate) mod reload;
pub(crate) mod service;

pub mod body;

mod events;
mod future;
mod mount;
mod options;

pub use future::ResponseFuture;
pub use lookup::{AsyncCors, AsyncResponseFuture};
pub use mount::LayerPolicy;

use crate::policy::same_origin;

/// Returns the host that a request was sent to, without its port: that of its URI (HTTP/2), or of
/// `Host` (HTTP/1.1). For layers that choose a policy by host.
///
/// The client chooses this value, and hosts are compared without regard to case. Returns `None` if
/// the request has no host, or none that is valid.
///
/// ```
/// let (parts, ()) = http::Request::get("/").header("host", "a.example:3000").body(())?.into_parts();
/// assert_eq!(corsac::request_host(&parts), Some("a.example"));
///
/// let (parts, ()) = http::Request::get("https://a.example/").body(())?.into_parts();
/// assert_eq!(corsac::request_host(&parts), Some("a.example"));
/// # Ok::<(), http::Error>(())
/// ```
#[must_use]
pub fn request_host(parts: &http::request::Parts) -> Option<&str> {
    same_origin::request_host(&parts.headers, Some(&parts.uri)).map(|host| host.name)
}
