//! The ways in which a command ends.

use std::{fmt, process::ExitCode};

use anstyle::{AnsiColor, Style};

/// The result of a command that did its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No finding reaches the threshold.
    Success,
    /// A finding reaches the threshold.
    Findings,
}

/// The reason why a command could not do its work. `Display` prints the line for standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The arguments, or a file that they name, cannot be used.
    Input(String),
    /// The input is fine, but there is no verdict: a server cannot be reached, or a file not written.
    NoVerdict(String),
}

impl Failure {
    pub fn input(message: impl fmt::Display) -> Self {
        Self::Input(message.to_string())
    }

    pub fn no_verdict(message: impl fmt::Display) -> Self {
        Self::NoVerdict(message.to_string())
    }
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        Self::from(match verdict {
            Verdict::Success => 0,
            Verdict::Findings => 1,
        })
    }
}

impl From<Failure> for ExitCode {
    fn from(failure: Failure) -> Self {
        Self::from(match failure {
            // As clap does for wrong arguments.
            Failure::Input(_) => 2,
            Failure::NoVerdict(_) => 3,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let style = Style::new().fg_color(Some(AnsiColor::BrightRed.into())).bold();
        let (Self::Input(message) | Self::NoVerdict(message)) = self;
        write!(f, "{style}error{style:#}: {message}")
    }
}
