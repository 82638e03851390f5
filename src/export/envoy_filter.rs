//! Envoy: filters, and the conditions on which they run.

use super::{Text, escape};

/// A condition for the request. Its regular expressions match the whole text.
pub(super) enum Condition {
    /// A text matches one of the expressions. A missing one matches none.
    Matches {
        input: Input,
        expressions: Vec<String>,
    },
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

pub(super) enum Input {
    /// A request header, as one text with commas between its lines.
    Header(&'static str),
    /// A value that an earlier filter keeps.
    State(String),
}

impl Condition {
    pub(super) fn header(name: &'static str, expressions: Vec<String>) -> Self {
        Self::Matches { input: Input::Header(name), expressions }
    }

    pub(super) fn state(key: String, expression: &str) -> Self {
        Self::Matches { input: Input::State(key), expressions: vec![expression.to_owned()] }
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Not(condition) => *condition,
            condition => Self::Not(Box::new(condition)),
        }
    }

    /// Returns the predicate of a matcher, as YAML.
    fn to_yaml(&self) -> String {
        match self {
            Self::Matches { input, expressions } => {
                let (message, field) = match input {
                    Input::Header(name) => (
                        "envoy.type.matcher.v3.HttpRequestHeaderMatchInput",
                        format!("header_name: {}", escape::yaml(name)),
                    ),
                    Input::State(key) => (
                        "envoy.extensions.matching.common_inputs.network.v3.FilterStateInput",
                        format!("key: {key}"),
                    ),
                };
                let regex = indented(6, &format!("regex: {}", quote_lines(expressions)));
                format!(
                    "single_predicate:\n  input:\n    name: input\n    typed_config:\n      \
                     \"@type\": type.googleapis.com/{message}\n      {field}\n  value_match:\n    \
                     safe_regex:\n      google_re2: {{}}\n{regex}"
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

/// The conditions on which a filter runs.
pub(super) enum Runs {
    Always,
    If(Condition),
    /// For routes that say so.
    Never,
}

/// The action of a matcher that leaves its filter out.
const SKIP: &str = "action:\n  name: skip\n  typed_config:\n    \"@type\": \
                    type.googleapis.com/envoy.extensions.filters.common.matcher.action.v3.SkipFilter";

impl Text {
    /// Writes lines with `indent` spaces before each.
    pub(super) fn lines(&mut self, indent: usize, lines: &str) {
        for line in lines.lines() {
            self.line(format_args!("{:indent$}{line}", ""));
        }
    }

    /// Writes a filter. `message` is the type of its configuration, and `fields` the rest of it.
    pub(super) fn filter(&mut self, name: &str, runs: Runs, message: &str, fields: &str) {
        let message =
            format!("\"@type\": type.googleapis.com/envoy.extensions.filters.http.{message}");
        self.lines(0, &format!("- name: {name}\n  typed_config:"));
        if let Runs::Always = runs {
            self.lines(4, &message);
            self.lines(4, fields);
            return;
        }
        self.lines(
            4,
            "\"@type\": type.googleapis.com/envoy.extensions.common.matching.v3.ExtensionWithMatcher\n\
             xds_matcher:",
        );
        if let Runs::If(condition) = runs {
            self.lines(6, "matcher_list:\n  matchers:\n  - predicate:");
            self.lines(12, &condition.not().to_yaml());
            self.lines(10, "on_match:");
            self.lines(12, SKIP);
        } else {
            self.lines(6, "on_no_match:");
            self.lines(8, SKIP);
        }
        self.lines(4, &format!("extension_config:\n  name: {name}\n  typed_config:"));
        self.lines(8, &message);
        self.lines(8, fields);
    }

    /// Writes a filter that keeps values. They are quoted formats.
    pub(super) fn keep(&mut self, name: &str, runs: Runs, values: &[(String, String)]) {
        self.keep_formatted(name, runs, values, "");
    }

    /// Does the same with one more field for each format.
    pub(super) fn keep_formatted(
        &mut self,
        name: &str,
        runs: Runs,
        values: &[(String, String)],
        formatters: &str,
    ) {
        let mut fields = "clear_route_cache: true\non_request_headers:\n".to_owned();
        for (key, value) in values {
            let value = format!(
                "- object_key: {key}\n  factory_key: envoy.string\n  format_string:\n    \
                 text_format_source: {{ inline_string: {value} }}\n{}\n",
                indented(4, formatters)
            );
            fields.push_str(value.trim_end());
            fields.push('\n');
        }
        self.filter(name, runs, "set_filter_state.v3.Config", &fields);
    }
}

/// Returns an item that adds a line to the response. The value is quoted. An empty one adds nothing.
pub(super) fn append(name: &str, value: &str) -> String {
    format!("- append: {{ header: {{ key: {name}, value: {value} }} }}")
}

/// Returns the format for a value that a filter keeps, quoted. It is empty if there is none.
pub(super) fn kept(key: &str) -> String {
    escape::yaml(&format!("%FILTER_STATE({key}:PLAIN)%"))
}
