//! The findings of a command.

use std::{borrow::Cow, fmt, ops::Range, sync::Arc};

/// One thing that is wrong, or unwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A short, stable name in kebab-case: `invalid-origin`.
    pub id: Cow<'static, str>,
    pub severity: Severity,
    /// One sentence, in lower case and without a full stop.
    pub message: String,
    /// The part of a file that it is about.
    pub place: Option<Place>,
    /// The test case that it belongs to, for JUnit: a request, or a file.
    pub case: Option<String>,
    /// Facts about it, each with a stable name: `expected`, `seen`, `request`.
    pub notes: Vec<Note>,
    /// The change that helps.
    pub help: Option<String>,
    /// The same change, in the file of the place.
    pub edit: Option<Edit>,
}

/// A text to insert into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// In bytes.
    pub offset: usize,
    pub insert: String,
}

/// The severity of a [`Finding`], the lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Browsers decide as they should, but something else may go wrong, such as in a cache.
    Hygiene,
    Warning,
    Error,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub name: &'static str,
    pub text: String,
}

/// A file, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub source: Arc<Source>,
    /// The part, in bytes.
    pub span: Option<Range<usize>>,
}

/// A file that findings are about.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as the user wrote it.
    pub name: String,
    pub text: String,
}

/// A position in a file. Both numbers start at 1, and columns are counted in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Finding {
    pub fn new(
        id: impl Into<Cow<'static, str>>,
        severity: Severity,
        message: impl Into<String>,
    ) -> Self {
        let (id, message) = (id.into(), message.into());
        Self {
            id,
            severity,
            message,
            place: None,
            case: None,
            notes: Vec::new(),
            help: None,
            edit: None,
        }
    }

    pub fn at(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }

    pub fn with_help(self, help: Option<String>) -> Self {
        Self { help, ..self }
    }

    pub fn with_note(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.notes.push(Note { name, text: text.into() });
        self
    }
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hygiene => "hygiene",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Place {
    /// Returns the position of the first character, and the one behind the last.
    pub fn positions(&self) -> Option<(Position, Position)> {
        let span = self.span.as_ref()?;
        Some((self.source.position(span.start), self.source.position(span.end)))
    }
}

/// `corsac.toml:3:5`, as editors and terminals read it.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source.name)?;
        match self.positions() {
            Some((Position { line, column }, _)) => write!(f, ":{line}:{column}"),
            None => Ok(()),
        }
    }
}

impl Source {
    fn position(&self, offset: usize) -> Position {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}
