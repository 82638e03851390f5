//! The losses of a target, and those of an export.

use super::{loss::Loss, plan::Plan, site::Site};

/// A loss that a target can have, and the exports that have it.
pub(super) type LossOf = (Loss, When);

/// The exports that have a loss.
#[derive(Debug, Clone, Copy)]
pub(super) enum When {
    Always,
    /// Those with a policy for which this is true.
    If(fn(&Plan<'_>) -> bool),
    /// Those with a policy for which there are entries that the loss concerns.
    Entries(fn(&Plan<'_>) -> Vec<String>),
    /// Those that leave paths without a policy.
    LeavesPaths,
}

/// The losses of an export, each once, with the entries of the policy that they concern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Losses {
    list: Vec<Loss>,
    entries: Vec<(Loss, String)>,
}

impl Losses {
    pub(super) fn new(all: &[LossOf], site: &Site<'_>) -> Self {
        let mut losses = Self::default();
        for (loss, when) in all {
            let has = match when {
                When::Always => true,
                When::If(is_so) => site.plans.iter().any(is_so),
                When::Entries(of_plan) => {
                    let entries: Vec<String> = site.plans.iter().flat_map(of_plan).collect();
                    let has = !entries.is_empty();
                    losses.entries.extend(entries.into_iter().map(|entry| (*loss, entry)));
                    has
                }
                When::LeavesPaths => site.leaves_paths(),
            };
            losses.list.extend(has.then_some(*loss));
        }
        losses
    }

    pub(super) fn list(&self) -> &[Loss] {
        &self.list
    }

    /// Returns the entries that `loss` concerns, or none if it concerns the whole policy.
    pub(super) fn entries(&self, loss: Loss) -> impl Iterator<Item = &str> {
        let entries = self.entries.iter().filter(move |(other, _)| *other == loss);
        entries.map(|(_, entry)| entry.as_str())
    }

    /// Keeps those that `is_kept` selects.
    pub(super) fn retain(&mut self, is_kept: impl Fn(Loss) -> bool) {
        self.list.retain(|loss| is_kept(*loss));
        self.entries.retain(|(loss, _)| is_kept(*loss));
    }
}
