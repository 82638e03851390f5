//! Who says what of an origin, for people to read. [`OriginSet::check`] decides.

use http::HeaderValue;

use super::{
    Origin, OriginPattern,
    pattern::MAX_LEN,
    set::{Code, Listed, OriginSet},
};

/// One of those that are asked, and the answer: what allows the origin, if it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked<'a> {
    /// Longer than any origin: nobody is asked.
    TooLong,
    Exact {
        count: usize,
        allows: bool,
    },
    Patterns {
        count: usize,
        allowed_by: Option<&'a str>,
    },
    /// `null`, dangerously allowed.
    Null,
    /// Any origin, dangerously allowed.
    Any,
    /// Code is asked of origins alone.
    NoOrigin,
    #[cfg_attr(not(feature = "regex"), expect(dead_code))]
    Regexes {
        count: usize,
        allowed_by: Option<&'a str>,
    },
    /// The number of the one that allows it, from 1.
    Predicates {
        count: usize,
        allowed_by: Option<usize>,
    },
}

impl OriginSet {
    /// Those that are asked, in their order, as far as the first that says yes.
    pub(crate) fn trace(&self, value: &HeaderValue) -> Vec<Asked<'_>> {
        let bytes = value.as_bytes();
        if bytes.len() > MAX_LEN {
            return vec![Asked::TooLong];
        }
        let (is_exact, is_listed, (exact, wildcards)) = match &self.listed {
            Listed::Few(few) => (few.has_exact(bytes), few.allows(bytes), few.counts()),
            Listed::Many(many) => (many.has_exact(bytes), many.allows(bytes), many.counts()),
        };
        let origin = Origin::from_header(value);
        let mut asked = Vec::new();
        if exact > 0 {
            asked.push(Asked::Exact { count: exact, allows: is_exact });
        }
        if is_exact {
            return asked;
        }
        if wildcards > 0 {
            let pattern = origin.as_ref().filter(|_| is_listed);
            let allowed_by = pattern.and_then(|origin| self.pattern_of(origin));
            asked.push(Asked::Patterns { count: wildcards, allowed_by });
        }
        if let (Some(code), false) = (&self.code, is_listed) {
            code.trace(value, origin.as_ref(), &mut asked);
        }
        asked
    }

    /// There are so many patterns that nobody knows in which order they were written.
    pub(crate) fn is_unordered(&self) -> bool {
        self.hidden > 0
    }

    /// Every pattern, in the order in which they were written, unless they
    /// [have none](OriginSet::is_unordered).
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let many = match &self.listed {
            Listed::Many(many) if self.is_unordered() => Some(many),
            _ => None,
        };
        let shown = self.shown.iter().filter(move |_| many.is_none());
        let of_many = many.into_iter().flat_map(|many| many.exact().chain(many.wildcards()));
        shown.map(OriginPattern::as_str).chain(of_many)
    }

    #[cfg(feature = "regex")]
    pub(crate) fn regexes(&self) -> &[regex::Regex] {
        self.code.as_ref().map_or(&[], |code| &code.regexes)
    }

    /// The first of the patterns with wildcards that stands for `origin`.
    fn pattern_of(&self, origin: &Origin) -> Option<&str> {
        let shown = self.shown.iter().find(|pattern| pattern.matches(origin));
        let hidden = || {
            let Listed::Many(many) = &self.listed else { return None };
            let stands_for = |text: &&str| {
                text.parse::<OriginPattern>().is_ok_and(|pattern| pattern.matches(origin))
            };
            // They lie in no order, so that the same one is named each time.
            many.wildcards().filter(stands_for).min()
        };
        shown.map(OriginPattern::as_str).or_else(hidden)
    }
}

impl Code {
    fn trace<'a>(
        &'a self,
        value: &HeaderValue,
        origin: Option<&Origin>,
        asked: &mut Vec<Asked<'a>>,
    ) {
        if self.null && value == "null" {
            return asked.push(Asked::Null);
        }
        if !self.asks_of_origins() {
            return;
        }
        let Some(origin) = origin else { return asked.push(Asked::NoOrigin) };
        if self.any {
            return asked.push(Asked::Any);
        }
        #[cfg(feature = "regex")]
        if !self.regexes.is_empty() {
            let found = self.regexes.iter().find(|it| it.is_match(origin.as_str()));
            let allowed_by = found.map(as_written);
            asked.push(Asked::Regexes { count: self.regexes.len(), allowed_by });
            if found.is_some() {
                return;
            }
        }
        if !self.predicates.is_empty() {
            let at = self.predicates.iter().position(|predicate| predicate(origin));
            let allowed_by = at.map(|at| at + 1);
            asked.push(Asked::Predicates { count: self.predicates.len(), allowed_by });
        }
    }
}

/// Without what makes it match the whole origin.
#[cfg(feature = "regex")]
pub(crate) fn as_written(regex: &regex::Regex) -> &str {
    let whole = regex.as_str();
    let text = whole.strip_prefix(r"\A(?:").and_then(|text| text.strip_suffix(r")\z"));
    text.unwrap_or(whole)
}
