//! Values with many owners on many threads: policies, and the headers they send.

use std::{
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};

/// A value with several owners.
///
/// A count of owners is one place in memory that every thread writes to with every request, and
/// there they wait for each other. Therefore what a [`Keeper`] has room for stays for the life of
/// the process, and is not counted.
#[derive(Debug)]
pub(crate) enum Shared<T: 'static> {
    Kept(&'static Arc<T>),
    Counted(Arc<T>),
}

impl<T> Shared<T> {
    #[inline]
    pub(crate) fn arc(&self) -> &Arc<T> {
        match self {
            Self::Kept(value) => value,
            Self::Counted(value) => value,
        }
    }
}

impl<T> Clone for Shared<T> {
    #[inline]
    fn clone(&self) -> Self {
        match self {
            Self::Kept(value) => Self::Kept(value),
            Self::Counted(value) => Self::Counted(value.clone()),
        }
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.arc()
    }
}

/// Keeps values until it is full, each once: a program that has a fixed number of policies fits in,
/// and one that makes them all the time stops to add to it.
pub(crate) struct Keeper<T: 'static> {
    kept: Mutex<(Vec<&'static Arc<T>>, usize)>,
    max_bytes: usize,
}

impl<T> Keeper<T> {
    pub(crate) const fn new(max_bytes: usize) -> Self {
        Self { kept: Mutex::new((Vec::new(), 0)), max_bytes }
    }

    /// `bytes` is what `value` takes, about; `None` where it is not to be kept.
    pub(crate) fn share(
        &self,
        mut value: Arc<T>,
        bytes: Option<usize>,
        is_same: impl Fn(&Arc<T>, &Arc<T>) -> bool,
        prepare: impl FnOnce(&mut Arc<T>),
    ) -> Shared<T> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (values, sum) = &mut *kept;
        if let Some(same) = values.iter().find(|it| is_same(it, &value)) {
            return Shared::Kept(same);
        }
        let bytes = bytes.map_or(usize::MAX, |bytes| bytes.saturating_add(*sum));
        if bytes > self.max_bytes {
            return Shared::Counted(value);
        }
        *sum = bytes;
        prepare(&mut value);
        let value = Box::leak(Box::new(value));
        values.push(value);
        Shared::Kept(value)
    }
}
