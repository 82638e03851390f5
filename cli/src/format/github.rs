//! Annotations of GitHub Actions, and the summary of a job.

use std::{env, fmt::Write as _, fs::OpenOptions, io::Write as _};

use crate::{
    failure::Failure,
    finding::{Finding, Severity},
    report::Report,
};

/// GitHub shows no more annotations of a step.
const SHOWN: usize = 10;

pub fn write(report: &Report) -> String {
    let mut text = String::new();
    for finding in report.findings.iter().take(SHOWN) {
        text.push_str(&annotation(finding));
        text.push('\n');
    }
    match report.findings.len().saturating_sub(SHOWN) {
        0 => {}
        more => {
            // Writing to a `String` never fails.
            _ = writeln!(
                text,
                "::notice title=corsac::and {more} more findings, in the job summary"
            );
        }
    }
    if !report.summary.is_empty() {
        text.push_str(&report.summary);
        text.push('\n');
    }
    text
}

/// Adds all findings to the summary of the job, if GitHub Actions runs it.
pub fn append_summary(report: &Report) -> Result<(), Failure> {
    let Some(file) = env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty()) else {
        return Ok(());
    };
    let write = || {
        let mut file = OpenOptions::new().create(true).append(true).open(&file)?;
        file.write_all(summary(report).as_bytes())
    };
    write().map_err(|error| {
        Failure::no_verdict(format_args!("cannot write GITHUB_STEP_SUMMARY {file:?}: {error}"))
    })
}

fn annotation(finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hygiene => "notice",
    };
    let mut properties = Vec::new();
    if let Some(place) = &finding.place {
        properties.push(format!("file={}", property(&place.source.name)));
        if let Some((start, end)) = place.positions() {
            properties.push(format!("line={},endLine={}", start.line, end.line));
            // GitHub refuses columns if the lines differ.
            if start.line == end.line {
                properties.push(format!("col={},endColumn={}", start.column, end.column));
            }
        }
    }
    properties.push(format!("title={}", property(&format!("corsac: {}", finding.id))));
    format!("::{level} {}::{}", properties.join(","), data(&paragraph(finding)))
}

fn paragraph(finding: &Finding) -> String {
    let mut text = finding.message.clone();
    for note in &finding.notes {
        // Writing to a `String` never fails.
        _ = write!(text, "\n{}: {}", note.name, note.text);
    }
    if let Some(help) = &finding.help {
        _ = write!(text, "\nhelp: {help}");
    }
    text
}

/// Percent-encodes a message, as the toolkit of GitHub Actions does.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn summary(report: &Report) -> String {
    let mut text = format!("### corsac {}\n\n{}\n", report.command, report.summary);
    if report.findings.is_empty() {
        return text;
    }
    text.push_str("\n| severity | finding | message | place |\n|---|---|---|---|\n");
    for finding in &report.findings {
        let place = finding.place.as_ref();
        let place =
            place.map_or_else(String::new, |place| format!("`{}`", cell(&place.to_string())));
        _ = writeln!(
            text,
            "| {} | `{}` | {} | {place} |",
            finding.severity.as_str(),
            finding.id,
            cell(&finding.message)
        );
    }
    text
}

/// Escapes a text for a cell of a table in Markdown, which may contain HTML.
fn cell(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('|', "\\|");
    text.replace(['\r', '\n'], " ")
}
