//! Checks the lists of methods and of header names.

use super::{
    compile::{keep_unique, report_any_beside_list, report_entry},
    error::{Problem, ProblemKind},
};
use crate::{
    origin::shortened,
    policy::{
        fetch,
        rules::{Names, Rules},
    },
};

/// Checks and normalizes the names of a policy.
pub(super) fn check(rules: &mut Rules, problems: &mut Vec<Problem>) {
    check_list(&mut rules.methods, &METHODS, problems);
    check_list(&mut rules.request_headers, &REQUEST_HEADERS, problems);
    check_list(&mut rules.exposed_headers, &EXPOSED_HEADERS, problems);
}

/// A list of names, and what its entries must be.
struct List {
    setter: &'static str,
    /// The setter that allows any.
    any: &'static str,
    noun: &'static str,
    /// The kind of an entry that is not a name at all.
    invalid: ProblemKind,
    refused: &'static [Refused],
    /// Returns an entry as it is kept.
    normalize: fn(&str) -> &str,
    /// Returns what is the same for entries that mean the same.
    key: fn(&str) -> String,
}

/// Names that a list must not have, and the reason.
struct Refused {
    is: fn(&str) -> bool,
    kind: ProblemKind,
    reason: &'static str,
    suggestion: Option<&'static str>,
}

impl Refused {
    const fn new(is: fn(&str) -> bool, kind: ProblemKind, reason: &'static str) -> Self {
        Self { is, kind, reason, suggestion: None }
    }
}

const METHODS: List = List {
    setter: "allow_methods",
    any: "allow_any_method",
    noun: "method",
    invalid: ProblemKind::InvalidMethod,
    refused: &[
        Refused::new(
            |text| fetch::is_forbidden_method(text.as_bytes()),
            ProblemKind::ForbiddenMethod,
            "browsers never send it for a page; leave it out",
        ),
        Refused {
            is: fetch::is_misspelled_patch,
            kind: ProblemKind::MethodCase,
            reason: "methods are case-sensitive, and browsers do not change this one; write \"PATCH\"",
            suggestion: Some("PATCH"),
        },
    ],
    normalize: fetch::normalize_method,
    key: str::to_owned,
};

const REQUEST_HEADERS: List = List {
    setter: "allow_headers",
    any: "allow_any_header",
    noun: "name",
    invalid: ProblemKind::InvalidHeader,
    refused: &[
        Refused::new(
            fetch::is_forbidden_request_header,
            ProblemKind::ForbiddenRequestHeader,
            "browsers set it themselves and never ask for it; leave it out",
        ),
        Refused::new(
            fetch::is_cors_response_header,
            ProblemKind::ResponseHeader,
            "only servers send it; leave it out",
        ),
    ],
    normalize: |name| name,
    key: str::to_ascii_lowercase,
};

const EXPOSED_HEADERS: List = List {
    setter: "expose_headers",
    any: "expose_any_header",
    noun: "name",
    invalid: ProblemKind::InvalidHeader,
    refused: &[
        Refused::new(
            fetch::is_forbidden_response_header,
            ProblemKind::ForbiddenResponseHeader,
            "no page may ever read it; leave it out",
        ),
        Refused::new(
            |name| fetch::is_cors_request_header(name) || fetch::is_preflight_response_header(name),
            ProblemKind::NotOnResponses,
            "no response that a page reads carries it; leave it out",
        ),
    ],
    normalize: |name| name,
    key: str::to_ascii_lowercase,
};

/// Checks and normalizes the entries of a list, and drops those that repeat another one.
fn check_list(names: &mut Names, list: &List, problems: &mut Vec<Problem>) {
    let mut valid = Vec::new();
    for (index, text) in names.listed.iter().enumerate() {
        // A file allows any name with `*`.
        if names.any && text == "*" {
            continue;
        }
        match list.check(text) {
            Ok(()) => valid.push((list.normalize)(text).to_owned()),
            Err(problem) => report_entry(problems, list.setter, index, problem),
        }
    }
    // Exposed names are different: with credentials the list names headers that are added later.
    if names.any && !valid.is_empty() && list.setter != EXPOSED_HEADERS.setter {
        report_any_beside_list(problems, list.setter, list.any);
    }
    keep_unique(&mut valid, list.key);
    names.listed = valid;
}

impl List {
    fn check(&self, text: &str) -> Result<(), Problem> {
        let Self { setter, any, .. } = self;
        if !fetch::is_token(text.as_bytes()) {
            return Err(self.not_a_token(text));
        }
        if text.contains('*') {
            let message = match text {
                "*" => format!("`*` is not an entry of `{setter}`; use `{any}()`"),
                _ => format!("a name has no `*`; list each one, or use `{any}()`"),
            };
            return Err(Problem::of(ProblemKind::Wildcard, text, message));
        }
        match self.refused.iter().find(|refused| (refused.is)(text)) {
            Some(Refused { kind, reason, suggestion, .. }) => {
                Err(Problem::of(*kind, text, *reason).with_suggestion(*suggestion))
            }
            None => Ok(()),
        }
    }

    /// The problem of a text that is not a token (RFC 9110, 5.6.2).
    fn not_a_token(&self, text: &str) -> Problem {
        let noun = self.noun;
        // Copied from a line such as `x-id: 1`, or from a list.
        let bare = text.trim().trim_end_matches([':', ',', ';']).trim_end();
        if bare.len() < text.len() && self.check(bare).is_ok() {
            let message =
                format!("a {noun} has no blanks, `,`, `:` or `;` around it; write {bare:?}");
            return Problem::of(self.invalid, text, message).with_suggestion(Some(bare));
        }
        let mut items = text.split([',', ' ', ';']).filter(|item| !item.is_empty());
        let message = match (items.next(), items.next()) {
            (Some(first), Some(_)) => format!(
                "one {noun} is expected; pass each one as an item of its own, {} first",
                shortened(first)
            ),
            _ => format!("a {noun} consists of letters, digits and !#$%&'*+-.^_`|~"),
        };
        Problem::of(self.invalid, text, message)
    }
}
