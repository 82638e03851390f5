//! A header that tells people, while they develop, what was decided and why.

use std::fmt::Write;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Decision, Denial, RequestKind, headers::put, vary::Extra};

/// The decision in words, and the line that would allow what is refused.
#[derive(Debug)]
pub struct Diagnosis {
    line: HeaderValue,
}

impl Diagnosis {
    /// `None` where CORS has no say.
    pub(crate) fn of(decision: &Decision<'_>) -> Option<Self> {
        if decision.kind() == RequestKind::NotCors {
            return None;
        }
        let mut text = decision.to_string();
        if let Some(remedy) = decision.denial().and_then(Denial::remedy) {
            _ = write!(text, "; to allow it, add {remedy}");
        }
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
