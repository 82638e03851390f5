//! `corsac check`: the errors and the warnings of a policy file.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use corsac::{Policy, Warning};

use crate::{
    arguments::ReportOptions,
    failure::{Failure, Verdict},
    finding::{Finding, Severity},
    policy_file::{Node, PathExcess, Policies, PolicyFile, SYNTAX},
    report::Report,
};

/// Find what is wrong or unwise in a policy file
#[derive(Debug, Args)]
pub struct Check {
    /// The policy, in TOML, YAML or JSON; `-` is standard input [default: corsac.toml, here or above]
    #[arg(env = "CORSAC_FILE")]
    file: Option<PathBuf>,
    /// A policy with the limits that this one must stay within
    #[arg(long, value_name = "CEILING", env = "CORSAC_WITHIN")]
    within: Option<PathBuf>,
    #[command(flatten)]
    report: ReportOptions,
}

/// The policies that another one must stay within.
struct Ceiling {
    name: String,
    policies: Policies,
}

impl Ceiling {
    fn read(path: &Path, quiet: bool) -> Result<Self, Failure> {
        let file = PolicyFile::read(Some(path), quiet)?;
        let (_, policies) = file.load()?;
        Ok(Self { name: file.source.name.clone(), policies })
    }
}

impl Check {
    pub fn run(self, quiet: bool) -> Result<Verdict, Failure> {
        let file = PolicyFile::read(self.file.as_deref(), quiet)?;
        let ceiling = self.within.as_deref().map(|path| Ceiling::read(path, quiet)).transpose()?;
        let mut report = Report {
            command: "check",
            cases: vec![file.source.name.clone()],
            findings: findings(&file, ceiling.as_ref()),
            ..Report::default()
        };
        for finding in &mut report.findings {
            finding.case = Some(file.source.name.clone());
        }
        let is_unreadable = report.findings.iter().any(|finding| finding.id == SYNTAX);
        report.summary = summary(&report, &file);
        let verdict = report.finish(&self.report)?;
        if is_unreadable {
            let (name, syntax) = (&file.source.name, file.syntax.name());
            return Err(Failure::input(format_args!("{name}: this is not {syntax}")));
        }
        Ok(verdict)
    }
}

fn findings(file: &PolicyFile, ceiling: Option<&Ceiling>) -> Vec<Finding> {
    let (tree, policies) = match file.build() {
        Ok(built) => built,
        Err(errors) => return errors,
    };
    let of_policy = |(prefix, policy): (Option<&str>, Arc<Policy>)| {
        let fields = prefix.map_or(Some(&tree), |prefix| tree.get(prefix))?;
        Some(warnings(file, fields, &policy))
    };
    let mut findings: Vec<Finding> =
        policies.list().into_iter().filter_map(of_policy).flatten().collect();
    if let Some(ceiling) = ceiling {
        let excesses = policies.beyond(&ceiling.policies);
        findings.extend(
            excesses
                .iter()
                .map(|excess| beyond(file, &tree, excess).with_note("ceiling", &ceiling.name)),
        );
    }
    findings
}

fn beyond(file: &PolicyFile, tree: &Node, excess: &PathExcess) -> Finding {
    let on_paths = match excess.paths.as_slice() {
        [] => String::new(),
        paths => format!("; on {}", paths.join(", ")),
    };
    let message = format!("{}{on_paths}", excess.excess);
    let place = file.place(excess.locate(tree));
    Finding::new(format!("beyond-{}", excess.excess.id()), Severity::Error, message).at(place)
}

fn warnings(file: &PolicyFile, fields: &Node, policy: &Policy) -> Vec<Finding> {
    let warnings = policy.warnings().into_iter().map(|warning| {
        let field = warning.field();
        let span = match &warning {
            Warning::OpenMatcher { place, .. } => fields.locate(place),
            warning => {
                let values = warning.values();
                values.first().and_then(|value| fields.locate_entry(field, value))
            }
        };
        let span = span.or_else(|| fields.locate(field));
        Finding::new(warning.id(), Severity::Warning, warning.to_string()).at(file.place(span))
    });
    warnings.collect()
}

fn summary(report: &Report, file: &PolicyFile) -> String {
    let name = &file.source.name;
    let counted = |severity: Severity, noun: &str| match report.count(severity) {
        0 => None,
        1 => Some(format!("1 {noun}")),
        count => Some(format!("{count} {noun}s")),
    };
    let counts = [counted(Severity::Error, "error"), counted(Severity::Warning, "warning")];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    match counts.as_slice() {
        [] => format!("{name}: nothing found"),
        counts => format!("{name}: {}", counts.join(", ")),
    }
}
