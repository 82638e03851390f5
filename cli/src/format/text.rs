//! A report for people, as `rustc` and `cargo` write theirs.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::{
    finding::{Finding, Severity},
    report::Report,
};

pub fn write(report: &Report) -> String {
    let renderer = Renderer::styled();
    let mut text = String::new();
    for finding in &report.findings {
        text.push_str(&renderer.render(&groups(finding)));
        text.push_str("\n\n");
    }
    if !report.summary.is_empty() {
        text.push_str(&report.summary);
        text.push('\n');
    }
    text
}

fn groups(finding: &Finding) -> Vec<Group<'_>> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Hygiene => Level::NOTE.with_name("hygiene"),
    };
    let title = level.primary_title(&*finding.message).id(finding.id);
    let mut group = match &finding.place {
        None => Group::with_title(title),
        Some(place) => {
            let snippet = Snippet::source(&*place.source.text).path(&*place.source.name);
            title.element(snippet.annotation(AnnotationKind::Primary.span(place.span.clone())))
        }
    };
    for note in &finding.notes {
        let message = Level::NOTE.with_name(note.name).message(&*note.text);
        group = group.element(message);
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(&**help));
    }
    vec![group]
}
