//! The differences that are meant, each with its reason.

use std::collections::HashSet;

use serde::Deserialize;

use super::{compare::Finding, load};

pub(crate) struct Differences {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    reason: String,
    /// What the reason explains: `status`, `build`, the name of a header ...
    aspects: HashSet<String>,
    /// The cases, each of which differs in one of these aspects at least.
    ids: Vec<String>,
}

impl Differences {
    pub(crate) fn load() -> Self {
        Self { entries: load("differences") }
    }

    /// Mismatches that no entry explains, and entries that explain no mismatch.
    pub(crate) fn complaints(&self, findings: &[Finding]) -> Vec<String> {
        findings.iter().flat_map(|finding| self.complaints_about(finding)).collect()
    }

    fn complaints_about(&self, finding: &Finding) -> Vec<String> {
        let listed: Vec<&Entry> =
            self.entries.iter().filter(|entry| entry.ids.contains(&finding.id)).collect();
        let mut complaints = Vec::new();
        for mismatch in &finding.mismatches {
            if !listed.iter().any(|entry| entry.aspects.contains(&mismatch.aspect)) {
                complaints.push(format!("{} differs, and is not listed: {mismatch}", finding.id));
            }
        }
        for entry in listed {
            if !finding.mismatches.iter().any(|it| entry.aspects.contains(&it.aspect)) {
                complaints.push(format!("{} is listed, and is met: {}", finding.id, entry.reason));
            }
        }
        if !complaints.is_empty() {
            complaints.push(format!("    {} is a case of {}", finding.id, finding.source));
            complaints.extend(finding.mismatches.iter().map(|it| format!("    {it}")));
        }
        complaints
    }

    /// What is listed in vain: a case that does not exist, an aspect in which none of the cases
    /// differs, a reason without cases, a reason given twice.
    pub(crate) fn idle(
        &self,
        known: &HashSet<String>,
        mismatched: &HashSet<(String, String)>,
    ) -> Vec<String> {
        let mut complaints = Vec::new();
        let mut seen = HashSet::new();
        for Entry { reason, aspects, ids } in &self.entries {
            if reason.is_empty() || ids.is_empty() || !seen.insert(reason) {
                complaints.push(format!("empty, or given twice: {reason:?}"));
            }
            for (at, id) in ids.iter().enumerate() {
                if !known.contains(id) || ids[..at].contains(id) {
                    complaints.push(format!("{id}: no such case, or listed twice: {reason}"));
                }
            }
            for aspect in aspects {
                if !ids.iter().any(|id| mismatched.contains(&(id.clone(), aspect.clone()))) {
                    complaints.push(format!("no case differs in its {aspect}: {reason}"));
                }
            }
        }
        complaints
    }
}
