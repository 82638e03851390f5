//! Is this origin one of those that the policy allows? The lists first, then the code.

#[cfg(feature = "serde")]
use std::collections::HashSet;
use std::{fmt, sync::Arc};

use http::HeaderValue;

use super::{Origin, OriginPattern, few::Few, many::Many, nearest::LOOKED_AT, pattern::MAX_LEN};

/// The origins of a policy, compiled.
///
/// What allows an origin, in the order in which it is asked:
///
/// 1. the exact origins,
/// 2. the patterns with wildcards,
/// 3. the regexes,
/// 4. the predicates.
///
/// The first that says yes decides; none can take back what another one allows.
#[derive(Clone)]
pub(crate) struct OriginSet {
    pub(super) listed: Listed,
    /// `None` where there is none to ask.
    pub(super) code: Option<Code>,
    /// The first ones as written, for messages.
    pub(super) shown: Vec<OriginPattern>,
    pub(super) hidden: usize,
    bytes: usize,
    refuses_insecure: bool,
}

/// What a pattern takes beside its text, or more.
const BYTES_EACH: usize = 100;

/// What a user's code says of an origin.
pub(crate) type Predicate = Arc<dyn Fn(&Origin) -> bool + Send + Sync>;

/// What allows origins that no list names.
#[derive(Clone, Default)]
pub(crate) struct Code {
    #[cfg(feature = "regex")]
    pub(crate) regexes: Vec<regex::Regex>,
    pub(crate) predicates: Vec<Predicate>,
    /// Every origin that is one, but not `null`.
    pub(crate) any: bool,
    pub(crate) null: bool,
    /// Regexes and predicates never allow plain http beyond the loopback: credentials go with it.
    pub(crate) refuse_insecure: bool,
}

#[derive(Clone)]
pub(super) enum Listed {
    Few(Few),
    Many(Many),
}

/// Why an origin is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    NotListed,
    Insecure,
}

impl OriginSet {
    pub(crate) fn new(patterns: Vec<OriginPattern>, code: Code) -> Self {
        let hidden = patterns.len().saturating_sub(LOOKED_AT);
        let bytes = patterns.iter().map(|it| BYTES_EACH + it.as_str().len()).sum();
        let shown = patterns.iter().take(LOOKED_AT).cloned().collect();
        Self {
            listed: Listed::choose(patterns),
            refuses_insecure: code.refuse_insecure,
            code: Some(code).filter(Code::asks),
            shown,
            hidden,
            bytes,
        }
    }

    #[inline]
    pub(crate) fn check(&self, value: &HeaderValue) -> Result<(), Refusal> {
        let bytes = value.as_bytes();
        // Before any work: no pattern and no code allows more than this.
        if bytes.len() > MAX_LEN {
            return Err(Refusal::NotListed);
        }
        let is_listed = match &self.listed {
            Listed::Few(few) => few.allows(bytes),
            Listed::Many(many) => many.allows(bytes),
        };
        match &self.code {
            _ if is_listed => Ok(()),
            Some(code) => code.check(value),
            None => Err(Refusal::NotListed),
        }
    }

    /// What it takes, about; `None` where it holds values of the user's.
    pub(crate) fn bytes(&self) -> Option<usize> {
        self.code.as_ref().is_none_or(|code| !code.has_values()).then_some(self.bytes)
    }

    /// All patterns, each once: the first ones in the order in which they were written, the others
    /// in that of the alphabet.
    #[cfg(feature = "serde")]
    pub(crate) fn all_patterns(&self) -> Vec<String> {
        let mut known: HashSet<&[u8]> = HashSet::new();
        let first = self.shown.iter().map(|it| it.as_str().as_bytes());
        let mut all: Vec<&[u8]> = first.filter(|text| known.insert(text)).collect();
        if let (Listed::Many(many), 1..) = (&self.listed, self.hidden) {
            let mut others: Vec<_> = many.texts().filter(|text| !known.contains(text)).collect();
            others.sort_unstable();
            all.extend(others);
        }
        all.into_iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect()
    }

    #[cfg(feature = "serde")]
    pub(crate) fn code(&self) -> Option<&Code> {
        self.code.as_ref()
    }

    /// Plain http beyond the loopback cannot be allowed: credentials go with it.
    pub(crate) fn refuses_insecure(&self) -> bool {
        self.refuses_insecure
    }

    /// What the set was made from, as written: the first ones.
    pub(crate) fn patterns(&self) -> &[OriginPattern] {
        &self.shown
    }
}

impl Listed {
    /// Chooses the representation.
    ///
    /// * Few: compared one after the other. Up to sixteen exact origins cost less than one hash, and
    ///   up to four patterns less than the hashes of the domains above an origin.
    /// * Many: the texts of all patterns in one hash set, which is asked for each text that would
    ///   allow the origin. The cost is that of the origin, whatever the number of patterns.
    fn choose(patterns: Vec<OriginPattern>) -> Self {
        let wildcards = patterns.iter().filter(|it| it.parts().is_wildcard()).count();
        let exact = patterns.len() - wildcards;
        if exact <= 16 && wildcards <= 4 {
            Self::Few(Few::new(&patterns))
        } else {
            Self::Many(Many::new(patterns))
        }
    }
}

impl Code {
    fn check(&self, value: &HeaderValue) -> Result<(), Refusal> {
        if self.null && value == "null" {
            return Ok(());
        }
        let origin = Origin::from_header(value).ok_or(Refusal::NotListed)?;
        if self.any {
            return Ok(());
        }
        let is_insecure = || origin.parts().is_none_or(|parts| parts.is_insecure());
        match self.matches(&origin) {
            true if self.refuse_insecure && is_insecure() => Err(Refusal::Insecure),
            true => Ok(()),
            false => Err(Refusal::NotListed),
        }
    }

    fn matches(&self, origin: &Origin) -> bool {
        #[cfg(feature = "regex")]
        if self.regexes.iter().any(|regex| regex.is_match(origin.as_str())) {
            return true;
        }
        self.predicates.iter().any(|predicate| predicate(origin))
    }

    fn asks(&self) -> bool {
        self.null || self.asks_of_origins()
    }

    pub(super) fn asks_of_origins(&self) -> bool {
        self.any || self.has_values()
    }

    /// Regexes or predicates.
    fn has_values(&self) -> bool {
        #[cfg(feature = "regex")]
        if !self.regexes.is_empty() {
            return true;
        }
        !self.predicates.is_empty()
    }
}

impl fmt::Debug for OriginSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 20;
        let mut list = f.debug_list();
        list.entries(self.shown.iter().take(SHOWN).map(OriginPattern::as_str));
        let more = self.hidden + self.shown.len().saturating_sub(SHOWN);
        if more > 0 {
            list.entry(&format_args!("and {more} more"));
        }
        if let Some(code) = &self.code {
            #[cfg(feature = "regex")]
            list.entries(&code.regexes);
            list.entries(code.predicates.iter().map(|_| format_args!("predicate")));
            list.entries(code.any.then_some(format_args!("any")));
            list.entries(code.null.then_some(format_args!("null")));
        }
        list.finish()
    }
}
