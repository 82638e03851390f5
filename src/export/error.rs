//! The errors of an export.

use std::{error::Error, fmt};

use super::{loss::Loss, losses::Losses};

/// The most entries that the message prints for a loss.
const SHOWN: usize = 8;

/// All reasons why a policy cannot be exported.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportError {
    /// The name of the target, if it is no name.
    pub(super) wrong_name: Option<String>,
    pub(super) code: Vec<String>,
    pub(super) losses: Losses,
    pub(super) has_no_origin: bool,
    pub(super) has_several_policies: bool,
}

impl ExportError {
    pub(super) fn is_empty(&self) -> bool {
        self.wrong_name.is_none()
            && self.code.is_empty()
            && self.losses.list().is_empty()
            && !self.has_no_origin
            && !self.has_several_policies
    }

    /// Returns the name of the target, if it cannot be part of the names in the files.
    #[must_use]
    pub fn wrong_name(&self) -> Option<&str> {
        self.wrong_name.as_deref()
    }

    /// Returns the regexes and predicates of the policy, each with its setter.
    #[must_use]
    pub fn code(&self) -> &[String] {
        &self.code
    }

    /// Returns the losses that are not accepted.
    #[must_use]
    pub fn losses(&self) -> &[Loss] {
        self.losses.list()
    }

    /// Returns the entries of the policy that a loss concerns, such as the origins that are left out. There
    /// are none if it concerns the whole policy.
    pub fn entries(&self, loss: Loss) -> impl Iterator<Item = &str> {
        self.losses.entries(loss)
    }

    /// Returns whether there is a policy for each path, and the target has one for all paths.
    #[must_use]
    pub fn has_several_policies(&self) -> bool {
        self.has_several_policies
    }

    /// Returns whether the target can allow none of the origins, so that there is nothing to export.
    #[must_use]
    pub fn has_no_origin(&self) -> bool {
        self.has_no_origin
    }
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the policy cannot be exported:")?;
        if let Some(name) = &self.wrong_name {
            write!(
                f,
                "\n  - the name {name:?}: write at most 16 lower-case letters and digits, such as \"shop\""
            )?;
        }
        for code in &self.code {
            write!(
                f,
                "\n  - {code} is code, and a proxy has only data; write patterns in `allow_origins`, \
                 such as \"https://*.example.com\" or \"https://pr-*-app.example.com\""
            )?;
        }
        if self.has_several_policies {
            f.write_str(
                "\n  - the target has one policy for all paths; write one for \"/\" alone, or use another \
                 target or the service",
            )?;
        }
        if self.has_no_origin {
            f.write_str(
                "\n  - the target can allow none of the origins; configure no CORS there, and use another \
                 target or the service",
            )?;
        }
        for loss in self.losses() {
            let (meaning, remedy, id) = (loss.meaning(), loss.remedy(), loss.id());
            write!(f, "\n  - {meaning}")?;
            let count = self.entries(*loss).count();
            for (at, entry) in self.entries(*loss).take(SHOWN).enumerate() {
                write!(f, "{}{entry}", if at == 0 { ": " } else { ", " })?;
            }
            if count > SHOWN {
                write!(f, " and {} more", count - SHOWN)?;
            }
            write!(f, "; {remedy}, or accept the loss `{id}`")?;
        }
        Ok(())
    }
}

impl Error for ExportError {}
