//! The subcommands, one file each.

use std::{fs, io, path::Path};

use crate::failure::Failure;

pub mod check;
pub mod completions;
pub mod diff;
mod diff_words;
pub mod explain;
pub mod man;
pub mod schema;

/// Writes a file whole or not at all: under another name first, which then replaces it.
pub fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    let write = || -> io::Result<()> {
        // A link stays a link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut builder = tempfile::Builder::new();
        // As other programs create files, and not for one user alone.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
        fs::write(file.path(), text)?;
        file.persist(&path).map(drop).map_err(|error| error.error)
    };
    write().map_err(|error| {
        Failure::no_verdict(format_args!("cannot write {}: {error}", path.display()))
    })
}

/// Creates a folder, unless it is there.
pub fn create_folder(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| {
        Failure::no_verdict(format_args!("cannot create the folder {}: {error}", folder.display()))
    })
}
