//! What threads, clones and errors may rely on: to lose one of these is a breaking change.

use std::{
    error::Error,
    fmt::{Debug, Display},
    hash::Hash,
    marker::PhantomPinned,
    panic::{RefUnwindSafe, UnwindSafe},
    rc::Rc,
    str::FromStr,
};

use corsac::{
    AsyncCorsLayer, BuildError, Cors, CorsBuilder, CorsLayer, Decision, Denial, DenialKind,
    Enforcement, Lookup, Origin, OriginError, OriginPattern, Policy, Problem, ProblemKind, Remedy,
    RequestKind, Warning,
    body::{AnswerBody, DefaultBody},
    explain::{Explanation, Step, Topic},
    middleware::{AsyncCors, LayerPolicy},
};
use static_assertions::{assert_impl_all, assert_not_impl_any};

assert_impl_all!(CorsLayer: Send, Sync, Unpin, Clone, Debug);
assert_impl_all!(CorsBuilder: Send, Sync, Unpin, Clone, Debug, Default);
assert_impl_all!(Policy: Send, Sync, Unpin, Clone, Debug);
assert_impl_all!(Decision<'static>: Send, Sync, Unpin, Clone, Debug, Display);
assert_impl_all!(Denial<'static>: Send, Sync, Unpin, Clone, Debug, Display);
assert_impl_all!(DenialKind: Send, Sync, Unpin, Copy, Debug, Eq, Hash, UnwindSafe, RefUnwindSafe);
assert_impl_all!(RequestKind: Send, Sync, Unpin, Copy, Debug, Eq, Hash, UnwindSafe, RefUnwindSafe);
assert_impl_all!(
    Enforcement: Send, Sync, Unpin, Copy, Debug, Default, Eq, Hash, UnwindSafe, RefUnwindSafe
);
assert_impl_all!(
    Origin:
    Send, Sync, Unpin, Clone, Debug, Display, FromStr, Ord, Hash, AsRef<str>, UnwindSafe,
    RefUnwindSafe
);
assert_impl_all!(
    OriginPattern:
    Send, Sync, Unpin, Clone, Debug, Display, FromStr, Ord, Hash, AsRef<str>, UnwindSafe,
    RefUnwindSafe
);

// Errors go through `?`, into `Box<dyn Error + Send + Sync>`, and across threads.
assert_impl_all!(BuildError: Error, Send, Sync, Unpin, Clone, Eq, UnwindSafe, RefUnwindSafe);
assert_impl_all!(OriginError: Error, Send, Sync, Unpin, Clone, Eq, UnwindSafe, RefUnwindSafe);
assert_impl_all!(Problem: Error, Send, Sync, Unpin, Clone, Eq, UnwindSafe, RefUnwindSafe);
assert_impl_all!(ProblemKind: Debug, Send, Sync, Unpin, Clone, Eq, UnwindSafe, RefUnwindSafe);

// What is said of a policy outlives it.
assert_impl_all!(Explanation: Display, Send, Sync, Unpin, Clone, Eq, UnwindSafe, RefUnwindSafe);
assert_impl_all!(Remedy: Display, Send, Sync, Unpin, Clone, Eq, UnwindSafe, RefUnwindSafe);
assert_impl_all!(Step: Display, Send, Sync, Unpin, Clone, Eq, UnwindSafe, RefUnwindSafe);
assert_impl_all!(Topic: Send, Sync, Unpin, Copy, Debug, Eq, Hash, UnwindSafe, RefUnwindSafe);
assert_impl_all!(Warning: Display, Send, Sync, Unpin, Clone, Eq, UnwindSafe, RefUnwindSafe);

// `Cors` and its future are what the inner service is: hosts without threads need no `Send`, and
// those with threads get it.
assert_impl_all!(Cors<()>: Send, Sync, Unpin, Clone, Debug);
assert_impl_all!(ResponseFuture<()>: Send, Sync, Unpin, Debug);
assert_impl_all!(Cors<Rc<()>>: Unpin, Clone, Debug);
assert_not_impl_any!(Cors<Rc<()>>: Send, Sync);
assert_not_impl_any!(ResponseFuture<Rc<()>>: Send, Sync);

/// Of a service whose future is `F` and whose body is `R`.
type ResponseFuture<F, R = ()> = corsac::middleware::ResponseFuture<F, DefaultBody, R>;

struct SendOnly(#[allow(dead_code)] std::cell::Cell<()>);
assert_impl_all!(Cors<SendOnly>: Send, Unpin);
assert_not_impl_any!(Cors<SendOnly>: Sync, Clone, Debug);
assert_impl_all!(ResponseFuture<SendOnly>: Send, Unpin);
assert_not_impl_any!(ResponseFuture<SendOnly>: Sync);

assert_impl_all!(ResponseFuture<PhantomPinned>: Send, Sync);
assert_not_impl_any!(ResponseFuture<PhantomPinned>: Unpin);
assert_not_impl_any!(ResponseFuture<()>: Clone);

// The future may hold a body that corsac has made.
assert_not_impl_any!(ResponseFuture<(), Rc<()>>: Send, Sync);
assert_impl_all!(ResponseFuture<(), PhantomPinned>: Unpin);

// A function of the user makes bodies, chooses or looks up: the service is what that function is.
assert_impl_all!(CorsLayer<AnswerBody<fn()>>: Send, Sync, Unpin, Clone, Debug);
assert_impl_all!(AsyncCorsLayer<fn()>: Send, Sync, Unpin, Clone, Debug);
assert_impl_all!(AsyncCors<(), fn()>: Send, Sync, Unpin, Clone, Debug);
assert_not_impl_any!(AsyncCors<(), Rc<()>>: Send, Sync);
assert_impl_all!(Lookup: Send, Sync, Unpin, Clone, Debug);
assert_impl_all!(LayerPolicy: Send, Sync, Unpin, Clone, Debug, From<Policy>, From<&'static Policy>);
#[cfg(feature = "reload")]
assert_impl_all!(corsac::ReloadHandle: Send, Sync, Unpin, Clone, Debug);

// A policy may hold a predicate of the user's, of which nothing is known after a panic.
assert_not_impl_any!(CorsBuilder: UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(Policy: UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(CorsLayer: UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(Cors<()>: UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(ResponseFuture<()>: UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(Decision<'static>: UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(Denial<'static>: UnwindSafe, RefUnwindSafe);

#[test]
fn errors_leave_through_the_question_mark() {
    fn build(origin: &str) -> Result<CorsLayer, Box<dyn Error + Send + Sync + 'static>> {
        _ = origin.parse::<Origin>()?;
        Ok(CorsLayer::builder().allow_origins([origin]).allow_methods(["TRACE"]).build()?)
    }

    let malformed = build("https://a.example/").unwrap_err();
    assert!(malformed.is::<OriginError>(), "{malformed}");
    let invalid = build("https://a.example").unwrap_err();
    assert!(invalid.downcast_ref::<BuildError>().is_some_and(|it| it.problems().len() == 1));
}
