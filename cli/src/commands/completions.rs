//! `corsac completions`: completions for a shell.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::{
    arguments::Arguments,
    failure::{Failure, Verdict},
    report::print,
};

/// Print the completions for a shell
#[derive(Debug, Args)]
pub struct Completions {
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub fn run(&self) -> Result<Verdict, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "corsac", &mut script);
        print(&String::from_utf8_lossy(&script))?;
        Ok(Verdict::Success)
    }
}
