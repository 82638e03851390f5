//! A report in SARIF 2.1.0, for code scanning.

use std::{collections::BTreeSet, fmt::Write as _};

use serde_json::{Value, json};

use crate::{
    finding::{Finding, Place, Severity},
    report::Report,
};

pub fn write(report: &Report) -> String {
    let ids: BTreeSet<&str> = report.findings.iter().map(|finding| &*finding.id).collect();
    let rules: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "corsac",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": report.findings.iter().map(result).collect::<Vec<_>>(),
        }],
    });
    format!("{document:#}\n")
}

fn result(finding: &Finding) -> Value {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hygiene => "note",
    };
    let mut text = finding.message.clone();
    let notes = finding.notes.iter().map(|note| (note.name, &note.text));
    for (name, note) in notes.chain(finding.help.iter().map(|help| ("help", help))) {
        // Writing to a `String` never fails.
        _ = write!(text, "\n{name}: {note}");
    }
    json!({
        "ruleId": finding.id,
        "level": level,
        "message": { "text": text },
        "locations": finding.place.iter().map(location).collect::<Vec<_>>(),
    })
}

fn location(place: &Place) -> Value {
    let file = json!({ "uri": uri(&place.source.name) });
    let (Some((start, end)), Some(span)) = (place.positions(), &place.span) else {
        return json!({ "physicalLocation": { "artifactLocation": file } });
    };
    json!({ "physicalLocation": {
        "artifactLocation": file,
        "region": {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
            "byteOffset": span.start,
            "byteLength": span.len(),
        },
    } })
}

/// RFC 3986, "Relative Reference": a path with everything else percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a `String` never fails.
            _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
