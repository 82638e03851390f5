//! `corsac schema`: the JSON Schemas of policy files and of reports.

use clap::{Args, ValueEnum};
use corsac::{Config, PathConfigs};

use crate::{
    failure::{Failure, Verdict},
    report::print,
};

/// Print the JSON Schema of a policy file, for editors
#[derive(Debug, Args)]
pub struct Schema {
    #[arg(value_enum, default_value = "policy")]
    of: Document,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Document {
    /// A file with one policy for all paths
    Policy,
    /// A file with a policy for each path
    Paths,
    /// A report in JSON
    Report,
}

impl Schema {
    pub fn run(&self) -> Result<Verdict, Failure> {
        print(match self.of {
            Document::Policy => Config::JSON_SCHEMA,
            Document::Paths => PathConfigs::JSON_SCHEMA,
            Document::Report => include_str!("../format/report.schema.json"),
        })?;
        Ok(Verdict::Success)
    }
}
