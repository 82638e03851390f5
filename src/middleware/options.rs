//! The options of a layer, which [`CorsLayer`](crate::CorsLayer) and
//! [`AsyncCorsLayer`](crate::AsyncCorsLayer) share.

use std::{fmt, sync::Arc};

use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use crate::{
    explain,
    policy::{Decision, RequestKind, headers::try_set, vary},
};

#[derive(Clone, Default)]
pub(super) struct Options {
    vary: Option<HeaderValue>,
    observe: Option<Arc<Observe>>,
    /// A pointer, so that the words of a diagnosis are only linked into programs that ask for them.
    diagnose: Option<fn(&Decision<'_>) -> Option<HeaderValue>>,
}

type Observe = dyn Fn(&Decision<'_>, &Uri) + Send + Sync;

impl Options {
    /// The options of a layer that chooses a policy for each request: its choice may depend on
    /// `Origin`.
    pub(super) fn for_choices() -> Self {
        Self { vary: Some(vary::ORIGIN), ..Self::default() }
    }

    pub(super) fn set_vary(&mut self, names: impl IntoIterator<Item = HeaderName>) {
        self.vary = vary::line(names);
    }

    pub(super) fn set_observer(
        &mut self,
        observe: impl Fn(&Decision<'_>, &Uri) + Send + Sync + 'static,
    ) {
        self.observe = Some(Arc::new(observe));
    }

    pub(super) fn set_diagnosis_header(&mut self, is_on: bool) {
        self.diagnose = if is_on { Some(diagnosis) } else { None };
    }

    /// Returns whether an option uses the decision on each request.
    #[inline]
    pub(super) fn use_decisions(&self) -> bool {
        self.diagnose.is_some() || self.observe.is_some()
    }

    /// Passes a decision to the observer. Returns the line for the response, if it is to have one.
    pub(super) fn observe(&self, decision: &Decision<'_>, uri: &Uri) -> Option<Box<HeaderValue>> {
        if let Some(observe) = &self.observe {
            observe(decision, uri);
        }
        self.diagnose?(decision).map(Box::new)
    }

    /// Writes the headers of the options. `diagnosis` is the line that `observe` returned.
    #[inline]
    pub(super) fn apply(&self, response: &mut HeaderMap, diagnosis: Option<Box<HeaderValue>>) {
        if let Some(names) = &self.vary {
            vary::merge(response, names);
        }
        if let Some(line) = diagnosis {
            try_set(response, HeaderName::from_static("cors-diagnosis"), *line);
        }
    }
}

/// Returns the decision in words. For a denial these are all its reasons, and the lines that would
/// allow the request.
fn diagnosis(decision: &Decision<'_>) -> Option<HeaderValue> {
    let text = match decision.kind() {
        RequestKind::NotCors => return None,
        _ if decision.is_allowed() => decision.to_string(),
        _ => explain::reasons(decision).join("; "),
    };
    HeaderValue::try_from(text).ok()
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("vary", &self.vary)
            .field("on_decision", &self.observe.is_some())
            .field("diagnosis_header", &self.diagnose.is_some())
            .finish()
    }
}
