//! The policy of a layer, as its services and their responses hold it.

use std::{
    borrow::Borrow,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};

use crate::policy::Policy;

/// A policy with several owners.
///
/// A count of owners is one place in memory that every thread writes to with every request, where
/// they wait for each other. Therefore a policy that a layer mounts stays for the life of the process
/// and is not counted, unless policies are many or large, or hold values of the user's.
#[derive(Debug, Clone)]
pub(crate) enum Shared {
    Kept(&'static Arc<Policy>),
    Counted(Arc<Policy>),
}

impl Shared {
    pub(crate) fn new(policy: Arc<Policy>) -> Self {
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = kept.policies.iter().find(|it| Arc::ptr_eq(it, &policy)) {
            return Self::Kept(same);
        }
        match policy.kept_bytes() {
            Some(bytes) if kept.bytes + bytes <= MAX_BYTES => {
                let policy = Box::leak(Box::new(policy));
                kept.bytes += bytes;
                kept.policies.push(policy);
                Self::Kept(policy)
            }
            _ => Self::Counted(policy),
        }
    }

    #[inline]
    pub(crate) fn policy(&self) -> &Arc<Policy> {
        match self {
            Self::Kept(policy) => policy,
            Self::Counted(policy) => policy,
        }
    }
}

impl Deref for Shared {
    type Target = Policy;

    #[inline]
    fn deref(&self) -> &Policy {
        self.policy()
    }
}

impl Borrow<Policy> for Shared {
    #[inline]
    fn borrow(&self) -> &Policy {
        self
    }
}

#[derive(Default)]
struct Kept {
    policies: Vec<&'static Arc<Policy>>,
    bytes: usize,
}

static KEPT: Mutex<Kept> = Mutex::new(Kept { policies: Vec::new(), bytes: 0 });

/// Room for the policies of any program that mounts a fixed number of them.
const MAX_BYTES: usize = 1 << 20;
