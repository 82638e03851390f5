//! A header that tells people, while they develop, what was decided and why.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Decision, RequestKind, extra::Extra, headers::put};
use crate::explain;

/// The decision in words; where it is a refusal, all that is refused, and the lines that would allow it.
#[derive(Debug)]
pub struct Diagnosis {
    line: HeaderValue,
}

impl Diagnosis {
    /// `None` where CORS has no say.
    pub(crate) fn of(decision: &Decision<'_>) -> Option<Self> {
        let text = match decision.kind() {
            RequestKind::NotCors => return None,
            _ if decision.is_allowed() => decision.to_string(),
            _ => explain::refusals(decision).join("; "),
        };
        HeaderValue::try_from(text).ok().map(|line| Self { line })
    }
}

impl Extra for Option<Diagnosis> {
    fn add(&mut self, response: &mut HeaderMap) {
        if let Some(Diagnosis { line }) = self.take() {
            put(response, HeaderName::from_static("cors-diagnosis"), line);
        }
    }
}
