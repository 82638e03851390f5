//! `corsac man`: the manual pages.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use clap_mangen::Man as Page;

use super::{create_folder, write_file};
use crate::{
    arguments::Arguments,
    failure::{Failure, Verdict},
    report::print,
};

/// Print the manual page of the command, or write the pages of all subcommands to a folder
#[derive(Debug, Args)]
pub struct Man {
    /// The folder, such as `~/.local/share/man/man1`
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Man {
    pub fn run(&self) -> Result<Verdict, Failure> {
        let mut command = Arguments::command();
        let Some(folder) = &self.out else {
            print(&rendered(&Page::new(command))?)?;
            return Ok(Verdict::Success);
        };
        create_folder(folder)?;
        // So that the pages have the names of whole commands: `corsac check`.
        command.build();
        let subcommands = command.get_subcommands().cloned().map(|subcommand| {
            let name = format!("corsac-{}", subcommand.get_name());
            (format!("{name}.1"), Page::new(subcommand.display_name(name)))
        });
        let pages = [("corsac.1".to_owned(), Page::new(command.clone()))];
        for (name, page) in pages.into_iter().chain(subcommands) {
            write_file(&folder.join(name), &rendered(&page)?)?;
        }
        Ok(Verdict::Success)
    }
}

fn rendered(page: &Page) -> Result<String, Failure> {
    let mut text = Vec::new();
    page.render(&mut text)
        .map_err(|error| Failure::no_verdict(format_args!("cannot write the page: {error}")))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
