//! Header values that many threads clone at once.

use std::{
    collections::HashSet,
    sync::{LazyLock, Mutex, PoisonError},
};

use http::HeaderValue;

/// The same value, as a constant where it can be one.
///
/// Clones of other values count references, all in one place, and threads that answer requests wait
/// there for each other; a constant is just copied. So these lines stay for the life of the process,
/// each text once. There is an end to it, for policies that are made while the service runs.
pub(super) fn constant(value: HeaderValue) -> HeaderValue {
    let Ok(text) = value.to_str() else { return value };
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.get(text) {
        return HeaderValue::from_static(known);
    }
    if known.iter().copied().map(str::len).sum::<usize>() + text.len() > MAX_BYTES {
        return value;
    }
    let text = Box::leak(Box::from(text));
    known.insert(text);
    HeaderValue::from_static(text)
}

static KNOWN: LazyLock<Mutex<HashSet<&str>>> = LazyLock::new(Mutex::default);

/// More than any program that has a fixed number of policies.
const MAX_BYTES: usize = 64 * 1024;
