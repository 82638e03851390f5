//! The subcommands, one file each.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::failure::Failure;

pub mod check;
pub mod completions;
pub mod diff;
mod diff_words;
pub mod explain;
pub mod export;
pub mod man;
pub mod probe;
pub mod schema;
pub mod serve;

/// Writes a file whole or not at all.
pub fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    write_files([(path.to_owned(), text)])
}

/// Writes files whole or not at all: all of them under other names first, which then replace them.
pub fn write_files<'t>(files: impl IntoIterator<Item = (PathBuf, &'t str)>) -> Result<(), Failure> {
    let failed = |path: &Path, error: &io::Error| {
        Failure::no_verdict(format_args!("cannot write {}: {error}", path.display()))
    };
    let mut written = Vec::new();
    for (path, text) in files {
        // A link stays a link.
        let path = fs::canonicalize(&path).unwrap_or(path);
        let file = write_beside(&path, text).map_err(|error| failed(&path, &error))?;
        written.push((path, file));
    }
    for (path, file) in written {
        file.persist(&path).map_err(|error| failed(&path, &error.error))?;
    }
    Ok(())
}

/// Writes a text to a new file in the same folder.
fn write_beside(path: &Path, text: &str) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    // As other programs create files, and not for one user alone.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
    fs::write(file.path(), text)?;
    Ok(file)
}

/// Creates a folder, unless it is there.
pub fn create_folder(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| {
        Failure::no_verdict(format_args!("cannot create the folder {}: {error}", folder.display()))
    })
}
