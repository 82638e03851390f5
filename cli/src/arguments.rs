//! The arguments of the command line, and the environment variables that stand in for them.

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{
    commands::{
        check::Check, completions::Completions, diff::Diff, explain::Explain, export::Export,
        man::Man, probe::Probe, schema::Schema, serve::Serve,
    },
    finding::Severity,
    format::Format,
};

const EXIT_CODES: &str = "Exit codes: 0 nothing found, 1 findings, 2 wrong arguments or an unreadable \
     policy, 3 no verdict.";

/// Checks, explains, compares, exports and serves CORS policies.
#[derive(Debug, Parser)]
#[command(name = "corsac", version, max_term_width = 100, disable_help_subcommand = true)]
#[command(after_help = EXIT_CODES)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    /// When to use colors
    #[arg(long, global = true, value_name = "WHEN", env = "CORSAC_COLOR", default_value = "auto")]
    pub color: Color,
    /// Print no notes on standard error, only errors
    #[arg(short, long, global = true, env = "CORSAC_QUIET")]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Check(Check),
    Diff(Diff),
    Explain(Explain),
    Export(Export),
    Probe(Box<Probe>),
    Serve(Serve),
    Schema(Schema),
    Completions(Completions),
    Man(Man),
}

/// How a command reports its findings.
#[derive(Debug, Clone, Args)]
pub struct ReportOptions {
    /// The format of the report
    #[arg(long, value_enum, env = "CORSAC_FORMAT", default_value = "text")]
    pub format: Format,
    /// Write the report in this format to a file, and print it as text
    #[arg(long, value_name = "FILE", env = "CORSAC_OUTPUT")]
    pub output: Option<std::path::PathBuf>,
    /// Exit with 1 if there is a finding of this severity, or of a higher one
    #[arg(long, value_name = "SEVERITY", env = "CORSAC_FAIL_ON", default_value = "error")]
    pub fail_on: FailOn,
}

/// Which findings are not reported.
#[derive(Debug, Clone, Args)]
pub struct AcceptOptions {
    /// Accept the findings with this id, and leave them out
    #[arg(long, value_name = "ID", value_delimiter = ',', env = "CORSAC_ACCEPT")]
    pub accept: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Error,
    Warning,
    Hygiene,
    Never,
}

impl FailOn {
    pub fn is_reached_by(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Hygiene => severity >= Severity::Hygiene,
            Self::Never => false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On terminals, unless `NO_COLOR` is set
    Auto,
    Always,
    Never,
}

impl Color {
    /// Sets the choice for all that the program prints.
    pub fn write_global(self) {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}
