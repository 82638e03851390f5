//! Regexes that say no more than patterns can.

use regex::Regex;

use super::Warning;
use crate::{
    compile::as_written,
    origin::{Origin, OriginPattern},
};

/// The patterns that a regex of a plain shape stands for.
///
/// The shape only proposes; the regex itself then says whether it allows what the patterns allow.
pub(super) fn as_patterns(regex: &Regex, refuses_insecure: bool) -> Option<Warning> {
    let value = as_written(regex);
    let shape = Shape::read(value)?;
    let allows = |origin: &str| regex.is_match(origin);
    let mut patterns = Vec::new();
    let mut patterns_allow = None;
    for text in shape.patterns() {
        let pattern = text.parse::<OriginPattern>().ok()?;
        let parts = pattern.parts();
        // The regex never allowed it.
        if refuses_insecure && parts.is_insecure() {
            continue;
        }
        let at = |front: &str, port: &str| text.replacen("*.", front, 1).replacen(":*", port, 1);
        // A label with all that labels consist of, and ports of several lengths.
        if ![":81", ":3000", ":65535"].iter().all(|port| allows(&at("a0-b.", port))) {
            return None;
        }
        let others = [at("a.b.", ":3000"), at("a.", "")];
        patterns_allow = patterns_allow.or_else(|| others.into_iter().find(|it| !allows(it)));
        patterns.push(text);
    }
    let regex_allows = shape.unwanted().filter(|it| it.parse::<Origin>().is_ok() && allows(it));
    (!patterns.is_empty()).then(|| Warning::RegexIsPattern {
        value: value.to_owned(),
        patterns,
        regex_allows,
        patterns_allow,
    })
}

/// `https?://(.+\.)?example\.com(:\d+)?`, or a part of that.
#[derive(Default)]
struct Shape {
    schemes: Vec<String>,
    domain_itself: bool,
    subdomains: bool,
    /// `.*example\.com`: no dot has to stand between.
    is_glued: bool,
    domain: String,
    /// Where in `domain` a dot stands for any byte.
    loose_dot: Option<usize>,
    port: String,
}

impl Shape {
    fn read(regex: &str) -> Option<Self> {
        let text = regex.strip_prefix("(?i)").unwrap_or(regex);
        let text = text.strip_prefix('^').unwrap_or(text);
        let text = text.strip_suffix('$').filter(|it| !it.ends_with('\\')).unwrap_or(text);
        let mut shape = Self::default();
        let rest = shape.read_scheme(text)?;
        let rest = shape.read_front(rest);
        let rest = shape.read_domain(rest);
        shape.read_port(rest)?;
        Some(shape)
    }

    fn read_scheme<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        const BOTH: [&str; 5] =
            ["https?", "(?:https?)", "(https?)", "(http|https)", "(?:http|https)"];
        let cut = |scheme: &str| {
            let rest = text.strip_prefix(scheme)?;
            rest.strip_prefix("://").or_else(|| rest.strip_prefix(r":\/\/"))
        };
        if let Some(rest) = BOTH.into_iter().find_map(cut) {
            self.schemes = ["http", "https"].map(str::to_owned).to_vec();
            return Some(rest);
        }
        let end = text.find(':')?;
        let scheme = text[..end].replace(r"\-", "-");
        let rest = cut(&text[..end])?;
        self.schemes = vec![scheme];
        Some(rest)
    }

    /// `.*\.`, `[^.]+\.`, or such in a group that may be left out.
    fn read_front<'t>(&mut self, text: &'t str) -> &'t str {
        let inner = text.strip_prefix("(?:").or_else(|| text.strip_prefix('('));
        let Some(Labels { is_glued, may_be_empty, rest: after }) =
            read_labels(inner.unwrap_or(text))
        else {
            self.domain_itself = true;
            return text;
        };
        let rest = match (inner, after.strip_prefix(')')) {
            (None, _) => after,
            (Some(_), Some(rest)) => {
                let optional = rest.strip_prefix('?').or_else(|| rest.strip_prefix('*'));
                self.domain_itself = optional.is_some();
                optional.or_else(|| rest.strip_prefix('+')).unwrap_or(rest)
            }
            // Some other group: what follows is no domain, and ends this.
            (Some(_), None) => text,
        };
        self.subdomains = true;
        self.is_glued = is_glued.is_some();
        self.domain_itself |= is_glued == Some(Glue::Nothing) && may_be_empty;
        rest
    }

    fn read_domain<'t>(&mut self, mut text: &'t str) -> &'t str {
        loop {
            let escaped = [r"\.", r"\-"].into_iter().find(|it| text.starts_with(it));
            let plain = text.bytes().next().filter(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(byte)
            });
            match (escaped, plain) {
                (Some(escaped), _) => {
                    self.domain.push_str(&escaped[1..]);
                    text = &text[2..];
                }
                // A count of some kind follows, so this stands for more than itself.
                (_, Some(_)) if text[1..].starts_with(['*', '+', '?', '{']) => return text,
                (_, Some(byte)) => {
                    if byte == b'.' {
                        self.loose_dot.get_or_insert(self.domain.len());
                    }
                    self.domain.push(char::from(byte));
                    text = &text[1..];
                }
                (None, None) => return text,
            }
        }
    }

    fn read_port(&mut self, text: &str) -> Option<()> {
        let group = text.strip_prefix("(?:").or_else(|| text.strip_prefix('('));
        let group = group.and_then(|it| it.strip_suffix(")?").or_else(|| it.strip_suffix(")*")));
        let Some(port) = group.unwrap_or(text).strip_prefix(':') else {
            return text.is_empty().then_some(());
        };
        let is_number = !port.is_empty() && port.bytes().all(|it| it.is_ascii_digit());
        let is_any = [r"\d", "[0-9]", ".", r"[\d]"].into_iter().any(|digit| {
            port.strip_prefix(digit).is_some_and(|count| {
                matches!(count, "+" | "*") || count.starts_with('{') && count.ends_with('}')
            })
        });
        if is_number && group.is_none() {
            self.port = format!(":{port}");
        } else if is_any {
            ":*".clone_into(&mut self.port);
        } else {
            return None;
        }
        Some(())
    }

    fn patterns(&self) -> Vec<String> {
        let fronts = [("", self.domain_itself), ("*.", self.subdomains)];
        let fronts = fronts.into_iter().filter(|(_, is_there)| *is_there);
        let both = fronts.flat_map(|(front, _)| {
            let end = format!("{front}{}{}", self.domain, self.port);
            self.schemes.iter().map(move |scheme| format!("{scheme}://{end}"))
        });
        both.collect()
    }

    /// What the writer of the regex forgot.
    fn unwanted(&self) -> Option<String> {
        let scheme = self.schemes.last()?;
        let port = if self.port == ":*" { ":3000" } else { &self.port };
        if self.is_glued {
            return Some(format!("{scheme}://evil{}{port}", self.domain));
        }
        let dot = self.loose_dot?;
        let (front, end) = (&self.domain[..dot], &self.domain[dot + 1..]);
        let label = if self.domain_itself { "" } else { "a." };
        Some(format!("{scheme}://{label}{front}x{end}{port}"))
    }
}

/// What stands in front of a domain.
struct Labels<'t> {
    /// In place of the dot behind them.
    is_glued: Option<Glue>,
    may_be_empty: bool,
    rest: &'t str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Glue {
    AnyByte,
    Nothing,
}

/// A class of bytes, many of them, and a dot.
fn read_labels(text: &str) -> Option<Labels<'_>> {
    let after_class = match text.strip_prefix('[') {
        Some(class) => {
            // A class in a class, or one that starts with `]`, is not plain.
            let end = class.find(']').filter(|end| *end > 0 && !class[..*end].contains('['))?;
            &class[end + 1..]
        }
        None => [r"\w", r"\S", "."].into_iter().find_map(|class| text.strip_prefix(class))?,
    };
    let after_count = after_class.strip_prefix(['+', '*'])?;
    let may_be_empty = after_class.starts_with('*');
    let rest = after_count.strip_prefix('?').unwrap_or(after_count);
    let labels = |is_glued, rest| Some(Labels { is_glued, may_be_empty, rest });
    if let Some(rest) = rest.strip_prefix(r"\.").or_else(|| rest.strip_prefix("[.]")) {
        labels(None, rest)
    } else if let Some(rest) = rest.strip_prefix('.') {
        labels(Some(Glue::AnyByte), rest)
    } else {
        labels(Some(Glue::Nothing), rest)
    }
}
