//! Finds regexes that patterns can express, and those of which a part never matches.

use regex::Regex;

use super::{Warning, misspelled_scheme};
use crate::origin::{DeadAlternative, Origin, OriginPattern, dead_alternatives, literal_schemes};

pub(super) fn check(value: &str, regex: &Regex, denies_insecure: bool) -> Vec<Warning> {
    let (misspelled, mut warnings): (Vec<_>, Vec<_>) = literal_schemes(value)
        .into_iter()
        .filter_map(|scheme| {
            Some((format!("{scheme}://"), misspelled_scheme(value, &scheme, true)?))
        })
        .unzip();
    for DeadAlternative { text, reason } in dead_alternatives(value) {
        if !misspelled.iter().any(|start| text.contains(start)) {
            let value = value.to_owned();
            warnings.push(Warning::AlternativeNeverMatches { value, alternative: text, reason });
        }
    }
    warnings.extend(as_patterns(value, regex, denies_insecure));
    warnings
}

/// Returns the patterns that a regex of a simple shape stands for.
///
/// The shape only proposes them; the compiled regex decides whether it allows the same origins.
fn as_patterns(value: &str, regex: &Regex, denies_insecure: bool) -> Option<Warning> {
    let shape = Shape::read(value)?;
    let allows = |origin: &str| regex.is_match(origin);
    let mut patterns = Vec::new();
    let mut patterns_allow = None;
    for text in shape.patterns() {
        let pattern = text.parse::<OriginPattern>().ok()?;
        let parts = pattern.parts();
        // The regex does not allow it either.
        if denies_insecure && parts.is_insecure() {
            continue;
        }
        let at = |front: &str, port: &str| text.replacen("*.", front, 1).replacen(":*", port, 1);
        // A label with each kind of byte, and ports of several lengths.
        if ![":81", ":3000", ":65535"].iter().all(|port| allows(&at("a0-b.", port))) {
            return None;
        }
        let others = [at("a.b.", ":3000"), at("a.", "")];
        patterns_allow =
            patterns_allow.or_else(|| others.into_iter().find(|origin| !allows(origin)));
        patterns.push(text);
    }
    let regex_allows =
        shape.unintended().filter(|origin| origin.parse::<Origin>().is_ok() && allows(origin));
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
    /// `.*example\.com`: no dot has to precede the domain.
    lacks_dot: bool,
    domain: String,
    /// The position in `domain` of a dot that matches any byte.
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

    /// Reads `.*\.`, `[^.]+\.`, or one of these in an optional group.
    fn read_front<'t>(&mut self, text: &'t str) -> &'t str {
        let inner = text.strip_prefix("(?:").or_else(|| text.strip_prefix('('));
        let Some(Labels { separator, may_be_empty, rest: after }) =
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
            // Another kind of group: no domain follows, and the reading ends.
            (Some(_), None) => text,
        };
        self.subdomains = true;
        self.lacks_dot = separator.is_some();
        self.domain_itself |= separator == Some(Separator::Nothing) && may_be_empty;
        rest
    }

    fn read_domain<'t>(&mut self, mut text: &'t str) -> &'t str {
        loop {
            let escaped = [r"\.", r"\-"].into_iter().find(|escape| text.starts_with(escape));
            let plain = text.bytes().next().filter(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(byte)
            });
            match (escaped, plain) {
                (Some(escaped), _) => {
                    self.domain.push_str(&escaped[1..]);
                    text = &text[2..];
                }
                // A count follows, so this matches more than itself.
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
        let group =
            group.and_then(|group| group.strip_suffix(")?").or_else(|| group.strip_suffix(")*")));
        let Some(port) = group.unwrap_or(text).strip_prefix(':') else {
            return text.is_empty().then_some(());
        };
        let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
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

    /// Returns an origin that the regex allows by mistake.
    fn unintended(&self) -> Option<String> {
        let scheme = self.schemes.last()?;
        let port = if self.port == ":*" { ":3000" } else { &self.port };
        if self.lacks_dot {
            return Some(format!("{scheme}://evil{}{port}", self.domain));
        }
        let dot = self.loose_dot?;
        let (front, end) = (&self.domain[..dot], &self.domain[dot + 1..]);
        let label = if self.domain_itself { "" } else { "a." };
        Some(format!("{scheme}://{label}{front}x{end}{port}"))
    }
}

/// The labels in front of a domain.
struct Labels<'t> {
    /// The separator that replaces the dot, if the dot is missing.
    separator: Option<Separator>,
    may_be_empty: bool,
    rest: &'t str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Separator {
    AnyByte,
    Nothing,
}

/// Reads a class of bytes, its count, and a dot.
fn read_labels(text: &str) -> Option<Labels<'_>> {
    let after_class = match text.strip_prefix('[') {
        Some(class) => {
            // A class inside of a class, or one that starts with `]`, is not simple.
            let end = class.find(']').filter(|end| *end > 0 && !class[..*end].contains('['))?;
            &class[end + 1..]
        }
        None => [r"\w", r"\S", "."].into_iter().find_map(|class| text.strip_prefix(class))?,
    };
    let after_count = after_class.strip_prefix(['+', '*'])?;
    let may_be_empty = after_class.starts_with('*');
    let rest = after_count.strip_prefix('?').unwrap_or(after_count);
    let labels = |separator, rest| Some(Labels { separator, may_be_empty, rest });
    if let Some(rest) = rest.strip_prefix(r"\.").or_else(|| rest.strip_prefix("[.]")) {
        labels(None, rest)
    } else if let Some(rest) = rest.strip_prefix('.') {
        labels(Some(Separator::AnyByte), rest)
    } else {
        labels(Some(Separator::Nothing), rest)
    }
}
