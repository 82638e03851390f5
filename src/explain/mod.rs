//! The whole reasoning of a decision, rule by rule, for people.

use std::fmt;

use http::{HeaderMap, Method, Request};

use crate::{
    decision::{Decision, Remedy, RequestKind},
    policy::Policy,
};

mod reasoning;
mod response;

use reasoning::Reasoning;

/// Why a request is allowed or refused, rule by rule. Prints one line for each.
///
/// Made by [`Policy::explain`]. Of the request it shows the method, and the headers of the CORS
/// protocol: `Origin`, `Access-Control-Request-Method`, `Access-Control-Request-Headers`. Others may
/// hold secrets.
///
/// The sentences are for people: they change from version to version. What stays is the layout: the
/// [`topic`](Topic), the sentence, the section of the standard in brackets; and `!` in front of what
/// refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    steps: Vec<Step>,
    remedies: Vec<Remedy>,
}

/// One line of an [`Explanation`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    topic: Topic,
    is_refusal: bool,
    text: String,
    section: &'static str,
}

/// What a [`Step`] is about. The steps come in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Topic {
    /// What the request is to the CORS protocol.
    Request,
    /// Who was asked about the origin, in the order in which they are asked, and what they said.
    Origin,
    /// The method that a preflight asks for.
    Method,
    /// A request header that a preflight asks for.
    Header,
    /// Cookies and their like, of which the browser decides.
    Credentials,
    /// What is answered, and each header of the CORS protocol on it.
    Response,
    /// What comes of it.
    Verdict,
}

impl Policy {
    /// What [`evaluate`](Policy::evaluate) decides, with all its reasons: for tests, logs, and the
    /// people who ask why.
    ///
    /// It goes on where `evaluate` stops, so that all that is refused comes out at once. It looks at
    /// much, so it is nothing for every request.
    ///
    /// ```
    /// use corsac::CorsLayer;
    /// use http::{HeaderMap, HeaderValue, Method, header::ORIGIN};
    ///
    /// let policy = CorsLayer::builder().allow_origins(["https://app.example.com"]).build_policy()?;
    /// let mut headers = HeaderMap::new();
    /// headers.insert(ORIGIN, HeaderValue::from_static("https://app.example.com:8443"));
    ///
    /// let explanation = policy.explain(&Method::GET, &headers);
    /// let refused = explanation.steps().iter().find(|step| step.is_refusal()).unwrap();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "! origin       origin \"https://app.example.com:8443\" is not allowed: \
    ///      \"https://app.example.com\" is, which differs only in its port [Fetch, \"CORS check\"]",
    /// );
    /// assert_eq!(
    ///     explanation.remedies()[0].to_string(),
    ///     r#".allow_origins(["https://app.example.com:8443"])"#,
    /// );
    /// # Ok::<(), corsac::BuildError>(())
    /// ```
    #[must_use]
    pub fn explain(&self, method: &Method, headers: &HeaderMap) -> Explanation {
        Reasoning::new(self.evaluate(method, headers), method).explain()
    }

    /// The same, for a whole request, as [`evaluate_request`](Policy::evaluate_request) sees it.
    #[must_use]
    pub fn explain_request<B>(&self, request: &Request<B>) -> Explanation {
        Reasoning::new(self.evaluate_request(request), request.method()).explain()
    }
}

/// All that is refused, in a sentence each, and last what would allow it.
pub(crate) fn refusals(decision: &Decision<'_>) -> Vec<String> {
    // Of an actual request the method is not asked for.
    let is_preflight = decision.kind() == RequestKind::Preflight;
    let method = if is_preflight { Method::OPTIONS } else { Method::GET };
    let reasoning = Reasoning::new(decision.clone(), &method);
    let is_unchecked = reasoning.is_unchecked();
    let Explanation { steps, remedies } = reasoning.explain();
    let is_refusal = |step: &Step| step.is_refusal && step.topic != Topic::Verdict;
    let mut sentences: Vec<_> =
        steps.into_iter().filter(is_refusal).map(|step| step.text).collect();
    if !is_unchecked && !remedies.is_empty() {
        let lines: Vec<_> = remedies.iter().map(ToString::to_string).collect();
        sentences.push(format!("to allow it, add {}", lines.join(" ")));
    }
    sentences
}

impl Explanation {
    /// Line by line.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// True if nothing is refused, as in [`Decision::is_allowed`](crate::Decision::is_allowed).
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        !self.steps.iter().any(Step::is_refusal)
    }

    /// The lines of builder code that would allow all that can be allowed of what is refused.
    #[must_use]
    pub fn remedies(&self) -> &[Remedy] {
        &self.remedies
    }
}

impl Step {
    /// What it is about.
    #[must_use]
    pub fn topic(&self) -> Topic {
        self.topic
    }

    /// Something is refused here.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.is_refusal
    }

    /// The sentence.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The standard and the section that it rests on: `Fetch, "CORS check"`.
    #[must_use]
    pub fn section(&self) -> &'static str {
        self.section
    }
}

impl Topic {
    /// A short name that stays the same: `request`, `origin`, `method`, `header`, `credentials`,
    /// `response`, `verdict`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Origin => "origin",
            Self::Method => "method",
            Self::Header => "header",
            Self::Credentials => "credentials",
            Self::Response => "response",
            Self::Verdict => "verdict",
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            step.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { topic, is_refusal, text, section } = self;
        let mark = if *is_refusal { '!' } else { ' ' };
        write!(f, "{mark} {:12} {text} [{section}]", topic.as_str())
    }
}
