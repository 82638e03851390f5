//! The errors of a file, as findings.

use corsac::Problem;

use super::{FileError, Node, Policies, PolicyFile, TreeError, for_files};
use crate::{
    failure::Failure,
    finding::{Finding, Severity},
    format::{self, Format},
    report::Report,
};

/// The id of a file that does not follow its syntax.
pub const SYNTAX: &str = "syntax";

impl PolicyFile {
    /// Returns the tree and the policies of the file, or its errors.
    pub fn build(&self) -> Result<(Node, Policies), Vec<Finding>> {
        let tree = self.parse().map_err(|error| self.errors(None, error))?;
        match Policies::build(&tree) {
            Ok(policies) => Ok((tree, policies)),
            Err(error) => Err(self.errors(Some(&tree), error)),
        }
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

    fn errors(&self, tree: Option<&Node>, error: FileError) -> Vec<Finding> {
        match error {
            FileError::Syntax(error) => vec![self.tree_error(SYNTAX, error)],
            FileError::Fields(error) => vec![self.tree_error("field", error)],
            FileError::Policy(error) => {
                error.problems().iter().map(|problem| self.problem(tree, problem)).collect()
            }
        }
    }

    fn tree_error(&self, id: &'static str, error: TreeError) -> Finding {
        let place = self.place(error.span);
        Finding::new(id, Severity::Error, error.message).at(place).with_help(error.help)
    }

    fn problem(&self, tree: Option<&Node>, problem: &Problem) -> Finding {
        let span = tree.and_then(|tree| tree.locate(problem.place()));
        let message = match &span {
            Some(_) => for_files(problem.message()),
            None => for_files(&problem.to_string()),
        };
        let place = self.place(span);
        Finding::new(problem.kind().as_str(), Severity::Error, message).at(place)
    }
}
