//! Explains a decision, rule by rule, for people.

use std::fmt;

use http::{HeaderMap, Method, Request};

use crate::policy::{Decision, Policy, Remedy, RequestKind};

mod reasoning;
mod response;

use reasoning::Reasoning;

/// The reasons why a request is allowed or denied, rule by rule. `Display` prints a line for each.
///
/// Made by [`Policy::explain`]. It shows the method of the request and its CORS headers: `Origin`,
/// `Access-Control-Request-Method`, `Access-Control-Request-Headers`. Other headers may hold secrets.
///
/// The sentences change from version to version. The layout of a line is stable: `!` if the rule
/// denies, the [`topic`](Topic), the sentence, and the section of the standard in brackets.
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

/// The topic of a [`Step`]. An explanation lists its steps in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Topic {
    /// The role of the request in the CORS protocol.
    Request,
    /// The lists and matchers that were searched for the origin, in their order.
    Origin,
    /// The method that a preflight requests.
    Method,
    /// A request header that a preflight requests.
    Header,
    /// Cookies and other credentials, which the browser decides about.
    Credentials,
    /// The response, and each CORS header on it.
    Response,
    /// The result.
    Verdict,
}

impl Policy {
    /// Explains the decision of [`evaluate`](Policy::evaluate), with all its reasons: for tests, for
    /// logs, and for people who ask why.
    ///
    /// It continues after the first denial, so that it reports everything that is denied. It is slow;
    /// do not call it for every request.
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
    ///     "! origin       origin \"https://app.example.com:8443\" is not allowed; the closest allowed \
    ///      origin is \"https://app.example.com\" (different port) [Fetch, \"CORS check\"]",
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

    /// Explains the decision of [`evaluate_request`](Policy::evaluate_request).
    #[must_use]
    pub fn explain_request<B>(&self, request: &Request<B>) -> Explanation {
        Reasoning::new(self.evaluate_request(request), request.method()).explain()
    }
}

/// Returns a sentence for each thing that is denied, and one with the lines that would allow it.
pub(crate) fn reasons(decision: &Decision<'_>) -> Vec<String> {
    // The method matters only in that `OPTIONS` can be a preflight.
    let is_preflight = decision.kind() == RequestKind::Preflight;
    let method = if is_preflight { Method::OPTIONS } else { Method::GET };
    let reasoning = Reasoning::new(decision.clone(), &method);
    let is_unchecked = reasoning.is_unchecked();
    let Explanation { steps, remedies } = reasoning.explain();
    let is_denial = |step: &Step| step.is_refusal && step.topic != Topic::Verdict;
    let mut sentences: Vec<_> = steps.into_iter().filter(is_denial).map(|step| step.text).collect();
    if !is_unchecked && !remedies.is_empty() {
        let lines: Vec<_> = remedies.iter().map(ToString::to_string).collect();
        sentences.push(format!("to allow it, add {}", lines.join(" ")));
    }
    sentences
}

impl Explanation {
    /// Returns the steps, one for each line.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Returns `true` if nothing is denied, as [`Decision::is_allowed`](crate::Decision::is_allowed)
    /// does.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        !self.steps.iter().any(Step::is_refusal)
    }

    /// Returns the lines of builder code that would allow the denied values, as far as they can be
    /// allowed.
    #[must_use]
    pub fn remedies(&self) -> &[Remedy] {
        &self.remedies
    }
}

impl Step {
    /// Returns the topic.
    #[must_use]
    pub fn topic(&self) -> Topic {
        self.topic
    }

    /// Returns whether this rule denies something.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.is_refusal
    }

    /// Returns the sentence.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the standard and the section of the rule: `Fetch, "CORS check"`.
    #[must_use]
    pub fn section(&self) -> &'static str {
        self.section
    }
}

impl Topic {
    /// Returns a short, stable name: `request`, `origin`, `method`, `header`, `credentials`,
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
