//! A report for people, as `rustc` and `cargo` write theirs.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};

use crate::{
    finding::{Finding, Severity},
    report::Report,
};

pub fn write(report: &Report) -> String {
    let renderer = Renderer::styled();
    let mut text = report.body.clone();
    let findings = if report.is_told_by_body { &[][..] } else { &report.findings };
    for finding in findings {
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
    let title = level.primary_title(&*finding.message).id(&*finding.id);
    let mut group = match &finding.place {
        // An edit shows the place too.
        Some(place) if finding.edit.is_none() => match &place.span {
            None => title.element(Origin::path(&*place.source.name)),
            Some(span) => {
                let snippet = Snippet::source(&*place.source.text).path(&*place.source.name);
                title.element(snippet.annotation(AnnotationKind::Primary.span(span.clone())))
            }
        },
        _ => Group::with_title(title),
    };
    for note in &finding.notes {
        let message = Level::NOTE.with_name(note.name).message(&*note.text);
        group = group.element(message);
    }
    let Some(help) = &finding.help else { return vec![group] };
    match (&finding.place, &finding.edit) {
        (Some(place), Some(edit)) => {
            let patch = Patch::new(edit.offset..edit.offset, &*edit.insert);
            let snippet =
                Snippet::source(&*place.source.text).path(&*place.source.name).patch(patch);
            vec![group, Level::HELP.secondary_title(&**help).element(snippet)]
        }
        _ => vec![group.element(Level::HELP.message(&**help))],
    }
}
