//! `corsac check`: the errors and the warnings of a policy file.

use std::path::PathBuf;

use clap::Args;
use corsac::{Policy, Problem};

use crate::{
    arguments::ReportOptions,
    failure::{Failure, Verdict},
    finding::{Finding, Severity},
    policy_file::{self, FileError, Node, Policies, PolicyFile, TreeError},
    report::Report,
};

/// Find what is wrong or unwise in a policy file
#[derive(Debug, Args)]
pub struct Check {
    /// The policy, in TOML, YAML or JSON; `-` is standard input [default: corsac.toml, here or above]
    #[arg(env = "CORSAC_FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    report: ReportOptions,
}

impl Check {
    pub fn run(self, quiet: bool) -> Result<Verdict, Failure> {
        let file = PolicyFile::read(self.file.as_deref(), quiet)?;
        let mut report = Report {
            command: "check",
            cases: vec![file.source.name.clone()],
            findings: findings(&file),
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

/// The id of a file that does not follow its syntax.
const SYNTAX: &str = "syntax";

fn findings(file: &PolicyFile) -> Vec<Finding> {
    let tree = match file.parse() {
        Ok(tree) => tree,
        Err(error) => return errors(file, None, error),
    };
    match policy_file::build(&tree) {
        Ok(Policies::Everywhere(policy)) => warnings(file, &tree, &policy),
        Ok(Policies::ByPath(policies)) => {
            let mut paths: Vec<_> = policies.iter().collect();
            paths.sort_by_key(|(prefix, _)| *prefix);
            let warnings = paths
                .into_iter()
                .filter_map(|(prefix, policy)| Some(warnings(file, tree.get(prefix)?, policy)));
            warnings.flatten().collect()
        }
        Err(error) => errors(file, Some(&tree), error),
    }
}

fn errors(file: &PolicyFile, tree: Option<&Node>, error: FileError) -> Vec<Finding> {
    match error {
        FileError::Syntax(error) => vec![tree_error(file, SYNTAX, error)],
        FileError::Fields(error) => vec![tree_error(file, "field", error)],
        FileError::Policy(error) => {
            error.problems().iter().map(|problem| problem_finding(file, tree, problem)).collect()
        }
    }
}

fn tree_error(file: &PolicyFile, id: &'static str, error: TreeError) -> Finding {
    let place = error.span.map(|span| file.place(span));
    Finding::new(id, Severity::Error, error.message).at(place).with_help(error.help)
}

fn problem_finding(file: &PolicyFile, tree: Option<&Node>, problem: &Problem) -> Finding {
    let span = tree.and_then(|tree| tree.locate(problem.place()));
    let message = match &span {
        Some(_) => problem.message().to_owned(),
        None => problem.to_string(),
    };
    let place = span.map(|span| file.place(span));
    Finding::new(problem.kind().as_str(), Severity::Error, message).at(place)
}

fn warnings(file: &PolicyFile, tree: &Node, policy: &Policy) -> Vec<Finding> {
    let warnings = policy.warnings().into_iter().map(|warning| {
        let field = warning.field();
        let mut spans = warning.values().into_iter().map(|value| tree.locate_entry(field, value));
        let span = spans.next().flatten().or_else(|| tree.locate(field));
        Finding::new(warning.id(), Severity::Warning, warning.to_string())
            .at(span.map(|span| file.place(span)))
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
