//! Envoy: the conditions of matchers.

use super::escape;

/// A condition for the request. Its regular expressions match the whole text.
pub(super) enum Condition {
    /// A request header, as one text with commas between its lines, matches one of the expressions. A
    /// missing one matches none.
    Header {
        name: &'static str,
        expressions: Vec<String>,
    },
    /// A value of another filter is `true`.
    State {
        key: &'static str,
    },
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

impl Condition {
    pub(super) fn header(name: &'static str, expressions: Vec<String>) -> Self {
        Self::Header { name, expressions }
    }

    pub(super) fn not(condition: Self) -> Self {
        Self::Not(Box::new(condition))
    }

    /// Returns the predicate of a matcher, as YAML.
    pub(super) fn to_yaml(&self) -> String {
        match self {
            Self::Header { name, expressions } => {
                let regex = quote_lines(expressions);
                let regex = indented(6, &format!("regex: {regex}"));
                let input = input("envoy.type.matcher.v3.HttpRequestHeaderMatchInput");
                format!(
                    "single_predicate:\n{input}      header_name: {name}\n  value_match:\n    \
                     safe_regex:\n      google_re2: {{}}\n{regex}"
                )
            }
            Self::State { key } => {
                let input =
                    input("envoy.extensions.matching.common_inputs.network.v3.FilterStateInput");
                let value = escape::yaml("true");
                format!(
                    "single_predicate:\n{input}      key: {key}\n  value_match: {{ exact: {value} }}"
                )
            }
            Self::Not(condition) => {
                format!("not_matcher:\n{}", indented(2, &condition.to_yaml()))
            }
            // A list has two elements at least.
            Self::All(conditions) | Self::Any(conditions) if conditions.len() == 1 => {
                conditions.iter().map(Self::to_yaml).collect()
            }
            Self::All(conditions) => list("and_matcher", conditions),
            Self::Any(conditions) => list("or_matcher", conditions),
        }
    }
}

fn input(message: &str) -> String {
    format!(
        "  input:\n    name: input\n    typed_config:\n      \"@type\": type.googleapis.com/{message}\n"
    )
}

fn list(name: &str, conditions: &[Condition]) -> String {
    let mut yaml = format!("{name}:\n  predicate:");
    for condition in conditions {
        let item = indented(4, &condition.to_yaml());
        yaml.push_str("\n  - ");
        yaml.push_str(item.trim_start());
    }
    yaml
}

fn indented(indent: usize, yaml: &str) -> String {
    let lines: Vec<String> = yaml.lines().map(|line| format!("{:indent$}{line}", "")).collect();
    lines.join("\n")
}

/// Quotes alternatives as one regular expression, each in a line of its own. YAML ignores a line break
/// after a backslash, and the blanks that follow.
fn quote_lines(expressions: &[String]) -> String {
    let lines: Vec<String> = expressions.iter().map(|it| escape::in_quotes(it)).collect();
    format!("\"{}\"", lines.join("\\\n  |"))
}
