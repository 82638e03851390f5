//! A guide: its examples, and the differences that it lists.

use std::collections::BTreeSet;

/// An example of the library's documentation: a heading, the code, and the same policy as TOML.
pub struct Example {
    pub title: String,
    /// Empty if it is in another language, which does not run here.
    pub code: String,
    pub toml: String,
    /// The rows of the table of requests that end differently.
    pub rows: BTreeSet<String>,
}

pub struct Page {
    pub examples: Vec<Example>,
    /// The ids in the table below "Other differences".
    pub differences: BTreeSet<String>,
    /// The names in the table below "Option by option".
    pub options: BTreeSet<String>,
}

impl Page {
    /// Each section with a TOML block is an example.
    pub fn parse(text: &str) -> Self {
        let sections = |level: &str| {
            let mark = format!("\n{level} ");
            let parts: Vec<String> = text.split(&mark).skip(1).map(str::to_owned).collect();
            parts
        };
        let section = |title: &str| {
            let found = sections("##").into_iter().find(|section| section.starts_with(title));
            found.unwrap_or_default()
        };
        let examples = sections("###")
            .iter()
            .map(|section| section.split("\n## ").next().unwrap_or_default())
            .filter_map(example)
            .collect();
        Self {
            examples,
            differences: names(&section("Other differences")),
            options: names(&section("Option by option")),
        }
    }
}

fn example(section: &str) -> Option<Example> {
    let title = section.lines().next().unwrap_or_default().to_owned();
    let toml = block(section, "toml")?;
    let code = block(section, "js").unwrap_or_default();
    let is_row = |line: &&str| line.starts_with("| `") || line.starts_with("| every page");
    let rows = section.lines().filter(is_row).map(str::to_owned).collect();
    Some(Example { title, code, toml, rows })
}

fn block(section: &str, language: &str) -> Option<String> {
    let (_, rest) = section.split_once(&format!("\n```{language}\n"))?;
    let (block, _) = rest.split_once("\n```")?;
    Some(format!("{block}\n"))
}

/// The first cell of each row, which can hold several names.
fn names(section: &str) -> BTreeSet<String> {
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let quoted = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2).collect::<Vec<_>>());
    // `origin: true` is about the option `origin`.
    quoted.map(|name| name.split(':').next().unwrap_or_default().to_owned()).collect()
}
