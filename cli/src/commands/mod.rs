//! The subcommands, one file each.

use std::{fs, path::Path};

use crate::failure::Failure;

pub mod check;
pub mod diff;
mod diff_words;
pub mod explain;

/// Writes a file whole or not at all: under another name first, which then replaces it.
pub fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    let failed =
        |error| Failure::no_verdict(format_args!("cannot write {}: {error}", path.display()));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    fs::write(file.path(), text).map_err(failed)?;
    file.persist(path).map(drop).map_err(|error| failed(error.error))
}
