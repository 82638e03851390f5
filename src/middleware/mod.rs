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

pub use future::ResponseFuture;
pub use layer::CorsLayer;
pub use lookup::{AsyncCors, AsyncCorsLayer, AsyncResponseFuture, Lookup};
pub use mount::MountedPolicy;
#[cfg(feature = "reload")]
#[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
pub use reload::ReloadHandle;
pub use service::Cors;
