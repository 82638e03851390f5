//! The result of a probe.

use std::fmt;

use super::{
    cause::Cause,
    check::{Check, Grade},
};

/// The findings of a probe. `Display` prints each with its request and its fix.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    pub(super) findings: Vec<Finding>,
    pub(super) accepted: Vec<Check>,
    pub(super) answered: usize,
    pub(super) unanswered: usize,
    pub(super) notes: Vec<String>,
}

/// One fault of a deployment. Several requests may show it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    pub(super) check: Check,
    pub(super) exchange: usize,
    pub(super) curl: String,
    pub(super) others: usize,
    pub(super) expected: String,
    pub(super) seen: String,
    pub(super) cause: Option<Cause>,
}

impl Report {
    /// Returns the findings: those of the grade [`Outcome`](Grade::Outcome) first, and one for each
    /// [`Check`] at most.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns the worst grade, or `None` if there are no findings.
    #[must_use]
    pub fn worst(&self) -> Option<Grade> {
        self.findings.iter().map(Finding::grade).min()
    }

    /// Returns the checks whose findings were [accepted](super::Probe::accept).
    #[must_use]
    pub fn accepted(&self) -> &[Check] {
        &self.accepted
    }

    /// Returns the number of requests with an answer.
    #[must_use]
    pub fn answered(&self) -> usize {
        self.answered
    }

    /// Returns the number of requests without an answer. Those that no browser sends do not count, because
    /// servers may close the connection.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        self.unanswered
    }

    /// Returns a sentence for each thing that the probe left out.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

impl Finding {
    /// Returns the kind of the fault.
    #[must_use]
    pub fn check(&self) -> Check {
        self.check
    }

    /// Returns whether pages can show it.
    #[must_use]
    pub fn grade(&self) -> Grade {
        self.check.grade()
    }

    /// Returns the index of the exchange that shows it.
    #[must_use]
    pub fn exchange(&self) -> usize {
        self.exchange
    }

    /// Returns the `curl` line of that request.
    #[must_use]
    pub fn curl(&self) -> &str {
        &self.curl
    }

    /// Returns the number of other requests that show it.
    #[must_use]
    pub fn others(&self) -> usize {
        self.others
    }

    /// Returns the answer of the policy, as far as it differs.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// Returns the answer, as far as it differs.
    #[must_use]
    pub fn seen(&self) -> &str {
        &self.seen
    }

    /// Returns the origin of the answer, if it shows one.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.cause
    }

    /// Returns the change that helps, in one sentence: that of the cause, or else that of the check.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        self.cause.map_or(self.check.remedy(), Cause::remedy)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, finding) in self.findings.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            writeln!(f, "{finding}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}: {}", self.grade().as_str(), self.check, self.check.meaning())?;
        writeln!(f, "  request   {}", self.curl)?;
        if self.others > 0 {
            let plural = if self.others == 1 { "" } else { "s" };
            writeln!(f, "            and {} other request{plural}", self.others)?;
        }
        writeln!(f, "  expected  {}", self.expected)?;
        writeln!(f, "  seen      {}", self.seen)?;
        if let Some(cause) = self.cause {
            writeln!(f, "  cause     {}", cause.meaning())?;
        }
        write!(f, "  fix       {}", self.remedy())
    }
}
