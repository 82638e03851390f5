//! The syntax of a policy file.

use std::path::Path;

use super::tree::{Node, TreeError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    Toml,
    Yaml,
    Json,
}

impl Syntax {
    /// Returns the syntax of a file: by the end of its name, or else by its text.
    pub fn of(name: &Path, text: &str) -> Self {
        match name.extension().and_then(|extension| extension.to_str()) {
            Some("toml") => Self::Toml,
            Some("yaml" | "yml") => Self::Yaml,
            Some("json") => Self::Json,
            _ => Self::of_text(text),
        }
    }

    fn of_text(text: &str) -> Self {
        let is_content = |line: &&str| !line.is_empty() && !line.starts_with('#');
        match text.lines().map(str::trim).find(is_content) {
            Some(line) if line.starts_with('{') => Self::Json,
            // A TOML key is followed by `=`, and a table starts with `[`.
            Some(line) if line.starts_with("---") || has_colon_first(line) => Self::Yaml,
            _ => Self::Toml,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Toml => "TOML",
            Self::Yaml => "YAML",
            Self::Json => "JSON",
        }
    }

    pub fn parse(self, text: &str) -> Result<Node, TreeError> {
        match self {
            Self::Toml => super::toml::parse(text),
            Self::Yaml => super::yaml::parse(text),
            Self::Json => super::json::parse(text),
        }
    }
}

fn has_colon_first(line: &str) -> bool {
    let line = line.trim_start_matches('"');
    line.find([':', '=', '[']).is_some_and(|at| line[at..].starts_with(':'))
}
