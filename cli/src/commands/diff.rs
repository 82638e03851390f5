//! `corsac diff`: which pages gain access by a change of a policy, and which lose it.

use std::{fmt::Write as _, path::PathBuf};

use anstyle::{AnsiColor, Style};
use clap::Args;
use serde::Serialize;

use super::diff_words::{gain, loss};
use crate::{
    arguments::{AcceptOptions, ReportOptions},
    failure::{Failure, Verdict},
    finding::{Finding, Severity},
    policy_file::{Node, PathExcess, Policies, PolicyFile},
    report::Report,
};

/// Show which pages gain access by a change, and which lose it
#[derive(Debug, Args)]
pub struct Diff {
    /// The policy before the change; `-` is standard input
    old: PathBuf,
    /// The policy after the change
    new: PathBuf,
    /// Exit with 0 even if a page gains access
    #[arg(long, env = "CORSAC_ALLOW_WIDENING")]
    allow_widening: bool,
    #[command(flatten)]
    accepted: AcceptOptions,
    #[command(flatten)]
    report: ReportOptions,
}

impl Diff {
    pub fn run(self, quiet: bool) -> Result<Verdict, Failure> {
        let old = PolicyFile::read(Some(&self.old), quiet)?;
        let new = PolicyFile::read(Some(&self.new), quiet)?;
        let (_, old_policies) = old.load()?;
        let (tree, new_policies) = new.load()?;
        let gains = new_policies.beyond(&old_policies);
        let losses = old_policies.beyond(&new_policies);

        let mut report = Report { command: "diff", is_told_by_body: true, ..Report::default() };
        report.body = text(&gains, &losses);
        let changes = Changes {
            gains: gains.iter().map(|it| Change::new(it, gain)).collect(),
            losses: losses.iter().map(|it| Change::new(it, loss)).collect(),
        };
        report.details = serde_json::to_value(changes).ok().map(|value| ("changes", value));
        report.cases.push(new.source.name.clone());
        if !self.allow_widening {
            report.findings = gains.iter().map(|it| finding(it, &new, &tree)).collect();
        }
        report.summary = summary(&gains, &losses, &old_policies, &new_policies);
        report.accept(&self.accepted.accept);
        report.finish(&self.report)
    }
}

fn text(gains: &[PathExcess], losses: &[PathExcess]) -> String {
    let mut text = String::new();
    let mut line = |color: AnsiColor, sign: char, sentence: String, change: &PathExcess| {
        let style = Style::new().fg_color(Some(color.into()));
        // Writing to a `String` never fails.
        _ = writeln!(text, "{style}{sign} {sentence}{}{style:#}", on_paths(change));
    };
    for change in gains {
        line(AnsiColor::Yellow, '+', gain(&change.excess), change);
    }
    for change in losses {
        line(AnsiColor::Cyan, '-', loss(&change.excess), change);
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn on_paths(change: &PathExcess) -> String {
    match change.paths.as_slice() {
        [] => String::new(),
        paths => format!(", on {}", paths.join(", ")),
    }
}

fn finding(change: &PathExcess, new: &PolicyFile, tree: &Node) -> Finding {
    let message = format!("{}{}", gain(&change.excess), on_paths(change));
    let mut finding =
        Finding::new(format!("widens-{}", change.excess.id()), Severity::Error, message);
    finding.place = Some(new.place(change.locate(tree)));
    finding.case = Some(new.source.name.clone());
    finding
}

fn summary(gains: &[PathExcess], losses: &[PathExcess], old: &Policies, new: &Policies) -> String {
    let count = |changes: &[PathExcess], one: &str, many: &str| match changes.len() {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    };
    match (gains.is_empty(), losses.is_empty()) {
        (true, true) if old.configs() == new.configs() => "the policies are the same".to_owned(),
        (true, true) => "no page gains or loses access".to_owned(),
        (true, false) => format!("access narrows: {}", count(losses, "loss", "losses")),
        (false, true) => format!("access widens: {}", count(gains, "gain", "gains")),
        (false, false) => format!(
            "access widens: {}, {}",
            count(gains, "gain", "gains"),
            count(losses, "loss", "losses")
        ),
    }
}

#[derive(Serialize)]
struct Changes<'c> {
    gains: Vec<Change<'c>>,
    losses: Vec<Change<'c>>,
}

#[derive(Serialize)]
struct Change<'c> {
    id: &'static str,
    field: &'static str,
    value: Option<&'c str>,
    paths: &'c [String],
    message: String,
}

impl<'c> Change<'c> {
    fn new(change: &'c PathExcess, sentence: fn(&corsac::Excess) -> String) -> Self {
        let PathExcess { paths, excess, .. } = change;
        Self {
            id: excess.id(),
            field: excess.field(),
            value: excess.value(),
            paths,
            message: sentence(excess),
        }
    }
}
