//! The origins that a policy allows: the patterns first, then the matchers of the user.

use std::{collections::HashSet, fmt, sync::Arc};

use http::HeaderValue;

use super::{Origin, OriginPattern, ParsedPattern, hashed::Hashed, linear::Linear, parts::MAX_LEN};

/// The compiled origins of a policy.
///
/// An origin is allowed by the first of these that matches it:
///
/// 1. the exact origins,
/// 2. the patterns with wildcards,
/// 3. `null` and opaque spellings, if they are allowed, and any origin, if it is allowed,
/// 4. the regexes,
/// 5. the predicates.
///
/// None of them can refuse an origin that another one allows.
#[derive(Clone)]
pub(crate) struct OriginSet {
    /// In the order in which they were written, each once.
    patterns: Box<[OriginPattern]>,
    index: Index,
    /// `None` if there are none.
    custom: Option<CustomMatchers>,
    denies_insecure: bool,
}

/// A function of the user that returns whether an origin is allowed.
pub(crate) type Predicate = Arc<dyn Fn(&Origin) -> bool + Send + Sync>;

/// Matchers that are not patterns.
#[derive(Clone, Default)]
pub(crate) struct CustomMatchers {
    /// Each matches the whole origin.
    #[cfg(feature = "regex")]
    pub(crate) regexes: Vec<regex::Regex>,
    pub(crate) predicates: Vec<Predicate>,
    /// Allow every origin except `null`.
    pub(crate) any: bool,
    /// Allow `null`.
    pub(crate) null: bool,
    /// Spellings of [`parse_opaque`](super::parse_opaque), compared byte for byte.
    pub(crate) opaque: Vec<Box<str>>,
    /// Let regexes and predicates allow no plain http origin but loopback ones, because credentials
    /// are allowed.
    pub(crate) deny_insecure: bool,
}

/// How the patterns are searched.
#[derive(Clone)]
enum Index {
    Linear(Linear),
    Hashed(Hashed),
}

/// Why an origin is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OriginRefusal {
    NotListed,
    /// A regex or predicate allows it, but it is plain http, and credentials are allowed.
    Insecure,
}

/// One step of the search, with its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OriginCheck<'a> {
    /// Longer than any origin: nothing is searched.
    TooLong,
    Exact {
        count: usize,
        allows: bool,
    },
    Patterns {
        count: usize,
        allowed_by: Option<&'a OriginPattern>,
    },
    /// `null` is allowed.
    Null,
    /// The value is one of the opaque spellings.
    Opaque,
    /// Any origin is allowed.
    Any,
    /// Not an origin: regexes and predicates are not consulted.
    NotAnOrigin,
    /// The index of the first regex that matches.
    #[cfg_attr(not(feature = "regex"), expect(dead_code))]
    Regexes {
        count: usize,
        allowed_by: Option<usize>,
    },
    /// The index of the first predicate that returned `true`.
    Predicates {
        count: usize,
        allowed_by: Option<usize>,
    },
}

impl OriginSet {
    pub(crate) fn new(patterns: Vec<ParsedPattern<'_>>, custom: CustomMatchers) -> Self {
        let patterns = OriginPattern::own_all(each_once(patterns)).into_boxed_slice();
        Self {
            index: Index::choose(&patterns),
            patterns,
            denies_insecure: custom.deny_insecure,
            custom: Some(custom).filter(|custom| !custom.is_empty()),
        }
    }

    #[inline]
    pub(crate) fn check(&self, value: &HeaderValue) -> Result<(), OriginRefusal> {
        self.check_with(value, |_| {})
    }

    /// Like [`check`](OriginSet::check), but also reports each step to `observe`.
    #[inline]
    pub(crate) fn check_with<'a>(
        &'a self,
        value: &HeaderValue,
        mut observe: impl FnMut(OriginCheck<'a>),
    ) -> Result<(), OriginRefusal> {
        let origin = value.as_bytes();
        // Before any work: nothing allows a longer value.
        if origin.len() > MAX_LEN {
            observe(OriginCheck::TooLong);
            return Err(OriginRefusal::NotListed);
        }
        let is_listed = match &self.index {
            Index::Linear(linear) => search(linear, &self.patterns, origin, &mut observe),
            Index::Hashed(hashed) => search(hashed, &self.patterns, origin, &mut observe),
        };
        if is_listed {
            return Ok(());
        }
        match &self.custom {
            Some(custom) => custom.check_with(value, observe),
            None => Err(OriginRefusal::NotListed),
        }
    }

    pub(crate) fn patterns(&self) -> &[OriginPattern] {
        &self.patterns
    }

    /// `None` if there are no matchers but patterns.
    pub(crate) fn custom(&self) -> Option<&CustomMatchers> {
        self.custom.as_ref()
    }

    /// Whether plain http origins that are not loopback ones can never be allowed, because credentials
    /// are allowed.
    pub(crate) fn denies_insecure(&self) -> bool {
        self.denies_insecure
    }
}

/// Drops repeated patterns, and keeps the order.
fn each_once(mut patterns: Vec<ParsedPattern<'_>>) -> Vec<ParsedPattern<'_>> {
    let mut known = HashSet::with_capacity(patterns.len());
    patterns.retain(|pattern| known.insert(pattern.as_str()));
    patterns
}

impl Index {
    /// Chooses the representation.
    ///
    /// * `Linear`: the patterns are compared one after the other. Up to sixteen exact origins cost
    ///   less than one hash, and up to four patterns less than the hashes of the domains above an
    ///   origin.
    /// * `Hashed`: every text and every domain that would allow the origin is looked up. The cost
    ///   depends on the origin, not on the number of patterns.
    fn choose(patterns: &[OriginPattern]) -> Self {
        let wildcards = patterns.iter().filter(|pattern| pattern.is_wildcard()).count();
        let exact = patterns.len() - wildcards;
        if exact <= 16 && wildcards <= 4 {
            Self::Linear(Linear::new(patterns))
        } else {
            Self::Hashed(Hashed::new(patterns))
        }
    }
}

/// A way to search patterns.
pub(super) trait Search {
    fn exact_count(&self) -> usize;
    fn wildcard_count(&self) -> usize;
    fn has_exact(&self, patterns: &[OriginPattern], origin: &[u8]) -> bool;
    fn find_wildcard<'p>(
        &self,
        patterns: &'p [OriginPattern],
        origin: &[u8],
    ) -> Option<&'p OriginPattern>;
}

/// Searches the exact origins first, then the patterns with wildcards.
#[inline]
fn search<'a>(
    index: &impl Search,
    patterns: &'a [OriginPattern],
    origin: &[u8],
    observe: &mut impl FnMut(OriginCheck<'a>),
) -> bool {
    let count = index.exact_count();
    if count > 0 {
        let allows = index.has_exact(patterns, origin);
        observe(OriginCheck::Exact { count, allows });
        if allows {
            return true;
        }
    }
    let count = index.wildcard_count();
    if count == 0 {
        return false;
    }
    let allowed_by = index.find_wildcard(patterns, origin);
    observe(OriginCheck::Patterns { count, allowed_by });
    allowed_by.is_some()
}

impl CustomMatchers {
    fn check_with<'a>(
        &self,
        value: &HeaderValue,
        mut observe: impl FnMut(OriginCheck<'a>),
    ) -> Result<(), OriginRefusal> {
        if self.null && value == "null" {
            observe(OriginCheck::Null);
            return Ok(());
        }
        if self.opaque.iter().any(|spelling| *value == **spelling) {
            observe(OriginCheck::Opaque);
            return Ok(());
        }
        if !self.any && !self.has_code() {
            return Err(OriginRefusal::NotListed);
        }
        let Some(origin) = Origin::from_header(value) else {
            observe(OriginCheck::NotAnOrigin);
            return Err(OriginRefusal::NotListed);
        };
        if self.any {
            observe(OriginCheck::Any);
            return Ok(());
        }
        if !self.matches(&origin, observe) {
            Err(OriginRefusal::NotListed)
        } else if self.deny_insecure && origin.parts().is_insecure() {
            Err(OriginRefusal::Insecure)
        } else {
            Ok(())
        }
    }

    /// Whether a regex or a predicate matches.
    fn matches<'a>(&self, origin: &Origin, mut observe: impl FnMut(OriginCheck<'a>)) -> bool {
        #[cfg(feature = "regex")]
        if !self.regexes.is_empty() {
            let allowed_by = self.regexes.iter().position(|regex| regex.is_match(origin.as_str()));
            observe(OriginCheck::Regexes { count: self.regexes.len(), allowed_by });
            if allowed_by.is_some() {
                return true;
            }
        }
        if self.predicates.is_empty() {
            return false;
        }
        let allowed_by = self.predicates.iter().position(|predicate| predicate(origin));
        observe(OriginCheck::Predicates { count: self.predicates.len(), allowed_by });
        allowed_by.is_some()
    }

    fn is_empty(&self) -> bool {
        !self.null && !self.any && self.opaque.is_empty() && !self.has_code()
    }

    /// Whether there are regexes or predicates.
    fn has_code(&self) -> bool {
        #[cfg(feature = "regex")]
        if !self.regexes.is_empty() {
            return true;
        }
        !self.predicates.is_empty()
    }
}

impl Default for OriginSet {
    fn default() -> Self {
        Self::new(Vec::new(), CustomMatchers::default())
    }
}

impl fmt::Debug for OriginSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 20;
        let mut list = f.debug_list();
        list.entries(self.patterns.iter().take(SHOWN).map(OriginPattern::as_str));
        let more = self.patterns.len().saturating_sub(SHOWN);
        if more > 0 {
            list.entry(&format_args!("and {more} more"));
        }
        if let Some(custom) = &self.custom {
            #[cfg(feature = "regex")]
            list.entries(&custom.regexes);
            list.entries(custom.predicates.iter().map(|_| format_args!("predicate")));
            list.entries(custom.any.then_some(format_args!("any")));
            list.entries(custom.null.then_some(format_args!("null")));
            list.entries(&custom.opaque);
        }
        list.finish()
    }
}
