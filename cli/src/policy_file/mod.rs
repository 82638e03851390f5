//! A policy in a file: read, with the place of each value.

use std::{
    env, fs,
    io::{self, Read},
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    failure::Failure,
    finding::{Place, Source},
};

mod compare;
mod edit;
mod errors;
mod json;
mod locate;
mod policies;
mod similar;
mod syntax;
#[cfg(test)]
mod tests;
mod toml;
mod tree;
mod words;
mod yaml;

pub use compare::PathExcess;
pub use edit::Editor;
pub use errors::SYNTAX;
pub use policies::Policies;
pub use syntax::Syntax;
pub use tree::Node;
pub use words::for_files;

use tree::TreeError;

/// A policy file that was read, but may hold anything.
#[derive(Debug)]
pub struct PolicyFile {
    pub source: Arc<Source>,
    pub syntax: Syntax,
}

const NAMES: [&str; 4] = ["corsac.toml", "corsac.yaml", "corsac.yml", "corsac.json"];

impl PolicyFile {
    /// Reads the file at this path, standard input for `-`, or without a path the file that is found in
    /// this folder or above.
    pub fn read(path: Option<&Path>, quiet: bool) -> Result<Self, Failure> {
        let path = match path {
            Some(path) => path.to_owned(),
            None => {
                let path = find()?;
                if !quiet {
                    anstream::eprintln!("using {}", path.display());
                }
                path
            }
        };
        let is_stdin = path == Path::new("-");
        let name = if is_stdin { "standard input".to_owned() } else { path.display().to_string() };
        let text = if is_stdin { read_stdin() } else { fs::read(&path) };
        let bytes = text.map_err(|error| {
            let reason = match error.kind() {
                io::ErrorKind::NotFound => "there is no such file".to_owned(),
                io::ErrorKind::IsADirectory => {
                    "this is a directory; write the path of a policy file in it".to_owned()
                }
                io::ErrorKind::PermissionDenied => "you may not read this file".to_owned(),
                _ => error.to_string(),
            };
            Failure::input(format_args!("{name}: {reason}"))
        })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = valid.split(|byte| *byte == b'\n').count();
            Failure::input(format_args!("{name}: line {line} is not UTF-8; save the file as UTF-8"))
        })?;
        // Windows editors put it there, and no syntax has it.
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        if text.trim().is_empty() {
            return Err(Failure::input(format_args!(
                "{name}: the file is empty; the smallest policy is `allow_origins = \
                 [\"https://app.example.com\"]`"
            )));
        }
        let syntax = Syntax::of(&path, &text);
        Ok(Self { source: Arc::new(Source { name, text }), syntax })
    }

    fn parse(&self) -> Result<Node, TreeError> {
        self.syntax.parse(&self.source.text)
    }

    /// Returns the place of a span, or that of the file as a whole.
    pub fn place(&self, span: Option<Range<usize>>) -> Place {
        Place { source: self.source.clone(), span }
    }
}

fn read_stdin() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Returns the policy file in the current folder or in one above it, up to the root of the repository.
fn find() -> Result<PathBuf, Failure> {
    let here = env::current_dir()
        .map_err(|error| Failure::input(format_args!("the current folder: {error}")))?;
    for (depth, folder) in here.ancestors().enumerate() {
        for name in NAMES {
            if folder.join(name).is_file() {
                let up: PathBuf = std::iter::repeat_n("..", depth).collect();
                return Ok(up.join(name));
            }
        }
        if [".git", ".hg", ".jj"].iter().any(|root| folder.join(root).exists()) {
            break;
        }
    }
    Err(Failure::input(
        "there is no policy file: neither corsac.toml nor corsac.yaml or corsac.json is in this folder \
         or above; write its path as an argument",
    ))
}
