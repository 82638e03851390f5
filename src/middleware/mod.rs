//! The Tower layer: picks the policy of a request, answers preflights and decorates responses.
//!
//! Most programs only name [`CorsLayer`], [`AsyncCorsLayer`] and [`Lookup`]. The other types are the
//! services and futures that they make.

mod events;
mod future;
mod layer;
mod lookup;
mod mount;
mod options;
#[cfg(feature = "reload")]
mod reload;
mod service;

pub mod body;

use crate::policy::same_origin;

pub use future::ResponseFuture;
pub use layer::CorsLayer;
pub use lookup::{AsyncCors, AsyncCorsLayer, AsyncResponseFuture, Lookup};
pub use mount::MountedPolicy;
#[cfg(feature = "reload")]
#[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
pub use reload::ReloadHandle;
pub use service::Cors;

/// Returns the host that a request was sent to, without its port: that of its URI (HTTP/2), or of
/// `Host` (HTTP/1.1). For layers that choose a policy by host.
///
/// The host is as the client sent it, and hosts are compared without regard to case.
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
    let host = same_origin::request_host(&parts.headers, Some(&parts.uri))?;
    let name_end = host.rfind(']').map_or(0, |bracket| bracket + 1);
    let port = host[name_end..].find(':').map_or(host.len(), |colon| name_end + colon);
    Some(&host[..port])
}
