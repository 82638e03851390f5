//! The report of a command: its findings, printed in the format that the user chose.

use std::{
    fmt::Write as _,
    io::{ErrorKind, Write as _},
};

use crate::{
    arguments::ReportOptions,
    failure::{Failure, Verdict},
    finding::{Finding, Severity},
    format::{self, Format},
};

/// The findings of one run.
#[derive(Debug, Default)]
pub struct Report {
    /// The subcommand.
    pub command: &'static str,
    pub findings: Vec<Finding>,
    /// Everything that was checked, for JUnit. A case without a finding has passed.
    pub cases: Vec<String>,
    /// A text for people, in front of the findings.
    pub body: String,
    /// Whether that text has the findings too.
    pub is_told_by_body: bool,
    /// A field of the JSON document, with what the text has.
    pub details: Option<(&'static str, serde_json::Value)>,
    /// A line for people, at the end of the text.
    pub summary: String,
}

impl Report {
    /// Prints the report, and returns whether a finding reaches the threshold.
    pub fn finish(mut self, options: &ReportOptions) -> Result<Verdict, Failure> {
        // The worst first: GitHub shows ten annotations of a step.
        self.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        match &options.output {
            None => print(&format::write(&self, options.format))?,
            Some(file) => {
                print(&format::write(&self, Format::Text))?;
                let text = format::write(&self, options.format);
                let text = anstream::adapter::strip_str(&text).to_string();
                crate::commands::write_file(file, &text)?;
            }
        }
        if options.format == Format::Github {
            format::github::append_summary(&self)?;
        }
        let is_over = |finding: &Finding| options.fail_on.is_reached_by(finding.severity);
        Ok(if self.findings.iter().any(is_over) { Verdict::Findings } else { Verdict::Success })
    }

    /// Removes the findings with these ids.
    pub fn accept(&mut self, ids: &[String]) {
        let mut count = 0;
        for id in ids {
            let before = self.findings.len();
            self.findings.retain(|finding| finding.id != **id);
            if self.findings.len() == before {
                // So that a misspelled id is seen.
                anstream::eprintln!("note: no finding has the accepted id {id:?}");
            }
            count += before - self.findings.len();
        }
        if count > 0 {
            let verb = if count == 1 { "finding is" } else { "findings are" };
            // Writing to a `String` never fails.
            _ = write!(self.summary, "\n{count} {verb} accepted");
        }
    }

    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// Prints a text to standard output. Colors are removed if it is not a terminal.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // `corsac .. | head` has read enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::no_verdict(format_args!("cannot print the report: {error}"))),
        Ok(()) => Ok(()),
    }
}
