//! The formats of a report, one file each.

use clap::ValueEnum;

use crate::report::Report;

pub mod github;
mod json;
mod junit;
mod sarif;
mod text;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One document, with a version
    Json,
    /// Annotations of GitHub Actions
    Github,
    /// For code scanning
    Sarif,
    /// Test cases, for GitLab and others
    Junit,
}

/// Writes a report. Ends with a line feed, unless there is nothing to write.
pub fn write(report: &Report, format: Format) -> String {
    match format {
        Format::Text => text::write(report),
        Format::Json => json::write(report),
        Format::Github => github::write(report),
        Format::Sarif => sarif::write(report),
        Format::Junit => junit::write(report),
    }
}
