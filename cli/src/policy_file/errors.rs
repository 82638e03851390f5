//! The errors of a file, as findings.

use corsac::{Problem, ProblemKind};

use super::{Node, Policies, PolicyFile, TreeError, for_files, policies::FileError};
use crate::{
    failure::Failure,
    finding::{Finding, Severity},
    format::{self, Format},
    report::Report,
};

/// The id of a file that does not follow its syntax.
pub const SYNTAX: &str = "syntax";

impl PolicyFile {
    /// Returns the tree and the policies of the file, or all its errors in their order.
    pub fn build(&self) -> Result<(Node, Policies), Vec<Finding>> {
        let mut tree = self.parse().map_err(|error| vec![self.tree_error(SYNTAX, error)])?;
        let has_paths = tree.has_paths();
        let mut findings = Vec::new();
        if has_paths {
            for key in tree.remove_fields_beside_paths() {
                let message = format!(
                    "the field {:?} stands beside paths, and is for none of them",
                    key.name
                );
                let help = "move it to a path, such as \"/\"".to_owned();
                let finding = Finding::new("field", Severity::Error, message);
                findings.push(finding.at(self.place(Some(key.span))).with_help(Some(help)));
            }
        }
        // A field with an error is left out, to find the errors of the others.
        loop {
            match Policies::build(&tree, has_paths) {
                Ok(policies) if findings.is_empty() => return Ok((tree, policies)),
                Ok(_) => break,
                Err(FileError::Policy(error)) => {
                    // The field that was left out may have origins.
                    let is_certain = |problem: &&Problem| {
                        findings.is_empty() || problem.kind() != ProblemKind::NoOrigins
                    };
                    let problems = error.problems().iter().filter(is_certain);
                    let problems: Vec<Finding> =
                        problems.map(|problem| self.problem(&tree, problem)).collect();
                    findings.extend(problems);
                    break;
                }
                Err(FileError::Fields(error)) => {
                    let is_removed = error.span.as_ref().is_some_and(|span| tree.remove(span));
                    findings.push(self.tree_error("field", error));
                    if !is_removed {
                        break;
                    }
                }
            }
        }
        let start = |finding: &Finding| {
            finding.place.as_ref().and_then(|place| place.span.as_ref()).map(|span| span.start)
        };
        findings.sort_by_key(start);
        Err(findings)
    }

    /// Like [`build`](PolicyFile::build), for commands that need a valid policy: prints the errors on
    /// standard error.
    pub fn load(&self) -> Result<(Node, Policies), Failure> {
        self.build().map_err(|findings| {
            let count = findings.len();
            let report = Report { findings, ..Report::default() };
            anstream::eprint!("{}", format::write(&report, Format::Text));
            let errors = if count == 1 { "an error" } else { "errors" };
            Failure::input(format_args!("{}: the policy has {errors}", self.source.name))
        })
    }

    fn tree_error(&self, id: &'static str, error: TreeError) -> Finding {
        let place = self.place(error.span);
        Finding::new(id, Severity::Error, error.message).at(place).with_help(error.help)
    }

    fn problem(&self, tree: &Node, problem: &Problem) -> Finding {
        let span = tree.locate(problem.place());
        let message = match &span {
            Some(_) => for_files(problem.message()),
            None => for_files(&problem.to_string()),
        };
        let place = self.place(span);
        // Other programs have such a table around the fields.
        let is_table =
            problem.kind() == ProblemKind::PathPrefix && !problem.place().starts_with("\"/");
        let help = "if the policy is for all paths, write its fields at the top level of the file";
        Finding::new(problem.kind().as_str(), Severity::Error, message)
            .at(place)
            .with_help(is_table.then(|| help.to_owned()))
    }
}
