//! A report as one JSON document.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    finding::{Finding, Place, Severity},
    report::Report,
};

/// Grows when a field is removed or changes its meaning. New fields do not change it.
const VERSION: u32 = 1;

pub fn write(report: &Report) -> String {
    let document = Document {
        version: VERSION,
        tool: Tool { name: "corsac", version: env!("CARGO_PKG_VERSION") },
        command: report.command,
        counts: Counts {
            error: report.count(Severity::Error),
            warning: report.count(Severity::Warning),
            hygiene: report.count(Severity::Hygiene),
        },
        details: report.details.iter().map(|(name, value)| (*name, value)).collect(),
        findings: report.findings.iter().map(Entry::new).collect(),
    };
    to_text(&document)
}

/// Writes a value as indented JSON with a line feed at the end.
pub fn to_text(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value)
        // The keys of all maps are text, and no `Serialize` here fails.
        .expect("a report is data");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'r> {
    version: u32,
    tool: Tool,
    command: &'r str,
    counts: Counts,
    #[serde(flatten)]
    details: BTreeMap<&'static str, &'r serde_json::Value>,
    findings: Vec<Entry<'r>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Counts {
    error: usize,
    warning: usize,
    hygiene: usize,
}

#[derive(Serialize)]
struct Entry<'r> {
    id: &'r str,
    severity: &'static str,
    message: &'r str,
    place: Option<Location<'r>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    notes: BTreeMap<&'static str, &'r str>,
    help: Option<&'r str>,
    edit: Option<Insertion<'r>>,
}

/// A text to insert into the file of the place.
#[derive(Serialize)]
struct Insertion<'r> {
    byte: usize,
    insert: &'r str,
}

#[derive(Serialize)]
struct Location<'r> {
    file: &'r str,
    /// Not there if the place is the file as a whole.
    #[serde(flatten)]
    region: Option<Region>,
}

/// Lines and columns start at 1, and columns count characters. The end is behind the last character.
#[derive(Serialize)]
struct Region {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    byte_start: usize,
    byte_end: usize,
}

impl<'r> Entry<'r> {
    fn new(finding: &'r Finding) -> Self {
        Self {
            id: &finding.id,
            severity: finding.severity.as_str(),
            message: &finding.message,
            place: finding.place.as_ref().map(Location::new),
            notes: finding.notes.iter().map(|note| (note.name, note.text.as_str())).collect(),
            help: finding.help.as_deref(),
            edit: finding
                .edit
                .as_ref()
                .map(|edit| Insertion { byte: edit.offset, insert: &edit.insert }),
        }
    }
}

impl<'r> Location<'r> {
    fn new(place: &'r Place) -> Self {
        let region =
            place.positions().zip(place.span.as_ref()).map(|((start, end), span)| Region {
                line: start.line,
                column: start.column,
                end_line: end.line,
                end_column: end.column,
                byte_start: span.start,
                byte_end: span.end,
            });
        Self { file: &place.source.name, region }
    }
}
