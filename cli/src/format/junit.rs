//! A report as test cases in JUnit's XML, for GitLab and other CI systems.

use std::fmt::Write as _;

use crate::{
    finding::{Finding, Severity},
    report::Report,
};

/// A case fails if it has an error. Other findings are its output.
pub fn write(report: &Report) -> String {
    let cases = cases(report);
    let failures =
        cases.iter().filter(|(_, findings)| findings.iter().any(|it| is_error(it))).count();
    let counts = format!(r#"tests="{}" failures="{failures}""#, cases.len());
    let name = format!("corsac {}", report.command);
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a `String` never fails.
    _ = writeln!(text, "<testsuites name=\"{name}\" {counts}>");
    _ = writeln!(text, "  <testsuite name=\"{name}\" {counts} errors=\"0\" skipped=\"0\">");
    for (case, findings) in cases {
        let attributes = format!(r#"classname="{name}" name="{}""#, escaped(case));
        if findings.is_empty() {
            _ = writeln!(text, "    <testcase {attributes}/>");
            continue;
        }
        _ = writeln!(text, "    <testcase {attributes}>");
        let (errors, others): (Vec<_>, Vec<_>) = findings.into_iter().partition(|it| is_error(it));
        if let [first, ..] = errors[..] {
            let (id, message) = (&first.id, escaped(&first.message));
            let details = joined(&errors);
            _ = writeln!(
                text,
                "      <failure type=\"{id}\" message=\"{message}\">{details}</failure>"
            );
        }
        if !others.is_empty() {
            _ = writeln!(text, "      <system-out>{}</system-out>", joined(&others));
        }
        text.push_str("    </testcase>\n");
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

fn is_error(finding: &Finding) -> bool {
    finding.severity == Severity::Error
}

/// Returns each case with its findings. A finding without a case is one of its own.
fn cases(report: &Report) -> Vec<(&str, Vec<&Finding>)> {
    let mut cases: Vec<(&str, Vec<&Finding>)> =
        report.cases.iter().map(|case| (case.as_str(), Vec::new())).collect();
    for finding in &report.findings {
        let name = finding.case.as_deref().unwrap_or(&finding.id);
        match cases.iter_mut().find(|(case, _)| *case == name) {
            Some((_, findings)) => findings.push(finding),
            None => cases.push((name, vec![finding])),
        }
    }
    cases
}

fn joined(findings: &[&Finding]) -> String {
    let details: Vec<String> = findings.iter().map(|finding| details(finding)).collect();
    escaped(&details.join("\n\n"))
}

fn details(finding: &Finding) -> String {
    let mut text = format!("{}[{}]: {}", finding.severity.as_str(), finding.id, finding.message);
    if let Some(place) = &finding.place {
        _ = write!(text, "\nat {place}");
    }
    for note in &finding.notes {
        _ = write!(text, "\n{}: {}", note.name, note.text);
    }
    if let Some(help) = &finding.help {
        _ = write!(text, "\nhelp: {help}");
    }
    text
}

/// XML 1.0, "Character Data and Markup", without the control characters that XML does not have.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(letter),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            letter if letter.is_control() => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}
