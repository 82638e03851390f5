//! The command `corsac`: checks a CORS policy, explains it, compares it, and puts it to use.
//!
//! It uses the public API of the library alone.

use std::process::ExitCode;

use clap::Parser;

mod arguments;
mod commands;
mod failure;
mod finding;
mod format;
mod line_diff;
mod net;
mod policy_file;
mod report;

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    arguments.color.write_global();
    let done = match arguments.command {
        Command::Check(check) => check.run(arguments.quiet),
        Command::Completions(completions) => completions.run(),
        Command::Diff(diff) => diff.run(arguments.quiet),
        Command::Explain(explain) => explain.run(arguments.quiet),
        Command::Export(export) => export.run(arguments.quiet),
        Command::Man(man) => man.run(),
        Command::Probe(probe) => probe.run(arguments.quiet),
        Command::Serve(serve) => serve.run(arguments.quiet),
        Command::Schema(schema) => schema.run(),
    };
    match done {
        Ok(verdict) => verdict.into(),
        Err(failure) => {
            anstream::eprintln!("{failure}");
            failure.into()
        }
    }
}
