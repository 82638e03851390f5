//! `corsac check`: the errors and the warnings of a policy file.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use corsac::{Policy, Warning};

use crate::{
    arguments::{AcceptOptions, ReportOptions},
    failure::{Failure, Verdict},
    finding::{Finding, Severity},
    policy_file::{Node, PathExcess, Policies, PolicyFile, SYNTAX, for_files},
    report::Report,
};

/// Find what is wrong or unwise in a policy file
#[derive(Debug, Args)]
pub struct Check {
    /// Policies, in TOML, YAML or JSON; `-` is standard input [default: corsac.toml, here or above]
    #[arg(env = "CORSAC_FILE")]
    files: Vec<PathBuf>,
    /// A policy with the limits that this one must stay within
    #[arg(long, value_name = "CEILING", env = "CORSAC_WITHIN")]
    within: Option<PathBuf>,
    #[command(flatten)]
    accepted: AcceptOptions,
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
        let paths = match self.files.as_slice() {
            [] => vec![None],
            paths => paths.iter().map(|path| Some(path.as_path())).collect(),
        };
        let ceiling = self.within.as_deref().map(|path| Ceiling::read(path, quiet)).transpose()?;
        let mut report = Report { command: "check", ..Report::default() };
        let mut summaries = Vec::new();
        let mut failures = Vec::new();
        for path in paths {
            let file = match PolicyFile::read(path, quiet) {
                Ok(file) => file,
                Err(failure) => {
                    failures.push(failure);
                    continue;
                }
            };
            let name = &file.source.name;
            let mut findings = findings(&file, ceiling.as_ref()).unwrap_or_else(|errors| {
                failures.extend(self.hidden(&file, &errors));
                errors
            });
            for finding in &mut findings {
                finding.case = Some(name.clone());
                if finding.id == SYNTAX {
                    let syntax = file.syntax.name();
                    failures.push(Failure::input(format_args!("{name}: this is not {syntax}")));
                }
            }
            summaries.push(summary(name, &findings));
            report.cases.push(name.clone());
            report.findings.extend(findings);
        }
        let verdict = if summaries.is_empty() {
            // No file was read, and each has its failure.
            Verdict::Success
        } else {
            report.summary = summaries.join("\n");
            report.accept(&self.accepted.accept);
            report.finish(&self.report)?
        };
        match failures.pop() {
            None => Ok(verdict),
            Some(last) => {
                for failure in failures {
                    anstream::eprintln!("{failure}");
                }
                Err(last)
            }
        }
    }

    /// Returns a failure if the user accepts an error because of which there is no policy.
    fn hidden(&self, file: &PolicyFile, errors: &[Finding]) -> Option<Failure> {
        let id = self.accepted.accept.iter().find(|id| errors.iter().any(|it| it.id == ***id))?;
        Some(Failure::input(format_args!(
            "{}: {id:?} cannot be accepted: with this error the file is no policy",
            file.source.name
        )))
    }
}

/// Returns the findings of a valid policy, or the errors of the file.
fn findings(file: &PolicyFile, ceiling: Option<&Ceiling>) -> Result<Vec<Finding>, Vec<Finding>> {
    let (tree, policies) = file.build()?;
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
    Ok(findings)
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
        Finding::new(warning.id(), Severity::Warning, for_files(&warning.to_string()))
            .at(file.place(span))
    });
    warnings.collect()
}

fn summary(name: &str, findings: &[Finding]) -> String {
    let counted = |severity: Severity, noun: &str| match findings
        .iter()
        .filter(|finding| finding.severity == severity)
        .count()
    {
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
