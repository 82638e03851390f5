//! Finds regexes that can match no origin.

use regex_syntax::{
    ast::{Ast, Span, parse::Parser},
    hir::{
        Hir,
        literal::{ExtractKind, Extractor},
    },
};

use super::{
    automaton::{Automaton, FAULTS},
    error::OriginErrorKind as Kind,
    grammar::{check_scheme, misspelled_scheme},
    reach::accepts_match,
};

/// The reason why no origin matches a regex, and the regex to write instead, if it is known.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NeverMatches {
    pub(crate) reason: String,
    pub(crate) suggestion: Option<String>,
}

/// An alternative of a regex that no origin matches, and the reason.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DeadAlternative {
    pub(crate) text: String,
    pub(crate) reason: String,
}

/// Returns why no origin matches a regex from its first byte to its last. `None` if one may match.
pub(crate) fn never_matches(regex: &str) -> Option<NeverMatches> {
    let faults = faults(&regex_syntax::parse(regex).ok()?);
    (!faults.is_empty())
        .then(|| NeverMatches { reason: sentence(&faults), suggestion: suggestion(regex, &faults) })
}

/// Returns the alternatives that no origin matches, if the regex consists of alternatives.
pub(crate) fn dead_alternatives(regex: &str) -> Vec<DeadAlternative> {
    let flag = if regex.starts_with("(?i)") { "(?i)" } else { "" };
    let without_groups = ["(?:", "(?P<", "(?<"]
        .iter()
        .fold(regex[flag.len()..].to_owned(), |text, group| text.replace(group, ""));
    // Other flags change what follows them.
    if without_groups.contains("(?") {
        return Vec::new();
    }
    let Ok(ast) = Parser::new().parse(regex) else { return Vec::new() };
    let dead = alternatives(&ast).iter().filter_map(|alternative| {
        let Span { start, end } = alternative.span();
        let text = regex[start.offset..end.offset].trim_start_matches(flag);
        let faults = faults(&regex_syntax::parse(&format!("{flag}{text}")).ok()?);
        (!faults.is_empty())
            .then(|| DeadAlternative { text: text.to_owned(), reason: sentence(&faults) })
    });
    dead.collect()
}

/// Returns the schemes in lower case of a regex that spells them out.
pub(crate) fn literal_schemes(regex: &str) -> Vec<String> {
    let prefixes = regex_syntax::parse(regex).ok().and_then(|hir| prefixes(&hir));
    let schemes = prefixes.iter().flatten().filter_map(|prefix| prefix.split_once("://"));
    let schemes = schemes.map(|(scheme, _)| scheme.to_owned());
    // A regex that ignores the case has the others too.
    let is_lower = |scheme: &String| scheme.is_ascii() && !scheme.contains(char::is_uppercase);
    let mut schemes: Vec<_> = schemes.filter(is_lower).collect();
    schemes.sort();
    schemes.dedup();
    schemes
}

/// The fewest faults that a match has. Empty if a match may be an origin.
fn faults(hir: &Hir) -> Vec<Kind> {
    let may_match = |overlooked: &[Kind]| accepts_match(&Automaton::new(overlooked), hir);
    if may_match(&[]) {
        return scheme_fault(hir).into_iter().collect();
    }
    let mut faults = FAULTS.to_vec();
    if !may_match(&faults) {
        let is_null = prefixes(hir).is_some_and(|prefixes| prefixes == ["null"]);
        return vec![if is_null { Kind::Null } else { Kind::NoScheme }];
    }
    for fault in FAULTS {
        let others: Vec<_> = faults.iter().copied().filter(|other| *other != fault).collect();
        if may_match(&others) {
            faults = others;
        }
    }
    faults
}

/// Returns what is wrong with the schemes, if the regex spells them out, and pages have none of them.
fn scheme_fault(hir: &Hir) -> Option<Kind> {
    let prefixes = prefixes(hir)?;
    let faults = prefixes.iter().map(|prefix| check_scheme(prefix.split_once("://")?.0).err());
    let faults: Vec<_> = faults.collect::<Option<_>>()?;
    // A regex that ignores the case has the others too.
    let is_other_case = |fault: &&Kind| matches!(fault, Kind::UpperCase | Kind::Scheme);
    faults.iter().find(|fault| !is_other_case(fault)).or(faults.first()).copied()
}

/// Returns texts of which every match has one in front. `None` if they are too many.
fn prefixes(hir: &Hir) -> Option<Vec<String>> {
    let prefixes = Extractor::new().kind(ExtractKind::Prefix).extract(hir);
    let texts = prefixes.literals()?.iter();
    Some(texts.map(|prefix| String::from_utf8_lossy(prefix.as_bytes()).into_owned()).collect())
}

/// The alternatives of the whole regex, between its anchors.
fn alternatives(ast: &Ast) -> &[Ast] {
    match ast {
        Ast::Alternation(alternation) => &alternation.asts,
        Ast::Group(group) => alternatives(&group.ast),
        Ast::Concat(concat) => {
            let is_part = |ast: &&Ast| !matches!(ast, Ast::Assertion(_) | Ast::Flags(_));
            let mut parts = concat.asts.iter().filter(is_part);
            match (parts.next(), parts.next()) {
                (Some(only), None) => alternatives(only),
                _ => &[],
            }
        }
        _ => &[],
    }
}

fn sentence(faults: &[Kind]) -> String {
    faults.iter().map(|fault| fault.sentence()).collect::<Vec<_>>().join(", and ")
}

/// Returns the regex without its faults, if its text shows what to change.
fn suggestion(regex: &str, faults: &[Kind]) -> Option<String> {
    /// Each change takes away one fault, or one segment of a path.
    const MOST_CHANGES: usize = 16;
    // The change may be right for one alternative only.
    if regex.contains('|') {
        return None;
    }
    let (mut text, mut fault) = (regex.to_owned(), *faults.first()?);
    for _ in 0..MOST_CHANGES {
        text = without(&text, fault)?;
        match self::faults(&regex_syntax::parse(&text).ok()?).first() {
            None => return Some(text),
            Some(other) => fault = *other,
        }
    }
    None
}

/// Changes the text of a regex so that it may lose a fault.
fn without(regex: &str, fault: Kind) -> Option<String> {
    let (body, end) = match regex.strip_suffix('$') {
        Some(body) if !body.ends_with('\\') => (body, "$"),
        _ => (regex, ""),
    };
    let changed = match fault {
        Kind::NoScheme => with_scheme(body)?,
        Kind::Path => {
            let before = &body[..body.rfind('/')?];
            before.strip_suffix('\\').unwrap_or(before).to_owned()
        }
        Kind::UpperCase => lower_case(body)?,
        Kind::DefaultPort => {
            body.strip_suffix(":443").or_else(|| body.strip_suffix(":80"))?.to_owned()
        }
        Kind::MisspelledScheme | Kind::WebSocket => {
            let schemes = literal_schemes(regex);
            let misspelled = schemes.iter().filter(|scheme| meant_scheme(scheme).is_some());
            let longest = misspelled.max_by_key(|scheme| scheme.len())?;
            let (front, rest) = split_front(body);
            let rest = rest.strip_prefix(longest.as_str())?;
            format!("{front}{}{rest}", meant_scheme(longest)?)
        }
        _ => return None,
    };
    Some(changed + end)
}

/// Splits off the flag and the anchor in front.
fn split_front(body: &str) -> (&str, &str) {
    let rest = body.strip_prefix("(?i)").unwrap_or(body);
    let rest = rest.strip_prefix('^').unwrap_or(rest);
    body.split_at(body.len() - rest.len())
}

/// Puts a scheme in front of a domain.
fn with_scheme(body: &str) -> Option<String> {
    let (front, domain) = split_front(body);
    let domain = domain.strip_prefix("://").unwrap_or(domain);
    let scheme = if domain.starts_with("localhost") { "http" } else { "https" };
    let is_domain = domain.contains('.') || scheme == "http";
    let is_path = domain.starts_with([':', '/']) || domain.starts_with(r"\/");
    (is_domain && !is_path && !domain.starts_with("http"))
        .then(|| format!("{front}{scheme}://{domain}"))
}

/// Writes a regex in lower case, unless this changes more than letters: `\D`, `(?U)`.
fn lower_case(body: &str) -> Option<String> {
    let is_other =
        |after: &str| after.starts_with(|c: char| c.is_ascii_uppercase() || "pux".contains(c));
    let is_plain = !body.contains("(?") && !body.split('\\').skip(1).any(is_other);
    let changed = body.to_ascii_lowercase();
    (is_plain && changed != body).then_some(changed)
}

fn meant_scheme(scheme: &str) -> Option<&'static str> {
    match scheme {
        "ws" => Some("http"),
        "wss" => Some("https"),
        other => misspelled_scheme(other),
    }
}
